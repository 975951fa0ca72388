//! What the page opens with: a link, what was there before a reload, or the first example.

use crate::storage::Session;
use netlab::Instant;
use scenario::link::{self, Unreadable};
use scenario::{Fault, LinkError, Position, Scenario};
use texts::t;

/// What the page opens with.
#[derive(Debug)]
pub struct Opening {
    /// The experiment.
    pub scenario: Scenario,
    /// How far it had got.
    pub at: Instant,
    /// The moment that the link asks to look at: time stands still there.
    pub moment: Option<Instant>,
    /// The number under which it is kept among the person's own; 0: it is not.
    pub mine: u32,
    /// A link that could not be opened: then the experiment is what the person had.
    pub trouble: Option<Trouble>,
}

/// Why a link could not be opened, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// What cannot be opened.
    pub title: &'static str,
    /// What is wrong.
    pub what: String,
    /// Each fault of the document in it.
    pub faults: Vec<Mark>,
    /// The text of the document, if there is one: it can be put right.
    pub text: Option<String>,
}

/// A fault in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where, for people.
    pub place: String,
    /// What is wrong, and what to do.
    pub message: String,
    /// Where in the text.
    pub position: Option<Position>,
}

impl Trouble {
    /// The trouble with a link.
    pub fn new(error: LinkError) -> Self {
        let place = |fault: &Fault| match (fault.place.is_root(), fault.position) {
            (true, None) => t!("document").to_string(),
            (true, Some(position)) => position.to_string(),
            (false, None) => fault.place.to_string(),
            (false, Some(position)) => format!("{} ({position})", fault.place),
        };
        let title = t!("This link cannot be opened");
        match error {
            LinkError::Document(faults) => Self {
                title,
                what: t!("The link was read, but the scenario in it cannot be used:").into(),
                faults: faults
                    .iter()
                    .map(|fault| Mark {
                        place: place(fault),
                        message: fault.message.clone(),
                        position: fault.position,
                    })
                    .collect(),
                text: None,
            },
            error => {
                let what = lab::format::sentence(&error.to_string());
                Self { title, what, faults: Vec::new(), text: None }
            }
        }
    }

    /// The trouble with a link whose document, if it has one, can be put right.
    pub fn of(unreadable: Unreadable) -> Self {
        Self { text: unreadable.text, ..Self::new(unreadable.error) }
    }

    /// The trouble with the document in a file.
    pub fn of_file(name: &str, unreadable: Unreadable) -> Self {
        let trouble = Self { title: t!("This file cannot be opened"), ..Self::of(unreadable) };
        if trouble.faults.is_empty() {
            return trouble;
        }
        Self { what: t!("“{name}” was read, but the scenario in it cannot be used:"), ..trouble }
    }
}

impl Opening {
    /// A first visit opens with the first example.
    pub fn first() -> Self {
        Self { scenario: scenario::first(), at: Instant::ZERO, moment: None, mine: 0, trouble: None }
    }
}

/// Decides. `fragment` is the address bar's, without the `#`.
pub fn open(fragment: &str, kept: Option<Session>) -> Opening {
    let kept = kept.and_then(|session| {
        let scenario = Scenario::draft(&session.document).ok()?;
        Some((session, scenario))
    });
    let before = |trouble| match &kept {
        Some((session, scenario)) => {
            let at = Instant::from_nanos(session.at_ns);
            Opening { scenario: scenario.clone(), at, moment: None, mine: session.mine, trouble }
        }
        None => Opening { trouble, ..Opening::first() },
    };
    let reloaded = kept.as_ref().is_some_and(|(session, _)| session.fragment == fragment);
    if fragment.is_empty() || reloaded {
        return before(None);
    }
    match link::draft(fragment) {
        Ok(scenario) => {
            let moment = link::moment(fragment);
            Opening { scenario, at: Instant::ZERO, moment, mine: 0, trouble: None }
        }
        Err(unreadable) => before(Some(Trouble::of(unreadable))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(example: usize, fragment: &str) -> Session {
        let document = scenario::examples()[example].text.to_string();
        Session { document, fragment: fragment.into(), mine: 0, at_ns: 5 }
    }

    fn titles(opening: &Opening) -> (&str, u64, bool) {
        (&opening.scenario.title, opening.at.nanos(), opening.trouble.is_some())
    }

    #[test]
    fn a_first_visit_opens_with_the_first_example() {
        let first = scenario::examples()[0].scenario();
        assert_eq!(titles(&open("", None)), (first.title.as_str(), 0, false));
    }

    #[test]
    fn a_reload_goes_on_where_it_was_and_a_new_link_wins() {
        let (second, third) = (scenario::examples()[1].scenario(), scenario::examples()[2].scenario());
        assert_eq!(titles(&open("", Some(session(1, "")))), (second.title.as_str(), 5, false));
        let shared = link::encode(&third);
        assert_eq!(titles(&open(&shared, Some(session(1, "")))), (third.title.as_str(), 0, false));
        assert_eq!(titles(&open(&shared, Some(session(1, &shared)))), (second.title.as_str(), 5, false));
    }

    #[test]
    fn a_link_to_a_moment_leads_there_and_a_reload_to_where_one_was() {
        let shared =
            link::with_moment(&link::encode(&scenario::examples()[2].scenario()), Instant::from_nanos(7));
        assert_eq!(open(&shared, None).moment, Some(Instant::from_nanos(7)));
        assert_eq!(open(&shared, Some(session(1, &shared))).moment, None);
    }

    #[test]
    fn a_bad_link_says_where_and_keeps_what_was_there() {
        let second = scenario::examples()[1].scenario();
        let opening =
            open(r#"json:{"packetarium":1,"nodes":[{"id":"a","kind":"hots"}]}"#, Some(session(1, "")));
        assert_eq!(titles(&opening), (second.title.as_str(), 5, true));
        let trouble = opening.trouble.unwrap();
        assert!(trouble.faults[0].place.starts_with("nodes[0].kind (line 1"), "{trouble:?}");
        assert!(trouble.faults[0].position.is_some_and(|position| position.line == 1));
        assert!(trouble.text.is_some_and(|text| text.contains("hots")), "it can be put right");
        let opening = open("1:zzz", None);
        assert!(opening.trouble.unwrap().faults.is_empty());
    }

    #[test]
    fn a_link_to_a_network_with_faults_opens_it() {
        let text = r#"{"packetarium":1,"nodes":[{"id":"a","kind":"host","addresses":["10.0.0.1/24"],"gateway":"10.9.9.9"}]}"#;
        let opening = open(&format!("json:{text}"), None);
        assert_eq!((opening.scenario.ids.len(), opening.trouble), (1, None));
    }

    #[test]
    fn a_file_with_faults_lists_them_and_one_with_a_bad_link_says_why() {
        let faults = Scenario::draft("{").unwrap_err();
        let error = LinkError::Document(faults);
        let trouble = Trouble::of_file("a.json", Unreadable { error, text: Some("{".into()) });
        assert!(trouble.what.starts_with("“a.json” was read") && trouble.faults.len() == 1, "{trouble:?}");
        let trouble = Trouble::of_file("a.txt", Unreadable { error: LinkError::CutOff, text: None });
        assert_eq!(trouble.what, "The end of this link is missing: copy it again, as a whole.");
    }

    #[test]
    fn what_was_kept_but_cannot_be_read_is_no_hindrance() {
        let broken = Session { document: "{".into(), fragment: String::new(), mine: 0, at_ns: 9 };
        assert_eq!(open("", Some(broken)).at, Instant::ZERO);
    }
}
