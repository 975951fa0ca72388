//! Predictions: before which frame the world stops, and which frame shows how it came out.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use lesson::judge::{Decision, Outcome, Proof, run_until};
use lesson::{Judge, Lesson, Verdict};
use netlab::history::Limits;
use netlab::{Duration, Instant};
use std::rc::Rc;

/// A client and a server behind a router; a near host at a shorter cable.
const DOCUMENT: &str = r#"{
  "packetarium": 1,
  "nodes": [
    {"id": "client", "kind": "host", "addresses": ["10.0.1.1/24"], "gateway": "10.0.1.254"},
    {"id": "near", "kind": "host", "addresses": ["10.0.1.2/24"], "gateway": "10.0.1.254"},
    {"id": "s1", "kind": "switch"},
    {"id": "r1", "kind": "router"},
    {"id": "server", "kind": "host", "addresses": ["10.0.2.80/24"], "gateway": "10.0.2.254"}
  ],
  "links": [
    {"ends": ["client", "s1"], "delay": "20ms"},
    {"ends": ["near", "s1"], "delay": "1ms"},
    {"ends": ["s1", "r1"], "delay": "1ms", "ports": {"r1": {"addresses": ["10.0.1.254/24"]}}},
    {"ends": ["r1", "server"], "rate": "1Mbps", "queue": "8KiB", "delay": "5ms",
     "ports": {"r1": {"addresses": ["10.0.2.254/24"]}}}
  ],
  "runs": [RUNS]
}"#;

fn judged(prediction: &str, runs: &str, answer: &[&str]) -> (Instant, Judge) {
    judged_with(prediction, r#"{"predicted": "p"}"#, runs, answer)
}

fn judged_with(prediction: &str, goal: &str, runs: &str, answer: &[&str]) -> (Instant, Judge) {
    let text = format!(
        r#"{{"lesson": 1, "id": "test", "document": {}, "goals": {{"g": {goal}}}, "predictions": {{"p": {prediction}}}}}"#,
        DOCUMENT.replace("RUNS", runs)
    );
    let lesson = match Lesson::read(&text, 1) {
        Ok(lesson) => Rc::new(lesson),
        Err(faults) => panic!("{prediction}: {}", faults[0]),
    };
    let mut world = lesson.scenario.world(Limits::default()).unwrap();
    let mut judge = Judge::new(lesson.clone());
    let end = Instant::ZERO + Duration::from_secs(20);
    run_until(&mut world, &mut judge, end, || true);
    let Some((stop, _)) = judge.stop() else { return (end, judge) };
    assert!(world.now() < stop, "the world stops before the decision");
    let answer: Vec<_> = answer.iter().map(|one| (*one).to_owned()).collect();
    assert!(judge.predict(0, answer.clone()));
    run_until(&mut world, &mut judge, end, || true);
    // What is predicted in advance comes out in the same way, however the run is sliced.
    let mut whole = lesson.scenario.world(Limits::default()).unwrap();
    let mut other = Judge::new(lesson);
    other.predict(0, answer);
    whole.run_until(end, || true);
    other.follow(&whole, usize::MAX);
    assert_eq!((other.is_predicted(0), other.outcome(0)), (judge.is_predicted(0), judge.outcome(0)));
    (stop, judge)
}

const PINGS: &str = r#"{"at": "1s", "ping": {"from": "client", "to": "server", "count": 1}}"#;

/// The frame at which the world has stopped, and the one that shows the value.
fn frames(judge: &Judge) -> (Option<u64>, u64) {
    match judge.decision(0) {
        Decision::Fallen { frame, outcome: Outcome::Frame { transit, .. }, .. } => {
            (frame.map(|frame| frame.0), transit.0)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_host_that_answers_at_once_answers_after_the_decision() {
    let prediction = r#"{"arrives": "icmp.type == 8", "at": "server",
        "ask": {"value": "ip.dst", "of": "icmp", "from": "server"}}"#;
    for (answer, right) in [("10.0.1.1", true), ("10.0.2.80", false)] {
        let (_, judge) = judged(prediction, PINGS, &[answer]);
        assert_eq!(judge.is_predicted(0), Some(right), "{answer}");
        let (at, shown) = frames(&judge);
        assert_eq!(shown, at.unwrap() + 1, "the reply, in the same moment");
        assert_eq!(judge.outcome(0), if right { answer } else { "another value" });
    }
    // A router passes on in the moment in which a frame arrives, also.
    let prediction = r#"{"arrives": "icmp.type == 0", "at": "r1",
        "ask": {"value": "ip.ttl", "of": "icmp.type == 0", "from": "r1"}}"#;
    assert_eq!(judged(prediction, PINGS, &["63"]).1.is_predicted(0), Some(true));
}

#[test]
fn the_frame_that_stops_the_world_does_not_answer_for_itself() {
    // The next one from the same sender: the second request.
    let two = PINGS.replace("\"count\": 1", "\"count\": 2, \"interval\": \"2s\"");
    let prediction = r#"{"arrives": "icmp.type == 8", "at": "s1", "from": "client",
        "ask": {"value": "icmp.seq", "of": "icmp.type == 8", "from": "client"}}"#;
    assert_eq!(judged(prediction, &two, &["2"]).1.is_predicted(0), Some(true));
    let window = r#"{"arrives": "tcp.flags.syn == 1 && tcp.flags.ack == 1", "at": "client",
        "ask": {"cwnd": "client", "when": {"frames": "tcp", "to": "client", "fate": "delivered"}}}"#;
    let iperf = r#"{"at": "1s", "iperf": {"from": "client", "to": "server", "bytes": "100kB"}}"#;
    let (stop, judge) = judged(window, iperf, &["2"]);
    let Decision::Fallen { .. } = judge.decision(0) else { panic!("{stop:?} {:?}", judge.decision(0)) };
    assert_eq!(judge.outcome(0), "2", "the first acknowledgment of data, not the SYN-ACK");
}

#[test]
fn what_is_so_of_a_connection_can_stop_the_world() {
    let iperf = r#"{"at": "1s", "iperf": {"from": "client", "to": "server", "bytes": "100kB"}}"#;
    for filter in [
        "tcp.analysis.retransmission",
        "tcp.analysis.fast_retransmission",
        "tcp.analysis.bytes_in_flight > 5000",
    ] {
        // Right behind the hosts, and where frames wait in a queue before they leave.
        for (from, at) in [("client", "s1"), ("r1", "server")] {
            let prediction =
                format!(r#"{{"arrives": "{filter}", "at": "{at}", "from": "{from}", "ask": "next-hop"}}"#);
            let goal = format!(r#"{{"frames": "{filter}", "from": "{from}", "to": "{at}"}}"#);
            let (_, judge) = judged_with(&prediction, &goal, iperf, &[]);
            let Decision::Fallen { frame, .. } = judge.decision(0) else { panic!("{filter} at {at}") };
            // A goal about the same cable takes the same frame for the first one.
            let Verdict::Fulfilled { proof, .. } = judge.verdict(0) else { panic!("{filter} at {at}") };
            assert_eq!(proof, frame.map(Proof::Frame), "{filter} at {at}");
        }
    }
}

#[test]
fn of_two_frames_the_one_that_arrives_first_stops_the_world() {
    // The far host sends first; the near one's request is there first.
    let both = r#"{"at": "1s", "ping": {"from": "client", "to": "10.0.1.77", "count": 1}},
        {"at": "1005ms", "ping": {"from": "near", "to": "10.0.1.77", "count": 1}}"#;
    for (nth, from) in [(1, "1.006"), (2, "1.02")] {
        let prediction =
            format!(r#"{{"arrives": "arp.opcode == 1", "at": "s1", "nth": {nth}, "ask": "ports"}}"#);
        let (stop, _) = judged(&prediction, both, &[]);
        assert!(format!("{stop}").contains(from), "{nth}: {stop}");
    }
}
