//! A host: its kernel, and the programs that run on it.
//!
//! A poll lets the programs do what they can and sends what is to be sent. It happens when a frame came or a timer is due, never
//! because a slice of the run ended.

use crate::config::Config;
use crate::event::Output;
use crate::kernel::{Kernel, ServerNeeds, Timer};
use crate::memory::Memory;
use crate::meter::Meter;
use crate::process::{PROGRAMS_MAX, Process, ProgramEvent, ProgramId};
use crate::program::{Activity, Poll, Program};
use crate::run::{RunId, RunKind};
use crate::sockets::Descriptor;
use crate::system::System;
use smoltcp::socket::tcp;
use smoltcp::wire::{IpAddress, IpCidr};
use wire::node::Tag;
use wire::rng::Stream;
use wire::{Duration, Frame, Instant, NodeId};

/// Beside the kernel's streams of random numbers: that of each program, whose number follows.
const STREAM_OF_PROGRAMS: u64 = 3;

/// A program that acts whenever it is polled would keep its host busy for ever: after this number of polls at one moment, time goes on.
const ROUNDS_MAX: u32 = 256;
/// How long time goes on before such a program is polled again.
const PAUSE: Duration = Duration::from_micros(10);

/// A host: one network card, a smoltcp stack, and the programs on it.
pub struct Host {
    kernel: Kernel,
    name: String,
    programs: Vec<Running>,
    timer: Option<(Instant, Timer)>,
}

/// A program that runs.
struct Running {
    process: Process,
    program: Box<dyn Program>,
    /// When it wants to be polled next; `None`: when something comes.
    wake: Option<Instant>,
    /// It waits only for upkeep.
    idle: bool,
}

impl Host {
    /// A host that is node `id`, without a cable. The settings have to be within their bounds.
    ///
    /// # Panics
    /// If there are more addresses than [`ADDRESSES_MAX`](crate::config::ADDRESSES_MAX).
    pub fn new(id: NodeId, config: Config, random_seed: u64) -> Self {
        let kernel = Kernel::new(id, config, random_seed);
        Self { kernel, name: String::new(), programs: Vec::new(), timer: None }
    }

    /// Names the host, for the programs on it.
    pub fn set_name(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// Lets the host count the buffers of its sockets together with others, before it has any.
    pub fn share_memory(&mut self, memory: &Memory) {
        self.kernel.sockets.share_memory(memory);
    }

    /// Changes what its services are set to. Programs that have read their settings keep them.
    pub fn set_services(&mut self, dhcp: bool, services: Option<Box<str>>) {
        self.kernel.config.dhcp = dhcp;
        self.kernel.config.services = services;
    }

    /// The host's cable was plugged in. It tests its IPv6 addresses, reports their groups, and may solicit routers; see
    /// [`next_timer`](Self::next_timer).
    pub fn plugged(&mut self, now: Instant) {
        self.kernel.plugged(now);
        self.plan(now);
    }

    /// Whether the network card is switched on.
    pub fn is_card_on(&self) -> bool {
        self.kernel.card_is_on
    }

    /// The addresses that the host has now, advertised ones included.
    pub fn addresses(&self) -> &[IpCidr] {
        self.kernel.addresses()
    }

    /// A frame reached the card. Returns whether the host has to be polled for it. `tag`: the owner's name for the frame.
    pub fn receive(&mut self, frame: Frame, tag: Tag, meter: &mut Meter<'_>) -> bool {
        self.kernel.receive(frame, tag, meter)
    }

    /// Lets the stack and the programs do all that can be done at this moment, and sends what they have to send.
    pub fn poll(&mut self, meter: &mut Meter<'_>) {
        self.kernel.do_what_is_due(meter);
        self.step(meter);
        let mut rounds = 0;
        while rounds < ROUNDS_MAX && self.kernel.egress(meter) && self.step(meter) {
            rounds += 1;
        }
        self.kernel.settle(meter);
        self.plan(meter.now);
        if rounds == ROUNDS_MAX {
            let again = (meter.now + PAUSE, Timer::Program);
            self.timer = self.timer.into_iter().chain([again]).min();
        }
    }

    /// Sets the timer.
    fn plan(&mut self, now: Instant) {
        // A program whose moment has come and that still waits waits for a frame.
        let wakes = self.programs.iter().filter_map(|running| running.wake.filter(|at| *at > now));
        let program = wakes.min().map(|at| (at, Timer::Program));
        self.timer = self.kernel.timers(now).chain(program).min();
    }

    /// When the host next has something to do by itself, and why.
    pub fn next_timer(&self) -> Option<(Instant, Timer)> {
        self.timer
    }

    // ---- runs ----

    /// Starts the client of a run for `to`; returns what it needs of the other side, unless its own stack answers there
    /// (ping) or it cannot even begin.
    pub fn start(
        &mut self,
        run: RunId,
        kind: &RunKind,
        to: IpAddress,
        meter: &mut Meter<'_>,
    ) -> Option<ServerNeeds> {
        self.kernel.start(run, kind, to, meter)
    }

    /// Starts a server for a run, or lets a running one serve that run too.
    pub fn serve(&mut self, needs: &ServerNeeds, meter: &mut Meter<'_>) {
        self.kernel.serve(needs, meter);
    }

    /// Ends a run: its client closes its connection, or resets it unless the run ended gracefully, and its server stops
    /// unless another run needs it.
    pub fn end(&mut self, run: RunId, gracefully: bool, meter: &mut Meter<'_>) {
        self.kernel.end(run, gracefully, meter);
    }

    /// The TCP socket at this port: to compare with it what was derived from the wire.
    pub fn tcp_socket(&mut self, local_port: u16) -> Option<&tcp::Socket<'static>> {
        self.kernel.tcp_socket(local_port)
    }

    // ---- programs ----

    /// Starts a program, to be polled next.
    pub fn launch(&mut self, id: ProgramId, program: Box<dyn Program>, meter: &mut Meter<'_>) {
        if self.programs.len() >= PROGRAMS_MAX {
            report(id, ProgramEvent::Printed("too many programs run on this host\n".into()), meter);
            return report(id, ProgramEvent::Exited(NOT_STARTED), meter);
        }
        let random = Stream::new(self.kernel.random, &[STREAM_OF_PROGRAMS, u64::from(id.0)]);
        let process = Process::new(id, random);
        self.programs.push(Running { process, program, wake: Some(meter.now), idle: false });
    }

    /// A person types a line, which a program reads when the host is polled next.
    pub fn type_line(&mut self, id: ProgramId, line: &str, meter: &mut Meter<'_>) {
        if let Some(place) = self.place(id)
            && self.programs[place].process.type_line(line.to_owned())
        {
            report(id, ProgramEvent::Typed(line.to_owned()), meter);
        }
    }

    /// No further line will be typed.
    pub fn end_input(&mut self, id: ProgramId, meter: &mut Meter<'_>) {
        if let Some(place) = self.place(id) {
            let ended = std::mem::replace(&mut self.programs[place].process.input_ended, true);
            if !ended {
                report(id, ProgramEvent::InputEnded, meter);
            }
        }
    }

    /// A person interrupts a program. To be followed by a poll.
    pub fn interrupt(&mut self, id: ProgramId, meter: &mut Meter<'_>) {
        let Some(place) = self.place(id) else { return };
        report(id, ProgramEvent::Interrupted, meter);
        let Running { mut process, mut program, .. } = self.programs.remove(place);
        let status = program.interrupt(&mut system(&mut self.kernel, &self.name, &mut process, meter));
        self.exit(process, status, meter);
    }

    /// Whether a program has something to do by itself: it waits for a moment, or for an answer to what it sent. A program that is
    /// [idle](Poll::Idle) is not busy, nor is one that waits for input.
    pub fn is_busy(&self) -> bool {
        let is_busy = |running: &Running| self.activity_of(running) == Activity::Busy;
        self.kernel.is_busy() || self.programs.iter().any(is_busy)
    }

    /// What a program is doing; `None`: it is over.
    pub fn activity(&self, id: ProgramId) -> Option<Activity> {
        self.place(id).map(|place| self.activity_of(&self.programs[place]))
    }

    fn activity_of(&self, Running { process, wake, idle, .. }: &Running) -> Activity {
        let unsettled = |descriptor: &Descriptor| match descriptor {
            Descriptor::Tcp(connection) => self.kernel.sockets.is_unsettled(connection.handle),
            Descriptor::Listener(_) | Descriptor::Udp(_) | Descriptor::Echo(_) | Descriptor::Capture(_) => {
                false
            }
        };
        match idle {
            true => Activity::Idle,
            false if wake.is_some() || process.sockets.iter().any(|(_, its)| unsettled(its)) => {
                Activity::Busy
            }
            false => Activity::Waits,
        }
    }

    fn place(&self, id: ProgramId) -> Option<usize> {
        self.programs.iter().position(|running| running.process.id == id)
    }

    /// Lets all programs do what they can; returns whether one touched a socket.
    fn step(&mut self, meter: &mut Meter<'_>) -> bool {
        let mut acted = self.kernel.step(meter);
        let mut place = 0;
        while let Some(Running { process, program, wake, idle }) = self.programs.get_mut(place) {
            process.acted = false;
            let poll = program.poll(&mut system(&mut self.kernel, &self.name, process, meter));
            flush(process, meter);
            acted |= process.acted;
            match poll {
                Poll::Wait(at) | Poll::Idle(at) => {
                    *idle = matches!(poll, Poll::Idle(_));
                    *wake = at.filter(|at| *at > meter.now);
                    place += 1;
                }
                Poll::Exit(status) => {
                    let Running { process, .. } = self.programs.remove(place);
                    self.exit(process, status, meter);
                    acted = true;
                }
            }
        }
        acted
    }

    fn exit(&mut self, mut process: Process, status: u8, meter: &mut Meter<'_>) {
        flush(&mut process, meter);
        for (_, descriptor) in process.sockets {
            self.kernel.close(descriptor, meter);
        }
        report(process.id, ProgramEvent::Exited(status), meter);
    }
}

/// The exit status of a program that could not be started, as shells report it.
const NOT_STARTED: u8 = 126;

fn system<'a>(
    kernel: &'a mut Kernel,
    name: &'a str,
    process: &'a mut Process,
    meter: &'a mut Meter<'_>,
) -> System<'a> {
    let meter = Meter { now: meter.now, runs: meter.runs, actions: meter.actions };
    System { kernel, meter, process, name }
}

/// Reports what a program has printed.
fn flush(process: &mut Process, meter: &mut Meter<'_>) {
    if !process.printed.is_empty() {
        let text = std::mem::take(&mut process.printed);
        report(process.id, ProgramEvent::Printed(text), meter);
    }
}

fn report(program: ProgramId, event: ProgramEvent, meter: &mut Meter<'_>) {
    meter.actions.event(Output::Program { program, event });
}

#[cfg(test)]
mod tests;
