//! Grading: what learners hand in is played again and judged.

use crate::{lessons, print};
use anyhow::{Context, bail};
use lesson::link::{self, RESULT};
use lesson::result::{Grade, HandIn, grade as judged};
use lesson::{Lesson, Verdict};
use scenario::Scenario;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

/// Bytes of a file with links.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// A result and what it is worth.
struct Graded {
    /// The line or argument that it came with, shortened.
    source: String,
    result: Result<(HandIn, Grade), String>,
    /// Equal for copied ones.
    work: Option<u64>,
}

/// Grades what was handed in.
pub fn grade(links: &[String], lessons: &[String], csv: bool) -> anyhow::Result<u8> {
    let texts = texts_of(lessons)?;
    let mut all = Vec::new();
    for link in links {
        for link in expanded(link)? {
            all.push(graded(&texts, &link));
        }
    }
    let mut copies = BTreeMap::<u64, usize>::new();
    for work in all.iter().filter_map(|graded| graded.work) {
        *copies.entry(work).or_default() += 1;
    }
    let copied = |graded: &Graded| graded.work.is_some_and(|work| copies[&work] > 1);
    print(&if csv { table(&all, copied) } else { lines(&all, copied)? })?;
    let is_graded = all.iter().all(|graded| graded.result.is_ok());
    Ok(if is_graded { crate::OK } else { crate::RUN_FAILED })
}

/// The texts of the lessons, by id.
fn texts_of(lessons: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    let mut add = |text: String| match Lesson::read(&text, 0) {
        Ok(lesson) => {
            texts.insert(lesson.id, text);
            Ok(())
        }
        Err(faults) => bail!("{}", faults[0]),
    };
    for lesson in lessons {
        match link::find(lesson, link::LESSON) {
            Some(_) => add(link::decode(lesson)?.lesson)?,
            None => add(lessons::read(Path::new(lesson))?.lesson).with_context(|| lesson.clone())?,
        }
    }
    if lessons.is_empty() {
        let folders = fs::read_dir("lessons").context("say which lesson it is: --lesson FOLDER")?;
        for folder in folders {
            let folder = folder?.path();
            if folder.join("lesson.json").exists() {
                add(lessons::read(&folder)?.lesson).with_context(|| folder.display().to_string())?;
            }
        }
    }
    Ok(texts)
}

/// A link, or the links in a file: one on each line, whatever else stands there.
fn expanded(link: &str) -> anyhow::Result<Vec<String>> {
    if link::find(link, RESULT).is_some() {
        return Ok(vec![link.to_owned()]);
    }
    let mut text = String::new();
    if link == "-" {
        io::stdin().lock().take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    } else {
        let file = fs::File::open(link).with_context(|| {
            format!("{link:?} is neither a link with #{RESULT} nor a file that can be opened")
        })?;
        file.take(FILE_BYTES_MAX)
            .read_to_string(&mut text)
            .with_context(|| format!("cannot read {link:?}"))?;
    }
    let words = text.split(|c: char| c.is_whitespace() || ",;\"'<>".contains(c));
    Ok(words.filter(|word| word.contains(RESULT)).map(str::to_owned).collect())
}

fn graded(texts: &BTreeMap<String, String>, link: &str) -> Graded {
    let source: String = link.chars().take(60).collect();
    let result = match HandIn::decode(link) {
        Ok(result) => result,
        Err(error) => return Graded { source, result: Err(error.to_string()), work: None },
    };
    let source = if result.name.is_empty() { source } else { result.name.clone() };
    let Some(text) = texts.get(&result.lesson) else {
        let why = format!("there is no lesson {}: name its folder with --lesson", result.lesson);
        return Graded { source, result: Err(why), work: None };
    };
    let drawn = Lesson::read(text, result.seed).map(|lesson| lesson.scenario);
    let work = drawn.ok().and_then(|scenario: Scenario| result.work(&scenario));
    match judged(text, &result) {
        Ok(grade) => Graded { source, result: Ok((result, grade)), work },
        Err(why) => Graded { source, result: Err(why.to_string()), work },
    }
}

/// What there is to be said besides.
fn remarks(result: &HandIn, grade: &Grade, copied: bool) -> Vec<&'static str> {
    let all = [
        (copied, "the same work was handed in more than once"),
        (!result.is_drawn_from_name(), "the values were not drawn from this name"),
        (grade.is_other_edition, "made with another edition of the lesson"),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, remark)| remark).collect()
}

fn lines(all: &[Graded], copied: impl Fn(&Graded) -> bool) -> anyhow::Result<String> {
    let mut text = String::new();
    for graded in all {
        match &graded.result {
            Ok((result, grade)) => {
                let right = |list: &[(String, Option<bool>)]| {
                    format!(
                        "{}/{}",
                        list.iter().filter(|(_, right)| *right == Some(true)).count(),
                        list.len()
                    )
                };
                writeln!(
                    text,
                    "{}: {} goals {}/{}, questions {}, predictions {}, attempts {}, {} s, code {}",
                    graded.source,
                    result.lesson,
                    grade.fulfilled(),
                    grade.goals.len(),
                    right(&grade.questions),
                    right(&grade.predictions),
                    result.attempts,
                    result.seconds,
                    result.code()
                )?;
                for (id, verdict) in &grade.goals {
                    match verdict {
                        Verdict::Fulfilled { .. } => {}
                        Verdict::NotYet(why) | Verdict::Failed { why, .. } => {
                            writeln!(text, "  {id}: {why}")?
                        }
                    }
                }
                for remark in remarks(result, grade, copied(graded)) {
                    writeln!(text, "  note: {remark}")?;
                }
            }
            Err(why) => {
                writeln!(text, "{}: not graded: {why}", graded.source)?;
                if copied(graded) {
                    writeln!(text, "  note: the same work was handed in more than once")?;
                }
            }
        }
    }
    Ok(text)
}

fn table(all: &[Graded], copied: impl Fn(&Graded) -> bool) -> String {
    let head = "name,lesson,solved,goals,of,questions,of,predictions,of,attempts,seconds,code,missing,notes";
    let mut rows = vec![head.to_owned()];
    for graded in all {
        let cells = match &graded.result {
            Ok((result, grade)) => {
                let right = |list: &[(String, Option<bool>)]| {
                    list.iter().filter(|(_, right)| *right == Some(true)).count()
                };
                let missing =
                    grade.goals.iter().filter(|(_, verdict)| !matches!(verdict, Verdict::Fulfilled { .. }));
                let missing: Vec<_> = missing.map(|(id, _)| id.as_str()).collect();
                vec![
                    result.name.clone(),
                    result.lesson.clone(),
                    if grade.is_solved() { "yes" } else { "no" }.to_owned(),
                    grade.fulfilled().to_string(),
                    grade.goals.len().to_string(),
                    right(&grade.questions).to_string(),
                    grade.questions.len().to_string(),
                    right(&grade.predictions).to_string(),
                    grade.predictions.len().to_string(),
                    result.attempts.to_string(),
                    result.seconds.to_string(),
                    result.code(),
                    missing.join(" "),
                    remarks(result, grade, copied(graded)).join("; "),
                ]
            }
            Err(why) => {
                let mut cells = vec![String::new(); 14];
                cells[0].clone_from(&graded.source);
                cells[2] = "no".to_owned();
                cells[13] = format!("not graded: {why}");
                cells
            }
        };
        rows.push(cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(","));
    }
    rows.join("\r\n") + "\r\n"
}

/// A cell (RFC 4180). A text that a spreadsheet would take for a formula is made one that it does not.
fn quoted(cell: &str) -> String {
    let cell =
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}
