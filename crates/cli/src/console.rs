//! A console on a host: each line of standard input is a command, which runs in virtual time until it is over.
//!
//! Time passes only while commands run. A program that waits for what is typed reads the next lines, as in a terminal: so
//! `nc -l 9000` takes what follows it, once nothing else happens in the network. One that goes on in the background, like a DHCP client, is
//! left there.
//!
//! A switch or router has no programs: its tables are shown (`show …`), its settings changed (`set …`), and `sleep` lets time pass.

use crate::run;
use anyhow::{Context, bail};
use netlab::history::{ProgramEvent, ProgramId};
use netlab::topology::{NodeId, NodeKind};
use netlab::world::{Activity, Command};
use netlab::{Duration, Instant, World};
use scenario::Scenario;
use scenario::device::{Answer, Device};
use std::io::{self, BufRead, IsTerminal, Lines, StdinLock, Write};

/// How long the services that begin with the network may take, such as a DHCP client with its first lease, before the first
/// command.
const SETTLED_BY: Duration = Duration::from_secs(60);

/// Runs the lines of standard input on a host, from this moment on or once its services have begun; returns the exit status of the
/// last. A command is interrupted that has not ended after `limit`.
pub fn console(
    scenario: &Scenario,
    node: &str,
    begin: Option<Duration>,
    limit: Duration,
) -> anyhow::Result<u8> {
    let Some(on) = scenario.node(node) else { bail!("there is no node {node:?}") };
    let shows_tables = match scenario.whole().topology.nodes[on.index()].kind {
        NodeKind::Host(_) => false,
        NodeKind::Switch(_) | NodeKind::Router(_) => true,
        NodeKind::Hub => bail!("{node:?} is a hub: it has nothing that could be asked"),
    };
    let mut world = run::world(scenario)?;
    match begin {
        Some(begin) => {
            world.run_until(Instant::ZERO + begin, || true);
        }
        None => settle(&mut world, scenario.services()),
    }
    let input = io::stdin().lock();
    let is_terminal = input.is_terminal();
    let mut console = Console { world, on, limit, input: input.lines(), ended: false };
    let mut status = 0;
    loop {
        if is_terminal {
            show(&format!("{node}{} ", if shows_tables { '#' } else { '$' }))?;
        }
        let Some(line) = console.next_line()? else { break };
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            [] => {}
            ["exit" | "logout" | "quit"] => break,
            ["exit", code] => return code.parse().context("an exit status is a number from 0 to 255"),
            ["sleep", seconds] if shows_tables => console.sleep(seconds)?,
            _ if shows_tables => status = console.ask(&line)?,
            _ => status = console.run(&line)?,
        }
    }
    if is_terminal {
        show("\n")?;
    }
    Ok(status)
}

/// Lets those programs begin that are started with the network.
fn settle(world: &mut World, services: u32) {
    let end = Instant::ZERO + SETTLED_BY;
    world.run_until(Instant::ZERO, || true);
    let is_busy = |world: &World| {
        (0..services).any(|program| world.activity(ProgramId(program)) == Some(Activity::Busy))
    };
    while is_busy(world)
        && let Some(at) = world.next_event_at().filter(|at| *at <= end)
    {
        world.run_until(at, || true);
    }
}

struct Console {
    world: World,
    on: NodeId,
    limit: Duration,
    input: Lines<StdinLock<'static>>,
    /// Nothing more is typed.
    ended: bool,
}

impl Console {
    fn next_line(&mut self) -> anyhow::Result<Option<String>> {
        let line = self.input.next().transpose().context("cannot read standard input")?;
        self.ended |= line.is_none();
        Ok(line)
    }

    /// Lets time pass.
    fn sleep(&mut self, seconds: &str) -> anyhow::Result<()> {
        let seconds: u32 = seconds.parse().context("a time is a whole number of seconds")?;
        let until = self.world.now() + Duration::from_secs(seconds.into());
        self.world.run_until(until, || true);
        Ok(())
    }

    /// Runs a command to its end; returns its exit status.
    fn run(&mut self, line: &str) -> anyhow::Result<u8> {
        let (at, program) = match self.world.launch(self.on, line) {
            Ok(launched) => launched,
            Err(error) => {
                writeln!(io::stderr(), "packetarium: {error}")?;
                return Ok(2);
            }
        };
        self.world.run_until(at, || true);
        let (mut shown, mut end_was_typed, until) = (None, false, at + self.limit);
        loop {
            let log = self.world.history().program(program);
            for entry in log.entries().iter().filter(|entry| shown.is_none_or(|shown| entry.at > shown)) {
                if let ProgramEvent::Printed(text) = &entry.event {
                    show(text)?;
                }
            }
            shown = Some(self.world.now());
            if let Some(status) = log.exit_at(self.world.now()) {
                return Ok(status);
            }
            match self.world.activity(program) {
                Some(Activity::Idle) => return Ok(0),
                Some(Activity::Waits) if self.world.is_quiet() => {
                    let typed = match self.next_line()? {
                        Some(line) => Command::Type(program, line),
                        None if !std::mem::replace(&mut end_was_typed, true) => Command::EndInput(program),
                        None => Command::Interrupt(program),
                    };
                    self.act(typed)?;
                    continue;
                }
                Some(Activity::Waits | Activity::Busy) | None => {}
            }
            match self.world.next_event_at().filter(|at| *at <= until) {
                Some(at) => {
                    self.world.run_until(at, || true);
                }
                None => self.act(Command::Interrupt(program))?,
            }
        }
    }

    /// Shows a table of a switch or router, or changes a setting; returns the exit status.
    fn ask(&mut self, line: &str) -> anyhow::Result<u8> {
        let device = Device::of(&self.world, self.on, self.world.now()).context("the node has no console")?;
        let (text, status) = match device.ask(line) {
            Answer::Text(text, status) => (text, status),
            Answer::Change(change) => match self.world.apply(change.command(0)) {
                Ok((at, _)) => {
                    self.world.run_until(at, || true);
                    return Ok(0);
                }
                Err(why) => scenario::device::refused(why),
            },
        };
        show(&text)?;
        Ok(status)
    }

    fn act(&mut self, command: Command) -> anyhow::Result<()> {
        let (at, _) = self.world.apply(command)?;
        self.world.run_until(at, || true);
        Ok(())
    }
}

fn show(text: &str) -> io::Result<()> {
    crate::print(text)
}
