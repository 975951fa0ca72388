//! Lessons for their authors: what is wrong with them, and how they play.

use crate::print;
use anyhow::{Context, bail};
use clap::Subcommand as ClapSubcommand;
use lesson::check::{Files, check};
use lesson::hunt::{LEVELS, generate};
use lesson::link::{self, Shared};
use lesson::{Lesson, Play, Verdict};
use netlab::Instant;
use scenario::link::seed_from;
use scenario::quantity::show_time;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What is done with lessons.
#[derive(ClapSubcommand)]
pub enum Command {
    /// Say what is wrong with lessons. Their solutions and wrong answers are played, also with other values.
    ///
    /// The exit status is 0 if there is nothing but notes.
    Check {
        /// The folders of lessons.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },
    /// Begin a lesson: write its folder from a network, and the solution from what was done in it.
    Draft {
        /// The folder to write; its name is the lesson's.
        folder: PathBuf,
        /// The network: a document, a link or a file.
        scenario: String,
        /// The same network after it was played the right way: what it has beyond the other is the solution.
        #[arg(long, value_name = "LINK")]
        played: Option<String>,
    },
    /// Print a link that holds a whole lesson, texts and glossary included.
    Link {
        /// The folder of a lesson.
        folder: PathBuf,
        /// Put this address of the page before it.
        #[arg(long, value_name = "URL", default_value = "")]
        page: String,
        /// Draw the same values for all learners, from this name.
        #[arg(long)]
        name: Option<String>,
    },
    /// Print a link to a hunt: a network that is made from a seed, in which something is wrong.
    Hunt {
        /// How hard it is, from 1 to 5.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=i64::from(LEVELS)))]
        level: u8,
        /// Another name, another hunt; the same one, the same hunt.
        #[arg(long, default_value = "")]
        name: String,
        /// Put this address of the page before it.
        #[arg(long, value_name = "URL", default_value = "")]
        page: String,
        /// Print what is wrong instead.
        #[arg(long)]
        reveal: bool,
    },
    /// Play the solution of a lesson, and print what becomes of its goals after each act.
    Play {
        /// The folder of a lesson.
        folder: PathBuf,
        /// Draw the values from this name, as for a student.
        #[arg(long)]
        name: Option<String>,
        /// Draw the values from this seed.
        #[arg(long, default_value_t = lesson::check::SEEDS[0], conflicts_with = "name")]
        seed: u64,
        /// Play the wrong answer of this number, from 0, instead of the solution; "nothing" to do nothing.
        #[arg(long)]
        wrong: Option<String>,
        /// Print the link that a learner who has played so would hand in, under this name, instead of what happens.
        #[arg(long, value_name = "NAME")]
        hand_in: Option<String>,
    },
}

/// Does it.
pub fn go(command: Command) -> anyhow::Result<u8> {
    match command {
        Command::Check { folders } => check_all(&folders),
        Command::Draft { folder, scenario, played } => {
            crate::draft::write(&folder, &scenario, played.as_deref())?;
            print(&format!(
                "{0} is begun: write its texts in {0}/en.json, then see what lacks with `packetarium lesson check {0}`\n",
                folder.display()
            ))?;
            Ok(crate::OK)
        }
        Command::Link { folder, page, name } => print_link(&shared(&folder, name.as_deref())?, &page),
        Command::Hunt { level, name, page, reveal } => {
            let hunt = generate(seed_from(&name), level);
            if !reveal {
                return print_link(&hunt, &page);
            }
            let lesson = hunt.drawn(0).map_err(|faults| anyhow::anyhow!("{}", faults[0]))?;
            print(&hidden(&lesson)?)?;
            Ok(crate::OK)
        }
        Command::Play { folder, name, seed, wrong, hand_in } => {
            let seed = name.as_deref().or(hand_in.as_deref()).map_or(seed, seed_from);
            play(&folder, seed, wrong.as_deref(), hand_in)
        }
    }
}

fn print_link(shared: &Shared, page: &str) -> anyhow::Result<u8> {
    let fragment = link::encode(shared)?;
    print(&format!("{}#{fragment}\n", page.split('#').next().unwrap_or_default()))?;
    Ok(crate::OK)
}

/// What is hidden in a lesson, one in each line.
fn hidden(lesson: &Lesson) -> anyhow::Result<String> {
    let mut text = String::new();
    for fault in &lesson.hidden {
        writeln!(text, "hidden: {:?} at {}", fault.kind, lesson.scenario.id(fault.node))?;
    }
    Ok(text)
}

fn check_all(folders: &[PathBuf]) -> anyhow::Result<u8> {
    let mut files = Vec::new();
    for folder in folders {
        files.push((folder, read(folder)?));
    }
    // A lesson is played for a second or so, and each by itself.
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let findings = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(files.len()) {
            scope.spawn(|| {
                while let Some((_, files)) =
                    files.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    let found = check(files);
                    if let Ok(mut findings) = findings.lock() {
                        findings.push((std::ptr::from_ref(files) as usize, found));
                    }
                }
            });
        }
    });
    let findings = findings.into_inner().unwrap_or_default();
    let mut text = String::new();
    let mut is_sound = true;
    for (folder, files) in &files {
        let place = std::ptr::from_ref(files) as usize;
        let found = findings
            .iter()
            .find(|(other, _)| *other == place)
            .map(|(_, found)| found.as_slice())
            .unwrap_or_default();
        if found.is_empty() {
            writeln!(text, "{}: sound", folder.display())?;
        }
        for finding in found {
            writeln!(text, "{}: {finding}", folder.display())?;
            is_sound &= !finding.is_error;
        }
    }
    print(&text)?;
    Ok(if is_sound { crate::OK } else { crate::RUN_FAILED })
}

/// The files of a lesson.
pub fn read(folder: &Path) -> anyhow::Result<Files> {
    let path = folder.join("lesson.json");
    let lesson = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut files = Files { lesson, ..Files::default() };
    for (language, text) in languages(folder)? {
        if language != "lesson" {
            files.texts.push((language, text));
        }
    }
    // The glossary of all lessons stands beside their folders.
    let glossary = folder.join("../glossary");
    if let Some((_, text)) =
        languages(&glossary).unwrap_or_default().into_iter().find(|(language, _)| language == "en")
    {
        let terms = lesson::prose::Prose::read(&text);
        let terms = terms.map_err(|faults| anyhow::anyhow!("{}: {}", glossary.display(), faults[0]))?;
        files.terms = terms.keys().map(str::to_owned).collect();
    }
    Ok(files)
}

/// The JSON files of a folder, by name, without the ending.
fn languages(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            found.push((name.to_owned(), fs::read_to_string(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// A lesson with the terms that its texts need.
fn shared(folder: &Path, name: Option<&str>) -> anyhow::Result<Shared> {
    let Files { lesson, texts, .. } = read(folder)?;
    let glossary = languages(&folder.join("../glossary")).unwrap_or_default();
    let mut with_terms = Vec::new();
    for (language, text) in texts {
        let terms = glossary.iter().find(|(other, _)| *other == language).map(|(_, terms)| terms.as_str());
        with_terms.push((language, lesson::prose::with_terms(&text, terms.unwrap_or("{}"))));
    }
    Ok(Shared { lesson, texts: with_terms, seed: name.map(seed_from) })
}

fn play(folder: &Path, seed: u64, wrong: Option<&str>, hand_in: Option<String>) -> anyhow::Result<u8> {
    let files = read(folder)?;
    let lesson = match Lesson::read(&files.lesson, seed) {
        Ok(lesson) => Rc::new(lesson),
        Err(faults) => bail!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    };
    let acts = match wrong {
        None => lesson.solution.clone(),
        Some("nothing") => Vec::new(),
        Some(number) => {
            let wrong = lesson.wrong.get(number.parse::<usize>()?);
            let wrong = wrong.context("there is no such wrong answer")?;
            let before = if wrong.after_solution { lesson.solution.as_slice() } else { &[] };
            [before, &wrong.acts].concat()
        }
    };
    if let Some(name) = hand_in {
        let mut play = Play::new(lesson)?;
        play.perform(&acts).map_err(|(number, why)| anyhow::anyhow!("act {number}: {why}"))?;
        print(&format!("#{}\n", play.hand_in(&files.lesson, name).encode()?))?;
        return Ok(crate::OK);
    }
    let mut text = String::new();
    for (name, value) in lesson.drawing.values.iter() {
        writeln!(text, "{name} = {value}")?;
    }
    text += &hidden(&lesson)?;
    let mut play = Play::new(lesson.clone())?;
    let mut known = Vec::new();
    for act in &acts {
        let done = play.act(act);
        writeln!(text, "{act:?} → {}", time(play.world().now()))?;
        let lines = lines(&play);
        for line in lines.iter().filter(|line| !known.contains(*line)) {
            writeln!(text, "  {line}")?;
        }
        known = lines;
        if let Err(why) = done {
            writeln!(text, "  this cannot be done: {why}")?;
            break;
        }
    }
    play.run_out();
    writeln!(text, "at the end, {}:", time(play.world().now()))?;
    for line in lines(&play) {
        writeln!(text, "  {line}")?;
    }
    print(&text)?;
    Ok(if play.judge().is_fulfilled() { crate::OK } else { crate::RUN_FAILED })
}

/// What is known of predictions and goals, one in each line.
fn lines(play: &Play) -> Vec<String> {
    let (judge, lesson) = (play.judge(), play.judge().lesson());
    let predictions = lesson.predictions.iter().enumerate().filter_map(|(number, prediction)| {
        let word = if judge.is_predicted(number)? { "right" } else { "wrong" };
        Some(format!("prediction {}: {word}, {}", prediction.id, judge.outcome(number)))
    });
    let goals = lesson.goals.iter().enumerate().map(|(number, goal)| match judge.verdict(number) {
        Verdict::Fulfilled { at, for_good, .. } => {
            let so_far = if for_good { "" } else { " so far" };
            format!("goal {}: fulfilled{so_far} at {}", goal.id, time(at))
        }
        Verdict::NotYet(why) => format!("goal {}: not yet. {why}", goal.id),
        Verdict::Failed { why, .. } => format!("goal {}: failed. {why}", goal.id),
    });
    predictions.chain(goals).collect()
}

fn time(at: Instant) -> String {
    show_time(at.since(Instant::ZERO))
}
