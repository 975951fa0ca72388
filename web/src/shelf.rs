//! The person's own scenarios, stored in this browser. Each has a key of its own, so that two tabs never overwrite each other's
//! scenarios. They are stored as share links' packed text, so that there is room for hundreds.

use crate::storage;
use scenario::{Scenario, link};

/// The prefix of their keys; the number is the format's version.
const PREFIX: &str = "packetarium.mine.1.";

/// A stored scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its number; newer ones have higher numbers.
    pub number: u32,
    /// The scenario.
    pub scenario: Scenario,
}

/// There was no room, or the browser allows no storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotKept;

/// All stored scenarios, the newest first. Those that cannot be read are left out, not removed.
pub fn all() -> Vec<Kept> {
    let mut kept: Vec<Kept> = numbers().into_iter().filter_map(get).collect();
    kept.reverse();
    kept
}

/// The numbers in use, ascending.
fn numbers() -> Vec<u32> {
    let mut numbers = Vec::new();
    for key in storage::keys() {
        if let Some(number) = key.strip_prefix(PREFIX).and_then(|number| number.parse().ok()) {
            let place = numbers.partition_point(|other| *other < number);
            numbers.insert(place, number);
        }
    }
    numbers
}

fn get(number: u32) -> Option<Kept> {
    let text = storage::get(&key(number))?;
    let document = link::text(&text).ok()?;
    Some(Kept { number, scenario: Scenario::draft(&document).ok()? })
}

/// An unused number.
pub fn fresh() -> u32 {
    numbers().last().map_or(1, |last| last.saturating_add(1))
}

/// Stores a scenario under this number.
pub fn keep(number: u32, scenario: &Scenario) -> Result<(), NotKept> {
    if storage::set(&key(number), &link::encode(scenario)) { Ok(()) } else { Err(NotKept) }
}

/// Removes the scenario with this number.
pub fn forget(number: u32) {
    storage::remove(&key(number));
}

fn key(number: u32) -> String {
    format!("{PREFIX}{number}")
}
