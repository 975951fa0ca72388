//! The texts of a lesson: whether all are there, can be read with what was drawn, and are shown.

use super::{Files, Findings};
use crate::lesson::Lesson;
use crate::markdown;
use crate::prose::{Prose, keys};
use scenario::nearest;
use wire::sorted::SortedSet;

pub(super) fn check(lesson: &Lesson, files: &Files, findings: &mut Findings) {
    match &files.texts[..] {
        [] => findings.error("en.json: there is no such file: write the texts"),
        texts if texts.iter().any(|(language, _)| language == "en") => {}
        _ => findings.note(
            "en.json: there is no such file: the course needs the English texts of a lesson; a link does without",
        ),
    }
    let (needed, possible) = keys(lesson);
    for (language, text) in &files.texts {
        let file = format!("{language}.json");
        let prose = match Prose::read(text) {
            Ok(prose) => prose,
            Err(faults) => {
                faults.iter().for_each(|fault| findings.error(format!("{file}: {fault}")));
                continue;
            }
        };
        let present: SortedSet<&str> = prose.keys().collect();
        let missing: Vec<_> = needed.iter().filter(|key| !present.contains(key.as_str())).collect();
        for key in &missing {
            findings.error(format!("{file}: the text \"{key}\" is missing: add it"));
        }
        for key in prose.keys() {
            let is_own_term = key.strip_prefix("glossary.").is_some();
            if !is_own_term && !needed.iter().chain(&possible).any(|known| known == key) {
                let remedy = match nearest(key, missing.iter().map(|key| key.as_str())) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => "remove it".to_owned(),
                };
                findings.error(format!("{file}: nothing shows the text \"{key}\": {remedy}"));
            }
            if let Err(why) = check_text(lesson, files, &prose, key) {
                findings.error(format!("{file}: \"{key}\": {why}"));
            }
        }
    }
}

fn check_text(lesson: &Lesson, files: &Files, prose: &Prose, key: &str) -> Result<(), String> {
    let Some(text) = prose.written(key) else { return Ok(()) };
    let blocks = markdown::parse(&lesson.drawing.text(text)?).map_err(|why| why.to_string())?;
    for term in markdown::terms(&blocks) {
        let own = format!("glossary.{term}");
        if !files.terms.iter().any(|known| known == term) && prose.written(&own).is_none() {
            return Err(format!(
                "the glossary has no term {term}: write the text \"{own}\" here, or add it to the glossary of all lessons"
            ));
        }
    }
    Ok(())
}
