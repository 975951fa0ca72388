//! Every kind of goal: fulfilled, not yet, failed for good; and the same verdict however a run is sliced.

use lesson::judge::run_until;
use lesson::{Judge, Lesson, Play, Verdict};
use netlab::history::Limits;
use netlab::{Duration, Instant};
use proptest::prelude::*;
use std::rc::Rc;

/// Two hosts and a third one at a switch, a router behind it and a web server there.
const DOCUMENT: &str = r#"{
  "packetarium": 1,
  "nodes": [
    {"id": "a", "kind": "host", "addresses": ["10.0.1.1/24"], "gateway": "10.0.1.254", "dns": "10.0.2.80"},
    {"id": "b", "kind": "host", "addresses": ["10.0.1.2/24"], "gateway": "10.0.1.254"},
    {"id": "c", "kind": "host", "addresses": ["10.0.1.3/24"], "gateway": "10.0.1.254"},
    {"id": "s1", "kind": "switch", "stp": true},
    {"id": "r1", "kind": "router", "routes": [{"to": "10.9.0.0/16", "via": "10.0.2.80"}]},
    {"id": "web", "kind": "host", "addresses": ["10.0.2.80/24"], "gateway": "10.0.2.254",
     "services": {"http": {"pages": {"/": "hello"}}, "dns": {"zone": {"www.example.test": {"a": "10.0.2.80"}}}}},
    {"id": "lost", "kind": "host", "addresses": ["10.0.1.9/24"]}
  ],
  "links": [
    {"ends": ["a", "s1"], "delay": "1ms"},
    {"ends": ["b", "s1"], "delay": "1ms"},
    {"ends": ["c", "s1"], "delay": "1ms"},
    {"ends": ["s1", "r1"], "delay": "1ms", "ports": {"r1": {"addresses": ["10.0.1.254/24"]}}},
    {"ends": ["r1", "web"], "delay": "10ms", "ports": {"r1": {"addresses": ["10.0.2.254/24"]}}},
    {"ends": ["lost", "s1"], "delay": "1ms", "impair": [{"loss": 1}]}
  ],
  "runs": [
    {"at": "5s", "ping": {"from": "a", "to": "b", "count": 3}},
    {"at": "9s", "connect": {"from": "a", "to": "web"}},
    {"at": "10s", "iperf": {"from": "b", "to": "web", "bytes": "200kB"}},
    {"at": "14s", "ping": {"from": "c", "to": "10.7.7.7", "count": 1}},
    {"at": "15s", "ping": {"from": "lost", "to": "a", "count": 1}},
    {"at": "18s", "command": {"on": "a", "line": "curl http://www.example.test/"}},
    {"at": "19s", "command": {"on": "b", "line": "ping -c 1 10.0.1.77"}}
  ]
}"#;

fn lesson(goals: &str) -> String {
    format!(
        r#"{{"lesson": 1, "id": "test", "document": {DOCUMENT}, "steps": [], "goals": {{{goals}}},
        "questions": {{"q": {{"number": 4}}}},
        "predictions": {{"p": {{"arrives": "icmp.type == 8", "at": "s1", "from": "a", "ask": "ports"}}}}}}"#
    )
}

fn read(goals: &str) -> Rc<Lesson> {
    match Lesson::read(&lesson(goals), 1) {
        Ok(lesson) => Rc::new(lesson),
        Err(faults) => panic!("{goals}: {}", faults[0]),
    }
}

/// The first word of the verdict of one goal at this second.
fn verdict(goal: &str, second: u64) -> &'static str {
    let mut play = Play::new(read(&format!(r#""g": {goal}"#))).unwrap();
    play.run_through(Instant::ZERO + Duration::from_secs(second));
    match play.judge().verdict(0) {
        Verdict::Fulfilled { for_good: true, .. } => "fulfilled",
        Verdict::Fulfilled { for_good: false, .. } => "so far",
        Verdict::NotYet(why) => {
            assert!(!why.is_empty(), "{goal}");
            "not yet"
        }
        Verdict::Failed { why, .. } => {
            assert!(!why.is_empty(), "{goal}");
            "failed"
        }
    }
}

#[test]
fn frames_are_counted_where_they_are_seen() {
    for (goal, at_4, at_30) in [
        // Each once, where it was made: three requests and three answers.
        (r#"{"frames": "icmp && ip.addr == 10.0.1.2", "count": {"min": 6}}"#, "not yet", "fulfilled"),
        (r#"{"frames": "icmp && ip.addr == 10.0.1.2", "count": {"min": 7}}"#, "not yet", "not yet"),
        (r#"{"frames": "icmp && ip.addr == 10.0.1.2", "count": 6}"#, "not yet", "so far"),
        (r#"{"frames": "icmp && ip.addr == 10.0.1.2", "count": 5}"#, "not yet", "failed"),
        // On one cable.
        (r#"{"frames": "icmp.type == 8", "from": "s1", "to": "b"}"#, "not yet", "fulfilled"),
        (
            r#"{"frames": "icmp.type == 8 && ip.dst == 10.0.1.2", "from": "s1", "to": "c"}"#,
            "not yet",
            "not yet",
        ),
        (
            r#"{"not": {"frames": "icmp.type == 8 && ip.dst == 10.0.1.2", "from": "s1", "to": "c"}}"#,
            "so far",
            "so far",
        ),
        (r#"{"not": {"frames": "icmp", "to": "b"}}"#, "so far", "failed"),
        // What became of them.
        (r#"{"frames": "arp", "from": "lost", "fate": "lost"}"#, "not yet", "fulfilled"),
        (r#"{"frames": "arp", "from": "lost", "fate": "delivered"}"#, "not yet", "not yet"),
        (r#"{"frames": "ip.dst == 10.7.7.7", "to": "r1", "fate": "dropped"}"#, "not yet", "fulfilled"),
        // The first and the last.
        (
            r#"{"frames": "tcp.port == 80", "first": "tcp.flags.syn == 1 && tcp.flags.ack == 0"}"#,
            "not yet",
            "fulfilled",
        ),
        (r#"{"frames": "tcp.port == 80", "first": "tcp.flags.fin == 1"}"#, "not yet", "failed"),
        (r#"{"frames": "icmp && ip.addr == 10.0.1.2", "last": "icmp.type == 0"}"#, "not yet", "so far"),
        (r#"{"frames": "icmp && ip.addr == 10.0.1.2", "after": "20s"}"#, "not yet", "not yet"),
        // Analysis: of connections, and of messages in several segments.
        (
            r#"{"frames": "http.response.code == 200", "to": "a", "fate": "delivered"}"#,
            "not yet",
            "fulfilled",
        ),
        (r#"{"frames": "tcp.analysis.retransmission"}"#, "not yet", "not yet"),
    ] {
        assert_eq!([verdict(goal, 4), verdict(goal, 30)], [at_4, at_30], "{goal}");
    }
}

#[test]
fn runs_and_commands_are_judged_by_what_they_measured_and_printed() {
    for (goal, at_4, at_30) in [
        (r#"{"run": {"from": "a", "to": "b", "ok": true}}"#, "not yet", "fulfilled"),
        (
            r#"{"run": {"from": "a", "to": "10.0.1.2", "kind": "ping", "received": 3, "lost": 0}}"#,
            "not yet",
            "fulfilled",
        ),
        (r#"{"run": {"kind": "ping", "from": "a", "rtt_max": {"max": "1ms"}}}"#, "not yet", "not yet"),
        (r#"{"run": {"kind": "ping", "from": "a", "rtt_max": {"max": "10ms"}}}"#, "not yet", "fulfilled"),
        (
            r#"{"run": {"kind": "iperf", "bytes": {"min": "200kB"}, "throughput": {"min": "1Mbps"}}}"#,
            "not yet",
            "fulfilled",
        ),
        (r#"{"run": {"kind": "iperf", "throughput": {"max": "1kbps"}}}"#, "not yet", "not yet"),
        (r#"{"run": {"from": "c", "ok": false}}"#, "not yet", "fulfilled"),
        // A planned run that has ended has no second chance; another one may come where no number is given.
        (r#"{"run": {"number": 3, "ok": true}}"#, "not yet", "failed"),
        (r#"{"run": {"kind": "ping", "last": true, "ok": true}}"#, "not yet", "not yet"),
        (r#"{"run": {"kind": "connect", "last": true, "ok": true}}"#, "not yet", "so far"),
        (r#"{"command": {"on": "a", "line": "curl", "exit": 0, "prints": "hello"}}"#, "not yet", "fulfilled"),
        (r#"{"command": {"on": "a", "line": "curl", "lacks": "hello"}}"#, "not yet", "not yet"),
        (r#"{"command": {"line": "ping 10.0.1.77", "exit": 1}}"#, "not yet", "fulfilled"),
        (r#"{"command": {"line": "ping 10.0.1.77", "exit": 0}}"#, "not yet", "not yet"),
        (r#"{"command": {"line": "10.0.1.77 ping"}}"#, "not yet", "not yet"),
        (r#"{"command": {"line": "curl", "last": true, "exit": 0}}"#, "not yet", "so far"),
    ] {
        assert_eq!([verdict(goal, 4), verdict(goal, 30)], [at_4, at_30], "{goal}");
    }
    let recent = r#"{"run": {"number": 0, "recent": "2s", "received": {"min": 1}}}"#;
    assert_eq!([4, 6, 30].map(|second| verdict(recent, second)), ["not yet", "so far", "failed"]);
    // What is long over does not count, whatever it has measured: the run ends at 7 s.
    for (recent, at) in [
        (
            r#"{"run": {"from": "a", "kind": "ping", "recent": "3s", "ok": true}}"#,
            ["not yet", "so far", "not yet"],
        ),
        (
            r#"{"run": {"from": "a", "kind": "ping", "recent": "3s", "lost": 0}}"#,
            ["so far", "so far", "not yet"],
        ),
        (
            r#"{"run": {"from": "a", "kind": "ping", "recent": "3s", "rtt_max": {"max": "1s"}}}"#,
            ["so far", "so far", "not yet"],
        ),
        (
            r#"{"run": {"from": "a", "kind": "ping", "recent": "1min", "sent": 3, "rtt_min": {"min": "1ms"}}}"#,
            ["not yet", "so far", "so far"],
        ),
    ] {
        assert_eq!([6, 9, 30].map(|second| verdict(recent, second)), at, "{recent}");
    }
    // A message that is under way is not lost: one millisecond after the second request.
    let goal = r#""g": {"run": {"number": 0, "recent": "2s", "received": {"min": 1}, "lost": 0}}"#;
    let mut play = Play::new(read(goal)).unwrap();
    play.run_through(Instant::ZERO + Duration::from_millis(6_001));
    assert!(play.judge().status(0).holds);
}

/// A ping whose first answers take long, as the queue is full, and a later one.
#[test]
fn a_later_and_better_run_counts() {
    let document = r#"{"packetarium": 1, "nodes": [
        {"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}, {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}],
        "links": [{"ends": ["a", "b"], "delay": "1ms", "rate": "1Mbps"}],
        "runs": [{"at": "1s", "ping": {"from": "a", "to": "b", "count": 20}},
            {"at": "1s", "iperf": {"from": "a", "to": "b", "bytes": "600kB"}},
            {"at": "30s", "ping": {"from": "a", "to": "b", "count": 3}}]}"#;
    let at = |goal: &str, second| {
        let text =
            format!(r#"{{"lesson": 1, "id": "test", "document": {document}, "goals": {{"g": {goal}}}}}"#);
        let mut play = Play::new(Rc::new(Lesson::read(&text, 1).unwrap())).unwrap();
        play.run_through(Instant::ZERO + Duration::from_secs(second));
        play.judge().status(0).holds
    };
    for (goal, expected) in [
        // The first run is slow up to 6 s, and fast behind; the second one is fast.
        (
            r#"{"run": {"kind": "ping", "recent": "3s", "received": {"min": 2}, "rtt_max": {"max": "20ms"}}}"#,
            [false, true, true],
        ),
        (
            r#"{"run": {"kind": "ping", "recent": "3s", "received": {"min": 2}, "rtt_min": {"min": "50ms"}}}"#,
            [true, false, false],
        ),
        (r#"{"run": {"kind": "ping", "rtt_max": {"max": "20ms"}}}"#, [false, false, true]),
        (r#"{"run": {"kind": "ping", "last": true, "rtt_max": {"max": "20ms"}}}"#, [false, false, true]),
        // Of a run that is named by its number, no other one counts.
        (r#"{"run": {"number": 0, "rtt_max": {"max": "20ms"}}}"#, [false, false, false]),
    ] {
        assert_eq!([5, 18, 33].map(|second| at(goal, second)), expected, "{goal}");
    }
}

#[test]
fn tables_are_judged_as_they_are_or_were() {
    for (goal, at_4, at_30) in [
        (r#"{"mac": {"on": "s1", "of": "a", "toward": "a"}}"#, "not yet", "fulfilled"),
        (r#"{"mac": {"on": "s1", "of": "a", "toward": "b"}}"#, "not yet", "not yet"),
        (r#"{"mac": {"on": "s1", "of": "02:50:00:00:00:02"}}"#, "not yet", "fulfilled"),
        (r#"{"mac": {"on": "s1"}, "count": {"min": 3}}"#, "not yet", "fulfilled"),
        (r#"{"mac": {"on": "s1"}, "count": 0, "at": "3s"}"#, "fulfilled", "fulfilled"),
        (r#"{"mac": {"on": "s1", "of": "a"}, "at": "3s"}"#, "failed", "failed"),
        (r#"{"neighbor": {"on": "a", "ip": "b", "is": "b"}}"#, "not yet", "fulfilled"),
        (r#"{"neighbor": {"on": "a", "ip": "10.0.1.254", "is": "r1"}}"#, "not yet", "fulfilled"),
        (r#"{"neighbor": {"on": "a", "ip": "b", "is": "c"}}"#, "not yet", "not yet"),
        (
            r#"{"route": {"on": "r1", "to": "10.9.0.0/16", "via": "web", "toward": "web", "source": "static"}}"#,
            "fulfilled",
            "fulfilled",
        ),
        (r#"{"route": {"on": "r1", "to": "10.9.0.0/16", "source": "rip"}}"#, "not yet", "not yet"),
        (r#"{"route": {"on": "r1", "source": "connected"}, "count": 2, "holds": true}"#, "so far", "so far"),
        (
            r#"{"stp": {"on": "s1", "toward": "a", "role": "designated", "state": "forwarding"}}"#,
            "fulfilled",
            "fulfilled",
        ),
        (r#"{"stp": {"on": "s1", "role": "alternate"}}"#, "not yet", "not yet"),
        (r#"{"root": {"on": "s1", "is": "s1"}}"#, "fulfilled", "fulfilled"),
        (r#"{"socket": {"on": "a", "state": "established", "remote": "web"}}"#, "not yet", "fulfilled"),
        (r#"{"socket": {"on": "a", "state": "established"}, "holds": true}"#, "not yet", "not yet"),
        (r#"{"socket": {"on": "web", "state": "listen", "port": 80}}"#, "fulfilled", "fulfilled"),
        (r#"{"address": {"on": "a"}}"#, "not yet", "not yet"),
        (r#"{"gateway": {"on": "a"}, "count": 0}"#, "fulfilled", "fulfilled"),
        (r#"{"nat": {"on": "r1"}}"#, "not yet", "not yet"),
    ] {
        assert_eq!([verdict(goal, 4), verdict(goal, 30)], [at_4, at_30], "{goal}");
    }
}

#[test]
fn leases_and_names_are_judged_by_what_the_frames_say() {
    for (goal, at_4, at_30) in [
        (r#"{"name": {"on": "a", "name": "www.example.test", "is": "web"}}"#, "not yet", "fulfilled"),
        (r#"{"name": {"on": "a", "name": "WWW.example.test.", "is": "10.0.2.80"}}"#, "not yet", "fulfilled"),
        (r#"{"name": {"on": "a", "is": "b"}}"#, "not yet", "not yet"),
        (r#"{"name": {"on": "b"}}"#, "not yet", "not yet"),
        (r#"{"name": {"on": "a"}, "count": 0, "holds": true}"#, "so far", "not yet"),
        (r#"{"name": {"on": "a"}, "count": 0, "at": "3s"}"#, "fulfilled", "fulfilled"),
        (r#"{"lease": {"on": "web"}}"#, "not yet", "not yet"),
    ] {
        assert_eq!([verdict(goal, 4), verdict(goal, 30)], [at_4, at_30], "{goal}");
    }
    // A lease that is given back.
    let text = include_str!("../../../lessons/10-dhcp/lesson.json");
    let goal = r#""goals": {"lent": {"lease": {"on": "server", "to": "laptop", "within": "{lan}"}},
        "kept": {"lease": {"on": "server", "to": "laptop"}, "holds": true}, "other": {"lease": {"on": "server", "to": "printer"}},"#;
    let lesson = Rc::new(
        Lesson::read(
            &text.replacen("\"goals\": {", goal, 1).replacen("\"goals\": [", "\"goals\": [\"lent\", ", 1),
            1,
        )
        .unwrap(),
    );
    let held = |acts: usize| {
        let mut play = Play::new(lesson.clone()).unwrap();
        play.perform(&lesson.solution[..acts]).unwrap();
        [0, 1, 2].map(|goal| play.judge().status(goal).holds)
    };
    let release = lesson.solution.iter().position(|act| format!("{act:?}").contains("dhclient -r")).unwrap();
    assert_eq!(held(release), [true, true, false]);
    assert_eq!(held(lesson.solution.len()), [true, false, false]);
}

#[test]
fn goals_are_joined_by_all_any_not_before_then_and_by() {
    let ping = r#"{"frames": "icmp.type == 8"}"#;
    let syn = r#"{"frames": "tcp.flags.syn == 1"}"#;
    let never = r#"{"frames": "vlan"}"#;
    for (goal, at_4, at_30) in [
        (format!(r#"{{"all": [{ping}, {syn}]}}"#), "not yet", "fulfilled"),
        (format!(r#"{{"all": [{ping}, {never}]}}"#), "not yet", "not yet"),
        (format!(r#"{{"all": [{ping}, {{"not": {syn}}}]}}"#), "not yet", "failed"),
        (format!(r#"{{"any": [{never}, {syn}]}}"#), "not yet", "fulfilled"),
        (format!(r#"{{"any": [{{"not": {ping}}}, {{"not": {syn}}}]}}"#), "so far", "failed"),
        (format!(r#"{{"before": [{ping}, {syn}]}}"#), "not yet", "fulfilled"),
        (format!(r#"{{"before": [{syn}, {ping}]}}"#), "not yet", "failed"),
        (format!(r#"{{"before": [{ping}, {never}]}}"#), "not yet", "fulfilled"),
        (format!(r#"{{"then": [{ping}, {syn}]}}"#), "not yet", "fulfilled"),
        // A ping comes after the SYN, too: the one to 10.7.7.7.
        (
            format!(r#"{{"then": [{syn}, {ping}, {{"command": {{"line": "curl"}}}}]}}"#),
            "not yet",
            "fulfilled",
        ),
        (format!(r#"{{"then": [{syn}, {ping}], "within": "1s"}}"#), "not yet", "failed"),
        (
            format!(r#"{{"then": [{ping}, {{"frames": "icmp.type == 0"}}], "within": "100ms"}}"#),
            "not yet",
            "fulfilled",
        ),
        (r#"{"frames": "icmp.type == 8", "by": "6s"}"#.to_owned(), "not yet", "fulfilled"),
        (r#"{"frames": "icmp.type == 8", "by": "3s"}"#.to_owned(), "failed", "failed"),
        (r#"{"not": {"frames": "icmp"}, "by": "3s"}"#.to_owned(), "fulfilled", "fulfilled"),
        (r#"{"ran": "10s"}"#.to_owned(), "not yet", "fulfilled"),
        (r#"{"answered": "q"}"#.to_owned(), "not yet", "not yet"),
        (r#"{"predicted": "p"}"#.to_owned(), "not yet", "not yet"),
    ] {
        assert_eq!([verdict(&goal, 4), verdict(&goal, 30)], [at_4, at_30], "{goal}");
    }
}

#[test]
fn what_must_not_happen_lasts_until_the_next_step_of_an_order() {
    // Pings from 5 s to 7 s, a connection at 9 s, another ping at 14 s, the command curl at 18 s.
    let first = r#"{"frames": "icmp.type == 8 && ip.dst == 10.0.1.2"}"#;
    let syn = r#"{"frames": "tcp.flags.syn == 1"}"#;
    let other = r#"{"frames": "icmp.type == 8 && ip.dst == 10.7.7.7"}"#;
    let curl = r#"{"command": {"line": "curl"}}"#;
    let none = r#"{"frames": "icmp.type == 8 && ip.dst == 10.7.7.7", "count": 0}"#;
    let held = r#"{"neighbor": {"on": "a", "ip": "b"}, "holds": true}"#;
    for (goal, at_6, at_30) in [
        // Between two steps.
        (format!(r#"{{"then": [{first}, {{"not": {other}}}, {syn}]}}"#), "not yet", "fulfilled"),
        (format!(r#"{{"then": [{first}, {none}, {syn}]}}"#), "not yet", "fulfilled"),
        (format!(r#"{{"then": [{first}, {{"not": {syn}}}, {other}]}}"#), "not yet", "failed"),
        (
            format!(r#"{{"then": [{first}, {{"not": {syn}}}, {{"not": {curl}}}, {syn}]}}"#),
            "not yet",
            "fulfilled",
        ),
        (
            format!(r#"{{"then": [{first}, {{"not": {curl}}}, {{"not": {syn}}}, {other}]}}"#),
            "not yet",
            "failed",
        ),
        // Before the first one: what happens later does not matter.
        (format!(r#"{{"then": [{{"not": {syn}}}, {first}, {syn}]}}"#), "not yet", "fulfilled"),
        (format!(r#"{{"then": [{{"not": {first}}}, {syn}]}}"#), "failed", "failed"),
        // Behind the last one: until the end, or for a time.
        (format!(r#"{{"then": [{first}, {{"not": {syn}}}]}}"#), "so far", "failed"),
        (format!(r#"{{"then": [{syn}, {{"not": {first}}}]}}"#), "not yet", "so far"),
        (format!(r#"{{"then": [{first}, {{"not": {syn}}}], "within": "500ms"}}"#), "fulfilled", "fulfilled"),
        (format!(r#"{{"then": [{first}, {{"not": {syn}}}], "within": "3s"}}"#), "so far", "fulfilled"),
        (format!(r#"{{"then": [{first}, {{"not": {syn}}}], "within": "5s"}}"#), "so far", "failed"),
        // The time of a step begins with the step before the absence.
        (format!(r#"{{"then": [{first}, {{"not": {other}}}, {syn}], "within": "3s"}}"#), "not yet", "failed"),
        (
            format!(r#"{{"then": [{first}, {{"not": {other}}}, {syn}], "within": "5s"}}"#),
            "not yet",
            "fulfilled",
        ),
        // What is so already is so from its turn on.
        (format!(r#"{{"then": [{first}, {{"ran": "1s"}}, {{"not": {syn}}}]}}"#), "so far", "failed"),
        // A table that has the row is no absence of it.
        (format!(r#"{{"then": [{{"ran": "5500ms"}}, {{"not": {held}}}, {syn}]}}"#), "failed", "failed"),
    ] {
        assert_eq!([verdict(&goal, 6), verdict(&goal, 30)], [at_6, at_30], "{goal}");
    }
}

#[test]
fn an_answer_in_the_moment_of_the_question_comes_after_it() {
    // A host answers in the moment in which the request arrives.
    let request = r#"{"frames": "icmp.type == 8", "to": "b", "fate": "delivered"}"#;
    let reply = r#"{"frames": "icmp.type == 0", "from": "b"}"#;
    for (goal, expected) in [
        (format!(r#"{{"then": [{request}, {reply}], "within": "1us"}}"#), "fulfilled"),
        (format!(r#"{{"then": [{reply}, {request}], "within": "1us"}}"#), "failed"),
        (format!(r#"{{"then": [{request}, {{"not": {reply}}}]}}"#), "failed"),
    ] {
        assert_eq!(verdict(&goal, 30), expected, "{goal}");
    }
}

#[test]
fn what_is_missing_is_said_in_a_sentence() {
    let said = |goal: &str, second| {
        let mut play = Play::new(read(&format!(r#""g": {goal}"#))).unwrap();
        play.run_through(Instant::ZERO + Duration::from_secs(second));
        match play.judge().verdict(0) {
            Verdict::NotYet(why) | Verdict::Failed { why, .. } => why,
            Verdict::Fulfilled { .. } => panic!("{goal} is fulfilled"),
        }
    };
    for (goal, second, expected) in [
        (
            r#"{"frames": "icmp", "from": "s1", "to": "b"}"#,
            4,
            "No frame like this was seen from s1 to b yet: icmp",
        ),
        (
            r#"{"frames": "icmp.type == 8", "to": "b", "count": {"min": 4}}"#,
            30,
            "3 of 4 frames like this up to now to b: icmp.type == 8",
        ),
        (
            r#"{"frames": "icmp.type == 8", "to": "b", "count": {"max": 1}}"#,
            30,
            "2 frames like this were seen to b, and that is too many: icmp.type == 8",
        ),
        (r#"{"mac": {"on": "s1", "of": "a"}}"#, 4, "The entry that is needed is not in s1's MAC table yet."),
        (r#"{"command": {"on": "a", "line": "dig"}}"#, 30, "This command was not run yet: dig on a."),
        (
            r#"{"run": {"from": "a", "kind": "ping", "rtt_max": {"max": "1ms"}}}"#,
            30,
            "Not reached yet: ping from a with rtt_max ≤ 1ms.",
        ),
        (r#"{"all": [{"ran": "1s"}, {"ran": "60s"}]}"#, 30, "Let time pass up to 60s."),
        (r#"{"answered": "q"}"#, 4, "The question is not answered yet."),
        (
            r#"{"then": [{"ran": "5s"}, {"not": {"frames": "tcp"}}, {"frames": "udp"}]}"#,
            30,
            "What must not happen has happened.",
        ),
    ] {
        assert_eq!(said(goal, second), expected, "{goal}");
    }
}

#[test]
fn the_world_stops_before_a_decision_and_compares_afterwards() {
    let end = Instant::ZERO + Duration::from_secs(20);
    for (answer, right) in [(vec!["b"], true), (vec!["b", "c"], false), (vec![], false)] {
        let lesson = read(r#""g": {"predicted": "p"}"#);
        let mut world = lesson.scenario.world(Limits::default()).unwrap();
        let mut judge = Judge::new(lesson);
        run_until(&mut world, &mut judge, end, || true);
        let (stop, number) = judge.stop().expect("it waits for the prediction");
        assert_eq!((number, world.now() < stop), (0, true));
        let stopped = world.now();
        run_until(&mut world, &mut judge, end, || true);
        assert_eq!(world.now(), stopped, "it goes on waiting");
        assert!(judge.predict(0, answer.iter().map(|id| (*id).to_owned()).collect()));
        run_until(&mut world, &mut judge, end, || true);
        assert_eq!((world.now(), judge.is_predicted(0)), (end, Some(right)), "{answer:?}");
        assert_eq!(judge.status(0).holds, right);
        assert!(!judge.predict(0, vec!["b".into()]), "too late");
        assert_eq!(judge.outcome(0), "b");
    }
}

/// The statuses of all goals, judged after slices of this length, with this budget.
fn sliced(lesson: &Rc<Lesson>, slice: Duration, budget: usize) -> Vec<lesson::judge::Status> {
    let mut world = lesson.scenario.world(Limits::default()).unwrap();
    let mut judge = Judge::new(lesson.clone());
    judge.predict(0, vec!["b".into()]);
    let end = Instant::ZERO + Duration::from_secs(21);
    while world.now() < end {
        let until = (world.now() + slice).min(end);
        world.run_until(until, || true);
        while !judge.follow(&world, budget) {}
    }
    (0..lesson.goals.len()).map(|goal| *judge.status(goal)).collect()
}

/// A predicate as an author may write it.
fn predicate() -> impl Strategy<Value = String> {
    let filter = prop_oneof![
        Just("icmp"),
        Just("arp"),
        Just("tcp.flags.syn == 1"),
        Just("tcp.len > 1000"),
        Just("udp.port == 53"),
        Just("tcp.analysis.retransmission"),
        Just("icmp.type == 0"),
        Just("frame.len < 100"),
    ];
    let node = || prop_oneof![Just("a"), Just("b"), Just("s1"), Just("r1"), Just("web"), Just("lost")];
    let frames = (
        filter,
        proptest::option::of(node()),
        proptest::option::of(node()),
        0usize..4,
        0u64..9,
        proptest::option::of(0u64..9),
    )
        .prop_map(|(filter, from, to, fate, min, more)| {
            let fates = ["sent", "delivered", "lost", "dropped"];
            let place = [("from", from), ("to", to)]
                .map(|(name, node)| node.map(|node| format!(r#", "{name}": "{node}""#)).unwrap_or_default());
            let fate = if from.is_some() || to.is_some() { fates[fate] } else { "sent" };
            let max = more.map(|more| format!(r#", "max": {}"#, min + more)).unwrap_or_default();
            format!(
                r#"{{"frames": "{filter}"{}, "fate": "{fate}", "count": {{"min": {min}{max}}}}}"#,
                place.concat()
            )
        });
    let table = (node(), 0u64..4, any::<bool>()).prop_map(|(node, count, holds)| {
        format!(r#"{{"neighbor": {{"on": "{node}"}}, "count": {{"min": {count}}}, "holds": {holds}}}"#)
    });
    let name = (node(), 0u64..3, any::<bool>()).prop_map(|(node, count, holds)| {
        format!(r#"{{"name": {{"on": "{node}"}}, "count": {{"min": {count}}}, "holds": {holds}}}"#)
    });
    let run = (0usize..5, 0u64..4).prop_map(|(number, received)| {
        format!(r#"{{"run": {{"number": {number}, "received": {{"min": {received}}}}}}}"#)
    });
    let recent = (0usize..5, 0u64..4, 1u64..3_000).prop_map(|(number, sent, recent)| {
        format!(r#"{{"run": {{"number": {number}, "sent": {{"max": {sent}}}, "recent": "{recent}ms"}}}}"#)
    });
    let typed = (1u64..3_000)
        .prop_map(|recent| format!(r#"{{"command": {{"line": "curl", "recent": "{recent}ms"}}}}"#));
    let ran = (0u64..25).prop_map(|second| format!(r#"{{"ran": "{second}s"}}"#));
    let leaf = prop_oneof![6 => frames, 2 => table, 1 => name, 2 => run, 2 => recent, 1 => typed, 1 => ran, 1 => Just(r#"{"predicted": "p"}"#.to_owned())];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let pair = || (inner.clone(), inner.clone());
        prop_oneof![
            pair().prop_map(|(a, b)| format!(r#"{{"all": [{a}, {b}]}}"#)),
            pair().prop_map(|(a, b)| format!(r#"{{"any": [{a}, {b}]}}"#)),
            pair().prop_map(|(a, b)| format!(r#"{{"before": [{a}, {b}]}}"#)),
            (pair(), 1u64..9)
                .prop_map(|((a, b), within)| format!(r#"{{"then": [{a}, {b}], "within": "{within}s"}}"#)),
            (pair(), 1u64..22).prop_map(|((a, b), by)| format!(r#"{{"all": [{a}, {b}], "by": "{by}s"}}"#)),
            (pair(), inner.clone())
                .prop_map(|((a, b), c)| format!(r#"{{"then": [{a}, {{"not": {b}}}, {c}]}}"#)),
            (pair(), 1u64..9).prop_map(|((a, b), within)| format!(
                r#"{{"then": [{a}, {{"not": {b}}}], "within": "{within}s"}}"#
            )),
            inner.clone().prop_map(|inner| format!(r#"{{"not": {inner}}}"#)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_verdict_is_the_same_however_a_run_is_sliced(predicates in proptest::collection::vec(predicate(), 1..8), slice_ms in 1u64..3_000) {
        let goals: Vec<_> = predicates.iter().enumerate().map(|(number, goal)| format!(r#""g{number}": {goal}"#)).collect();
        let lesson = read(&goals.join(", "));
        let whole = sliced(&lesson, Duration::from_secs(21), usize::MAX);
        let parts = sliced(&lesson, Duration::from_millis(slice_ms), 3);
        for ((goal, whole), parts) in predicates.iter().zip(whole).zip(parts) {
            prop_assert_eq!(whole, parts, "{}", goal);
        }
    }
}
