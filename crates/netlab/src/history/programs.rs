//! The programs that were started on hosts: what they printed, what was typed, and how they ended.
//!
//! Bounded for each program, and for all together: the oldest output goes first, and [`ProgramLog::forgotten`] says how much. The hash
//! covers all of it.

use crate::topology::NodeId;
use host::program::ProgramEvent;
use wire::Instant;

/// Bytes of output and input that are kept of one program at least, if there were as many; at most twice as many are.
pub const PRINTED_MAX: usize = 64 << 10;
/// Bytes of output and input that are kept of all programs of a network together. When there are more, each keeps its part of half as many.
pub const ALL_PRINTED_MAX: usize = 64 << 20;
/// The id of the first program that a change of services starts. These have numbers of their own, in the order in which they begin:
/// commands have theirs from the moment at which they are scheduled, whatever else begins in the meantime.
pub const SERVICES_FROM: u32 = 1 << 31;
/// What an entry takes besides its text.
const ENTRY_BYTES: usize = size_of::<ProgramEntry>();

/// A program, and all that happened to it.
#[derive(Clone, Debug)]
pub struct ProgramLog {
    /// The host that it runs on.
    pub on: NodeId,
    /// The command line that started it.
    pub line: String,
    /// When it begins.
    pub start: Instant,
    entries: Vec<ProgramEntry>,
    bytes: usize,
    forgotten: u64,
}

/// One line of a program's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramEntry {
    /// When.
    pub at: Instant,
    /// What.
    pub event: ProgramEvent,
}

impl ProgramLog {
    pub(crate) fn new(on: NodeId, line: String, start: Instant) -> Self {
        Self { on, line, start, entries: Vec::new(), bytes: 0, forgotten: 0 }
    }

    pub(crate) fn push(&mut self, entry: ProgramEntry) {
        self.bytes += entry.bytes();
        self.entries.push(entry);
        if self.bytes > 2 * PRINTED_MAX {
            self.forget(PRINTED_MAX);
        }
    }

    /// Forgets the oldest until no more than these bytes are kept, and the last entry.
    pub(crate) fn forget(&mut self, most: usize) {
        let mut count = 0;
        while self.bytes > most && count + 1 < self.entries.len() {
            self.bytes -= self.entries[count].bytes();
            count += 1;
        }
        let lines_of = |entry: ProgramEntry| match entry.event {
            ProgramEvent::Printed(text) => lines(&text),
            ProgramEvent::Typed(_)
            | ProgramEvent::InputEnded
            | ProgramEvent::Interrupted
            | ProgramEvent::Exited(_) => 0,
        };
        self.forgotten += self.entries.drain(..count).map(lines_of).sum::<u64>();
        // What is left may be one text that is longer than all that is kept.
        if let Some(ProgramEvent::Printed(text)) = self.entries.first_mut().map(|entry| &mut entry.event)
            && text.len() > most
        {
            let from = text.ceil_char_boundary(text.len() - most);
            self.forgotten += lines(&text[..from]);
            self.bytes -= from;
            text.drain(..from);
            text.shrink_to_fit();
        }
    }

    /// What happened to it, as far as it is kept, in order of time.
    pub fn entries(&self) -> &[ProgramEntry] {
        &self.entries
    }

    /// The entries up to and with this moment.
    pub fn entries_by(&self, at: Instant) -> &[ProgramEntry] {
        &self.entries[..self.entries.partition_point(|entry| entry.at <= at)]
    }

    /// Lines of output that are not kept any more: those before the first entry.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// What it had printed by this moment, as far as it is kept.
    pub fn output_by(&self, at: Instant) -> String {
        let printed = self.entries_by(at).iter().map(|entry| match &entry.event {
            ProgramEvent::Printed(text) => text.as_str(),
            ProgramEvent::Typed(_)
            | ProgramEvent::InputEnded
            | ProgramEvent::Interrupted
            | ProgramEvent::Exited(_) => "",
        });
        printed.collect()
    }

    /// Its exit status, if it had ended by this moment.
    pub fn exit_at(&self, at: Instant) -> Option<u8> {
        match self.entries_by(at).last()?.event {
            ProgramEvent::Exited(status) => Some(status),
            ProgramEvent::Printed(_)
            | ProgramEvent::Typed(_)
            | ProgramEvent::InputEnded
            | ProgramEvent::Interrupted => None,
        }
    }

    pub(crate) fn bytes_kept(&self) -> usize {
        self.bytes + self.line.len()
    }
}

impl ProgramEntry {
    fn bytes(&self) -> usize {
        let text = match &self.event {
            ProgramEvent::Printed(text) | ProgramEvent::Typed(text) => text.len(),
            ProgramEvent::InputEnded | ProgramEvent::Interrupted | ProgramEvent::Exited(_) => 0,
        };
        ENTRY_BYTES + text
    }
}

/// The number of ends of lines in a text.
fn lines(text: &str) -> u64 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(texts: impl IntoIterator<Item = String>) -> ProgramLog {
        let mut log = ProgramLog::new(NodeId(0), "yes".into(), Instant::ZERO);
        for (number, text) in (0..).zip(texts) {
            log.push(ProgramEntry { at: Instant::from_nanos(number), event: ProgramEvent::Printed(text) });
        }
        log
    }

    #[test]
    fn the_oldest_output_goes_first_and_is_counted() {
        let log = log((0..20_000).map(|number| format!("line {number}\n")));
        assert!(log.bytes_kept() <= 2 * PRINTED_MAX + 3, "{}", log.bytes_kept());
        let kept = log.output_by(Instant::from_nanos(u64::MAX));
        assert!(kept.ends_with("line 19999\n"));
        assert_eq!(log.forgotten() + kept.lines().count() as u64, 20_000);
        assert!(kept.starts_with(&format!("line {}\n", log.forgotten())));
    }

    #[test]
    fn a_single_long_text_loses_its_beginning_between_two_characters() {
        let log = log(["ä\n".repeat(PRINTED_MAX)]);
        let kept = log.output_by(Instant::from_nanos(u64::MAX));
        assert!(kept.len() <= PRINTED_MAX && log.bytes_kept() <= 2 * PRINTED_MAX);
        assert_eq!(log.forgotten() + lines(&kept), PRINTED_MAX as u64);
    }

    #[test]
    fn all_programs_together_keep_no_more_than_there_is_room_for() {
        let mut history = crate::history::History::new(crate::history::Limits::default());
        let programs: Vec<_> =
            (0..2_000).map(|_| history.add_program(Instant::ZERO, NodeId(0), "yes".into())).collect();
        let text = "no\n".repeat(PRINTED_MAX / 3);
        for (at, program) in (0..).map(Instant::from_nanos).zip(&programs) {
            history.program_event(at, *program, ProgramEvent::Printed(text.clone()));
            history.program_event(at, *program, ProgramEvent::Exited(3));
            let kept: usize = history.all_programs().map(|(_, log)| log.bytes_kept()).sum();
            assert!(kept <= ALL_PRINTED_MAX && history.bytes_kept() >= kept, "{kept}");
        }
        let end = Instant::from_nanos(u64::MAX);
        let (first, last) = (history.program(programs[0]), history.program(programs[1_999]));
        assert_eq!((first.exit_at(end), last.exit_at(end)), (Some(3), Some(3)), "how it ended is kept");
        assert_eq!((first.forgotten(), last.forgotten()), (PRINTED_MAX as u64 / 3, 0));
        assert_eq!(last.output_by(end), text);
    }
}
