//! What pointers on the stage mean: a tap, a drag, a pinch. Pure; [`input`](super::input) feeds it the browser's events.

use super::pointer::Pointer;
use kurbo::{Point, Vec2};

/// What the pointers mean together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gesture {
    /// The picture moves with the pointer.
    Pan(Vec2),
    /// Two fingers: zoom by a factor about the place where their middle was, then move by a distance.
    Pinch {
        /// Above 1: closer.
        factor: f64,
        /// Where their middle was.
        about: Point,
        /// How far it moved.
        by: Vec2,
    },
    /// Pressed and let go at one place.
    Tap,
}

/// The pointers that are down. At most two count.
#[derive(Clone, Debug, Default)]
pub struct Gestures {
    down: Vec<Finger>,
    /// It has become a drag or a pinch: letting go is no tap.
    travelled: bool,
}

#[derive(Clone, Copy, Debug)]
struct Finger {
    id: i32,
    kind: Pointer,
    pressed: Point,
    at: Point,
}

impl Gestures {
    /// A pointer was pressed. Says whether it counts.
    pub fn press(&mut self, id: i32, kind: Pointer, at: Point) -> bool {
        self.release(id);
        match self.down.len() {
            0 => self.travelled = false,
            1 => self.travelled = true,
            _ => return false,
        }
        self.down.push(Finger { id, kind, pressed: at, at });
        true
    }

    /// A pointer moved.
    pub fn travel(&mut self, id: i32, to: Point) -> Option<Gesture> {
        let index = self.down.iter().position(|finger| finger.id == id)?;
        let before = self.down.clone();
        self.down[index].at = to;
        match (before.as_slice(), self.down.as_slice()) {
            ([was], [is]) => {
                if !self.travelled && is.at.distance(is.pressed) < is.kind.slop() {
                    // Measured from where it was pressed, so that a slow hand gets away from the slop in the end.
                    self.down[index].at = was.at;
                    return None;
                }
                self.travelled = true;
                Some(Gesture::Pan(is.at - was.at))
            }
            ([a, b], [c, d]) => {
                let (from, to) = (a.at.midpoint(b.at), c.at.midpoint(d.at));
                let (near, far) = (a.at.distance(b.at), c.at.distance(d.at));
                // Two fingers at one place have no distance to compare with.
                let factor = if near < 1.0 { 1.0 } else { far / near };
                Some(Gesture::Pinch { factor, about: from, by: to - from })
            }
            _ => None,
        }
    }

    /// A pointer was let go.
    pub fn lift(&mut self, id: i32) -> Option<Gesture> {
        let counted = self.release(id);
        (counted && self.down.is_empty() && !self.travelled).then_some(Gesture::Tap)
    }

    /// A pointer was taken away: the browser wants it, or it left the screen. Nothing is meant by it.
    pub fn cancel(&mut self, id: i32) {
        self.release(id);
        self.travelled = true;
    }

    /// Something is being dragged or pinched.
    pub fn is_moving(&self) -> bool {
        !self.down.is_empty() && self.travelled
    }

    /// Some pointer is down.
    pub fn is_down(&self) -> bool {
        !self.down.is_empty()
    }

    fn release(&mut self, id: i32) -> bool {
        let before = self.down.len();
        self.down.retain(|finger| finger.id != id);
        self.down.len() < before
    }
}

/// The zoom factor of a turn of the wheel: pixels turned, and whether it is a trackpad's pinch, which comes in small steps.
pub fn wheel_factor(pixels: f64, pinch: bool) -> f64 {
    let strength = if pinch { 0.01 } else { 0.0018 };
    (-pixels.clamp(-240.0, 240.0) * strength).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(x: f64, y: f64) -> Point {
        Point::new(x, y)
    }

    #[test]
    fn a_press_that_trembles_is_a_tap() {
        let mut gestures = Gestures::default();
        gestures.press(1, Pointer::Coarse, at(10.0, 10.0));
        assert_eq!(gestures.travel(1, at(14.0, 12.0)), None);
        assert_eq!(gestures.lift(1), Some(Gesture::Tap));
    }

    #[test]
    fn a_drag_moves_the_picture_by_all_that_the_pointer_moved() {
        let mut gestures = Gestures::default();
        gestures.press(1, Pointer::Fine, at(10.0, 10.0));
        let mut moved = Vec2::ZERO;
        for x in 11..=60 {
            if let Some(Gesture::Pan(by)) = gestures.travel(1, at(f64::from(x), 10.0)) {
                moved += by;
            }
        }
        assert_eq!(moved, Vec2::new(50.0, 0.0));
        assert_eq!(gestures.lift(1), None, "no tap");
    }

    #[test]
    fn two_fingers_pinch_and_the_last_one_goes_on_dragging() {
        let mut gestures = Gestures::default();
        gestures.press(1, Pointer::Coarse, at(100.0, 100.0));
        gestures.press(2, Pointer::Coarse, at(200.0, 100.0));
        assert_eq!(
            gestures.travel(2, at(300.0, 100.0)),
            Some(Gesture::Pinch { factor: 2.0, about: at(150.0, 100.0), by: Vec2::new(50.0, 0.0) })
        );
        assert!(!gestures.press(3, Pointer::Coarse, at(0.0, 0.0)), "a third finger counts for nothing");
        assert_eq!(gestures.lift(1), None);
        assert_eq!(gestures.travel(2, at(301.0, 100.0)), Some(Gesture::Pan(Vec2::new(1.0, 0.0))));
        assert_eq!(gestures.lift(2), None, "no tap after a pinch");
        assert!(!gestures.is_down());
    }

    #[test]
    fn a_pointer_that_is_taken_away_leaves_nothing_stuck() {
        let mut gestures = Gestures::default();
        gestures.press(1, Pointer::Fine, at(0.0, 0.0));
        gestures.cancel(1);
        assert_eq!(gestures.travel(1, at(50.0, 0.0)), None);
        assert_eq!(gestures.lift(1), None);
        gestures.press(1, Pointer::Fine, at(0.0, 0.0));
        assert_eq!(gestures.lift(1), Some(Gesture::Tap));
    }

    #[test]
    fn a_wheel_turned_there_and_back_is_where_it_was() {
        assert!((wheel_factor(100.0, false) * wheel_factor(-100.0, false) - 1.0).abs() < 1e-12);
        assert!(wheel_factor(-100.0, false) > 1.0);
        assert!(wheel_factor(f64::MAX, false) > 0.1, "bounded");
    }

    proptest! {
        #[test]
        fn whatever_comes_nothing_is_stuck_once_all_pointers_are_up(
            events in prop::collection::vec((0u8..4, 0i32..4, 0.0..500.0, 0.0..500.0), 0..100),
        ) {
            let mut gestures = Gestures::default();
            for (event, id, x, y) in events {
                match event {
                    0 => { gestures.press(id, Pointer::Coarse, at(x, y)); }
                    1 => {
                        if let Some(Gesture::Pinch { factor, .. }) = gestures.travel(id, at(x, y)) {
                            prop_assert!(factor.is_finite() && factor >= 0.0);
                        }
                    }
                    2 => { gestures.lift(id); }
                    _ => gestures.cancel(id),
                }
            }
            for id in 0..4 {
                gestures.lift(id);
            }
            prop_assert!(!gestures.is_down() && !gestures.is_moving());
            prop_assert_eq!(gestures.travel(0, at(1.0, 1.0)), None);
        }
    }
}
