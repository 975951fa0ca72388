//! Runs a world to its end.

use crate::record::Recorder;
use anyhow::anyhow;
use indicatif::{ProgressBar, ProgressStyle};
use netlab::history::Limits;
use netlab::world::{Progress, Quiet};
use netlab::{Duration, Instant, World};
use scenario::Scenario;

/// A world that does not become quiet is stopped at this virtual time.
const QUIET_BY: Duration = Duration::from_secs(3_600);
/// Moments between two visits of the recorder: far fewer than a history keeps, even in a broadcast storm.
const MOMENTS_AT_ONCE: u32 = 16;
/// Slices between two updates of the progress line.
const SLICES_PER_UPDATE: u32 = 4_096;

/// The scenario's world, at its beginning.
pub fn world(scenario: &Scenario) -> anyhow::Result<World> {
    scenario.world(Limits::default()).map_err(|faults| {
        anyhow!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

/// Runs the scenario until this moment; without one, until the world is quiet.
pub fn run(
    scenario: &Scenario,
    until: Option<Duration>,
    mut capture: Option<&mut Recorder>,
) -> anyhow::Result<World> {
    let mut world = world(scenario)?;
    // Only drawn on a terminal.
    let style = ProgressStyle::with_template("{spinner} {msg}")?;
    let progress = ProgressBar::new_spinner().with_style(style);
    let end = Instant::ZERO + until.unwrap_or(QUIET_BY);
    for slice in 1u32.. {
        let reached = match until {
            Some(_) => world.run_until(end, budget()) == Progress::Reached,
            None => world.run_until_quiet(end, budget()) != Quiet::Paused,
        };
        if let Some(capture) = capture.as_deref_mut() {
            capture.take(&world)?;
        }
        if reached {
            break;
        }
        if slice.is_multiple_of(SLICES_PER_UPDATE) {
            progress.set_message(format!("at {} s of virtual time", world.now().secs_f64()));
            progress.tick();
        }
    }
    progress.finish_and_clear();
    Ok(world)
}

/// A budget of a number of moments.
fn budget() -> impl FnMut() -> bool {
    let mut moments = 0;
    move || {
        moments += 1;
        moments < MOMENTS_AT_ONCE
    }
}
