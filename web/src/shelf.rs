//! The person's own scenarios, kept in this browser: each under a key of its own, so that two tabs never overwrite each
//! other's, and as the link's own packed text, so that hundreds have room.

use crate::storage;
use scenario::{Scenario, link};

/// What all their keys begin with; the number is that of their form.
const PREFIX: &str = "packetarium.mine.1.";

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its number; higher ones are younger.
    pub number: u32,
    /// It.
    pub scenario: Scenario,
}

/// There was no room, or the browser allows no storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotKept;

/// All that are kept, the youngest first. What cannot be read any more is passed over, not removed.
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

/// A number that nothing is kept under.
pub fn fresh() -> u32 {
    numbers().last().map_or(1, |last| last.saturating_add(1))
}

/// Keeps it under this number.
pub fn keep(number: u32, scenario: &Scenario) -> Result<(), NotKept> {
    if storage::set(&key(number), &link::encode(scenario)) { Ok(()) } else { Err(NotKept) }
}

/// Forgets it.
pub fn forget(number: u32) {
    storage::remove(&key(number));
}

fn key(number: u32) -> String {
    format!("{PREFIX}{number}")
}
