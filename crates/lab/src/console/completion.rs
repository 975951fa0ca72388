//! What the tabulator key makes of a line that is being typed: names of commands first, then names and addresses of hosts. At a switch or
//! router each word may be one of a few.

use crate::Lab;
use netlab::topology::NodeId;

/// What output can be piped to.
const FILTERS: [&str; 4] = ["grep", "head", "tail", "wc"];

/// A line as it goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The line, as far as there is one way to go on.
    pub line: String,
    /// What could follow, if there are several ways.
    pub choices: Vec<String>,
}

impl Lab {
    /// Completes the last word of a line that is typed at a console.
    pub fn complete(&self, on: NodeId, line: &str) -> Completion {
        let begin = line.rfind([' ', '|']).map_or(0, |place| place + 1);
        let (before, word) = line.split_at(begin);
        if let Some(device) = self.device(on)
            && !before.contains('|')
        {
            let words: Vec<&str> = before.split_whitespace().collect();
            let next = device.next(&words);
            let addresses = if next.is_address { self.hosts(on) } else { Vec::new() };
            return completed(before, word, next.words.into_iter().chain(addresses).collect());
        }
        let candidates: Vec<(String, String)> = match before.trim_end().bytes().last() {
            None => same(scenario::command_names().iter().copied()),
            Some(b'|') => same(FILTERS.into_iter()),
            Some(_) if before.trim() == "help" => same(scenario::command_names().iter().copied()),
            Some(_) => return self.complete_host(on, before, word),
        };
        completed(before, word, candidates)
    }

    /// In front of the name of a host may stand what `dig` and `curl` want there.
    fn complete_host(&self, on: NodeId, before: &str, word: &str) -> Completion {
        let prefix = ["@", "http://"].into_iter().find(|prefix| word.starts_with(prefix)).unwrap_or("");
        let (prefix, name) = word.split_at(prefix.len());
        completed(&format!("{before}{prefix}"), name, self.hosts(on))
    }

    /// The names that DNS knows, and the addresses of the other nodes, by address and by name of the node.
    fn hosts(&self, on: NodeId) -> Vec<(String, String)> {
        let (at, history) = (self.look().at, self.world.history());
        let mut known = same(scenario::host_names(&self.scenario).iter().map(String::as_str));
        for node in self.sketch.nodes.iter().filter(|node| node.id != on) {
            let learned = match node.id.index() < self.look().topology.nodes.len() {
                true => history.node_at(node.id, at).addresses.clone(),
                false => Vec::new(),
            };
            let learned = learned.iter().map(|(cidr, _)| cidr.address().to_string());
            let addresses: Vec<String> = node.addresses.iter().cloned().chain(learned).collect();
            if let Some(first) = addresses.first() {
                known.push((node.key.clone(), first.clone()));
            }
            known.extend(addresses.into_iter().map(|address| (address.clone(), address)));
        }
        known
    }
}

/// Words that stand for themselves.
fn same<'a>(words: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    words.map(|word| (word.to_owned(), word.to_owned())).collect()
}

/// The line with the last word completed. `candidates`: words, and what each stands for in the line.
fn completed(before: &str, word: &str, candidates: Vec<(String, String)>) -> Completion {
    let fits: Vec<_> = candidates.into_iter().filter(|(name, _)| name.starts_with(word)).collect();
    let choice = |(name, word): &(String, String)| match name == word {
        true => name.clone(),
        false => format!("{name} ({word})"),
    };
    match &fits[..] {
        [] => Completion { line: format!("{before}{word}"), choices: Vec::new() },
        [(_, whole)] => Completion { line: format!("{before}{whole} "), choices: Vec::new() },
        [(first, _), others @ ..] => {
            let shared = others.iter().fold(first.len(), |shared, (other, _)| {
                first.bytes().zip(other.bytes()).take(shared).take_while(|(a, b)| a == b).count()
            });
            let shared = first.floor_char_boundary(shared);
            let choices = fits.iter().map(choice).collect();
            Completion { line: format!("{before}{}", &first[..shared]), choices }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::Scenario;

    const NET: &str = r#"{"packetarium": 1,
        "nodes": [{"id": "laptop", "kind": "host", "addresses": ["10.0.0.1/24"]},
            {"id": "server", "kind": "host", "addresses": ["10.0.0.20/24"],
                "services": {"dns": {"zone": {"www.example.test": "10.0.0.20", "web.example.test": "10.0.0.21", "example.test": {"mx": "mail"}}}}},
            {"id": "s1", "kind": "switch"}],
        "links": [{"ends": ["laptop", "s1"]}, {"ends": ["server", "s1"]}]}"#;

    fn complete(line: &str) -> (String, Vec<String>) {
        let lab = Lab::new(Scenario::parse(NET).unwrap());
        let Completion { line, choices } = lab.complete(NodeId(0), line);
        (line, choices)
    }

    #[test]
    fn the_first_word_is_a_command() {
        assert_eq!(complete("pi"), ("ping ".into(), vec![]));
        assert_eq!(complete("trac").0, "trace");
        assert_eq!(complete("trac").1, ["tracepath", "tracert", "traceroute"]);
        assert_eq!(complete("ip addr | gr").0, "ip addr | grep ");
        assert_eq!(complete("help dig").0, "help dig ");
        assert_eq!(complete("xyz"), ("xyz".into(), vec![]));
    }

    #[test]
    fn behind_it_stand_names_and_addresses_of_hosts() {
        assert_eq!(complete("ping ww").0, "ping www.example.test ");
        assert_eq!(
            complete("ping -c 2 w"),
            ("ping -c 2 w".into(), vec!["web.example.test".into(), "www.example.test".into()])
        );
        assert_eq!(complete("curl http://we").0, "curl http://web.example.test ");
        assert_eq!(complete("dig @10").0, "dig @10.0.0.20 ");
        assert_eq!(complete("ping serv").0, "ping 10.0.0.20 ", "a node's id is no name on the wire");
        assert_eq!(complete("ping lap").0, "ping lap", "its own");
        assert_eq!(complete("").1.len(), scenario::command_names().len());
        assert_eq!(complete("ping ä").0, "ping ä");
    }
}
