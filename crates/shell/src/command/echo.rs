//! `echo`: prints its words.

use crate::arguments::Wrong;
use crate::once::Say;
use crate::table::Hosts;
use host::program::Program;

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let (end, words) = match words.split_first() {
        Some((first, rest)) if first == "-n" => ("", rest),
        _ => ("\n", words),
    };
    Ok(Box::new(Say::done(words.join(" ") + end)))
}
