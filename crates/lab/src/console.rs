//! Consoles: commands that a person starts on hosts, and what is typed to them.
//!
//! [`screen`] is what a console shows, [`completion`] what the tabulator key does, `device` the consoles of switches and routers, which
//! have no programs.
//!
//! What is typed on a host is a deed like any other: it is recorded with its moment, and in the past it makes a branch.

pub mod completion;
pub(crate) mod device;
pub mod screen;

use crate::Lab;
use crate::command::{Refusal, Typed};
use crate::deed::Deed;
use netlab::history::ProgramId;
use netlab::topology::NodeId;
use scenario::{Change, CommandLine, Key};
use texts::t;

impl Lab {
    /// Types something at a console, at the playhead.
    ///
    /// # Errors
    /// The world's reason: the node is a hub, the line is too long, or the command has not begun.
    pub(crate) fn type_on_console(&mut self, typed: Typed) -> Result<(), Refusal> {
        match typed {
            Typed::Command(on, line) if self.is_device(on) => self.type_on_device(on, &line),
            Typed::Command(on, line) => self.type_command(on, &line),
            Typed::Key(program, key) => self.type_key(program, key),
        }
    }

    /// Starts the command of this line on a host.
    fn type_command(&mut self, on: NodeId, line: &str) -> Result<(), Refusal> {
        self.playhead.finish_glide();
        let name = t!("{line} on {}", self.whole().node(on).name);
        let launch = Deed::Launch(CommandLine { on, line: line.to_owned() });
        self.do_and_go_on(launch, &name)
    }

    /// Types something to a command that runs.
    fn type_key(&mut self, program: ProgramId, key: Key) -> Result<(), Refusal> {
        self.playhead.finish_glide();
        let log = self.world.history().programs().get(program.0 as usize);
        let Some((log, command)) = log.zip(program.0.checked_sub(self.first_command())) else {
            return Err(netlab::world::CommandError::NoSuchThing.into());
        };
        let name = log.line.clone();
        let typed = Deed::Change(Box::new(Change::Key(ProgramId(command), key)));
        self.do_and_go_on(typed, &name)
    }

    /// What is typed is answered in time that passes, so that time passes from then on.
    fn do_and_go_on(&mut self, deed: Deed, name: &str) -> Result<(), Refusal> {
        let forks = self.rewound;
        self.do_at_playhead(vec![deed], self.scenario.clone(), name)?;
        if !forks {
            self.catch_up_to = None;
            self.play();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Clock;
    use crate::travel::Travel;
    use netlab::{Duration, Instant};
    use scenario::Scenario;

    const PAIR: &str = r#"{"packetarium": 1,
        "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}, {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}],
        "links": [{"ends": ["a", "b"]}]}"#;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    #[test]
    fn a_typed_command_is_recorded_and_in_the_past_it_makes_a_branch() {
        let mut lab = Lab::new(Scenario::parse(PAIR).unwrap());
        lab.type_command(NodeId(0), "ping -c 2 10.0.0.2").unwrap();
        assert_eq!(lab.scenario().commands.len(), 1);
        lab.world.run_until(at(5_000), || true);
        let log = lab.world.history().program(ProgramId(0));
        assert_eq!(log.exit_at(at(5_000)), Some(0));
        assert!(
            !log.output_by(at(500)).contains("icmp_seq=2"),
            "a rewound terminal shows what it showed then"
        );

        let hash = lab.world.history().hash();
        let mut again = lab.scenario().world(netlab::history::Limits::default()).unwrap();
        again.run_until(at(5_000), || true);
        assert_eq!(again.history().hash(), hash, "the document makes the same history");

        lab.perform(Clock::Travel(Travel::To(at(500)))).unwrap();
        lab.type_key(ProgramId(0), Key::Interrupt).unwrap();
        lab.world.run_until(at(5_000), || true);
        let log = lab.world.history().program(ProgramId(0));
        assert!(log.output_by(at(5_000)).contains("1 packets transmitted"), "it is another branch");
    }
}
