//! `run --pcapng`: frames are written to a file while the world runs. Frames that a filter does not match are only counted.

use anyhow::{Context, bail};
use capture::{Network, Place, Writer};
use dissect::filter::Filter;
use netlab::World;
use scenario::Scenario;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use trace::{Order, Sifter};

/// A capture being written.
pub struct Recorder {
    path: PathBuf,
    order: Order,
    filter: Option<Sifter>,
    writer: Writer<BufWriter<File>>,
}

/// The network of a scenario as captures name it.
pub fn network(scenario: &Scenario) -> Network<'_> {
    Network { title: &scenario.title, topology: &scenario.topology, ids: &scenario.ids }
}

impl Recorder {
    /// Begins a capture at this place.
    pub fn create(
        path: PathBuf,
        scenario: &Scenario,
        place: Place,
        filter: Option<Filter>,
    ) -> anyhow::Result<Self> {
        let context = || format!("cannot write {}", path.display());
        let file = File::create(&path).with_context(context)?;
        let writer = Writer::new(BufWriter::new(file), &network(scenario), place).with_context(context)?;
        let filter = filter.map(|filter| Sifter::new(filter, place));
        Ok(Self { path, order: Order::new(place), filter, writer })
    }

    /// Writes the frames since the last call whose outcome is known.
    pub fn take(&mut self, world: &World) -> anyhow::Result<()> {
        let Self { path, order, filter, writer } = self;
        let mut written = Ok(());
        let history = world.history();
        order.take(history, world.now(), &mut |sighting, transit| {
            let passes = filter.as_mut().is_none_or(|sifter| sifter.passes(history, sighting, transit));
            if passes {
                written = writer.write(sighting, transit);
            } else {
                writer.skip(sighting, transit);
            }
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
