//! Display filters as they are typed on the command line.

use anyhow::anyhow;
use dissect::filter::{Filter, FilterError};

/// Reads a filter. An error shows the text and points at what is wrong in it.
pub fn parse(text: &str) -> anyhow::Result<Filter> {
    Filter::parse(text).map_err(|FilterError { at, message }| {
        let width = |text: &str| text.chars().count();
        let before = " ".repeat(width(&text[..at.start]));
        let marks = "^".repeat(width(&text[at]).max(1));
        anyhow!("the filter cannot be read: {message}\n  {text}\n  {before}{marks}")
    })
}
