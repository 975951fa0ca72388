//! Options and operands of a command, read from its words.

use lexopt::{Arg, Parser, ValueExt};
use std::str::FromStr;
use wire::Duration;

/// Why words make no command: a sentence.
pub type Wrong = String;

/// An option or an operand.
pub enum Word {
    /// `-x`
    Short(char),
    /// `--name`
    Long(String),
    /// Anything else.
    Operand(String),
}

/// The words of a command, taken one after the other.
pub struct Arguments(Parser);

impl Arguments {
    /// Of these words.
    pub fn new(words: &[String]) -> Self {
        Self(Parser::from_args(words))
    }

    /// The next option or operand.
    ///
    /// # Errors
    /// What is wrong with it.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Word>, Wrong> {
        let word = self.0.next().map_err(|error| error.to_string())?;
        Ok(match word {
            None => None,
            Some(Arg::Short(letter)) => Some(Word::Short(letter)),
            Some(Arg::Long(name)) => Some(Word::Long(name.to_owned())),
            Some(Arg::Value(value)) => {
                Some(Word::Operand(value.string().map_err(|error| error.to_string())?))
            }
        })
    }

    /// The value of the option that was taken last.
    ///
    /// # Errors
    /// It is missing, or no such value.
    pub fn text(&mut self) -> Result<String, Wrong> {
        let value = self.0.value().and_then(ValueExt::string);
        value.map_err(|error| error.to_string())
    }

    /// The value of the option that was taken last, a number within bounds.
    ///
    /// # Errors
    /// It is missing, or no such value.
    pub fn number<T: FromStr + PartialOrd + std::fmt::Display>(
        &mut self,
        what: &str,
        (least, most): (T, T),
    ) -> Result<T, Wrong> {
        let text = self.text()?;
        let number = text.parse().ok().filter(|number| (&least..=&most).contains(&number));
        number
            .ok_or_else(|| format!("invalid {what} \"{text}\": it is a whole number from {least} to {most}"))
    }

    /// The value of the option that was taken last, in seconds: `2`, `0.2`.
    ///
    /// # Errors
    /// It is missing, or no such value.
    pub fn seconds(&mut self) -> Result<Duration, Wrong> {
        let text = self.text()?;
        seconds(&text)
            .ok_or_else(|| format!("invalid time \"{text}\": it is a number of seconds, such as 0.5"))
    }
}

/// A number of seconds with up to six decimals, from a microsecond to an hour.
pub fn seconds(text: &str) -> Option<Duration> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let micros = whole.checked_mul(1_000_000)? + format!("{part:0<6}").parse::<u64>().ok()?;
    (1..=3_600_000_000).contains(&micros).then(|| Duration::from_micros(micros))
}

/// The answer to an option that a command does not have.
pub fn unknown(word: &Word) -> Wrong {
    match word {
        Word::Short(letter) => format!("invalid option -- '{letter}'"),
        Word::Long(name) => format!("unrecognized option '--{name}'"),
        Word::Operand(operand) => format!("extra operand \"{operand}\""),
    }
}

/// The exit status of a command that is used wrongly.
pub const MISUSED: u8 = 2;

/// What is wrong with a command line, with the command's name in front, and how it is used.
pub fn misused(name: &str, usage: &str, wrong: &Wrong) -> (String, u8) {
    (format!("{name}: {wrong}\nusage: {usage}\n"), MISUSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_exactly() {
        assert_eq!(seconds("1"), Some(Duration::from_secs(1)));
        assert_eq!(seconds("0.2"), Some(Duration::from_millis(200)));
        assert_eq!(seconds(".000001"), Some(Duration::from_micros(1)));
        for wrong in ["", "0", "-1", "1.2.3", "0.0000001", "3601", "1e3", "١"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
