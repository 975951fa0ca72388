//! The look of each frame: its swatch and its label, computed once per transit.
//!
//! Dissecting a frame takes longer than drawing a dot, and a frame is drawn in hundreds of animation frames. So the
//! look is cached in a ring of fixed size, by the transit's number. The few different labels are stored once each, with
//! their measured width.

use dissect::Label;
use netlab::history::{Transit, TransitId};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use trace::swatch::{self, Swatch};
use wire::header::{EtherType, Ethernet};
use wire::passage::Marks;

/// The look of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Look {
    /// Its colors and shape.
    pub swatch: Swatch,
    /// One or two letters for a capsule that is too small for the label.
    pub cue: &'static str,
    /// Its label, for [`Looks::text`].
    pub text: TextId,
    /// The VLAN that its tag names, if it has one.
    pub vlan: Option<u16>,
    /// What the impairments of the wire have done to it.
    pub marks: Marks,
}

/// A label's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(u16);

/// A label and its width.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text, like `DATA 1460`.
    pub label: Label,
    /// Its width at a font size of 1.
    pub width_em: f64,
}

/// Measures text: its width at a font size of 1, in the stage's typeface at this weight.
pub type Measure = Box<dyn Fn(&str, Weight) -> f64>;

/// A typeface's weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// 400.
    Normal,
    /// 600.
    Strong,
}

/// A transit's number + 1 (0: no transit), the address and the length of its bytes.
type Whose = (u64, usize, usize);

/// The number of cached transits: more than are on the stage at once.
const RING: usize = 1 << 15;
/// The number of cached labels; when it is exceeded (by ever new ping numbers), the cache is emptied.
const TEXTS_MAX: usize = 4_096;

/// The letters, digits and signs of ASCII.
const PRINTABLE: std::ops::Range<u8> = 0x20..0x7f;
/// Other signs that the stage writes.
const SIGNS: &str = "×·–…→←↑↓≈≤±\u{a0}";

/// Widths of texts. The browser is asked for each letter once; their sum is the width of a text: near enough to its own for the
/// size of a capsule, and no text has to be measured while frames move. A text with other letters is measured whole, since
/// some scripts join them.
struct Widths {
    measure: Measure,
    /// By [`Weight`]: ASCII, then the other signs.
    letters: [Vec<f64>; 2],
    /// How often the browser was asked.
    asked: Cell<u32>,
}

impl Widths {
    fn new(measure: Measure) -> Self {
        let known = || PRINTABLE.map(char::from).chain(SIGNS.chars());
        let letters = [Weight::Normal, Weight::Strong]
            .map(|weight| known().map(|letter| measure(letter.encode_utf8(&mut [0; 4]), weight)).collect());
        Self { measure, letters, asked: Cell::new(2 * known().count() as u32) }
    }

    fn of(&self, text: &str, weight: Weight) -> f64 {
        let place = |letter: char| match u8::try_from(letter) {
            Ok(byte) if PRINTABLE.contains(&byte) => Some(usize::from(byte - PRINTABLE.start)),
            _ => SIGNS.chars().position(|sign| sign == letter).map(|sign| PRINTABLE.len() + sign),
        };
        let letters = &self.letters[weight as usize];
        let sum = text.chars().try_fold(0.0, |sum, letter| Some(sum + letters[place(letter)?]));
        sum.unwrap_or_else(|| {
            self.asked.set(self.asked.get() + 1);
            (self.measure)(text, weight)
        })
    }
}

/// A cache of the looks of recently drawn frames.
pub struct Looks {
    widths: Widths,
    /// By the transit's number modulo the length: the transit and its look. The address of the bytes in memory
    /// distinguishes the frames of one world from those of the next, whose transits have the same numbers.
    ring: Vec<(Whose, Look)>,
    texts: Vec<Text>,
    numbers: FxHashMap<Label, TextId>,
    generation: u64,
}

impl Looks {
    /// An empty cache.
    pub fn new(measure: Measure) -> Self {
        let look =
            Look { swatch: Swatch::Other, cue: "", text: TextId(0), vlan: None, marks: Marks::default() };
        let vacant = ((0, 0, 0), look);
        Self {
            widths: Widths::new(measure),
            ring: vec![vacant; RING],
            texts: Vec::new(),
            numbers: FxHashMap::default(),
            generation: 0,
        }
    }

    /// Measures any text.
    pub fn measure(&self, text: &str, weight: Weight) -> f64 {
        self.widths.of(text, weight)
    }

    /// How often the browser was asked for a width since the page began.
    pub fn measured(&self) -> u32 {
        self.widths.asked.get()
    }

    /// The label with this number.
    pub fn text(&self, id: TextId) -> &Text {
        &self.texts[usize::from(id.0)]
    }

    /// The width of a capsule's text at a font size of 1: the VLAN's number, if the frame is tagged, and the label.
    pub fn width_em(&self, look: Look) -> f64 {
        self.text(look.text).width_em + look.vlan.map_or(0.0, |vlan| vlan_em(vlan) + TAG_GAP_EM)
    }

    /// The width of what is in a capsule at a font size of 1: the shape of the legend, then the text.
    pub fn capsule_em(&self, look: Look) -> f64 {
        self.width_em(look) + SHAPE_EM
    }

    fn clear(&mut self) {
        self.ring.iter_mut().for_each(|(whose, _)| *whose = (0, 0, 0));
        self.texts.clear();
        self.numbers.clear();
        self.generation += 1;
    }

    /// The cache's generation. Numbers of labels are valid within one generation only.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Empties a full cache of labels. Call it before a picture is composed, so that no label's number changes meanwhile.
    pub fn make_room(&mut self) {
        if self.texts.len() > TEXTS_MAX {
            self.clear();
        }
    }

    /// The look of this transit's frame.
    pub fn of(&mut self, transit: &Transit) -> Look {
        self.explained(transit.id, &transit.frame, transit.marks)
    }

    /// The look of a frame without a transit; it is not cached.
    pub fn explained(&mut self, transit: TransitId, frame: &[u8], marks: Marks) -> Look {
        let place = transit.0 as usize % RING;
        let whose = (transit.0 + 1, frame.as_ptr() as usize, frame.len());
        if self.ring[place].0 == whose {
            return self.ring[place].1;
        }
        let message = dissect::meaning(frame).message;
        let look = Look {
            swatch: Swatch::of_message(&message),
            cue: swatch::cue(&message),
            text: self.number(message.label()),
            vlan: vlan_of(frame),
            marks,
        };
        self.ring[place] = (whose, look);
        look
    }

    fn number(&mut self, label: Label) -> TextId {
        if let Some(&id) = self.numbers.get(&label) {
            return id;
        }
        // One number is left for all that come while there is no room: only `make_room` may forget.
        let id = TextId(self.texts.len().min(usize::from(u16::MAX)) as u16);
        if self.texts.len() <= usize::from(u16::MAX) {
            let width_em = self.widths.of(&label, Weight::Strong);
            self.texts.push(Text { label, width_em });
            self.numbers.insert(label, id);
        }
        id
    }
}

/// The width of the legend's shape in a capsule, with the space behind it, at a font size of 1.
pub const SHAPE_EM: f64 = 0.95;

/// The space between the VLAN's number and the label.
const TAG_GAP_EM: f64 = 0.2;

/// The width of the plate with a VLAN's number at a font size of 1.
pub fn vlan_em(vlan: u16) -> f64 {
    let digits = vlan.checked_ilog10().unwrap_or(0) + 1;
    f64::from(digits) * 0.6 + 0.55
}

/// The VLAN that a frame's tag names (IEEE 802.1Q-2022, 9.3). Number 0 is none: such a tag has a priority only.
fn vlan_of(frame: &[u8]) -> Option<u16> {
    let outer = Ethernet::read(frame).filter(|outer| outer.kind == EtherType::VLAN)?;
    outer.untag()?.0.vlan()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::rc::Rc;

    /// Every letter is 0.6 wide.
    pub fn looks() -> Looks {
        Looks::new(Box::new(|text, _| text.chars().count() as f64 * 0.6))
    }

    /// A raw Ethernet frame whose label is `raw <len>`.
    pub fn raw(len: usize) -> Vec<u8> {
        let mut frame = vec![0; 14 + len];
        frame[..12].copy_from_slice(&[2, 0x50, 0, 0, 0, 1, 2, 0x50, 0, 0, 0, 2]);
        frame[12..14].copy_from_slice(&[0x88, 0xb5]);
        frame
    }

    #[test]
    fn a_frame_is_explained_once_and_no_label_is_measured() {
        let measured = Rc::new(Cell::new(0));
        let count = Rc::clone(&measured);
        let mut looks = Looks::new(Box::new(move |text, _| {
            count.set(count.get() + 1);
            text.chars().count() as f64
        }));
        let letters = measured.get();
        assert_eq!(looks.measured(), letters);
        let frame = raw(100);
        let look = looks.explained(TransitId(5), &frame, Marks::default());
        assert_eq!(looks.explained(TransitId(5), &frame, Marks::default()), look);
        assert_eq!(looks.explained(TransitId(6), &frame, Marks::default()), look);
        assert_eq!(measured.get(), letters, "its letters are known");
        assert_eq!(looks.text(look.text).label.as_str(), "raw 100");
        assert_eq!(looks.text(look.text).width_em, 7.0);
        assert_eq!(looks.measure("≈ 12 × raw", Weight::Normal), 10.0);
        assert_eq!(measured.get(), letters);
        assert_eq!(looks.measure("каб", Weight::Normal), 3.0);
        assert_eq!((looks.measured(), measured.get()), (letters + 1, letters + 1), "a name in other letters");
    }

    #[test]
    fn a_tag_is_seen_and_makes_a_capsule_wider() {
        let mut looks = looks();
        let plain = raw(100);
        let tagged = [&plain[..12], &[0x81, 0, 0xe0, 20], &plain[12..]].concat();
        let [plain, tagged] = [(1, plain), (2, tagged)]
            .map(|(id, frame)| looks.explained(TransitId(id), &frame, Marks::default()));
        assert_eq!((plain.vlan, tagged.vlan), (None, Some(20)));
        assert!(looks.width_em(tagged) > looks.width_em(plain) + 1.0);
        assert_eq!(vlan_of(&[0; 15]), None);
        assert_eq!(
            vlan_of(&[[0; 12].as_slice(), &[0x81, 0, 0xe0, 0, 8, 0]].concat()),
            None,
            "a priority only"
        );
    }

    #[test]
    fn the_frames_of_another_world_are_told_apart() {
        let mut looks = looks();
        let (one, other) = (raw(100), raw(101));
        assert_ne!(
            looks.explained(TransitId(5), &one, Marks::default()),
            looks.explained(TransitId(5), &other, Marks::default())
        );
    }

    #[test]
    fn transits_that_share_a_place_in_the_ring_do_not_share_a_look() {
        let mut looks = looks();
        let one = looks.explained(TransitId(1), &raw(100), Marks::default());
        let other = looks.explained(TransitId(1 + RING as u64), &raw(200), Marks::default());
        assert_ne!(one, other);
        assert_eq!(looks.explained(TransitId(1), &raw(100), Marks::default()), one);
    }

    #[test]
    fn labels_without_end_are_bounded() {
        let mut looks = looks();
        let mut seen: FxHashMap<(u64, TextId), Label> = FxHashMap::default();
        for number in 0..20_000 {
            looks.make_room();
            let look = looks.explained(TransitId(number), &raw(number as usize % 9_000), Marks::default());
            assert!(looks.texts.len() <= TEXTS_MAX + 1);
            let label = looks.text(look.text).label;
            let first = seen.entry((looks.generation(), look.text)).or_insert(label);
            assert_eq!(*first, label, "within a generation a number stands for one label");
        }
        assert!(looks.generation() > 0);
    }
}
