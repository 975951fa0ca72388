//! A line that was typed at a console: commands, their words, and pipes to filters of text.
//!
//! Words are split by shlex as a POSIX shell does it; nothing else of a shell is here. The filters (`grep`, `head`, `tail`, `wc`) are plain
//! functions from a text to a text.

use regex_lite::{Regex, RegexBuilder};

/// The longest line in bytes.
pub const LINE_MAX: usize = 1_024;
/// Filters behind one command.
const FILTERS_MAX: usize = 8;

/// What was typed.
#[derive(Clone, Debug)]
pub struct Line {
    /// The command and its arguments; empty if nothing was typed.
    pub words: Vec<String>,
    /// What its output goes through, in order.
    pub filters: Vec<Filter>,
}

/// Why a line cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// A quotation mark has no partner, or a backslash nothing behind it.
    #[error("a quotation mark is not closed")]
    Quote,
    /// Nothing stands in front of a pipe or behind it.
    #[error("nothing stands in front of a `|` or behind it")]
    EmptyPipe,
    /// The line is too long, or has too many pipes.
    #[error("the line is too long: {LINE_MAX} bytes and {FILTERS_MAX} pipes are allowed")]
    TooLong,
    /// What stands behind a pipe is no filter.
    #[error("{0}: output can be piped to grep, head, tail and wc")]
    NoFilter(String),
    /// An option or a word that the filter does not understand, and how it is used.
    #[error("{0}: usage: {1}")]
    Usage(&'static str, &'static str),
}

/// What an output goes through.
#[derive(Clone, Debug)]
pub enum Filter {
    /// `grep`.
    Grep {
        /// What the lines have to match.
        pattern: Regex,
        /// `-v`: have to not match.
        invert: bool,
        /// `-c`: only how many.
        count: bool,
        /// `-n`: with the numbers of the lines.
        number: bool,
        /// `-o`: only what matches.
        only: bool,
    },
    /// `head`: the first lines; a negative number: all but the last.
    Head(i64),
    /// `tail`: the last lines; a negative number: all from that line on.
    Tail(i64),
    /// `wc`: lines, words and bytes, as far as wanted.
    Count([bool; 3]),
}

const GREP: &str = "grep [-i] [-v] [-c] [-n] [-o] [-w] [-F] PATTERN";
const HEAD: &str = "head [-n NUMBER]";
const TAIL: &str = "tail [-n NUMBER]";
const WC: &str = "wc [-l] [-w] [-c]";

/// Reads a line.
///
/// # Errors
/// See [`LineError`].
pub fn parse(text: &str) -> Result<Line, LineError> {
    if text.len() > LINE_MAX {
        return Err(LineError::TooLong);
    }
    let mut words = Vec::new();
    let mut filters = Vec::new();
    for (place, part) in parts(text).into_iter().enumerate() {
        let split = shlex::split(part).ok_or(LineError::Quote)?;
        match place {
            _ if place > FILTERS_MAX => return Err(LineError::TooLong),
            0 => words = split,
            _ if words.is_empty() || split.is_empty() => return Err(LineError::EmptyPipe),
            _ => filters.push(filter(&split)?),
        }
    }
    Ok(Line { words, filters })
}

/// The parts between pipes that stand in no quotation marks.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut from) = (Vec::new(), 0);
    let (mut quote, mut escaped) = (None, false);
    for (place, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (None | Some(b'"'), b'\\') => escaped = true,
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b'|') => {
                parts.push(&text[from..place]);
                from = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

fn filter(words: &[String]) -> Result<Filter, LineError> {
    let options = &words[1..];
    match words[0].as_str() {
        "grep" | "egrep" | "fgrep" => grep(&words[0], options).ok_or(LineError::Usage("grep", GREP)),
        "head" => lines(options, '-').map(Filter::Head).ok_or(LineError::Usage("head", HEAD)),
        "tail" => lines(options, '+').map(Filter::Tail).ok_or(LineError::Usage("tail", TAIL)),
        "wc" => wc(options).ok_or(LineError::Usage("wc", WC)),
        other => Err(LineError::NoFilter(other.to_owned())),
    }
}

fn grep(name: &str, options: &[String]) -> Option<Filter> {
    let [mut invert, mut count, mut number, mut only, mut word, mut ignore] = [false; 6];
    let mut fixed = name == "fgrep";
    let mut pattern = None;
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match option.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            Some("-") => pattern = rest.next().filter(|_| pattern.is_none()),
            Some(letters) => {
                for letter in letters.chars() {
                    match letter {
                        'i' => ignore = true,
                        'v' => invert = true,
                        'c' => count = true,
                        'n' => number = true,
                        'o' => only = true,
                        'w' => word = true,
                        'F' => fixed = true,
                        'E' => {}
                        'e' => pattern = Some(rest.next()?),
                        _ => return None,
                    }
                }
            }
            None if pattern.is_none() => pattern = Some(option),
            None => return None,
        }
    }
    let mut text = if fixed { regex_lite::escape(pattern?) } else { pattern?.clone() };
    if word {
        text = format!(r"\b(?:{text})\b");
    }
    // A pattern that is none is meant literally: people look for addresses and brackets.
    let build =
        |text: &str| RegexBuilder::new(text).case_insensitive(ignore).size_limit(1 << 18).build().ok();
    let pattern = build(&text).or_else(|| build(&regex_lite::escape(&text)))?;
    Some(Filter::Grep { pattern, invert, count, number, only })
}

/// The number of `-n NUMBER`, `-NUMBER` or `-nNUMBER`; with this sign in front it is returned as negative.
fn lines(options: &[String], sign: char) -> Option<i64> {
    let number = |text: &str| match text.strip_prefix(sign) {
        Some(digits) => digits.parse::<u32>().ok().map(|number| -i64::from(number)),
        None => text.parse::<u32>().ok().map(i64::from),
    };
    match options {
        [] => Some(10),
        [flag, count] if flag == "-n" => number(count),
        [one] => match one.strip_prefix("-n") {
            Some(count) => number(count),
            None => one.strip_prefix('-').and_then(|count| count.parse::<u32>().ok()).map(i64::from),
        },
        _ => None,
    }
}

fn wc(options: &[String]) -> Option<Filter> {
    let mut wanted = [false; 3];
    for option in options {
        for letter in option.strip_prefix('-')?.chars() {
            wanted["lwc".find(letter)?] = true;
        }
    }
    Some(Filter::Count(if wanted == [false; 3] { [true; 3] } else { wanted }))
}

impl Filter {
    /// What is left of a text, and the exit status: 1 if `grep` found nothing.
    pub fn apply(&self, text: &str) -> (String, u8) {
        let all: Vec<&str> = text.lines().collect();
        let first = |kept: usize| all.iter().take(kept).map(|line| format!("{line}\n")).collect::<String>();
        let last =
            |skipped: usize| all.iter().skip(skipped).map(|line| format!("{line}\n")).collect::<String>();
        let clamp = |number: i64| usize::try_from(number).unwrap_or(0);
        match self {
            Self::Head(number) if *number < 0 => (first(all.len().saturating_sub(clamp(-number))), 0),
            Self::Head(number) => (first(clamp(*number)), 0),
            Self::Tail(number) if *number < 0 => (last(clamp(-number - 1)), 0),
            Self::Tail(number) => (last(all.len().saturating_sub(clamp(*number))), 0),
            Self::Count(wanted) => {
                let counts = [text.matches('\n').count(), text.split_whitespace().count(), text.len()];
                let shown = counts
                    .iter()
                    .zip(wanted)
                    .filter(|(_, wanted)| **wanted)
                    .map(|(count, _)| count.to_string());
                (shown.collect::<Vec<_>>().join(" ") + "\n", 0)
            }
            Self::Grep { pattern, invert, count, number, only } => {
                let found = all.iter().enumerate().filter(|(_, line)| pattern.is_match(line) != *invert);
                let status = u8::from(found.clone().next().is_none());
                if *count {
                    return (format!("{}\n", found.count()), status);
                }
                let mut out = String::new();
                for (place, line) in found {
                    let number = if *number { format!("{}:", place + 1) } else { String::new() };
                    if *only {
                        let matches = pattern.find_iter(line).filter(|found| !found.is_empty());
                        matches.for_each(|found| out.push_str(&format!("{number}{}\n", found.as_str())));
                    } else {
                        out.push_str(&format!("{number}{line}\n"));
                    }
                }
                (out, status)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "lo 127.0.0.1\neth0 10.0.0.1\neth1 10.0.0.2\n";

    /// What is left of the text behind this pipe.
    fn piped(pipe: &str) -> (String, u8) {
        let line = parse(&format!("ip addr | {pipe}")).unwrap();
        line.filters.iter().fold((TEXT.to_owned(), 0), |(text, _), filter| filter.apply(&text))
    }

    fn left(pipe: &str) -> String {
        piped(pipe).0
    }

    #[test]
    fn words_are_those_of_a_shell() {
        let words = |text: &str| parse(text).unwrap().words;
        assert_eq!(words("curl -d 'a b' \"c\\\"d\" e\\ f"), ["curl", "-d", "a b", "c\"d", "e f"]);
        assert_eq!(words("  "), [] as [&str; 0]);
        assert_eq!(words("echo '|' \"a|b\" \\|"), ["echo", "|", "a|b", "|"]);
    }

    #[test]
    fn filters_leave_what_they_leave_in_a_shell() {
        assert_eq!(left("grep eth0"), "eth0 10.0.0.1\n");
        assert_eq!(left("grep -v ETH"), TEXT);
        assert_eq!(left("grep -iv ETH"), "lo 127.0.0.1\n");
        assert_eq!(left("grep -c 10.0"), "2\n");
        assert_eq!(left("grep -n '^eth.*2$'"), "3:eth1 10.0.0.2\n");
        assert_eq!(left("grep -oE '[0-9.]+$' | tail -n 1"), "10.0.0.2\n");
        assert_eq!(left("grep -F 0.0.1 | head -1"), "lo 127.0.0.1\n");
        assert_eq!(left("grep -w eth"), "");
        assert_eq!(left("grep '('"), "");
        assert_eq!(left("head -n -2"), "lo 127.0.0.1\n");
        assert_eq!(left("tail -n +3"), "eth1 10.0.0.2\n");
        assert_eq!(left("tail -2 | wc -l"), "2\n");
        assert_eq!(left("wc"), "3 6 41\n");
        assert_eq!((piped("grep none").1, piped("grep lo").1), (1, 0));
    }

    #[test]
    fn wrong_lines_say_what_is_wrong() {
        let error = |text: &str| parse(text).unwrap_err();
        assert_eq!(error("echo 'a"), LineError::Quote);
        assert_eq!(error("| grep a"), LineError::EmptyPipe);
        assert_eq!(error("a |"), LineError::EmptyPipe);
        assert_eq!(error("a | sort").to_string(), "sort: output can be piped to grep, head, tail and wc");
        assert_eq!(error("a | head -n x"), LineError::Usage("head", HEAD));
        assert_eq!(error("a | grep -z x"), LineError::Usage("grep", GREP));
        assert_eq!(error(&"a".repeat(LINE_MAX + 1)), LineError::TooLong);
        assert_eq!(error(&format!("a{}", "|wc".repeat(9))), LineError::TooLong);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_line_makes_it_panic(
            pieces in prop::collection::vec(prop_oneof![
                prop::sample::select(vec![
                    "|", "'", "\"", "\\", " ", "grep ", "-e ", "-n ", "head ", "tail ", "wc ", "+", "-", "(", "[", "*", "{9999}", "^", "$", "ä",
                ]).prop_map(str::to_owned),
                ".{0,6}",
            ], 0..20),
            text in "[a-z\\n ]{0,40}",
        ) {
            if let Ok(line) = parse(&pieces.concat()) {
                for filter in &line.filters {
                    let (left, _) = filter.apply(&text);
                    prop_assert!(left.len() <= 100 + 50 * text.len());
                }
            }
        }
    }
}
