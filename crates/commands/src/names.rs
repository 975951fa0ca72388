//! Names in the words of commands, through the host's stub resolver and the cache that all its programs share.

use host::system::System;
use services::program::dns::Names;
use shell::Resolver;
use smoltcp::wire::IpAddress;
use wire::Instant;

/// Looks up names for one command.
pub fn names() -> Box<dyn Resolver> {
    Box::new(Stub { names: None })
}

struct Stub {
    names: Option<Names>,
}

impl Resolver for Stub {
    fn look_up(&mut self, system: &mut System<'_>, name: &str) {
        let names = self.names.get_or_insert_with(|| Names::new(system));
        names.look_up(system, name);
    }

    fn poll(&mut self, system: &mut System<'_>) -> Option<Result<Vec<IpAddress>, String>> {
        let found = self.names.as_mut()?.poll(system).pop()?;
        Some(found.1.map_err(|error| error.to_string()))
    }

    fn poll_at(&self) -> Option<Instant> {
        self.names.as_ref()?.poll_at()
    }
}
