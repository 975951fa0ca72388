//! Orders without a sensible meaning. What does not happen has no moment: as a step of `then` it lasts until the next one, and anywhere else in an
//! order it is so at once.

use super::Findings;
use crate::goal::Predicate;
use crate::lesson::Lesson;
use crate::prediction::{Ask, Stop};

pub(super) fn check(lesson: &Lesson, findings: &mut Findings) {
    for goal in &lesson.goals {
        look(&goal.predicate, &format!("goals.{}", goal.id), findings);
    }
    for prediction in &lesson.predictions {
        let place = format!("predictions.{}", prediction.id);
        if let Stop::When(predicate) = &prediction.stop {
            look(predicate, &format!("{place}.when"), findings);
        }
        if let Ask::Cwnd { until, .. } = &prediction.ask {
            look(until, &format!("{place}.ask.when"), findings);
        }
    }
}

fn look(predicate: &Predicate, place: &str, findings: &mut Findings) {
    let mut error = |place: String, message: &str| findings.error(format!("lesson.json: {place}: {message}"));
    match predicate {
        Predicate::Then(parts, _) => {
            if parts.iter().all(Predicate::is_absence) {
                error(
                    format!("{place}.then"),
                    "no step of this order has to happen: write \"all\" instead of \"then\", or add a step that does",
                );
            }
            let at_once = parts.iter().enumerate().filter(|(_, part)| !part.is_absence() && is_at_once(part));
            for (number, _) in at_once {
                error(
                    format!("{place}.then[{number}]"),
                    "this is so as soon as it is its turn, as nothing has happened then: make two steps of it, one that happens and one that is \"not\" alone",
                );
            }
        }
        Predicate::Before(both) => {
            if is_at_once(&both[0]) {
                error(
                    format!("{place}.before[0]"),
                    "this is so from the beginning, and so before everything: write {\"then\": [{\"not\": …}, …]}",
                );
            }
            if is_at_once(&both[1]) {
                error(
                    format!("{place}.before[1]"),
                    "this is so from the beginning, so nothing can come before it: write {\"then\": [{\"not\": …}, …]}",
                );
            }
        }
        Predicate::All(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::By(..)
        | Predicate::Ran(_)
        | Predicate::Answered(_)
        | Predicate::Predicted(_)
        | Predicate::Frames(_)
        | Predicate::Run(_)
        | Predicate::Command(_)
        | Predicate::Table(_) => {}
    }
    let name = match predicate {
        Predicate::All(_) => ".all",
        Predicate::Any(_) => ".any",
        Predicate::Then(..) => ".then",
        Predicate::Before(_) => ".before",
        _ => "",
    };
    for (number, part) in predicate.parts().iter().enumerate() {
        let place = match (predicate, name) {
            (Predicate::Not(_), _) => format!("{place}.not"),
            (_, "") => place.to_owned(),
            (_, name) => format!("{place}{name}[{number}]"),
        };
        look(part, &place, findings);
    }
}

/// Whether it is so without anything that happens.
fn is_at_once(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::All(parts) => parts.iter().all(is_at_once),
        Predicate::Any(parts) => parts.iter().any(is_at_once),
        Predicate::By(inner, _) => is_at_once(inner),
        other => other.is_absence(),
    }
}
