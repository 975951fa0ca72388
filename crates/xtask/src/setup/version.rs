//! Versions of tools, as they print them and as `Cargo.lock` pins them.

use anyhow::{Context as _, Result};
use std::fmt;

/// Numbers compared from left to right; a pre-release's suffix is dropped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<u32>);

impl Version {
    /// Reads `0.21.14`, `132` or `0.22.0-beta.1`; `None` if it does not begin with a number.
    pub fn parse(text: &str) -> Option<Self> {
        let numbers = text.split(['-', '+']).next()?;
        let parts: Option<Vec<u32>> = numbers.split('.').map(|part| part.parse().ok()).collect();
        parts.map(Self)
    }

    /// The first version in what a tool prints: `trunk 0.21.14`, `wasm-opt version 132 (version_132)`.
    pub fn find(output: &str) -> Option<Self> {
        output.split_whitespace().find_map(Self::parse)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        formatter.write_str(&parts.join("."))
    }
}

/// The version of `package` in the text of a `Cargo.lock`.
pub fn locked(lock: &str, package: &str) -> Result<Version> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines
        .find(|line| *line == name)
        .and_then(|_| lines.next()?.strip_prefix("version = \"")?.strip_suffix('"'))
        .and_then(Version::parse)
        .with_context(|| format!("Cargo.lock has no version of {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("0.21.14") > version("0.21.9"));
        assert!(version("0.22.0-beta.1") > version("0.21.14"));
        assert!(version("132") > version("9"));
        assert!(version("1.96.0") >= version("1.95"));
    }

    #[test]
    fn a_version_is_found_in_what_tools_print() {
        for (output, expected) in [
            ("trunk 0.21.14\n", "0.21.14"),
            ("wasm-bindgen 0.2.130\n", "0.2.130"),
            ("wasm-bindgen-test-runner 0.2.130 (4ba5a1c23)\n", "0.2.130"),
            ("wasm-opt version 132 (version_132)\n", "132"),
            ("wasm-opt version 108 (version_108)\n", "108"),
            ("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)\n", "1.96.0"),
        ] {
            assert_eq!(Version::find(output), Some(version(expected)), "{output}");
        }
        assert_eq!(Version::find("command not found"), None);
    }

    #[test]
    fn the_locked_version_is_that_of_the_whole_name() {
        let lock = "\
            [[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.1\"\n\n\
            [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked(lock, "wasm-bindgen").unwrap(), version("0.2.130"));
        assert_eq!(locked(lock, "yew").unwrap_err().to_string(), "Cargo.lock has no version of yew");
    }
}
