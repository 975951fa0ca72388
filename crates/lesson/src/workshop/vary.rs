//! Other values for each student: a network of the document, or a word, becomes a variable, and expressions of it stand wherever its
//! addresses stood: in the document, in goals and acts, in the texts.
//!
//! Of a network, hosts keep their numbers (`10.0.7.5/24` is `{host(lan, 5)}`): so nothing that fitted together clashes, neither a gateway with
//! the routes to it nor a host with the pool of a DHCP server.

use super::tree::Tree;
use super::{Draft, Refused};
use crate::bounds::{
    LESSON_BYTES_MAX, TEXT_CHARS_MAX, TEXTS_BYTES_MAX, VALUE_CHARS_MAX, VALUES_MAX, VARIABLES_MAX,
};
use crate::draw::{Drawing, Value};
use crate::read::is_id;
use smoltcp::wire::{IpCidr, Ipv4Address, Ipv4Cidr};
use texts::t;

/// Where the networks of students come from: those for private use (RFC 1918, section 3).
const PRIVATE: [Ipv4Cidr; 3] = [
    Ipv4Cidr::new(Ipv4Address::new(10, 0, 0, 0), 8),
    Ipv4Cidr::new(Ipv4Address::new(172, 16, 0, 0), 12),
    Ipv4Cidr::new(Ipv4Address::new(192, 168, 0, 0), 16),
];
/// The prefixes of networks that can vary: shorter ones leave no choice, longer ones no hosts.
const PREFIXES: std::ops::RangeInclusive<u8> = 9..=30;

/// Where the other values of a network come from.
fn pool(network: Ipv4Cidr) -> Ipv4Cidr {
    let fits =
        |pool: &Ipv4Cidr| pool.contains_addr(&network.address()) && pool.prefix_len() < network.prefix_len();
    PRIVATE.into_iter().find(fits).unwrap_or(PRIVATE[0])
}

impl Draft {
    /// The networks of the document's hosts and routers that are no variable yet, in the order in which they stand there.
    pub fn networks(&self) -> Vec<Ipv4Cidr> {
        let mut networks = Vec::new();
        let mut document = self.lesson.get("document").cloned().unwrap_or(Tree::object());
        document.change_texts(&mut |text| {
            let Ok(cidr) = text.parse::<Ipv4Cidr>() else { return };
            let network = cidr.network();
            let is_of_host = cidr.address() != network.address();
            if is_of_host && PREFIXES.contains(&cidr.prefix_len()) && !networks.contains(&network) {
                networks.push(network);
            }
        });
        networks
    }

    /// The variables, each as it is written.
    pub fn variables(&self) -> impl Iterator<Item = (&str, String)> {
        let fields = self.lesson.get("variables").map_or(&[][..], Tree::fields);
        fields.iter().map(|(name, value)| (name.as_str(), value.compact()))
    }

    /// Gives each student another network in the place of this one.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn vary_network(&mut self, network: Ipv4Cidr) -> Result<(), Refused> {
        let name = self.free_variable("lan")?;
        let mut variable = Tree::of([
            ("network", Tree::text(pool(network).to_string())),
            ("prefix", Tree::whole(network.prefix_len().into())),
        ]);
        let others = self.lesson.get("variables").map_or(&[][..], Tree::fields);
        let others = others.iter().filter(|(_, value)| value.get("network").is_some());
        let others: Vec<_> = others.map(|(name, _)| name.clone()).collect();
        if !others.is_empty() {
            variable.put("unlike", Tree::texts(others));
        }
        let mut varied = self.clone();
        varied.change(&mut |text| *text = placed(text, network, &name));
        varied.put_variable(&name, variable);
        self.take_over(varied)
    }

    /// Lets each student have one of these words where a text of the document is this one.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub fn vary_word(&mut self, name: &str, word: &str, others: &[&str]) -> Result<(), Refused> {
        if !is_id(name) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(Refused(t!("the name of what varies has lowercase letters and digits").into()));
        }
        let name = self.free_variable(name)?;
        let mut values: Vec<&str> = vec![word];
        values.extend(others.iter().filter(|other| !other.is_empty()));
        values.dedup();
        if values.len() < 2 || values.len() > VALUES_MAX {
            return Err(Refused(t!("write at least one other value, with commas between them").into()));
        }
        if values.iter().any(|value| value.chars().count() > VALUE_CHARS_MAX) {
            return Err(Refused(t!("a value has at most {VALUE_CHARS_MAX} characters")));
        }
        let mut varied = self.clone();
        let (mut found, written) = (0, Tree::text(word).with_braces());
        // Ids are what goals and links refer to: they stay.
        let document = varied.lesson.object_mut("document");
        change_values(document, &mut |text| {
            if Some(text.as_str()) == written.as_text() {
                *text = format!("{{{name}}}");
                found += 1;
            }
        });
        if found == 0 {
            return Err(Refused(t!("no value of the network is “{word}”")));
        }
        varied.put_variable(&name, Tree::of([("choice", Tree::texts(values))]));
        self.take_over(varied)
    }

    /// Fixes all values to those that are shown now: there are no variables any more.
    ///
    /// # Errors
    /// What is wrong with an expression.
    pub fn fix_values(&mut self) -> Result<(), Refused> {
        let drawing = self.drawing()?;
        let mut fixed = self.clone();
        fixed.lesson.take("variables");
        let mut wrong = None;
        fixed.change(&mut |text| match drawing.text(text) {
            Ok(filled) => *text = filled.replace('{', "{{").replace('}', "}}"),
            Err(why) => wrong = Some(why),
        });
        match wrong {
            Some(why) => Err(Refused(why)),
            None => self.take_over(fixed),
        }
    }

    /// With expressions in the places of addresses that were drawn: what was done in a network with values of [`SEED`](super::SEED) is done
    /// so in everyone's.
    pub(super) fn with_variables(&self, mut tree: Tree) -> Tree {
        let Ok(drawing) = self.drawing() else { return tree };
        for (name, network) in networks_of(&drawing, self) {
            tree.change_texts(&mut |text| *text = placed(text, network, &name));
        }
        tree
    }

    /// The same for a text.
    pub(super) fn text_with_variables(&self, text: &str) -> String {
        match self.with_variables(Tree::text(text)) {
            Tree::Text(text) => text,
            Tree::Object(_) | Tree::List(_) | Tree::Plain(_) => String::new(),
        }
    }

    /// The values of [`SEED`](super::SEED).
    fn drawing(&self) -> Result<Drawing, Refused> {
        self.network_lesson().map(|lesson| lesson.drawing)
    }

    fn free_variable(&self, name: &str) -> Result<String, Refused> {
        let taken = self.lesson.get("variables").map_or(&[][..], Tree::fields);
        if taken.len() >= VARIABLES_MAX {
            return Err(Refused(t!("a lesson has at most {VARIABLES_MAX} values that vary")));
        }
        let is_free = |name: &String| name != "seed" && taken.iter().all(|(other, _)| other != name);
        let names = (1..).map(|number| if number == 1 { name.to_owned() } else { format!("{name}{number}") });
        let free = names.take(VARIABLES_MAX + 2).find(is_free);
        free.ok_or_else(|| Refused(t!("there is something of this name already").into()))
    }

    /// Puts a variable behind the others, and all of them before the document that they are drawn for.
    fn put_variable(&mut self, name: &str, variable: Tree) {
        let mut variables = self.lesson.take("variables").unwrap_or(Tree::object());
        variables.put(name, variable);
        if let Tree::Object(fields) = &mut self.lesson {
            let place = fields.iter().position(|(name, _)| name == "document").unwrap_or(fields.len());
            fields.insert(place, ("variables".to_owned(), variables));
        }
    }

    /// Changes every text of the lesson and of its language, but not the variables.
    fn change(&mut self, change: &mut impl FnMut(&mut String)) {
        let variables = self.lesson.take("variables");
        self.lesson.change_texts(change);
        if let (Some(variables), Tree::Object(fields)) = (variables, &mut self.lesson) {
            let place = fields.iter().position(|(name, _)| name == "document").unwrap_or(fields.len());
            fields.insert(place, ("variables".to_owned(), variables));
        }
        self.texts.iter_mut().for_each(|(_, text)| change(text));
    }

    /// Becomes this, if it is not larger than a lesson may be.
    fn take_over(&mut self, other: Self) -> Result<(), Refused> {
        let is_too_large = other.lesson.compact().len() > LESSON_BYTES_MAX
            || other.texts_tree().compact().len() > TEXTS_BYTES_MAX
            || other.texts.iter().any(|(_, text)| text.chars().nth(TEXT_CHARS_MAX).is_some());
        if is_too_large {
            return Err(Refused(t!("the lesson would be larger than a lesson may be").into()));
        }
        *self = other;
        Ok(())
    }
}

/// The variables that are networks, with what was drawn.
fn networks_of(drawing: &Drawing, draft: &Draft) -> Vec<(String, Ipv4Cidr)> {
    let variables = draft.lesson.get("variables").map_or(&[][..], Tree::fields);
    let networks = variables.iter().filter(|(_, value)| value.get("network").is_some());
    let drawn = networks.filter_map(|(name, _)| match drawing.values.get(name)? {
        Value::Network(IpCidr::Ipv4(cidr)) => Some((name.clone(), *cidr)),
        _ => None,
    });
    drawn.collect()
}

/// Changes texts that are values: not what a node is called, nor the ends of links and runs.
fn change_values(tree: &mut Tree, change: &mut impl FnMut(&mut String)) {
    match tree {
        Tree::Object(fields) => {
            let names = ["id", "kind", "ends", "from", "to", "on", "look"];
            for (_, value) in fields.iter_mut().filter(|(name, _)| !names.contains(&name.as_str())) {
                change_values(value, change);
            }
        }
        Tree::List(elements) => elements.iter_mut().for_each(|value| change_values(value, change)),
        Tree::Text(text) => change(text),
        Tree::Plain(_) => {}
    }
}

/// A text with expressions of a variable in the places of addresses in this network.
fn placed(text: &str, network: Ipv4Cidr, name: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let length = from.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(from.len());
        let word = &from[..length];
        // A period that ends a sentence is none of an address.
        let trimmed = word.trim_end_matches('.');
        let (address, behind) = (trimmed, &from[trimmed.len()..]);
        let is_word = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'))
            || behind.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let placed = match address.parse::<Ipv4Address>() {
            Ok(address) if !is_word && network.contains_addr(&address) => {
                Some(expression(address, behind, network, name))
            }
            _ => None,
        };
        rest = match placed {
            Some((expression, behind)) => {
                out.push_str(&expression);
                behind
            }
            None => {
                out.push_str(address);
                behind
            }
        };
    }
    out + rest
}

/// The expression for an address, with the prefix length that stands behind it if that is the network's; and what is left behind it.
fn expression<'t>(address: Ipv4Address, behind: &'t str, network: Ipv4Cidr, name: &str) -> (String, &'t str) {
    let number = u32::from(address) - u32::from(network.address());
    let length = format!("/{}", network.prefix_len());
    let with_length =
        behind.strip_prefix(length.as_str()).filter(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
    let is_last = network.broadcast() == Some(address);
    match (with_length, number) {
        (Some(rest), 0) => (format!("{{{name}}}"), rest),
        (Some(rest), _) if is_last => (format!("{{broadcast({name})}}{length}"), rest),
        (Some(rest), _) => (format!("{{host({name}, {number})}}"), rest),
        (None, 0) => (format!("{{address({name})}}"), behind),
        (None, _) if is_last => (format!("{{broadcast({name})}}"), behind),
        (None, _) => (format!("{{address(host({name}, {number}))}}"), behind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_a_network_become_expressions_and_nothing_else_does() {
        let lan = "10.0.7.0/24".parse().unwrap();
        for (text, expected) in [
            ("10.0.7.5/24", "{host(lan, 5)}"),
            ("10.0.7.0/24", "{lan}"),
            (
                "ip.src == 10.0.7.5 && ip.dst == 10.0.8.5",
                "ip.src == {address(host(lan, 5))} && ip.dst == 10.0.8.5",
            ),
            ("Ping 10.0.7.9. Then wait.", "Ping {address(host(lan, 9))}. Then wait."),
            ("http://10.0.7.80:8080/x", "http://{address(host(lan, 80))}:8080/x"),
            ("10.0.7.255 and 10.0.7.0", "{broadcast(lan)} and {address(lan)}"),
            (
                "10.0.7.5/241, 110.0.7.5, 10.0.7.55x, v10.0.7.5",
                "{address(host(lan, 5))}/241, 110.0.7.5, 10.0.7.55x, v10.0.7.5",
            ),
            ("10.0.7.5.1", "10.0.7.5.1"),
            ("10.0.7.256, 7, 10.0.7., ü10", "10.0.7.256, 7, 10.0.7., ü10"),
            ("10.0.7.100-10.0.7.120", "{address(host(lan, 100))}-{address(host(lan, 120))}"),
        ] {
            assert_eq!(placed(text, lan, "lan"), expected);
        }
    }
}
