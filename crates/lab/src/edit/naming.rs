//! Ids for what is new: the next one in the line of those that are there.

use scenario::Scenario;

/// An id that no node has: `h1`, `h2`, …
pub fn fresh_id(scenario: &Scenario, prefix: &str) -> String {
    let mut ids = (1..).map(|number: u32| format!("{prefix}{number}"));
    ids.find(|id| scenario.node(id).is_none()).expect("there are more numbers than nodes")
}
