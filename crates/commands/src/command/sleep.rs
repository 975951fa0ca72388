//! `sleep`: time passes.

use host::program::{Poll, Program};
use host::system::System;
use shell::Hosts;
use shell::arguments::{Wrong, seconds};
use wire::{Duration, Instant};

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let [text] = words else { return Err("it takes a number of seconds".into()) };
    let time = seconds(text).ok_or_else(|| format!("invalid time interval '{text}'"))?;
    Ok(Box::new(Sleep { time, until: None }))
}

struct Sleep {
    time: Duration,
    until: Option<Instant>,
}

impl Program for Sleep {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let until = *self.until.get_or_insert(system.now() + self.time);
        if system.now() >= until { Poll::Exit(0) } else { Poll::Wait(Some(until)) }
    }
}
