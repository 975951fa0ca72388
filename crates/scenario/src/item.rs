//! One node, one link or one run of a document, by itself: what a form reads and writes.
//!
//! A form puts what was typed into [`Fields`], named as in the document, and the reader of documents reads those. So a form
//! reports the same errors as a document, at the same fields, and no other crate has to write JSON.
//!
//! ```
//! use scenario::item::{Fields, Json};
//! use netlab::run::RunKind;
//! use netlab::topology::NodeId;
//! # use scenario::Scenario;
//! # let scenario = Scenario::parse(r#"{"packetarium": 1,
//! #     "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}, {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}],
//! #     "links": [{"ends": ["a", "b"]}]}"#).unwrap();
//!
//! let run = |count: &'static str, interval: &'static str| {
//!     let mut ping = Fields::default();
//!     ping.put("from", "a").put("to", "b").put("count", Json::typed(count)).put("interval", interval);
//!     let mut run = Fields::default();
//!     run.put("ping", ping);
//!     run
//! };
//! let (_, spec) = scenario.read_run(&run("3", "20ms")).unwrap();
//! assert!(matches!(spec.kind, RunKind::Ping(ping) if ping.count == 3));
//!
//! let faults = scenario.read_run(&run("many", "5")).unwrap_err();
//! let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
//! assert_eq!(faults, [
//!     r#"runs[0].ping.count: this should be a whole number, zero or more, not the text "many""#,
//!     r#"runs[0].ping.interval: "5" has no unit: write something like "1ms""#,
//! ]);
//!
//! // The other way round, without what has its default.
//! assert_eq!(scenario.write_node(NodeId(0)).to_json(), r#"{"id":"a","kind":"host","addresses":["10.0.0.1/24"]}"#);
//! ```
//!
//! What a node or a link is read against are its ids and its neighbors. That it clashes with another part of the network (an
//! address that two hosts have, a loop) is not reported: [`problems`](crate::problems) of the edited scenario says so. A run
//! is read against the whole network, because it cannot start in one that is refused.

pub use crate::read::item::PlacedNode;
#[cfg(feature = "services")]
pub use crate::services::form::{service_json, service_texts};
pub use crate::tree::{Fields, Json};

use crate::fault::Fault;
use crate::{Scenario, read, write};
use netlab::Instant;
use netlab::run::RunSpec;
use netlab::topology::{Link, LinkId, NodeId};

impl Scenario {
    /// Reads the fields of node `id` of this scenario, which may all be other than they are. A filter's rules may name the
    /// neighbors that the node has, there from the start or added.
    ///
    /// # Errors
    /// Every error of the fields, in their order, at `nodes[id]`.
    pub fn read_node(&self, id: NodeId, fields: &Fields<'_>) -> Result<PlacedNode, Vec<Fault>> {
        read::item::node(self, id, fields)
    }

    /// Reads the fields of one more link between nodes of this scenario, there from the start or added.
    ///
    /// # Errors
    /// Every error of the fields, in their order, at the entry of `links` behind the last.
    pub fn read_link(&self, fields: &Fields<'_>) -> Result<Link, Vec<Fault>> {
        read::item::link(self, fields)
    }

    /// Reads the fields of one more run in this network: when it begins, and what it is. What other runs there are is of no
    /// concern, nor which of them a change stops.
    ///
    /// # Errors
    /// Every error of the network, then every error of the fields in their order, at the entry of `runs` behind the last.
    pub fn read_run(&self, fields: &Fields<'_>) -> Result<(Instant, RunSpec), Vec<Fault>> {
        read::item::run(self, fields)
    }

    /// The fields of a node of the start.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn write_node(&self, id: NodeId) -> Fields<'_> {
        write::node(self, id)
    }

    /// The fields of a link of the start.
    ///
    /// # Panics
    /// If there is no such link.
    pub fn write_link(&self, id: LinkId) -> Fields<'_> {
        write::link(self, id)
    }

    /// The fields of a planned run, by its place in [`runs`](Self::runs).
    ///
    /// # Panics
    /// If there is no such run.
    pub fn write_run(&self, number: usize) -> Fields<'_> {
        write::run(self, number)
    }
}
