//! A table, for the page, for screen readers and as a file.

use netlab::Instant;
use std::borrow::Cow;

/// Where the page goes when a row is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// To this moment.
    Moment(Instant),
    /// To the packet of this number in the packet list.
    Packet(usize),
    /// To the packet of this transit.
    Transit(u64),
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// One text for each column.
    pub cells: Vec<String>,
    /// Where pressing it leads.
    pub lead: Option<Lead>,
    /// Its level of indentation.
    pub depth: usize,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The heads of the columns.
    pub columns: Vec<Cow<'static, str>>,
    /// The first column with numbers; all columns after it have numbers, too.
    pub numbers_from: usize,
    /// The rows.
    pub lines: Vec<Line>,
    /// The number of rows that were left out.
    pub left_out: usize,
}

impl Sheet {
    /// A table with these columns, which have numbers from `numbers_from` on, and with at most `most` rows.
    pub fn new(columns: &[&'static str], numbers_from: usize, mut lines: Vec<Line>, most: usize) -> Self {
        let left_out = lines.len().saturating_sub(most);
        lines.truncate(most);
        Self { columns: columns.iter().map(|&column| column.into()).collect(), numbers_from, lines, left_out }
    }

    /// As comma-separated values (RFC 4180).
    pub fn csv(&self) -> String {
        let mut text = row(self.columns.iter().map(|column| &**column));
        for line in &self.lines {
            text.push_str(&row(line.cells.iter().map(String::as_str)));
        }
        text
    }
}

fn row<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<_> = cells.map(quoted).collect();
    format!("{}\n", cells.join(","))
}

/// A text as one value. A text that a spreadsheet would take for a formula gets an apostrophe before it: names are untrusted.
pub fn quoted(text: &str) -> String {
    let text = text.replace('\u{a0}', " ");
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_read_as_it_was_and_never_as_a_formula() {
        assert_eq!(quoted("10.0.0.1"), "10.0.0.1");
        assert_eq!(quoted("1\u{a0}234"), "1 234");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        let line = Line { cells: vec!["x".into(), "2,5".into()], ..Line::default() };
        let sheet = Sheet::new(&["A", "B"], 2, vec![line], 9);
        assert_eq!(sheet.csv(), "A,B\nx,\"2,5\"\n");
    }
}
