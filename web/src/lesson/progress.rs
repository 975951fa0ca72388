//! What a learner has done: kept in this browser, and as a file to take along. Plain text: a line for each lesson.

use super::course::Source;
use crate::embed;
use crate::storage::{self, LEFT_LESSON};

/// The key in the browser's storage.
const KEY: &str = "packetarium.course.1";
/// How a file begins.
const HEAD: &str = "packetarium progress 1";
/// More lessons are not kept.
const LESSONS_MAX: usize = 2_000;
const LINE_BYTES_MAX: usize = 400;
/// What is kept in the place of a lesson while the workshop is open.
const WORKSHOP: &str = "workshop";

/// Whether anything is kept: in an embed nothing is, and nothing kept is shown there.
fn keeps() -> bool {
    !embed::query().0.embed
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What the learner is called.
    pub name: String,
    /// From this the values are drawn if there is no name.
    pub seed: u64,
    /// By the ids of lessons.
    pub lessons: Vec<Done>,
}

/// What was done of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its id.
    pub id: String,
    /// Goals that were fulfilled, at best.
    pub fulfilled: usize,
    /// The number of goals that the lesson has.
    pub of: usize,
}

impl Done {
    /// All of it was done.
    pub fn is_whole(&self) -> bool {
        self.fulfilled >= self.of
    }
}

impl Progress {
    /// What this browser has.
    pub fn load() -> Self {
        let kept = keeps()
            .then(|| storage::get(KEY))
            .flatten()
            .and_then(|text| Self::from_text(&text))
            .unwrap_or_default();
        // Drawn once, and then kept: the same learner has the same network again.
        let drawn = || (js_sys::Math::random() * 4e9) as u64 + 1;
        Self { seed: if kept.seed == 0 { drawn() } else { kept.seed }, ..kept }
    }

    /// Keeps it; `false` if the browser allows no storage.
    pub fn save(&self) -> bool {
        keeps() && storage::set(KEY, &self.to_text())
    }

    /// As it is kept, and as a file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEAD}\nname\t{}\nseed\t{}\n", self.name, self.seed);
        for done in &self.lessons {
            text += &format!("{}\t{}\t{}\n", done.id, done.fulfilled, done.of);
        }
        text
    }

    /// Reads a file, or what was kept; lines that cannot be read are left out.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == HEAD).then_some(())?;
        let mut progress = Self::default();
        for line in lines.take(LESSONS_MAX).filter(|line| line.len() <= LINE_BYTES_MAX) {
            let mut cells = line.split('\t');
            match (cells.next(), cells.next(), cells.next()) {
                (Some("name"), Some(name), None) => progress.name = name.into(),
                (Some("seed"), Some(seed), None) => progress.seed = seed.parse().unwrap_or(0),
                (Some(id), Some(fulfilled), Some(of)) => {
                    if let (Ok(fulfilled), Ok(of)) = (fulfilled.parse(), of.parse()) {
                        progress.record(Done { id: id.into(), fulfilled, of });
                    }
                }
                _ => {}
            }
        }
        Some(progress)
    }

    /// What is known of a lesson.
    pub fn of(&self, id: &str) -> Option<&Done> {
        self.lessons.iter().find(|done| done.id == id)
    }

    /// Takes in what was done, if it is more than before; returns whether it was.
    pub fn record(&mut self, done: Done) -> bool {
        match self.lessons.iter_mut().find(|known| known.id == done.id) {
            Some(known) if known.of == done.of && known.fulfilled >= done.fulfilled => return false,
            Some(known) => *known = done,
            None => self.lessons.push(done),
        }
        true
    }

    /// Takes in what a file has: of each lesson the better.
    pub fn and(mut self, other: Self) -> Self {
        for done in other.lessons {
            self.record(done);
        }
        if self.name.is_empty() {
            (self.name, self.seed) = (other.name, if other.seed == 0 { self.seed } else { other.seed });
        }
        self
    }
}

/// The lesson that was open in this tab, and its step.
pub struct Left {
    source: Source,
    /// The step that was shown.
    pub step: usize,
}

impl Left {
    /// For this source and step.
    pub fn new(source: Source, step: usize) -> Self {
        Self { source, step }
    }

    /// Where the lesson comes from.
    pub fn source(&self) -> Source {
        self.source.clone()
    }

    /// What was left in this tab.
    pub fn load() -> Option<Self> {
        let text = keeps().then(|| storage::get_for_this_tab(LEFT_LESSON))??;
        let mut words = text.split(' ');
        let (step, kind, source) = (words.next()?.parse().ok()?, words.next()?, words.next()?.to_owned());
        let source = if kind == "link" { Source::Link(source) } else { Source::Folder(source) };
        Some(Self { source, step })
    }

    /// Keeps it for a reload of this tab.
    pub fn save(&self) {
        let (kind, source) = match &self.source {
            Source::Folder(folder) => ("folder", folder),
            Source::Link(link) => ("link", link),
        };
        if keeps() {
            storage::set_for_this_tab(LEFT_LESSON, &format!("{} {kind} {source}", self.step));
        }
    }

    /// The workshop is open in this tab: its draft is kept by itself.
    pub fn save_workshop() {
        if keeps() {
            storage::set_for_this_tab(LEFT_LESSON, WORKSHOP);
        }
    }

    /// Whether the workshop was open.
    pub fn is_workshop() -> bool {
        keeps() && storage::get_for_this_tab(LEFT_LESSON).as_deref() == Some(WORKSHOP)
    }

    /// No lesson is open any more.
    pub fn forget() {
        storage::set_for_this_tab(LEFT_LESSON, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(id: &str, fulfilled: usize) -> Done {
        Done { id: id.into(), fulfilled, of: 3 }
    }

    #[test]
    fn progress_is_kept_and_the_better_of_two_counts() {
        let mut progress = Progress { name: "Ada L.".into(), seed: 7, lessons: vec![] };
        assert!(progress.record(done("arp", 2)) && !progress.record(done("arp", 1)));
        assert_eq!(Progress::from_text(&progress.to_text()), Some(progress.clone()));
        let other = Progress { name: "Bob".into(), seed: 9, lessons: vec![done("arp", 3), done("dhcp", 1)] };
        let both = progress.and(other);
        assert_eq!((both.name.as_str(), both.lessons), ("Ada L.", vec![done("arp", 3), done("dhcp", 1)]));
    }

    #[test]
    fn another_file_is_refused_and_bad_lines_are_left_out() {
        assert_eq!(Progress::from_text("{}"), None);
        let read = Progress::from_text(&format!("{HEAD}\nseed\tx\narp\ttwo\t3\nx\ndhcp\t1\t3\n")).unwrap();
        assert_eq!(read.lessons, [done("dhcp", 1)]);
        let long = format!("{HEAD}\nname\t{}\n", "x".repeat(LINE_BYTES_MAX));
        assert_eq!(Progress::from_text(&long).unwrap().name, "");
    }
}
