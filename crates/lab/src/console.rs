//! Consoles: commands that a person starts on hosts, and what is typed to them.
//!
//! Each is a deed like any other: it is recorded with its moment, and in the past it makes a branch.

use crate::Lab;
use crate::command::Refusal;
use crate::deed::Deed;
use netlab::history::ProgramId;
use netlab::topology::NodeId;
use scenario::{Change, CommandLine, Key};
use texts::t;

impl Lab {
    /// Starts the command of this line on a host, at the playhead.
    ///
    /// # Errors
    /// The world's reason: the node is no host, or the line is too long.
    pub fn type_command(&mut self, on: NodeId, line: &str) -> Result<(), Refusal> {
        self.playhead.finish_glide();
        let name = t!("{line} on {}", self.whole().node(on).name);
        let launch = Deed::Launch(CommandLine { on, line: line.to_owned() });
        let forks = self.rewound;
        self.do_at_playhead(vec![launch], self.scenario.clone(), &name)?;
        if !forks {
            self.catch_up_to = None;
            self.play();
        }
        Ok(())
    }

    /// Types something to a command that runs, at the playhead.
    ///
    /// # Errors
    /// The world's reason: there is no such command, or it has not begun.
    pub fn type_key(&mut self, program: ProgramId, key: Key) -> Result<(), Refusal> {
        self.playhead.finish_glide();
        let log = self.world.history().programs().get(program.0 as usize);
        let name = log.map_or_else(String::new, |log| log.line.clone());
        let Some(command) = program.0.checked_sub(self.scenario.services()) else {
            return Err(netlab::world::CommandError::NoSuchThing.into());
        };
        let typed = Deed::Change(Box::new(Change::Key(ProgramId(command), key)));
        self.do_at_playhead(vec![typed], self.scenario.clone(), &name)
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
