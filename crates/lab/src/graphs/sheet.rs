//! A table: to be shown, to be read aloud, to be saved.

use netlab::Instant;
use std::borrow::Cow;

/// Where pressing a row leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// To this moment.
    Moment(Instant),
    /// To the packet of this number of those that are looked at.
    Packet(usize),
    /// To the packet that this transit is.
    Transit(u64),
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// What stands in it, one text for each column.
    pub cells: Vec<String>,
    /// Where pressing it leads.
    pub lead: Option<Lead>,
    /// How far it is indented.
    pub depth: usize,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// What stands above each column.
    pub columns: Vec<Cow<'static, str>>,
    /// The columns from this one on have numbers.
    pub numbers_from: usize,
    /// The rows.
    pub lines: Vec<Line>,
    /// How many more there would be.
    pub left_out: usize,
}

impl Sheet {
    /// A table with these columns, of which those from `numbers_from` on have numbers, and no more rows than `most`.
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

/// A text as one value. What a spreadsheet would take for a formula begins with an apostrophe: names come from strangers.
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
