//! Predictions: the world stops before a decision, the learner says how it will come out, and then it plays on.

use crate::goal::Predicate;
use dissect::filter::Filter;
use netlab::topology::NodeId;
use std::rc::Rc;

/// A prediction. Its question is the text `prediction.` and its id.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Its name.
    pub id: String,
    /// Where the world stops.
    pub stop: Stop,
    /// What is asked.
    pub ask: Ask,
    /// Values to choose from; none: any can be written.
    pub choices: Vec<String>,
}

/// Where the world stops.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// Right before a frame arrives at a node.
    Arrives {
        /// Which frames.
        filter: Rc<Filter>,
        /// The node.
        at: NodeId,
        /// The node that it comes from over the cable.
        from: Option<NodeId>,
        /// Which of them, from 1.
        nth: u64,
    },
    /// As soon as this is so.
    When(Predicate),
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Through which ports of the node the frame will leave: marked are the neighbors behind them. None: through none.
    Ports,
    /// To which node the packet will go next: the owner of the MAC address to which the node sends it.
    NextHop,
    /// The value of a field of the next frame that passes the filter, such as `ip.ttl`.
    Value {
        /// The field, as filters call it.
        field: String,
        /// Which frame.
        filter: Rc<Filter>,
        /// Its sender on the cable.
        from: Option<NodeId>,
        /// Its receiver on the cable.
        to: Option<NodeId>,
    },
    /// The congestion window of a TCP sender as soon as this is so, in whole segments.
    Cwnd {
        /// The sender.
        from: NodeId,
        /// When.
        until: Predicate,
    },
}
