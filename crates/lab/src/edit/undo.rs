//! The documents before and after this one. Each is kept as what its text had in the place of the next one's, so that a
//! thousand small steps in a large network take little more than the network.

use scenario::Scenario;

/// What lies behind and ahead.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    back: Vec<Step>,
    forth: Vec<Step>,
}

/// From one text to another: all but a middle is the same.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    from: usize,
    /// How much of the text it is taken from goes.
    len: usize,
    instead: String,
}

impl Step {
    fn between(old: &str, new: &str) -> Self {
        let same = |mut pairs: Box<dyn Iterator<Item = (char, char)> + '_>, room: usize| {
            let mut bytes = 0;
            while let Some((a, b)) = pairs.next().filter(|(a, b)| a == b && bytes + a.len_utf8() <= room) {
                debug_assert_eq!(a, b);
                bytes += a.len_utf8();
            }
            bytes
        };
        let shorter = old.len().min(new.len());
        let from = same(Box::new(old.chars().zip(new.chars())), shorter);
        let tail = same(Box::new(old.chars().rev().zip(new.chars().rev())), shorter - from);
        Self { from, len: old.len() - tail - from, instead: new[from..new.len() - tail].to_owned() }
    }

    fn apply(&self, text: &str) -> String {
        [&text[..self.from], &self.instead, &text[self.from + self.len..]].concat()
    }
}

impl Undo {
    /// One document was followed by another: there is nothing ahead any more.
    pub fn push(&mut self, before: &Scenario, after: &Scenario) {
        self.back.push(Step::between(&after.to_compact_json(), &before.to_compact_json()));
        self.forth.clear();
    }

    /// The document before this one.
    pub fn back(&mut self, now: &Scenario) -> Option<Scenario> {
        Self::go(&mut self.back, &mut self.forth, now)
    }

    /// The document after this one.
    pub fn forth(&mut self, now: &Scenario) -> Option<Scenario> {
        Self::go(&mut self.forth, &mut self.back, now)
    }

    fn go(from: &mut Vec<Step>, to: &mut Vec<Step>, now: &Scenario) -> Option<Scenario> {
        let text = now.to_compact_json();
        let other = from.pop()?.apply(&text);
        to.push(Step::between(&other, &text));
        Some(Scenario::draft(&other).expect("it was a document when it was kept"))
    }

    /// Whether there is something behind, and ahead.
    pub fn possible(&self) -> (bool, bool) {
        (!self.back.is_empty(), !self.forth.is_empty())
    }
}
