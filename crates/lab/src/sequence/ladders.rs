//! One ladder, or, while branches are compared, two of them on one axis: the same moment is at the same height in both, so that
//! they scroll together.

use super::axis::{Axis, Scale};
use super::lanes::Lanes;
use super::sheet::{Measure, Sheet};
use super::side::Side;
use super::{Ladder, ROOM_TO_GROW};
use crate::Lab;
use crate::compare::difference::has_same;
use netlab::Instant;
use std::ops::Range;

/// The ladder of the branch that is shown, and that of the one that it is compared with.
pub struct Ladders {
    here: Ladder,
    pair: Option<Pair>,
}

struct Pair {
    there: Ladder,
    axis: Axis,
    made_of: Option<([Extent; 2], Scale)>,
}

type Extent = (usize, Option<Instant>, Option<Instant>);

impl Ladders {
    /// At the beginning of a world.
    pub fn new(hosts_only: bool, scale: Scale) -> Self {
        Self { here: Ladder::new(hosts_only, scale), pair: None }
    }

    /// The ladder of the branch that is shown.
    pub fn here(&self) -> &Ladder {
        &self.here
    }

    /// The same, to be saved.
    pub fn here_mut(&mut self) -> &mut Ladder {
        &mut self.here
    }

    /// Whether there are two.
    pub fn is_pair(&self) -> bool {
        self.pair.is_some()
    }

    /// Takes what has happened, as long as it may: see [`Ladder::follow`].
    pub fn follow(&mut self, lab: &Lab, hosts_only: bool, go_on: &mut dyn FnMut() -> bool) {
        self.here.follow(Side::here(lab), hosts_only, go_on);
        let Some(side) = lab.there() else {
            self.pair = None;
            return;
        };
        let scale = self.here.wanted;
        let pair = self.pair.get_or_insert_with(|| Pair {
            there: Ladder::new(hosts_only, scale),
            axis: Axis::new(scale),
            made_of: None,
        });
        pair.there.follow(side, hosts_only, go_on);
    }

    /// Whether all frames were taken.
    pub fn is_complete(&self) -> bool {
        self.all().all(Ladder::is_complete)
    }

    /// The number of transits that are drawn.
    pub fn transit_count(&self) -> usize {
        self.all().map(Ladder::transit_count).sum()
    }

    fn all(&self) -> impl Iterator<Item = &Ladder> {
        [Some(&self.here), self.pair.as_ref().map(|pair| &pair.there)].into_iter().flatten()
    }

    /// Changes the scale; nothing gets higher than `height_max`.
    pub fn set_scale(&mut self, scale: Scale, height_max: f64) {
        self.here.set_scale(scale, height_max);
        let Some(pair) = &mut self.pair else { return };
        let of = Some(([self.here.axis().extent(), pair.there.axis().extent()], scale));
        if pair.made_of == of {
            return;
        }
        pair.made_of = of;
        pair.axis = Axis::merged(self.here.axis(), pair.there.axis(), scale);
        if pair.axis.height() > height_max {
            pair.axis.set_scale(scale.shrunk(height_max * ROOM_TO_GROW / pair.axis.height()));
        }
    }

    /// The vertical position of each moment, in both.
    pub fn axis(&self) -> &Axis {
        self.pair.as_ref().map_or(self.here.axis(), |pair| &pair.axis)
    }

    /// The ladders, with what each is read from: first that of the branch that is shown.
    pub fn sides<'a>(&'a self, lab: &'a Lab) -> Vec<(&'a Ladder, Side<'a>)> {
        let there = self.pair.as_ref().and_then(|pair| Some((&pair.there, lab.there()?)));
        [Some((&self.here, Side::here(lab))), there].into_iter().flatten().collect()
    }

    /// The lifelines, the same in both.
    pub fn lanes(&self, lab: &Lab, width: f64, pitch_min: f64) -> Lanes {
        Lanes::shared(&self.sides(lab), width, pitch_min)
    }

    /// Lays out the part between two heights of each ladder. Of two, each arrow is marked by whether the other has the same.
    pub fn sheets(&self, lab: &Lab, lanes: &Lanes, y: Range<f64>, measure: Measure) -> Vec<Sheet> {
        let sides = self.sides(lab);
        let sheet = |(number, &(ladder, side)): (usize, &(&Ladder, Side<'_>))| {
            // What is selected has a number of the history that is shown.
            let measure = if number == 0 { measure } else { Measure { selected: None, ..measure } };
            let mut sheet = Sheet::on(self.axis(), ladder, side, lanes, y.clone(), measure);
            if let [here, there] = sides[..] {
                let other = if number == 0 { there.1 } else { here.1 };
                for stroke in &mut sheet.strokes {
                    let wires = ladder.wires(side.history, stroke.place);
                    let same = |wires: [_; 2]| wires.into_iter().all(|wire| has_same(other.history, wire));
                    stroke.in_both = wires.map(same);
                }
            }
            sheet
        };
        sides.iter().enumerate().map(sheet).collect()
    }
}
