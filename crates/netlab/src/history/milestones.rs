//! What is rare in a history, in one list in order of time: a route or a spanning tree that changes, an answer that does not come,
//! a run that fails, the first frame that a node drops for a reason.
//!
//! It is kept beside the logs of nodes and runs because of what reads it: whether anything rare has happened has to be known after
//! every event of the world, and a look at every node would cost too much. It is bounded, and not a part of the hash.

use super::{HostEvent, NodeEvent, Refusal, TransitId};
use crate::run::{Outcome, RunEvent, RunId};
use crate::topology::NodeId;
use wire::Instant;

/// More are not kept: by then nothing in them is rare.
pub const MILESTONES_MAX: usize = 4_096;

/// Something rare.
#[derive(Clone, Debug, PartialEq)]
pub struct Milestone {
    /// When.
    pub at: Instant,
    /// What.
    pub what: Rare,
}

/// What is rare.
#[derive(Clone, Debug, PartialEq)]
pub enum Rare {
    /// A change in a node: of a route, a spanning tree, an address.
    Node(NodeId, NodeEvent),
    /// A step of a run: an answer that did not come, its failure.
    Run(RunId, RunEvent),
    /// The first frame that this node drops for this reason.
    Refused(NodeId, TransitId, Refusal),
}

/// Whether a change in a node is rare: it changes which way packets go, or what a host is called.
pub(super) fn is_rare(event: &NodeEvent) -> bool {
    match event {
        NodeEvent::Host(event) => match event {
            HostEvent::Address { .. }
            | HostEvent::AddressGone { .. }
            | HostEvent::DefaultRouter { .. }
            | HostEvent::DefaultRouterGone { .. }
            | HostEvent::PathMtu { .. }
            | HostEvent::NeighborGone { .. }
            | HostEvent::DuplicateAddress { .. }
            | HostEvent::Redirected { .. }
            | HostEvent::RedirectGone { .. }
            | HostEvent::Card { .. }
            | HostEvent::NoCable => true,
            HostEvent::Joined { .. }
            | HostEvent::Left { .. }
            | HostEvent::Neighbor { .. }
            | HostEvent::AdvertisedMtu { .. }
            | HostEvent::Socket { .. }
            | HostEvent::SocketGone { .. } => false,
        },
        NodeEvent::Switch(event) => match event {
            bridge::Event::Port { .. } | bridge::Event::Root { .. } => true,
            bridge::Event::Learned { .. }
            | bridge::Event::Forgotten { .. }
            | bridge::Event::TopologyChange { .. }
            | bridge::Event::Joined { .. }
            | bridge::Event::Left { .. } => false,
        },
        NodeEvent::Router(event) => match event {
            router::Event::Route(_) | router::Event::RouteGone { .. } => true,
            router::Event::Neighbor { .. }
            | router::Event::NeighborGone { .. }
            | router::Event::Translation { .. }
            | router::Event::TranslationGone { .. }
            | router::Event::Connection { .. }
            | router::Event::ConnectionGone { .. } => false,
        },
    }
}

/// Whether a step of a run is rare.
pub(super) fn is_rare_step(event: &RunEvent) -> bool {
    match event {
        RunEvent::Unanswered { .. } | RunEvent::Finished(Outcome::Failed(_)) => true,
        RunEvent::Started
        | RunEvent::Connected { .. }
        | RunEvent::Sent { .. }
        | RunEvent::Answered { .. }
        | RunEvent::Duplicate { .. }
        | RunEvent::IcmpError { .. }
        | RunEvent::Hop(_)
        | RunEvent::PathMtu { .. }
        | RunEvent::Received { .. }
        | RunEvent::Progress
        | RunEvent::Interval(_)
        | RunEvent::Finished(Outcome::Succeeded | Outcome::Stopped) => false,
    }
}
