//! The lines of such a console as data: from one list come what is understood, what is listed, what a wrong line should have been, and
//! completion.
//!
//! A form is a line of words: `up|down` stands for one of these, a word in capitals for any, and `[...]` for what may follow. Words may be
//! shortened, as at Cisco's devices; a word that is written out comes before those that begin with it.

use super::{Device, port_name, settings, tables};
use crate::Change;
use netlab::topology::NodeKind;
use std::fmt;

/// A line that is understood.
pub(super) struct Form {
    text: &'static str,
    does: Does,
    /// Another wording of one that stands before it: understood, but listed only where no other fits.
    is_other: bool,
}

/// What a line does.
#[derive(Clone, Copy)]
pub(super) enum Does {
    Show(fn(&Device<'_>) -> String),
    /// Of its words, all written out.
    Change(fn(&Device<'_>, &[&str]) -> Result<Change, String>),
}

const fn show(text: &'static str, show: fn(&Device<'_>) -> String) -> Form {
    Form { text, does: Does::Show(show), is_other: false }
}

const fn change(text: &'static str, change: fn(&Device<'_>, &[&str]) -> Result<Change, String>) -> Form {
    Form { text, does: Does::Change(change), is_other: false }
}

const fn other(form: Form) -> Form {
    Form { is_other: true, ..form }
}

static SWITCH: [Form; 17] = [
    show("show interfaces", tables::interfaces),
    show("show mac address-table", tables::macs),
    show("show spanning-tree", tables::tree),
    show("show vlan", tables::vlans),
    show("show ip igmp snooping groups", tables::groups),
    change("clear mac address-table", settings::clear),
    change("set interface PORT up|down", settings::up),
    change("set interface PORT vlan VLAN", settings::access),
    change("set interface PORT trunk [VLAN,VLAN...]", settings::trunk),
    change("set interface PORT native VLAN|off", settings::native),
    change("set interface PORT cost NUMBER|auto", settings::cost),
    change("set interface PORT mtu BYTES", settings::mtu),
    change("set spanning-tree on|off", settings::spanning_tree),
    change("set priority NUMBER", settings::priority),
    change("set snooping on|off", settings::snooping),
    other(show("show mac-address-table", tables::macs)),
    other(change("clear mac-address-table", settings::clear)),
];

static ROUTER: [Form; 34] = [
    show("show interfaces", tables::interfaces),
    show("show ip route", tables::routes),
    show("show ipv6 route", tables::routes_v6),
    show("show arp", tables::neighbors),
    show("show nat", tables::translations),
    show("show filter", tables::filter),
    show("show rip", tables::rip),
    change("clear arp", settings::clear),
    change("clear nat", settings::clear),
    change("set interface PORT up|down", settings::up),
    change("set interface PORT address ADDRESS/PREFIX,ADDRESS/PREFIX...|off", settings::addresses),
    change("set interface PORT mtu BYTES", settings::mtu),
    change("set interface PORT outside on|off", settings::outside),
    change("set interface PORT rip on|off", settings::port_rip),
    change("set route NETWORK/PREFIX|default via ADDRESS [metric NUMBER]", settings::route),
    change("set route NETWORK/PREFIX|default off", settings::no_route),
    change("set rip on|off", settings::rip),
    change("set nat on|off", settings::nat),
    change("set nat forward tcp|udp NUMBER to ADDRESS [port NUMBER]", settings::forward),
    change("set nat forward tcp|udp NUMBER off", settings::no_forward),
    change("set filter on|off", settings::filter),
    change(
        "set filter allow|deny|reject tcp|udp|icmp|all [from NETWORK] [to NETWORK] [ports NUMBER-NUMBER] [in PORT]",
        settings::rule,
    ),
    change("set filter NUMBER off", settings::no_rule),
    change("set filter otherwise allow|deny|reject", settings::otherwise),
    other(show("show ip interface brief", tables::interfaces)),
    other(show("show ip arp", tables::neighbors)),
    other(show("show ip nat translations", tables::translations)),
    other(show("show ip rip", tables::rip)),
    other(show("show ip protocols", tables::rip)),
    other(show("show access-lists", tables::filter)),
    other(change("clear ip arp", settings::clear)),
    other(change("clear arp-cache", settings::clear)),
    other(change("clear ip nat translations", settings::clear)),
    other(change("clear ip nat translation *", settings::clear)),
];

/// The forms of a node.
pub(super) fn of(kind: &NodeKind) -> &'static [Form] {
    if matches!(kind, NodeKind::Router(_)) { &ROUTER } else { &SWITCH }
}

/// How well a word fits what should stand there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Any,
    Shortened,
    Whole,
}

impl Form {
    fn tokens(&self) -> impl Iterator<Item = &'static str> {
        self.text.split(' ')
    }

    /// What should stand in this place: the last of what may follow goes on for ever.
    fn token(&self, place: usize) -> Option<&'static str> {
        self.tokens().nth(place).or_else(|| self.tokens().find(|token| token.starts_with('[')))
    }

    /// How a word fits in this place, and the word written out.
    fn fit<'w>(&self, place: usize, word: &'w str) -> Option<(Fit, &'w str)> {
        let token = self.token(place)?;
        if self.is_open_at(place) {
            return Some((Fit::Any, word));
        }
        let one = |token: &'static str| match token {
            _ if token == word => Some((Fit::Whole, token)),
            _ if is_any(token) => Some((Fit::Any, word)),
            _ => token.starts_with(&word.to_ascii_lowercase()).then_some((Fit::Shortened, token)),
        };
        token.split('|').filter_map(one).max_by_key(|(fit, _)| *fit)
    }

    /// Whether what stands in this place is of what may follow.
    fn is_open_at(&self, place: usize) -> bool {
        self.tokens().position(|token| token.starts_with('[')).is_some_and(|from| from <= place)
    }

    /// Whether a line of this length can be all of it.
    fn can_end_at(&self, length: usize) -> bool {
        self.token(length).is_none_or(|token| token.starts_with('['))
    }
}

/// Whether this stands for any word.
fn is_any(token: &str) -> bool {
    token.starts_with(|first: char| first.is_ascii_uppercase() || first == '[')
}

/// Why a line is not understood.
pub(super) enum Wrong {
    /// This word fits none of these.
    Word(String, Vec<&'static Form>),
    /// Something is missing.
    Incomplete(Vec<&'static Form>),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word, forms) => {
                let main = forms.iter().filter(|form| !form.is_other);
                let mut verbs: Vec<_> = main.filter_map(|form| form.tokens().next()).collect();
                verbs.dedup();
                match verbs[..] {
                    [] | [_] => write!(f, "% Invalid input: {word}\n{}", listed(forms)),
                    _ => writeln!(
                        f,
                        "% Invalid input: {word}: lines begin with {}; help lists them",
                        verbs.join(", ")
                    ),
                }
            }
            Self::Incomplete(forms) => write!(f, "% Incomplete line\n{}", listed(forms)),
        }
    }
}

/// The forms, one per line.
pub(super) fn listed(forms: &[&'static Form]) -> String {
    let all_other = forms.iter().all(|form| form.is_other);
    let shown = forms.iter().filter(|form| all_other || !form.is_other);
    shown.map(|form| format!("  {}\n", form.text)).collect()
}

/// What a line asks to be listed: the lines that begin with these words.
pub(super) fn help<'l, 'w>(words: &'l [&'w str]) -> Option<&'l [&'w str]> {
    match words {
        ["help" | "?", about @ ..] | [about @ .., "?" | "--help"] => Some(about),
        ["show" | "sh" | "set" | "clear"] => Some(words),
        _ => None,
    }
}

/// The forms whose first words are these.
pub(super) fn beginning(forms: &'static [Form], words: &[&str]) -> Vec<&'static Form> {
    match narrowed(forms, &canonical(words)) {
        Ok((forms, _)) | Err(Wrong::Word(_, forms) | Wrong::Incomplete(forms)) => forms,
    }
}

/// What a line does, and its words, written out.
pub(super) fn read<'w>(forms: &'static [Form], words: &[&'w str]) -> Result<(Does, Vec<&'w str>), Wrong> {
    let (fitting, words) = narrowed(forms, &canonical(words))?;
    if let Some(form) = fitting.iter().find(|form| form.can_end_at(words.len())) {
        return Ok((form.does, written_out(form, words)));
    }
    match fitting[..] {
        // There is one way to go on.
        [form] if form.tokens().skip(words.len()).all(|token| !is_any(token) && !token.contains('|')) => {
            Ok((form.does, written_out(form, words)))
        }
        _ => Err(Wrong::Incomplete(fitting)),
    }
}

fn written_out<'w>(form: &Form, words: Vec<&'w str>) -> Vec<&'w str> {
    (0..).zip(words).map(|(place, word)| form.fit(place, word).map_or(word, |(_, word)| word)).collect()
}

/// The forms that these words are the beginning of.
fn narrowed<'w>(
    forms: &'static [Form],
    words: &[&'w str],
) -> Result<(Vec<&'static Form>, Vec<&'w str>), Wrong> {
    let mut fitting: Vec<&'static Form> = forms.iter().collect();
    for (place, word) in words.iter().enumerate() {
        let best = fitting.iter().filter_map(|form| form.fit(place, word)).map(|(fit, _)| fit).max();
        let Some(best) = best else { return Err(Wrong::Word((*word).to_owned(), fitting)) };
        fitting.retain(|form| form.fit(place, word).is_some_and(|(fit, _)| fit == best));
    }
    Ok((fitting, words.to_vec()))
}

/// The same words as the forms have them: `port` is an interface, `stp` the spanning tree, `on` at a port is up, and `no` in front is
/// `off` behind.
fn canonical<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let mut words = words.to_vec();
    if let ["set", "no", ..] | ["no", "set", ..] = words[..] {
        words.retain(|word| *word != "no");
        words.push("off");
    }
    // Where a route led to does not matter when it goes.
    if let ["set", "route", to, .., "off"] = words[..] {
        words = vec!["set", "route", to, "off"];
    }
    if let ["clear", "mac", .., "dynamic"] = words[..] {
        words.pop();
    }
    if let [_, second, ..] = &mut words[..] {
        match *second {
            "port" | "ports" => *second = "interface",
            "stp" => *second = "spanning-tree",
            _ => {}
        }
    }
    if let ["set", interface, _, state] = &mut words[..]
        && !interface.is_empty()
        && "interface".starts_with(*interface)
    {
        match *state {
            "on" => *state = "up",
            "off" => *state = "down",
            _ => {}
        }
    }
    words
}

/// What can stand next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// Words, and what each stands for in the line.
    pub words: Vec<(String, String)>,
    /// An address of a node.
    pub is_address: bool,
}

impl Device<'_> {
    /// What can stand behind these words.
    pub fn next(&self, words: &[&str]) -> Next {
        let mut next = Next::default();
        let words = canonical(words);
        let Ok((fitting, words)) = narrowed(of(self.kind()), &words) else { return next };
        if words.is_empty() {
            next.add("help", "help");
        }
        for form in fitting.iter().filter(|form| !form.is_other) {
            if form.is_open_at(words.len()) {
                // A word that opens something is followed by its value, anything else by such a word.
                let opened = |token: &&str| token.strip_prefix('[') == words.last().copied();
                match form.tokens().skip_while(|token| !opened(token)).nth(1) {
                    Some(value) => next.may_be(self, value.trim_end_matches(']')),
                    None => form
                        .tokens()
                        .filter_map(|token| token.strip_prefix('['))
                        .for_each(|token| next.may_be(self, token)),
                }
            } else if let Some(token) = form.token(words.len()) {
                token.split('|').for_each(|token| next.may_be(self, token));
            }
        }
        next
    }
}

impl Next {
    fn add(&mut self, word: &str, stands_for: &str) {
        let word = (word.to_owned(), stands_for.to_owned());
        if !self.words.contains(&word) {
            self.words.push(word);
        }
    }

    fn may_be(&mut self, device: &Device<'_>, token: &str) {
        match token {
            "PORT" => {
                for (number, at) in device.links().enumerate() {
                    let port = port_name(number);
                    self.add(&port, &port);
                    // The name of its neighbor stands for it.
                    self.add(device.neighbor(at), &port);
                }
            }
            "ADDRESS" => self.is_address = true,
            _ if is_any(token) => {}
            _ => self.add(token, token),
        }
    }
}
