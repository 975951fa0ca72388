//! What a console shows at the playhead: read from the history, so that a rewound console shows what it showed then.

use crate::Lab;
use netlab::Instant;
use netlab::history::{ProgramEvent, ProgramId, ProgramLog};
use netlab::topology::NodeId;
use netlab::world::Activity;
use wire::sorted::sort_by_key;

/// Bytes and pieces of output that a console shows at most.
const BYTES_MAX: usize = 64 << 10;
const PIECES_MAX: usize = 2_000;
/// Programs whose output a console shows at most: the latest.
const PROGRAMS_MAX: usize = 500;
/// Lines that the arrow keys go back to.
const TYPED_MAX: usize = 500;

/// What a console shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// What stands before the line: the node's id in the document, and the sign of a user or of a device.
    pub prompt: String,
    /// In order of time.
    pub pieces: Vec<Piece>,
    /// Something older is not shown any more.
    pub is_cut: bool,
    /// The command that what is typed goes to, and its line. None: what is typed is a command.
    pub running: Option<(ProgramId, String)>,
    /// The lines that were typed so far, the latest last, none twice in a row.
    pub typed: Vec<String>,
}

/// A piece of what a console shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// When it appeared.
    pub at: Instant,
    /// What it is.
    pub kind: PieceKind,
    /// Its text, with the ends of its lines.
    pub text: String,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A command line, behind the prompt.
    Command,
    /// What a command printed.
    Printed,
    /// What was typed to a command that runs.
    Typed,
}

impl Lab {
    /// What the console of a node shows at the playhead.
    pub fn screen(&self, on: NodeId) -> Screen {
        if self.is_device(on) {
            let (mut pieces, typed) = self.asked_on(on);
            let is_cut = cut(&mut pieces);
            return Screen {
                prompt: format!("{}# ", self.whole_id(on)),
                pieces,
                is_cut,
                typed,
                running: None,
            };
        }
        let at = self.look().at;
        let logs = self.world.history().programs();
        let mut begun: Vec<(ProgramId, &ProgramLog)> = (0..)
            .map(ProgramId)
            .zip(logs)
            // Services begin with their host: they were not typed.
            .skip(self.first_command() as usize)
            .filter(|(_, log)| log.on == on && log.start <= at)
            .collect();
        sort_by_key(&mut begun, |(_, log)| log.start);
        let typed = typed(&begun);
        let left_out = begun.len().saturating_sub(PROGRAMS_MAX);
        let shown = &begun[left_out..];
        let mut pieces: Vec<Piece> = shown.iter().flat_map(|(_, log)| pieces_of(log, at)).collect();
        sort_by_key(&mut pieces, |piece| piece.at);
        let is_cut = cut(&mut pieces) || left_out > 0 || shown.iter().any(|(_, log)| log.forgotten() > 0);
        let runs = |(id, log): &&(ProgramId, &ProgramLog)| {
            log.exit_at(at).is_none() && self.world.activity(*id) != Some(Activity::Idle)
        };
        let running = begun.iter().rfind(runs).map(|(id, log)| (*id, log.line.clone()));
        Screen { prompt: format!("{}$ ", self.whole_id(on)), pieces, is_cut, running, typed }
    }

    fn whole_id(&self, node: NodeId) -> String {
        let whole = self.scenario.whole();
        whole.ids.get(node.index()).cloned().unwrap_or_default()
    }
}

/// The lines of these commands.
fn typed(begun: &[(ProgramId, &ProgramLog)]) -> Vec<String> {
    let mut lines: Vec<&str> = begun.iter().map(|(_, log)| log.line.trim()).collect();
    lines.retain(|line| !line.is_empty());
    lines.dedup();
    lines[lines.len().saturating_sub(TYPED_MAX)..].iter().map(|line| (*line).to_owned()).collect()
}

/// What a program brought onto the screen by this moment.
fn pieces_of(log: &ProgramLog, at: Instant) -> Vec<Piece> {
    let mut pieces = vec![Piece { at: log.start, kind: PieceKind::Command, text: format!("{}\n", log.line) }];
    for entry in log.entries_by(at) {
        let (kind, text) = match &entry.event {
            ProgramEvent::Printed(text) => (PieceKind::Printed, text.clone()),
            ProgramEvent::Typed(line) => (PieceKind::Typed, format!("{line}\n")),
            ProgramEvent::InputEnded => (PieceKind::Typed, "^D\n".to_owned()),
            ProgramEvent::Interrupted => (PieceKind::Typed, "^C\n".to_owned()),
            ProgramEvent::Exited(_) => continue,
        };
        pieces.push(Piece { at: entry.at, kind, text });
    }
    pieces
}

/// Takes away what is too much, the oldest first, and says whether there was any.
fn cut(pieces: &mut Vec<Piece>) -> bool {
    let mut bytes = 0;
    let fits = pieces.iter().rev().take(PIECES_MAX).take_while(|piece| {
        bytes += piece.text.len();
        bytes <= BYTES_MAX
    });
    // The last is shown however long it is.
    let keep = fits.count().max(1).min(pieces.len());
    let too_many = pieces.len() - keep;
    pieces.drain(..too_many);
    too_many > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Act, Clock, Typed};
    use crate::travel::Travel;
    use netlab::Duration;
    use scenario::{Key, Scenario};

    const PAIR: &str = r#"{"packetarium": 1,
        "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]},
            {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"], "services": {"echo": true}}],
        "links": [{"ends": ["a", "b"]}]}"#;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn play_until(lab: &mut Lab, until: Instant, now_ms: &mut f64) {
        for _ in 0..100_000 {
            *now_ms += 16.7;
            lab.tick(*now_ms, true, &mut || true);
            let passes = matches!(lab.state(), crate::State::Playing | crate::State::CatchingUp { .. });
            if lab.look().at >= until || !passes {
                return;
            }
        }
        panic!("time does not pass")
    }

    fn text(screen: &Screen) -> String {
        screen.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    fn type_line(lab: &mut Lab, on: u32, line: &str) {
        lab.perform(Act::Type(Typed::Command(NodeId(on), line.into()))).unwrap();
    }

    #[test]
    fn a_console_shows_what_was_typed_and_printed_and_rewound_what_it_showed_then() {
        let mut lab = Lab::new(Scenario::parse(PAIR).unwrap());
        let mut now_ms = 0.0;
        type_line(&mut lab, 0, "ping -c 3 10.0.0.2");
        play_until(&mut lab, at(4_000), &mut now_ms);
        let end = lab.screen(NodeId(0));
        assert_eq!((&*end.prompt, &end.running, end.is_cut), ("a$ ", &None, false));
        assert!(text(&end).starts_with("ping -c 3 10.0.0.2\nPING"), "{}", text(&end));
        assert!(text(&end).contains("3 packets transmitted"), "{}", text(&end));
        assert_eq!(end.typed, ["ping -c 3 10.0.0.2"]);
        assert_eq!(lab.screen(NodeId(1)).pieces, [], "a service is not typed");

        lab.perform(Clock::Travel(Travel::To(at(1_500)))).unwrap();
        play_until(&mut lab, at(1_500), &mut now_ms);
        let then = lab.screen(NodeId(0));
        assert!(text(&then).contains("icmp_seq=2") && !text(&then).contains("icmp_seq=3"), "{}", text(&then));
        let (program, line) = then.running.clone().expect("it runs at that moment");
        assert_eq!(line, "ping -c 3 10.0.0.2");

        // Ctrl-C in the past is another branch, and stands in its document.
        lab.perform(Act::Type(Typed::Key(program, Key::Interrupt))).unwrap();
        play_until(&mut lab, at(4_000), &mut now_ms);
        let branch = lab.screen(NodeId(0));
        assert!(
            text(&branch).contains("^C\n") && text(&branch).contains("2 packets transmitted"),
            "{}",
            text(&branch)
        );
        assert_eq!(lab.branches().lines(None).len(), 2);
    }

    #[test]
    fn what_is_typed_to_a_command_that_runs_is_in_the_shared_document() {
        let mut lab = Lab::new(Scenario::parse(PAIR).unwrap());
        let mut now_ms = 0.0;
        type_line(&mut lab, 0, "ping 10.0.0.2");
        play_until(&mut lab, at(2_500), &mut now_ms);
        let (program, _) = lab.screen(NodeId(0)).running.expect("it runs");
        lab.perform(Act::Type(Typed::Key(program, Key::Interrupt))).unwrap();
        type_line(&mut lab, 0, "ip addr | grep inet");
        play_until(&mut lab, at(3_500), &mut now_ms);
        let shared = scenario::link::decode(&scenario::link::encode(lab.scenario())).unwrap();
        let mut again = Lab::new(shared);
        play_until(&mut again, at(3_500), &mut 0.0);
        assert_eq!(again.screen(NodeId(0)), lab.screen(NodeId(0)));
        assert!(text(&again.screen(NodeId(0))).contains("^C"), "{}", text(&again.screen(NodeId(0))));
    }

    #[test]
    fn typing_while_time_is_paused_plays_on() {
        let mut lab = Lab::new(Scenario::parse(PAIR).unwrap());
        let mut now_ms = 0.0;
        play_until(&mut lab, at(100), &mut now_ms);
        lab.perform(Clock::Pause).unwrap();
        type_line(&mut lab, 0, "echo hello");
        assert_eq!(lab.state(), crate::State::Playing);
        play_until(&mut lab, at(200), &mut now_ms);
        assert_eq!(text(&lab.screen(NodeId(0))), "echo hello\nhello\n");
    }

    #[test]
    fn a_long_output_loses_its_beginning() {
        let mut lab = Lab::new(Scenario::parse(PAIR).unwrap());
        for number in 0..PROGRAMS_MAX + 100 {
            type_line(&mut lab, 0, &format!("echo {number}"));
        }
        play_until(&mut lab, at(100), &mut 0.0);
        let screen = lab.screen(NodeId(0));
        assert!(screen.is_cut && screen.pieces.len() <= PIECES_MAX);
        assert!(text(&screen).ends_with(&format!("{}\n", PROGRAMS_MAX + 99)), "{}", text(&screen));
        assert_eq!(screen.typed.len(), TYPED_MAX);
    }
}
