//! `hostname`: the host's name, or its addresses.

use crate::arguments::{Arguments, Word, Wrong, unknown};
use crate::once::Once;
use crate::table::Hosts;
use host::program::Program;
use host::system::System;

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let (mut arguments, mut addresses) = (Arguments::new(words), false);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('I') => addresses = true,
            other => return Err(unknown(&other)),
        }
    }
    Ok(Box::new(Once(move |system: &mut System<'_>| {
        let text = match addresses {
            true => {
                let all = system.addresses().iter().map(|cidr| cidr.address().to_string());
                all.collect::<Vec<_>>().join(" ")
            }
            false => system.hostname().to_owned(),
        };
        (text + "\n", 0)
    })))
}
