//! A lesson that the page has beside it, in a link: by its folder, instead of the whole lesson.
//!
//! `#lesson:02-switch&seed=ada&step=3&done=2:…`. The parameters may be missing: `seed` draws the values from a name, `step` is the
//! step to begin with, and `done` has what was done before, as behind `#result:`, so that a lesson can be continued in another browser.
//! What cannot be read of the parameters is left out: the lesson begins all the same.

use crate::bounds::{ID_CHARS_MAX, STEPS_MAX};
use crate::link::{LESSON, RESULT, find};
use crate::result::HandIn;
use scenario::link::{seed_from, unescaped};

/// Parameters after these are not read.
const PARAMETERS_MAX: usize = 8;

/// What a link says of a lesson that the page has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The lesson's folder.
    pub folder: String,
    /// The seed from which the values are drawn; `None`: as for every learner.
    pub seed: Option<u64>,
    /// The number of the step to begin with, from 0.
    pub step: usize,
    /// What was done of it before.
    pub done: Option<HandIn>,
}

impl Named {
    /// Reads a link, or its fragment; `None` if it does not name a lesson. A link that holds a whole lesson does not.
    pub fn find(link: &str) -> Option<Self> {
        let mut parts = find(link, LESSON)?.split('&');
        let folder = parts.next().filter(|folder| is_folder(folder))?;
        let mut named = Self { folder: folder.to_owned(), ..Self::default() };
        for part in parts.take(PARAMETERS_MAX) {
            match part.split_once('=') {
                Some(("seed", name)) => named.seed = unescaped(name).ok().map(|name| seed_from(&name)),
                Some(("step", number)) => {
                    let number: usize = number.parse().unwrap_or(1);
                    named.step = number.clamp(1, STEPS_MAX) - 1;
                }
                Some(("done", result)) => named.done = HandIn::decode(&format!("{RESULT}{result}")).ok(),
                _ => {}
            }
        }
        // What was done was done with these values.
        named.seed = named.done.as_ref().map(|done| done.seed).or(named.seed);
        Some(named)
    }
}

/// Whether this is the name of a folder, and not a way to another one or the codec of a whole lesson.
fn is_folder(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=ID_CHARS_MAX).contains(&name.len()) && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done() -> HandIn {
        HandIn { lesson: "switch".into(), seed: 7, document: "{}".into(), ..HandIn::default() }
    }

    #[test]
    fn a_lesson_of_the_page_is_named_by_its_folder() {
        let named = Named::find("https://x.example/#lesson:02-switch").unwrap();
        assert_eq!(named, Named { folder: "02-switch".into(), ..Named::default() });
        let named = Named::find("lesson%3A02-switch&seed=Ana%20Mar%C3%ADa&step=3").unwrap();
        assert_eq!((named.seed, named.step), (Some(seed_from("Ana María")), 2));
    }

    #[test]
    fn what_was_done_comes_with_its_values() {
        let result = done().encode().unwrap();
        let result = &result[RESULT.len()..];
        for written in [result.to_owned(), result.replace(':', "%3A")] {
            let named = Named::find(&format!("lesson:02-switch&seed=ada&done={written}")).unwrap();
            assert_eq!((named.seed, named.done), (Some(7), Some(done())), "{written}");
        }
    }

    #[test]
    fn parameters_that_cannot_be_read_are_left_out() {
        let plain = Some(Named { folder: "02-switch".into(), ..Named::default() });
        for rest in [
            "&done=2:abc",
            "&done=",
            "&done=2%3Aa%26step%3D5",
            "&step=many",
            "&step=0",
            "&seed=%FF",
            "&aicc_sid=1",
            "&",
            "&step",
        ] {
            assert_eq!(Named::find(&format!("lesson:02-switch{rest}")), plain, "{rest}");
        }
        assert_eq!(Named::find("lesson:a&step=999999").unwrap().step, STEPS_MAX - 1);
        let late = format!("lesson:02-switch{}&step=2", "&x".repeat(PARAMETERS_MAX));
        assert_eq!(Named::find(&late), plain);
    }

    #[test]
    fn no_link_leads_out_of_the_folder_with_lessons() {
        for link in
            ["lesson:../x", "lesson:a/b", "lesson:%2e%2e", "lesson:", "lesson:2:abc", "02-switch", "result:x"]
        {
            assert_eq!(Named::find(link), None, "{link}");
        }
        assert_eq!(Named::find(&format!("lesson:{}", "a".repeat(ID_CHARS_MAX + 1))), None);
    }
}
