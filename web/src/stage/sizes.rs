//! How large things are drawn in some view, in CSS pixels.
//!
//! One factor, the detail, rules the shapes. It grows more slowly than the scale, and never so far that nodes would stand
//! on each other's feet. Texts follow it more slowly still, since a text that cannot be read might as well be absent; where
//! they find no room they are left out, not shrunk.

use super::camera::View;
use super::silhouette::Kind;
use kurbo::Vec2;

/// Sizes in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// The factor for shapes.
    pub detail: f64,
    /// Font size of a node's name.
    pub name_font: f64,
    /// Font size of its addresses.
    pub address_font: f64,
    /// Font size of a badge.
    pub badge_font: f64,
    /// Font size on a plate at a port.
    pub plate_font: f64,
    /// Frames are large enough for letters.
    pub letters: bool,
    /// Font size on a capsule.
    pub capsule_font: f64,
    /// Height of a capsule and of a pill.
    pub capsule_height: f64,
    /// Width of a lane: what is as high as a lane fits on it.
    pub lane: f64,
    /// Radius of the smallest and the largest mark of a frame without letters.
    pub dot: [f64; 2],
    /// Between a node and its caption.
    pub caption_gap: f64,
    /// Radius of a port's light.
    pub light: f64,
}

/// From one node's middle to the next one's, in pixels at detail 1, without crowding.
const ELBOW_ROOM_PX: f64 = 96.0;
const DETAIL_MIN: f64 = 0.14;
const DETAIL_MAX: f64 = 2.2;

/// Half the width and the height of a node, which grows with the number of its cables.
pub fn node_half(kind: Kind, cables: usize, detail: f64) -> Vec2 {
    let grown = |from: f64| (cables as f64 / from).sqrt().clamp(1.0, 2.0);
    let (x, y) = match kind {
        Kind::Host => (30.0, 25.0),
        Kind::Router => (30.0 * grown(8.0), 30.0 * grown(8.0)),
        Kind::Hub => (29.0 * grown(8.0), 26.0 * grown(8.0)),
        // A box with more ports is wider before it is higher.
        Kind::Switch => (40.0 * grown(8.0), 21.0 * grown(16.0)),
    };
    Vec2::new(x, y) * detail
}

impl Sizes {
    /// The sizes in a view of a network whose nodes are so far apart, in the document's units. No letters are smaller than `font_min`.
    pub fn new(view: View, spacing: f64, font_min: f64) -> Self {
        let crowded = spacing * view.scale / ELBOW_ROOM_PX;
        let detail = (1.1 * view.scale.powf(0.55)).min(crowded).clamp(DETAIL_MIN, DETAIL_MAX);
        let text = 0.42 + 0.58 * detail;
        let letters = detail > 0.4;
        let capsule_font = (11.5 * detail).clamp(9.5, 21.0).max(font_min);
        let capsule_height = (capsule_font * 1.62).round();
        let dot = [1.8, (4.2 * detail).max(2.4)];
        Self {
            detail,
            name_font: (14.0 * text).max(font_min),
            address_font: (12.0 * text).max(font_min),
            badge_font: (11.0 * text).max(8.5).max(font_min),
            plate_font: (9.6 * text).max(8.0).max(font_min),
            letters,
            capsule_font,
            capsule_height,
            lane: if letters { capsule_height } else { 2.0 * dot[1] },
            dot,
            caption_gap: 6.0 * detail + 2.0,
            light: (3.6 * detail).max(1.4),
        }
    }

    /// Half the width of a capsule with a text this wide (at a font size of 1).
    pub fn capsule_half(&self, width_em: f64) -> f64 {
        width_em * self.capsule_font / 2.0 + self.capsule_height * 0.42
    }

    /// Half the width of a pill: room for two letters.
    pub fn pill_half(&self) -> f64 {
        self.capsule_height * 0.66
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sizes(scale: f64, spacing: f64) -> Sizes {
        Sizes::new(View { scale, offset: Vec2::ZERO }, spacing, 0.0)
    }

    #[test]
    fn for_a_projector_no_letters_are_smaller_than_it_asks() {
        for scale in [0.05, 0.3, 1.0, 4.0] {
            let sizes = Sizes::new(View { scale, offset: Vec2::ZERO }, 200.0, 18.0);
            let Sizes { name_font, address_font, badge_font, plate_font, capsule_font, .. } = sizes;
            for font in [name_font, address_font, badge_font, plate_font, capsule_font] {
                assert!(font >= 18.0, "{sizes:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn closer_is_never_smaller(scale in 0.04..16.0, factor in 1.0..4.0, spacing in 40.0..1_000.0) {
            let (far, near) = (sizes(scale, spacing), sizes(scale * factor, spacing));
            prop_assert!(far.detail <= near.detail && far.capsule_height <= near.capsule_height);
        }

        #[test]
        fn neighbors_do_not_stand_on_each_others_feet(scale in 0.2..16.0, spacing in 80.0..1_000.0) {
            let detail = sizes(scale, spacing).detail;
            prop_assert!(2.0 * node_half(Kind::Host, 1, detail).x < spacing * scale);
        }
    }
}
