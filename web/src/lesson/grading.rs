//! What learners have handed in: each link is played again and judged, in this tab. Nothing leaves it.

use super::course::{self, Entry};
use crate::frame::next_frame;
use lesson::Lesson;
use lesson::link;
use lesson::result::{Grade, HandIn, grade};
use texts::t;

/// More are not graded at once.
pub const LINKS_MAX: usize = 400;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What the learner is called.
    pub name: String,
    /// The lesson's title.
    pub lesson: String,
    /// Goals that are fulfilled, and of how many.
    pub goals: (usize, usize),
    /// Right answers and predictions, and of how many.
    pub answers: (usize, usize),
    /// How often the network was begun, and for how many minutes, as the learner's page has counted.
    pub attempts: u64,
    /// See `attempts`.
    pub minutes: u64,
    /// The code of what was handed in.
    pub code: String,
    /// What is to be noticed.
    pub remarks: Vec<String>,
    /// What was done, to find equal ones.
    work: Option<u64>,
}

/// The links in a text: one in each line or word.
pub fn links(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| link::find(word, link::RESULT).is_some()).take(LINKS_MAX).collect()
}

/// Plays and judges each link; after each one the page is drawn. Equal ones are marked.
///
/// # Errors
/// The lessons cannot be listed.
pub async fn rows(text: String, mut each: impl FnMut(&[Row])) -> Result<(), String> {
    let entries = course::all().await?;
    let mut rows: Vec<Row> = Vec::new();
    // The lessons that were needed so far.
    let mut lessons: Vec<(String, String)> = Vec::new();
    for link in links(&text) {
        let row = match HandIn::decode(link) {
            Ok(hand_in) => row(&hand_in, &entries, &mut lessons).await,
            Err(error) => Row::refused(String::new(), lab::format::sentence(&error.to_string())),
        };
        rows.push(row);
        mark_equal(&mut rows);
        each(&rows);
        next_frame().await;
    }
    Ok(())
}

async fn row(hand_in: &HandIn, entries: &[Entry], lessons: &mut Vec<(String, String)>) -> Row {
    let Some(entry) = entries.iter().find(|entry| entry.id == hand_in.lesson) else {
        return Row::refused(
            hand_in.name.clone(),
            t!("There is no lesson “{}” on this page.", hand_in.lesson),
        );
    };
    if !lessons.iter().any(|(id, _)| *id == entry.id) {
        match course::get(&format!("{}/lesson.json", entry.folder)).await {
            Ok(text) => lessons.push((entry.id.clone(), text)),
            Err(why) => return Row::refused(hand_in.name.clone(), why),
        }
    }
    let text = lessons.iter().find(|(id, _)| *id == entry.id).map_or("", |(_, text)| text);
    match grade(text, hand_in) {
        Ok(grade) => Row::graded(hand_in, entry, text, &grade),
        Err(error) => {
            let row = Row::refused(hand_in.name.clone(), lab::format::sentence(&error.to_string()));
            Row { lesson: entry.title.clone(), ..row }
        }
    }
}

impl Row {
    fn refused(name: String, why: String) -> Self {
        Self {
            name,
            lesson: String::new(),
            goals: (0, 0),
            answers: (0, 0),
            attempts: 0,
            minutes: 0,
            code: String::new(),
            remarks: vec![why],
            work: None,
        }
    }

    fn graded(hand_in: &HandIn, entry: &Entry, text: &str, grade: &Grade) -> Self {
        let answers = grade.questions.iter().chain(&grade.predictions);
        let right = answers.clone().filter(|(_, right)| *right == Some(true)).count();
        let mut remarks = Vec::new();
        if grade.is_other_edition {
            remarks.push(t!("The lesson has changed since.").to_owned());
        }
        if !hand_in.name.is_empty() && !hand_in.is_drawn_from_name() {
            remarks.push(t!("The values were not drawn from this name.").to_owned());
        }
        let work = Lesson::read(text, hand_in.seed).ok().and_then(|lesson| hand_in.work(&lesson.scenario));
        Self {
            name: hand_in.name.clone(),
            lesson: entry.title.clone(),
            goals: (grade.fulfilled(), grade.goals.len()),
            answers: (right, answers.count()),
            attempts: hand_in.attempts,
            minutes: hand_in.seconds / 60,
            code: hand_in.code(),
            remarks,
            work,
        }
    }
}

/// Marks those that did the same at the same moments.
fn mark_equal(rows: &mut [Row]) {
    let Some((last, before)) = rows.split_last_mut() else { return };
    let equal = before.iter().find(|row| row.work.is_some() && row.work == last.work);
    if let Some(row) = equal {
        let name = if row.name.is_empty() { &row.code } else { &row.name };
        last.remarks.push(t!("Equal to what {name} has handed in."));
    }
}

/// The table for a spreadsheet.
pub fn csv(rows: &[Row]) -> String {
    let cell = |text: &str| {
        // A cell that begins like a formula is text all the same.
        let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    };
    let mut csv = String::from("name,lesson,goals,of,answers,of,attempts,minutes,code,remarks\r\n");
    for row in rows {
        let numbers = [
            row.goals.0 as u64,
            row.goals.1 as u64,
            row.answers.0 as u64,
            row.answers.1 as u64,
            row.attempts,
            row.minutes,
        ];
        let numbers = numbers.map(|number| number.to_string()).join(",");
        let words = [&row.name, &row.lesson].map(|text| cell(text)).join(",");
        csv += &format!("{words},{numbers},{},{}\r\n", cell(&row.code), cell(&row.remarks.join(" ")));
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_among_other_words() {
        let text =
            "Ada: https://x.example/#result:2:abc\nBob result%3A2:def,\nhttps://x.example/#2:zzz lesson:2:a";
        assert_eq!(links(text), ["https://x.example/#result:2:abc", "result%3A2:def,"]);
    }

    #[test]
    fn a_table_for_a_spreadsheet_runs_no_formula() {
        let row = Row { lesson: "A \"b\"".into(), ..Row::refused("=HYPERLINK(1)".into(), "x".into()) };
        let csv = csv(&[row]);
        assert!(csv.lines().nth(1).unwrap().starts_with("\"'=HYPERLINK(1)\",\"A \"\"b\"\"\",0,0"), "{csv}");
    }

    #[test]
    fn equal_work_is_marked_with_whose_it_is() {
        let done = |name: &str, work| Row { work, ..Row::refused(name.into(), String::new()) };
        let mut rows = vec![done("Ada", Some(1)), done("Bob", Some(1))];
        mark_equal(&mut rows);
        assert!(rows[1].remarks.iter().any(|remark| remark.contains("Ada")));
        let mut rows = vec![done("Ada", None), done("Bob", None)];
        mark_equal(&mut rows);
        assert_eq!(rows[1].remarks.len(), 1);
    }
}
