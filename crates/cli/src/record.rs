//! `run --pcapng`: what crosses the wires goes into a file while the world runs.

use anyhow::{Context, bail};
use capture::{Network, Order, Place, Writer};
use netlab::World;
use scenario::Scenario;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

/// A capture being written.
pub struct Recorder {
    path: PathBuf,
    order: Order,
    writer: Writer<BufWriter<File>>,
}

/// The network of a scenario as captures name it.
pub fn network(scenario: &Scenario) -> Network<'_> {
    Network { title: &scenario.title, topology: &scenario.topology, ids: &scenario.ids }
}

impl Recorder {
    /// Begins a capture of what is seen at this place.
    pub fn create(path: PathBuf, scenario: &Scenario, place: Place) -> anyhow::Result<Self> {
        let context = || format!("cannot write {}", path.display());
        let file = File::create(&path).with_context(context)?;
        let writer = Writer::new(BufWriter::new(file), &network(scenario), place).with_context(context)?;
        Ok(Self { path, order: Order::new(place), writer })
    }

    /// Takes what has happened since it was last called, and writes what is settled.
    pub fn take(&mut self, world: &World) -> anyhow::Result<()> {
        let Self { path, order, writer } = self;
        let mut written = Ok(());
        order.take(world.history(), world.now(), &mut |sighting, transit| {
            written = writer.write(sighting, transit);
            written.is_ok()
        });
        written.with_context(|| format!("cannot write {}", path.display()))?;
        if order.missed() > 0 {
            bail!("more happened at once than can be recorded: the capture would have a gap");
        }
        Ok(())
    }

    /// Ends the capture. Frames that had not left or arrived when the world was left are not in it.
    pub fn finish(self, world: &World) -> anyhow::Result<()> {
        let Self { path, writer, .. } = self;
        writer.finish(world.now()).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(())
    }
}
