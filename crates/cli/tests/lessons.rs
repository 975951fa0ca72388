//! The course: every lesson that ships is sound, and what is wrong with one is said.

use lesson::result::HandIn;
use lesson::{Lesson, Play};
use netlab::Duration;
use scenario::link::seed_from;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

fn lesson(arguments: &[&str]) -> (i32, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_packetarium")).arg("lesson").args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().expect("no signal"), text)
}

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons");
    let mut folders: Vec<_> = std::fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.join("lesson.json").exists());
    folders.sort();
    folders
}

#[test]
fn every_lesson_is_solved_by_its_solution_and_by_no_wrong_answer() {
    let folders = folders();
    assert!(folders.len() >= 3, "{folders:?}");
    let arguments: Vec<_> = folders.iter().map(|folder| folder.to_str().unwrap()).collect();
    let (code, text) = lesson(&[&["check"], &arguments[..]].concat());
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_lesson_is_begun_from_a_network_and_what_was_done_in_it() {
    let folder = std::env::temp_dir().join(format!("packetarium-draft-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let name = folder.to_str().unwrap();
    let network = r#"{"packetarium":1,"title":"A {cable}","nodes":[{"id":"a","kind":"host","addresses":["10.0.0.1/24"]},{"id":"b","kind":"host","addresses":["10.0.0.2/24"]}],"links":[{"ends":["a","b"]}]}"#;
    let runs = r#","runs":[{"at":"1s","ping":{"from":"a","to":"b","count":2}},{"at":"2s","command":{"on":"b","line":"ping -c 1 10.0.0.1"}}]}"#;
    let played = network[..network.len() - 1].to_owned() + runs;
    let (code, text) = lesson(&["draft", name, network, "--played", &played]);
    assert_eq!((code, text.contains("is begun")), (0, true), "{text}");
    let (code, text) = lesson(&["play", name]);
    assert_eq!(code, 0, "{text}");
    for goal in ["goal ping-1: fulfilled", "goal command-1: fulfilled"] {
        assert!(text.contains(goal), "{text}");
    }
    let (code, text) = lesson(&["check", name]);
    assert_eq!((code, text.contains("step.step-1.text")), (1, true), "what lacks is said: {text}");
    let (code, text) = lesson(&["draft", name, network]);
    assert_eq!((code, text.contains("name a folder that does not")), (2, true), "{text}");
    std::fs::remove_dir_all(&folder).unwrap();
}

// ---- grading ----

/// The lesson whose results are graded.
const DHCP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../lessons/10-dhcp");

/// What a learner of this name hands in who has done what the solution does, or the wrong answer of this number.
fn handed_in(name: &str, wrong: Option<usize>) -> HandIn {
    let text = std::fs::read_to_string(format!("{DHCP}/lesson.json")).unwrap();
    let lesson = Rc::new(Lesson::read(&text, seed_from(name)).unwrap());
    let mut play = Play::new(lesson.clone()).unwrap();
    let acts = wrong.map_or(&lesson.solution, |wrong| &lesson.wrong[wrong].acts);
    play.perform(acts).unwrap();
    HandIn { attempts: 2, seconds: 300, ..play.hand_in(&text, name.into()) }
}

fn grade(links: &[String], more: &[&str]) -> (i32, String) {
    let folder =
        std::env::temp_dir().join(format!("packetarium-grade-{}-{}", std::process::id(), links.len()));
    std::fs::write(&folder, links.join("\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_packetarium"))
        .args(["grade", "--lesson", DHCP])
        .args(more)
        .arg(&folder)
        .output()
        .unwrap();
    std::fs::remove_file(&folder).unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().expect("no signal"), text)
}

/// The line of the table that begins with this name.
fn row<'t>(table: &'t str, name: &str) -> &'t str {
    let start = format!("{name},");
    table.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no {name} in {table}"))
}

/// A result of this name, made of an honest one.
fn forged(name: &str, honest: &HandIn, from: &str, to: &str) -> HandIn {
    let document = honest.document.replacen(from, to, 1);
    assert_ne!(document, honest.document, "{name}: {from}");
    HandIn { name: name.into(), document, ..honest.clone() }
}

/// Forged and copied results: the link, whether it is solved all the same, and what is said of it.
fn forgeries() -> Vec<(&'static str, String, bool, &'static [&'static str])> {
    const TWICE: &str = "the same work was handed in more than once";
    const NAME: &str = "the values were not drawn from this name";
    const KEPT: &str = "which this lesson keeps as it is";
    let honest = handed_in("Mia", None);
    let own = handed_in("Eve", None);
    let change = |change: &str| format!("\"changes\":[{change}],\"runs\":");
    let text = std::fs::read_to_string(format!("{DHCP}/../02-switch/lesson.json")).unwrap();
    let other = Rc::new(Lesson::read(&text, seed_from("Tom")).unwrap());
    let mut other = Play::new(other).unwrap();
    other.perform(&other.judge().lesson().solution.clone()).unwrap();
    let other = other.hand_in(&text, "Tom".into());
    let made = |result: HandIn| link(&result);
    vec![
        ("Mia", made(honest.clone()), true, &[TWICE]),
        // Copied: under another name; with other attempts and another clock; with the seed of the own name claimed.
        ("Copycat", made(HandIn { name: "Copycat".into(), ..honest.clone() }), true, &[TWICE, NAME]),
        (
            "Quick",
            made(HandIn { name: "Quick".into(), attempts: 1, seconds: 3, ..honest.clone() }),
            true,
            &[TWICE, NAME],
        ),
        (
            "Sly",
            made(HandIn { name: "Sly".into(), seed: seed_from("Sly"), ..honest.clone() }),
            false,
            &["changed "],
        ),
        // Nothing was done, but much is claimed.
        (
            "Idle",
            made(HandIn {
                answers: honest.answers.clone(),
                predictions: honest.predictions.clone(),
                until: Duration::from_secs(3_600),
                ..handed_in("Idle", Some(0))
            }),
            false,
            &["reached released"],
        ),
        // The document is changed so that goals hold, or would be easier.
        (
            "Address",
            made(forged("Address", &own, r#""addresses":"dhcp""#, r#""addresses":["192.168.0.9/24"]"#)),
            false,
            &["changed laptop, ", KEPT],
        ),
        ("Moved", made(forged("Moved", &own, "5ms", "6ms")), false, &["changed the link laptop-s1, ", KEPT]),
        (
            "Seed",
            made(forged("Seed", &own, r#""packetarium":1"#, r#""packetarium":1,"seed":77"#)),
            false,
            &["changed the seed, ", KEPT],
        ),
        // The journal is edited: the network changes where it may not.
        (
            "Set",
            made(forged(
                "Set",
                &own,
                r#""runs":"#,
                &change(r#"{"at":"11s","set":{"node":"s1","stp":true}}"#),
            )),
            false,
            &["changed s1 at 11s, ", KEPT],
        ),
        (
            "Rewired",
            made(forged(
                "Rewired",
                &own,
                r#""runs":"#,
                &change(r#"{"at":"11s","link":{"ends":["server","s1"],"delay":"1ms"}}"#),
            )),
            false,
            &["changed the link server-s1 at 11s, ", KEPT],
        ),
        (
            "Helper",
            made(forged(
                "Helper",
                &own,
                r#""runs":"#,
                &change(r#"{"at":"1s","node":{"id":"spy","kind":"host","addresses":["192.168.0.7/24"]}}"#),
            )),
            false,
            &["added something at 1s, where this lesson lets nothing be added"],
        ),
        // The journal is edited: a moment of an act, or what was typed. It is played as it stands there.
        (
            "Early",
            made(HandIn {
                until: Duration::from_millis(900),
                ..HandIn { name: "Early".into(), ..own.clone() }
            }),
            false,
            &[NAME, "reached released"],
        ),
        ("Untyped", made(forged("Untyped", &own, "dhclient -r", "dhclient -v")), false, &[NAME, "released"]),
        // Another lesson's network under this lesson's name; a result of a lesson that is not at hand; no document at all.
        (
            "Swap",
            made(HandIn { name: "Swap".into(), document: other.document.clone(), ..own.clone() }),
            false,
            &["removed "],
        ),
        ("Tom", made(other), false, &["there is no lesson switch"]),
        (
            "=Formula",
            made(HandIn { name: "=Formula".into(), document: "{}".into(), ..own }),
            false,
            &["what was handed in has a fault"],
        ),
    ]
}

fn link(result: &HandIn) -> String {
    format!("https://example.org/#{}", result.encode().unwrap())
}

#[test]
fn thirty_results_are_graded_and_the_forged_and_copied_ones_are_found() {
    let ways = [None, None, Some(0), Some(1), None, Some(2)];
    let mut links: Vec<_> = (0..13)
        .map(|number| link(&handed_in(&format!("Student {number}"), ways[number % ways.len()])))
        .collect();
    let forgeries = forgeries();
    links.extend(forgeries.iter().map(|(_, link, ..)| link.clone()));
    let cut = links[0].clone();
    links.push(cut[..cut.len() - 9].to_owned());
    assert_eq!(links.len(), 30);

    let (code, table) = grade(&links, &["--csv"]);
    assert_eq!(code, 1, "some could not be graded: {table}");
    assert_eq!(table.lines().count(), 31, "{table}");
    for number in 0..13 {
        let row = row(&table, &format!("Student {number}"));
        let expected = match ways[number % ways.len()] {
            None => "dhcp,yes,4,4,5,5,1,1,2,300,",
            // Answers alone, and wrong ones; a wrong prediction; the right acts in the wrong order.
            Some(0) => "dhcp,no,0,4,0,5,0,1,2,300,",
            Some(1) => "dhcp,no,0,4,0,5,0,1,2,300,",
            Some(_) => "dhcp,no,2,4,0,5,1,1,2,300,",
        };
        assert!(row.contains(expected) && row.ends_with(','), "{row}");
    }
    assert!(row(&table, "Student 3").contains("be-discover four reached released"), "{table}");
    for (name, link, is_solved, notes) in &forgeries {
        // What cannot be read has no lesson to be named in the table by; the row begins with its name, or with its link.
        let name = name.replacen('=', "'=", 1);
        let row = row(&table, &name);
        assert_eq!(row.split(',').nth(2).unwrap() == "yes", *is_solved, "{row}");
        assert!(notes.iter().all(|note| row.contains(note)), "{notes:?}: {row}");
        assert!(link.len() < 20_000, "{name}: a link that can be sent");
    }
    assert!(table.lines().last().unwrap().contains("not graded"), "{table}");

    let (_, lines) = grade(&links[..4], &[]);
    assert!(
        lines.contains("Student 0: dhcp goals 4/4, questions 5/5, predictions 1/1, attempts 2, 300 s, code "),
        "{lines}"
    );
    assert!(lines.contains("  reached: No frame like this has arrived at laptop yet"), "{lines}");
}

#[test]
fn a_lesson_in_a_link_is_the_lesson_in_its_folder() {
    let (code, url) = lesson(&["link", DHCP, "--page", "https://example.org/"]);
    assert_eq!(code, 0);
    let url = url.trim();
    let shared = lesson::link::decode(url).unwrap();
    let text = std::fs::read_to_string(format!("{DHCP}/lesson.json")).unwrap();
    assert_eq!(Lesson::read(&shared.lesson, 7).unwrap(), Lesson::read(&text, 7).unwrap());
    let prose = shared.prose(&["eo", "en"]).unwrap();
    assert!(prose.written("glossary.dhcp").is_some(), "the terms that the texts need are in it");
    // A seed behind the link is everyone's; without, each learner's own.
    let ada = lesson::link::decode(&format!("{url}&seed=ada")).unwrap();
    assert_eq!((shared.seed, ada.seed), (None, Some(seed_from("ada"))));
    assert_eq!(ada.drawn(7).unwrap().drawing.seed, seed_from("ada"));
    // A result is graded with the lesson of a link, too.
    let result = handed_in("Mia", None).encode().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_packetarium"))
        .args(["grade", &result, "--lesson", url])
        .output()
        .unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("Mia: dhcp goals 4/4"));
}

#[test]
fn a_hunt_is_a_lesson_in_a_link_and_its_repair_is_graded() {
    for level in ["1", "3", "5"] {
        let arguments = ["hunt", "--level", level, "--name", "class 9b"];
        let (code, url) = lesson(&arguments);
        assert_eq!((code, lesson(&arguments).1), (0, url.clone()), "the same name, the same hunt");
        assert_ne!(lesson(&[&arguments[..3], &["--name", "class 9c"]].concat()).1, url);
        let (code, revealed) = lesson(&[&arguments[..], &["--reveal"]].concat());
        assert!(code == 0 && revealed.starts_with("hidden: "), "{revealed}");
        // A repaired network has no fault, whatever was added or typed to make it.
        let shared = lesson::link::decode(url.trim()).unwrap();
        let hunt = Rc::new(shared.drawn(0).unwrap());
        let mut play = Play::new(hunt.clone()).unwrap();
        play.perform(&hunt.solution).unwrap();
        for (result, expected) in [
            (play.hand_in(&shared.lesson, "Ada".into()), 0),
            (Play::new(hunt.clone()).unwrap().hand_in(&shared.lesson, "Idle".into()), 0),
        ] {
            let result = HandIn { until: Duration::from_secs(60), ..result };
            let output = Command::new(env!("CARGO_BIN_EXE_packetarium"))
                .args(["grade", &result.encode().unwrap(), "--lesson", url.trim()])
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(expected), "{text}");
            let of = hunt.goals.len();
            let goals = if result.name == "Ada" { format!("{of}/{of}") } else { format!("0/{of}") };
            assert!(text.contains(&format!("goals {goals}, ")), "level {level}: {text}");
        }
    }
}

#[test]
fn the_faults_of_a_lesson_are_said_with_their_places() {
    let folder = std::env::temp_dir().join(format!("packetarium-lesson-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let text = std::fs::read_to_string(format!("{DHCP}/lesson.json")).unwrap();
    let english = std::fs::read_to_string(format!("{DHCP}/en.json")).unwrap();
    let terms = |text: &str| text.replace("](", "] (");
    let lesson_with = |from: &str, to: &str| (text.replacen(from, to, 1), english.clone());
    let texts_with = |from: &str, to: &str| (text.clone(), english.replacen(from, to, 1));
    let goal = |goal: &str| lesson_with("\"reached\": ", &format!("\"odd\": {goal}, \"reached\": "));
    for ((lesson_json, en_json), expected) in [
        (lesson_with("\"fate\"", "\"fat\""), "a goal has no \"fat\": did you mean \"fate\"?"),
        (lesson_with("dhcp.option.dhcp == 1", "dhcp.option.dhcp = 1"), "lesson.json: goals.four"),
        (lesson_with("\"delay\": \"5ms\"", "\"delay\": \"5\""), "links[0].delay (line "),
        (lesson_with("{minutes}min", "{minute}min"), "there is no variable minute"),
        (
            lesson_with("[\"server\", \"printer\"]", "[\"server\"]"),
            "lesson.json: predictions.discover: the solution predicts it wrongly: write what came, server, printer",
        ),
        (
            lesson_with("{\"type\": \"ping -c 1 {address(printer)}\", \"on\": \"laptop\"},", ""),
            "lesson.json: goals.reached: the solution does not fulfill it: No frame like this",
        ),
        (
            lesson_with("\"right\": \"server\"", "\"right\": \"laptop\""),
            "lesson.json: questions.who-decides: the solution's answer is wrong: server",
        ),
        // An answer that fits one drawing only.
        (
            lesson_with("\"time\": \"{minutes * 60}\"}", "\"time\": \"960\"}"),
            "lesson.json: questions.time: with the values of seed 2: the solution's answer is wrong",
        ),
        // Acts are counted as they stand there, however many questions one answers.
        (
            lesson_with(
                "\"solution\": [",
                "\"solution\": [{\"answer\": {\"whom\": \"server\", \"time\": \"1\"}}, {\"type\": \"ping\", \"on\": \"s1\"},",
            ),
            "lesson.json: solution[1]: this act cannot be done: ",
        ),
        // Orders without a sense.
        (
            goal("{\"then\": [{\"not\": {\"frames\": \"arp\"}}, {\"frames\": \"tcp\", \"count\": 0}]}"),
            "lesson.json: goals.odd.then: no step of this order has to happen: write \"all\"",
        ),
        (
            goal(
                "{\"all\": [{\"then\": [{\"ran\": \"1s\"}, {\"any\": [{\"frames\": \"arp\"}, {\"not\": {\"frames\": \"tcp\"}}]}]}]}",
            ),
            "lesson.json: goals.odd.all[0].then[1]: this is so as soon as it is its turn",
        ),
        (
            goal("{\"then\": [{\"ran\": \"1s\"}, {\"not\": {\"frames\": \"tcp\"}, \"by\": \"3s\"}]}"),
            "goals.odd.then[1]: this is so as soon",
        ),
        (
            goal("{\"before\": [{\"not\": {\"frames\": \"arp\"}}, {\"ran\": \"1s\"}]}"),
            "goals.odd.before[0]: this is so from the beginning",
        ),
        (
            goal("{\"before\": [{\"ran\": \"1s\"}, {\"not\": {\"frames\": \"arp\"}}]}"),
            "goals.odd.before[1]: this is so from the beginning",
        ),
        (texts_with("goal.four", "goal.for"), "en.json: the text \"goal.four\" is missing: add it"),
        (
            texts_with("goal.four", "goal.for"),
            "en.json: nothing shows the text \"goal.for\": did you mean \"goal.four\"?",
        ),
        (
            texts_with("](mac)", "](mack)"),
            "the glossary has no term mack: write the text \"glossary.mack\" here",
        ),
        (texts_with("**Discover**", "**Discover"), "** is not closed"),
    ] {
        std::fs::write(folder.join("lesson.json"), lesson_json).unwrap();
        std::fs::write(folder.join("en.json"), en_json).unwrap();
        let (code, said) = lesson(&["check", folder.to_str().unwrap()]);
        assert!(code == 1 && said.contains(expected), "{expected}: {said}");
    }
    // What is no error, and should be known all the same.
    for (lesson_json, expected) in [
        (lesson_with("{minutes}min", "{minutes}min").0, "note: lesson.json: goals.four: doing nothing fulfills it"),
        (goal("{\"command\": {\"line\": \"pong 10.0.0.1\"}}").0, "note: lesson.json: goals.odd: no host knows the command pong: "),
        (
            lesson_with("\"solution\": [", "\"solution\": [{\"type\": \"frob -x | grep y\", \"on\": \"laptop\"},").0,
            "note: lesson.json: solution[0]: no host knows the command frob: ",
        ),
        (
            lesson_with("\"solution\": [", "\"solution\": [{\"run\": {\"command\": {\"on\": \"laptop\", \"line\": \"frob\"}}},").0,
            "note: lesson.json: solution[0]: no host knows the command frob: ",
        ),
        (
            lesson_with("\"links\": [", "\"runs\": [{\"at\": \"1s\", \"command\": {\"on\": \"printer\", \"line\": \"frob 1\"}}], \"links\": [").0,
            "note: lesson.json: document.runs: \"frob 1\": no host knows the command frob: ",
        ),
    ] {
        std::fs::write(folder.join("lesson.json"), lesson_json).unwrap();
        std::fs::write(folder.join("en.json"), &english).unwrap();
        let (_, said) = lesson(&["check", folder.to_str().unwrap()]);
        assert!(said.contains(expected), "{expected}: {said}");
    }
    // What stands behind a pipe is a filter of text; the shell knows just these.
    for (name, is_known) in [
        ("grep x", true),
        ("egrep x", true),
        ("fgrep x", true),
        ("head", true),
        ("tail", true),
        ("wc", true),
        ("sort", false),
        ("less", false),
    ] {
        let typed = format!("{{\"type\": \"echo x | {name}\", \"on\": \"laptop\"}},");
        std::fs::write(
            folder.join("lesson.json"),
            lesson_with("\"solution\": [", &format!("\"solution\": [{typed}")).0,
        )
        .unwrap();
        let (_, said) = lesson(&["check", folder.to_str().unwrap()]);
        assert_eq!(!said.contains("no host knows the command"), is_known, "{name}: {said}");
        let shell = r#"{"packetarium": 1, "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}], "runs": [{"at": "1s", "command": {"on": "a", "line": "echo x | NAME"}}]}"#;
        let run = Command::new(env!("CARGO_BIN_EXE_packetarium"))
            .args(["run", &shell.replace("NAME", name)])
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&run.stdout);
        assert_eq!(run.status.success(), is_known, "{name}: {printed}");
    }
    // Every command that hosts know is known.
    let lines = scenario::command_names()
        .iter()
        .map(|name| format!("{{\"wait\": \"1ms\"}}, {{\"type\": \"{name} --help\", \"on\": \"laptop\"}},"));
    let all = lesson_with("\"solution\": [", &format!("\"solution\": [{}", lines.collect::<String>())).0;
    std::fs::write(folder.join("lesson.json"), all).unwrap();
    let (_, said) = lesson(&["check", folder.to_str().unwrap()]);
    assert!(!said.contains("no host knows"), "{said}");
    // Nothing is left of terms, so the glossary is not needed.
    std::fs::write(folder.join("lesson.json"), text).unwrap();
    std::fs::write(folder.join("en.json"), terms(&english)).unwrap();
    let (code, said) = lesson(&["check", folder.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    std::fs::remove_dir_all(&folder).unwrap();
}
