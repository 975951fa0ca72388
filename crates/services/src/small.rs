//! The small services: echo (RFC 862), discard (RFC 863), character generator (RFC 864) and daytime (RFC 867), over TCP and UDP.

use crate::clock;
use wire::Instant;

/// A small service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Small {
    /// Sends back what comes.
    Echo,
    /// Throws away what comes.
    Discard,
    /// Sends characters without end.
    Chargen,
    /// Sends the date.
    Daytime,
}

/// All of them, with the words of documents.
pub const ALL: [(&str, Small); 4] = [
    ("echo", Small::Echo),
    ("discard", Small::Discard),
    ("chargen", Small::Chargen),
    ("daytime", Small::Daytime),
];

/// What a connection of a small service is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// To be sent.
    pub output: Vec<u8>,
    /// How much of the input was used.
    pub taken: usize,
    /// Nothing more is sent.
    pub finish: bool,
}

/// Characters in a line (RFC 864).
const LINE: usize = 72;
/// The visible characters of ASCII, of which each line begins with the next.
const VISIBLE: usize = 95;

impl Small {
    /// Its port, UDP and TCP.
    pub const fn port(self) -> u16 {
        match self {
            Self::Echo => 7,
            Self::Discard => 9,
            Self::Daytime => 13,
            Self::Chargen => 19,
        }
    }

    /// Goes on with a connection that has sent `sent` bytes: handles `input` if it can send up to `room` bytes.
    pub fn step(self, now: Instant, sent: u64, input: &[u8], room: usize) -> Step {
        match self {
            Self::Echo => {
                let taken = input.len().min(room);
                Step { output: input[..taken].to_vec(), taken, finish: false }
            }
            Self::Discard => Step { taken: input.len(), ..Step::default() },
            Self::Chargen => Step { output: characters(sent, room), taken: input.len(), finish: false },
            Self::Daytime => {
                let text = format!("{}\r\n", clock::daytime(clock::unix(now)));
                let rest = text.as_bytes().get(sent as usize..).unwrap_or_default();
                let output = rest[..rest.len().min(room)].to_vec();
                Step { finish: output.len() == rest.len(), output, taken: input.len() }
            }
        }
    }

    /// The answer to a datagram. `random` decides how much the character generator sends (RFC 864).
    pub fn datagram(self, now: Instant, input: &[u8], random: u32) -> Option<Vec<u8>> {
        match self {
            Self::Echo => Some(input.to_vec()),
            Self::Discard => None,
            Self::Chargen => Some(characters(0, (random % 513) as usize)),
            Self::Daytime => Some(format!("{}\r\n", clock::daytime(clock::unix(now))).into_bytes()),
        }
    }
}

/// So many characters of the pattern, from this place on.
fn characters(from: u64, count: usize) -> Vec<u8> {
    let line = LINE as u64 + 2;
    let at = |place: u64| match (place / line, (place % line) as usize) {
        (_, LINE) => b'\r',
        (number, column) if column < LINE => {
            b' ' + (((number % VISIBLE as u64) as usize + column) % VISIBLE) as u8
        }
        _ => b'\n',
    };
    (from..from + count as u64).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::ZERO;

    #[test]
    fn echo_takes_what_it_can_send() {
        let step = Small::Echo.step(NOW, 0, b"hello", 3);
        assert_eq!((&step.output[..], step.taken, step.finish), (&b"hel"[..], 3, false));
        assert_eq!(Small::Echo.datagram(NOW, b"hello", 0).unwrap(), b"hello");
    }

    #[test]
    fn discard_takes_all_and_says_nothing() {
        assert_eq!(Small::Discard.step(NOW, 0, b"hello", 99), Step { taken: 5, ..Step::default() });
        assert_eq!(Small::Discard.datagram(NOW, b"hello", 0), None);
    }

    #[test]
    fn characters_are_the_lines_of_the_rfc_wherever_they_are_cut() {
        let whole = Small::Chargen.step(NOW, 0, b"", 74 * 96).output;
        let lines: Vec<_> = whole.chunks(74).collect();
        assert_eq!(lines[0], [&(b' '..b' ' + 72).collect::<Vec<_>>()[..], b"\r\n"].concat());
        assert_eq!((lines[1][0], lines[94][0], lines[94][1], lines[95]), (b'!', b'~', b' ', lines[0]));
        let mut pieces = Vec::new();
        while pieces.len() < whole.len() {
            pieces.extend(Small::Chargen.step(NOW, pieces.len() as u64, b"", 31).output);
        }
        assert_eq!(pieces[..whole.len()], whole);
        assert_eq!(Small::Chargen.datagram(NOW, b"", 512).unwrap().len(), 512);
    }

    #[test]
    fn daytime_sends_a_line_and_ends() {
        let first = Small::Daytime.step(NOW, 0, b"x", 10);
        let rest = Small::Daytime.step(NOW, 10, b"", 99);
        assert_eq!((first.finish, rest.finish, first.taken), (false, true, 1));
        assert_eq!([first.output, rest.output].concat(), b"Thursday, January 1, 2026 00:00:00-UTC\r\n");
        assert_eq!(ALL.map(|(_, small)| small.port()), [7, 9, 19, 13]);
    }
}
