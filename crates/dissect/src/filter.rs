#![allow(missing_docs)]
//! Placeholder until the branch with the filter is merged.
use crate::analysis::Notes;
pub struct Filter;
pub struct Subject<'a> {
    pub number: u32,
    pub at_ns: u64,
    pub frame: &'a [u8],
    pub notes: &'a Notes,
}
#[derive(Clone, Debug, PartialEq)]
pub struct FilterError {
    pub at: std::ops::Range<usize>,
    pub message: String,
}
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    pub text: String,
    pub meaning: &'static str,
    pub replaces: std::ops::Range<usize>,
}
impl Filter {
    pub fn parse(_: &str) -> Result<Self, FilterError> {
        Ok(Self)
    }
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        subject.number % 2 == 0
    }
}
pub fn complete(_: &str, _: usize) -> Vec<Completion> {
    Vec::new()
}
