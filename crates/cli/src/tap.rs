//! A running world joined to TAP devices: a machine behind one, such as a real kernel, is a host of the simulated network.
//!
//! The world runs at wall-clock speed: it is let run up to now, what has reached the open nodes goes into the devices, what
//! comes out of the devices is sent by the open nodes, and then this waits for whichever comes first, the next event or the
//! next frame. Sleeping exactly is not to be had, so frames arrive up to some tens of microseconds late; never early.
//!
//! The one place where the command line looks at the clock. What comes from outside is in no document: such a world cannot be
//! run again, and its history's hash means nothing.

#![allow(clippy::disallowed_methods, reason = "a world beside a real kernel runs at the speed of the clock")]

use anyhow::{Context, Result, bail};
use netlab::history::Limits;
use netlab::topology::NodeId;
use netlab::{Frame, Instant, World};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use scenario::problem::Kind;
use scenario::{Fault, Scenario, problems};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::time;
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

/// The least length of an Ethernet frame's header: what is shorter is no frame.
const HEADER_BYTES: usize = 14;
/// The longest frame that a TAP device can hand over.
const FRAME_BYTES_MAX: usize = 65_536;
/// A world that runs for hours keeps only the last seconds of its history: no more is read.
const LIMITS: Limits = Limits { frame_bytes: 16 << 20, transits: 20_000 };
/// It waits no longer than this at a time.
const WAIT_MAX: time::Duration = time::Duration::from_millis(100);

/// A node whose place a machine outside takes, and the TAP device between them.
struct Door {
    node: NodeId,
    device: SyncDevice,
}

/// Removes the warnings that suppose that all machines of the network are in the document: what is behind a machine outside is not known.
pub fn forget_guesses(scenario: &Scenario, faults: &mut Vec<Fault>) {
    let supposes = |kind| {
        matches!(
            kind,
            Kind::NoRoute
                | Kind::MissingRoute { .. }
                | Kind::TooFar
                | Kind::UnknownAddress
                | Kind::UnknownGateway
                | Kind::NoAdvertiser
                | Kind::NoDhcpServer
                | Kind::NoDnsServer
                | Kind::UnknownName
                | Kind::Alone
        )
    };
    let supposed: Vec<Fault> = problems(scenario)
        .into_iter()
        .filter(|problem| supposes(problem.kind) && !problem.fault.is_error())
        .map(|problem| problem.fault)
        .collect();
    faults.retain(|fault| {
        !supposed.iter().any(|other| (&other.place, &other.message) == (&fault.place, &fault.message))
    });
}

/// Joins the nodes of a scenario to TAP devices, one each, until `lasts` is over or the program is interrupted. Returns the world as it is
/// then.
pub fn tap(
    scenario: &Scenario,
    nodes: &[String],
    devices: &[String],
    lasts: Option<netlab::Duration>,
) -> Result<World> {
    let interrupts = hold_interrupts().context("interrupts cannot be waited for")?;
    if nodes.len() != devices.len() {
        bail!("there are {} --at and {} --dev: give one device for each node", nodes.len(), devices.len());
    }
    let whole = scenario.whole();
    let mut world = scenario.world(LIMITS).map_err(|faults| anyhow::anyhow!("{}", faults[0]))?;
    let mut doors = Vec::new();
    for (id, name) in nodes.iter().zip(devices) {
        let Some(node) = whole.node(id) else { bail!("no node has the id {id:?}") };
        if !world.open(node) {
            bail!(
                "{id:?} is no host, or it is already joined: only the place of a host can be taken by a machine outside"
            );
        }
        let device = DeviceBuilder::new().name(name).layer(Layer::L2).build_sync().with_context(|| {
            format!("the TAP device {name:?} cannot be opened; that takes root, or an own network namespace (unshare -Urn)")
        })?;
        device.set_nonblocking(true).context("the TAP device cannot be read without waiting")?;
        let mtu = device.mtu().unwrap_or_default();
        report(&format!("{id} is {name} (MTU {mtu})"))?;
        doors.push(Door { node, device });
    }
    report("running at the clock's speed")?;
    run(&mut world, &doors, &interrupts, lasts)?;
    Ok(world)
}

/// From now on Ctrl-C and SIGTERM do not end the program, which ends in order when it reads them.
fn hold_interrupts() -> nix::Result<SignalFd> {
    let mut interrupts = SigSet::empty();
    interrupts.add(Signal::SIGINT);
    interrupts.add(Signal::SIGTERM);
    interrupts.thread_block()?;
    SignalFd::with_flags(&interrupts, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)
}

/// Prints to standard error at once: a script that waits for the devices reads it.
fn report(text: &str) -> io::Result<()> {
    let mut out = io::stderr().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

fn run(
    world: &mut World,
    doors: &[Door],
    interrupts: &SignalFd,
    lasts: Option<netlab::Duration>,
) -> Result<()> {
    let began = time::Instant::now();
    let now = || Instant::from_nanos(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
    let end = lasts.map(|lasts| Instant::ZERO + lasts);
    let mut buffer = vec![0; FRAME_BYTES_MAX];
    loop {
        world.run_until(now(), || true);
        for door in doors {
            for (_, frame) in world.take_arrived(door.node) {
                match door.device.send(&frame) {
                    Ok(_) => {}
                    // The kernel's queue is full, or its device is down: frames are lost there as on any card.
                    Err(error) if is_loss(&error) => {}
                    Err(error) => return Err(error).context("a frame cannot be written to the TAP device"),
                }
            }
        }
        let mut came = false;
        for door in doors {
            while let Some(frame) = receive(&door.device, &mut buffer)? {
                world.inject(door.node, frame);
                came = true;
            }
        }
        let interrupted = interrupts.read_signal().context("interrupts cannot be read")?.is_some();
        if interrupted || end.is_some_and(|end| now() >= end) {
            return Ok(());
        }
        if came {
            continue;
        }
        let next = [world.next_event_at(), end].into_iter().flatten().min();
        let wait =
            next.map_or(WAIT_MAX, |next| time::Duration::from_nanos((next - now()).nanos()).min(WAIT_MAX));
        wait_for(doors, interrupts, wait)?;
    }
}

fn receive(device: &SyncDevice, buffer: &mut [u8]) -> Result<Option<Frame>> {
    match device.recv(buffer) {
        Ok(bytes) if bytes < HEADER_BYTES => Ok(None),
        Ok(bytes) => Ok(Some(Frame::copy_from(&buffer[..bytes]))),
        Err(error) if is_loss(&error) => Ok(None),
        Err(error) => Err(error).context("the TAP device cannot be read"),
    }
}

/// Nothing is there to be read, or what is written is lost: the device is not up yet, or its queue is full.
fn is_loss(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
        || error.raw_os_error() == Some(nix::errno::Errno::EIO as i32)
}

/// Waits for a frame from any of the devices, or an interrupt, at most for a duration. Waiting has a resolution of a millisecond; below that
/// the thread only yields: at 100 Mbit/s frames come every tenth of a millisecond.
fn wait_for(doors: &[Door], interrupts: &SignalFd, wait: time::Duration) -> Result<()> {
    let millis = u16::try_from(wait.as_millis()).unwrap_or(u16::MAX);
    if millis == 0 {
        std::thread::yield_now();
        return Ok(());
    }
    // The descriptors live as long as the devices.
    let devices = doors.iter().map(|door| door.device.as_fd());
    let mut descriptors: Vec<_> =
        devices.chain([interrupts.as_fd()]).map(|of| PollFd::new(of, PollFlags::POLLIN)).collect();
    match poll(&mut descriptors, PollTimeout::from(millis)) {
        Ok(_) | Err(nix::errno::Errno::EINTR) => Ok(()),
        Err(error) => Err(error).context("waiting for the TAP devices failed"),
    }
}
