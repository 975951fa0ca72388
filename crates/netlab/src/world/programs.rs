//! Programs on the hosts of a world: started by commands, typed at, interrupted.
//!
//! Which programs there are a world does not know: its owner gives it a [`Shell`], so that a page loads them when they are wanted.

use super::{CommandError, World};
use crate::history::ProgramLog;
use crate::topology::{HostConfig, NodeId};
use host::program::{Activity, Program, ProgramEvent, ProgramId};
use host::{Host, Meter, Output};
use wire::Instant;

/// Makes the program that a command line asks for. What is wrong with the line, the program prints.
pub type Shell = fn(&str) -> Box<dyn Program>;

/// What a change of a host's services ends and starts: its settings before and after.
pub type Services = fn(&HostConfig, &HostConfig) -> Turn;

/// The command lines of services that end, and of those that begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Programs of these lines are interrupted, whatever has started them.
    pub ends: Vec<String>,
    /// Programs of these lines are started then, in this order.
    pub begins: Vec<String>,
}

/// The longest command line, or line that is typed to a program, in bytes.
pub const LINE_MAX: usize = 1_000;
/// Programs that can be started in one world.
pub const PROGRAMS_MAX: usize = 10_000;

impl World {
    /// Starts the program that a command line asks for, at the first open moment; returns that moment and the program.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn launch(&mut self, on: NodeId, line: &str) -> Result<(Instant, ProgramId), CommandError> {
        let command = super::Command::Launch { on, line: line.to_owned() };
        let (at, _) = self.apply(command)?;
        Ok((at, ProgramId(self.history.programs().len() as u32 - 1)))
    }

    /// What a program is doing at this moment; `None`: it has not begun, or is over.
    ///
    /// # Panics
    /// If there is no such program.
    pub fn activity(&self, program: ProgramId) -> Option<Activity> {
        let on = self.history.program(program).on;
        self.nodes[on.index()].machine.activity(program)
    }

    /// Whether a command line can be started on this node.
    pub(super) fn check_launch(&self, at: Instant, on: NodeId, line: &str) -> Result<(), CommandError> {
        self.check_known(at, on)?;
        if self.topology.host(on).is_none() {
            return Err(CommandError::NoPrograms);
        }
        if self.kinds.shell.is_none() {
            return Err(CommandError::NoShell);
        }
        if self.history.programs().len() >= PROGRAMS_MAX {
            return Err(CommandError::OutOfBounds("at most 10 000 commands are started in one network"));
        }
        check_line(line)
    }

    pub(super) fn check_program(&self, at: Instant, id: ProgramId, line: &str) -> Result<(), CommandError> {
        match self.history.find_program(id) {
            None => Err(CommandError::NoSuchThing),
            Some(program) if at < program.start => Err(CommandError::NotYet { at, born: program.start }),
            Some(_) => check_line(line),
        }
    }

    pub(super) fn launch_now(&mut self, now: Instant, on: NodeId, id: ProgramId, line: &str) {
        let shell = self.kinds.shell.expect("it was checked when this was scheduled");
        let program = shell(line);
        self.measure(now, on, |host, meter| match host {
            Some(host) => host.launch(id, program, meter),
            None => {
                let text = "this host is outside of the network: no command can be started on it\n";
                let mut report = |event| meter.actions.event(Output::Program { program: id, event });
                report(ProgramEvent::Printed(text.to_owned()));
                report(ProgramEvent::Exited(126));
            }
        });
        self.dirty.insert(on);
    }

    /// Ends and starts the services of a host whose settings have changed.
    pub(super) fn turn_services(
        &mut self,
        now: Instant,
        on: NodeId,
        before: &HostConfig,
        after: &HostConfig,
    ) {
        let Some(turn) = self.kinds.services else { return };
        let Turn { ends, begins } = turn(before, after);
        let is_one = |log: &ProgramLog| log.on == on && ends.contains(&log.line);
        let programs = self.history.all_programs().filter(|(_, log)| is_one(log)).map(|(id, _)| id);
        for program in programs.collect::<Vec<_>>() {
            self.with_program(now, program, Host::interrupt);
        }
        for line in begins {
            let id = self.history.add_service(now, on, line.clone());
            self.launch_now(now, on, id, &line);
        }
    }

    /// Lets `f` do something to a program, if its host is one of this world.
    pub(super) fn with_program(
        &mut self,
        now: Instant,
        id: ProgramId,
        f: impl FnOnce(&mut Host, ProgramId, &mut Meter<'_>),
    ) {
        let on = self.history.program(id).on;
        self.measure(now, on, |host, meter| {
            if let Some(host) = host {
                f(host, id, meter);
            }
        });
        self.dirty.insert(on);
    }

    /// Notes whether a node's programs have something to do.
    pub(super) fn note_busy(&mut self, node: NodeId) {
        let running = &mut self.nodes[node.index()];
        let busy = running.machine.is_busy();
        if busy != running.busy {
            running.busy = busy;
            self.hosts_busy = if busy { self.hosts_busy + 1 } else { self.hosts_busy - 1 };
        }
    }
}

fn check_line(line: &str) -> Result<(), CommandError> {
    if line.len() > LINE_MAX || line.contains(['\n', '\r']) {
        return Err(CommandError::OutOfBounds("a line has at most 1 000 bytes, and no line break inside"));
    }
    Ok(())
}
