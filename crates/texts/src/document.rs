//! Texts that documents bring with them, as the catalog and the build name them: the same file is part of both.

use super::key;

/// Their context.
pub const CONTEXT: &str = "document";

/// The second half of such a text's hash, which stands before its translation.
pub fn check(text: &str) -> String {
    format!("{:06x}", key::of(Some("check"), text))
}
