//! Predicates, read.

use crate::bounds::{COUNT_MAX, DEPTH_MAX, PARTS_MAX, PREDICATES_MAX, PRINTS_CHARS_MAX, VALUE_CHARS_MAX};
use crate::goal::{CommandGoal, Fate, Frames, Meaning, Party, Predicate, Row, RunGoal, Station, TableGoal};
use crate::measure::{Measure, Range, Unit};
use crate::read::{Object, Reader};
use bridge::event::{Role, State};
use dissect::filter::{Filter, LENGTH_MAX};
use netlab::Instant;
use netlab::topology::NodeId;
use router::event::Source;
use scenario::Scenario;
use scenario::json::{Shape, Value};
use scenario::quantity::{parse_rate, parse_size};
use smoltcp::wire::{IpAddress, IpCidr};
use std::rc::Rc;
use texts::t;

/// What a predicate is: exactly one of these.
const KINDS: [&str; 22] = [
    "all",
    "any",
    "not",
    "before",
    "then",
    "ran",
    "answered",
    "predicted",
    "frames",
    "run",
    "command",
    "mac",
    "neighbor",
    "route",
    "nat",
    "address",
    "gateway",
    "stp",
    "root",
    "socket",
    "lease",
    "name",
];
/// The kinds of runs.
const RUNS: [&str; 8] = ["ping", "echo", "iperf", "connect", "traceroute", "pathmtu", "multicast", "command"];
/// The states of sockets.
pub(crate) const SOCKETS: [&str; 12] = [
    "closed",
    "listen",
    "syn-sent",
    "syn-received",
    "established",
    "fin-wait-1",
    "fin-wait-2",
    "close-wait",
    "closing",
    "last-ack",
    "time-wait",
    "udp",
];
pub(crate) const ROLES: [(Role, &str); 5] = [
    (Role::Root, "root"),
    (Role::Designated, "designated"),
    (Role::Alternate, "alternate"),
    (Role::Backup, "backup"),
    (Role::Disabled, "disabled"),
];
pub(crate) const STATES: [(State, &str); 3] =
    [(State::Discarding, "discarding"), (State::Learning, "learning"), (State::Forwarding, "forwarding")];
pub(crate) const SOURCES: [(Source, &str); 3] =
    [(Source::Connected, "connected"), (Source::Static, "static"), (Source::Rip, "rip")];

/// What predicates are read against.
pub(crate) struct Names<'n> {
    pub scenario: &'n Scenario,
    pub questions: Vec<&'n str>,
    pub predictions: Vec<&'n str>,
    /// The predicates up to now.
    pub count: usize,
}

impl<'a> Reader<'a> {
    pub fn predicate(&mut self, names: &mut Names<'_>, value: &Value<'a>) -> Option<Predicate> {
        self.predicate_at(names, value, 0)
    }

    fn predicate_at(&mut self, names: &mut Names<'_>, value: &Value<'a>, depth: usize) -> Option<Predicate> {
        names.count += 1;
        if names.count > PREDICATES_MAX {
            return self.refuse(value, t!("a lesson has at most {PREDICATES_MAX} predicates"));
        }
        if depth > DEPTH_MAX {
            return self.refuse(value, t!("goals stand in each other at most {DEPTH_MAX} deep"));
        }
        let known = known_of(self.fields(value, KINDS.len())?.iter().map(|(name, _)| name.as_str()));
        let object = self.object(value, t!("a goal"), &known)?;
        let (kind, inner) = self.one_kind(&object, &KINDS)?;
        let mut parts = |reader: &mut Self, least: usize| {
            let parts = reader.list(&inner, PARTS_MAX);
            if parts.len() < least {
                return reader.refuse(&inner, t!("write a list of {least} goals or more"));
            }
            let read: Vec<_> = parts.iter().map(|part| reader.predicate_at(names, part, depth + 1)).collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        };
        let predicate = match kind {
            "all" => Predicate::All(parts(self, 1)?),
            "any" => Predicate::Any(parts(self, 1)?),
            "before" => match <[Predicate; 2]>::try_from(parts(self, 2)?) {
                Ok(both) => Predicate::Before(Box::new(both)),
                Err(_) => {
                    return self.refuse(&inner, t!("one goal comes before one other: write a list of two"));
                }
            },
            "then" => Predicate::Then(parts(self, 2)?, self.time_of(&object, "within")),
            "not" => Predicate::Not(Box::new(self.predicate_at(names, &inner, depth + 1)?)),
            "ran" => Predicate::Ran(self.moment(&inner)?),
            "answered" => Predicate::Answered(self.position(&inner, &names.questions, t!("question"))?),
            "predicted" => {
                Predicate::Predicted(self.position(&inner, &names.predictions, t!("prediction"))?)
            }
            "frames" => Predicate::Frames(Box::new(self.frames(names.scenario, &object, &inner)?)),
            "run" => Predicate::Run(Box::new(self.run_goal(names.scenario, &inner)?)),
            "command" => Predicate::Command(Box::new(self.command_goal(names.scenario, &inner)?)),
            table => Predicate::Table(Box::new(self.table_goal(names.scenario, table, &object, &inner)?)),
        };
        Some(match object.get("by") {
            Some(by) => Predicate::By(Box::new(predicate), self.moment(by)?),
            None => predicate,
        })
    }

    pub fn filter(&mut self, value: &Value<'a>) -> Option<Rc<Filter>> {
        let text = self.text(value, LENGTH_MAX)?;
        match Filter::parse(&text) {
            Ok(filter) => Some(Rc::new(filter)),
            Err(error) => self.refuse(value, error.message),
        }
    }

    fn frames(&mut self, scenario: &Scenario, object: &Object<'a>, value: &Value<'a>) -> Option<Frames> {
        let written = self.text(value, LENGTH_MAX)?;
        let filter = self.filter(value)?;
        let from = self.node_of(scenario, object, "from");
        let to = self.node_of(scenario, object, "to");
        let fate = self.word_of(object, "fate", &Fate::ALL, t!("fate of frames")).unwrap_or(Fate::Sent);
        if fate != Fate::Sent && from.is_none() && to.is_none() {
            let message =
                t!("say on which cable frames are {}: add \"from\" or \"to\"", word(&Fate::ALL, fate));
            return self.refuse(&object.value, message);
        }
        let count =
            object.get("count").and_then(|count| self.range(count, Unit::Number)).unwrap_or(Range::SOME);
        let first = object.get("first").and_then(|filter| self.filter(filter));
        let last = object.get("last").and_then(|filter| self.filter(filter));
        let after = object.get("after").and_then(|after| self.moment(after)).unwrap_or(Instant::ZERO);
        Some(Frames { filter, written, from, to, fate, count, first, last, after })
    }

    fn run_goal(&mut self, scenario: &Scenario, value: &Value<'a>) -> Option<RunGoal> {
        let mut known = vec!["number", "from", "to", "kind", "ok", "last", "recent"];
        known.extend(Measure::ALL.iter().map(|(_, name, _)| *name));
        let object = self.object(value, t!("a run"), &known)?;
        let last = scenario.runs.len().saturating_sub(1) as u64;
        let number = object.get("number").and_then(|number| self.whole(number, 0, last));
        let kind = object.get("kind").and_then(|kind| self.position(kind, &RUNS, t!("kind of run")));
        let measures = Measure::ALL
            .iter()
            .filter_map(|(measure, name, unit)| Some((*measure, self.range(object.get(name)?, *unit)?)));
        let measures: Vec<_> = measures.collect();
        Some(RunGoal {
            number: number.map(|number| number as usize),
            from: self.node_of(scenario, &object, "from"),
            to: self.party_of(scenario, &object, "to"),
            kind: kind.map(|kind| RUNS[kind]),
            ok: object.get("ok").and_then(|ok| self.boolean(ok)),
            measures,
            last: self.flag(&object, "last"),
            recent: self.time_of(&object, "recent"),
        })
    }

    fn command_goal(&mut self, scenario: &Scenario, value: &Value<'a>) -> Option<CommandGoal> {
        let known = ["on", "line", "exit", "prints", "lacks", "last", "recent"];
        let object = self.object(value, t!("a command"), &known)?;
        let line = object.get("line").and_then(|line| self.text(line, VALUE_CHARS_MAX)).unwrap_or_default();
        let texts = |reader: &mut Self, name| {
            let texts = reader.list_of(&object, name, PARTS_MAX);
            texts.iter().filter_map(|text| reader.text(text, PRINTS_CHARS_MAX)).collect::<Vec<_>>()
        };
        Some(CommandGoal {
            on: self.node_of(scenario, &object, "on"),
            words: line.split_whitespace().map(str::to_owned).collect(),
            exit: object.get("exit").and_then(|exit| self.range(exit, Unit::Number)),
            prints: texts(self, "prints"),
            lacks: texts(self, "lacks"),
            last: self.flag(&object, "last"),
            recent: self.time_of(&object, "recent"),
        })
    }

    fn table_goal(
        &mut self,
        scenario: &Scenario,
        table: &str,
        outer: &Object<'a>,
        value: &Value<'a>,
    ) -> Option<TableGoal> {
        let known: &[&str] = match table {
            "mac" => &["on", "of", "toward", "vlan"],
            "neighbor" => &["on", "ip", "is"],
            "route" => &["on", "to", "via", "toward", "source", "metric"],
            "nat" => &["on", "inside", "outside", "remote"],
            "address" => &["on", "within"],
            "gateway" | "root" => &["on", "is"],
            "stp" => &["on", "toward", "role", "state"],
            "lease" => &["on", "to", "within"],
            "name" => &["on", "name", "is"],
            _ => &["on", "state", "port", "remote"],
        };
        let object = self.object(value, t!("a row of a table"), known)?;
        let on = self.required(&object, "on").and_then(|on| self.node(scenario, &on))?;
        let number =
            |reader: &mut Self, name, most| object.get(name).and_then(|value| reader.whole(value, 0, most));
        let toward = self.node_of(scenario, &object, "toward");
        let row = match table {
            "mac" => Row::Mac {
                of: self.station_of(scenario, &object, "of"),
                toward,
                vlan: number(self, "vlan", 4_094).map(|vlan| vlan as u16),
            },
            "neighbor" => Row::Neighbor {
                ip: self.party_of(scenario, &object, "ip"),
                is: self.station_of(scenario, &object, "is"),
            },
            "route" => Row::Route {
                to: self.cidr_of(&object, "to"),
                via: self.party_of(scenario, &object, "via"),
                toward,
                source: self.word_of(&object, "source", &SOURCES, t!("source of routes")),
                metric: object
                    .get("metric")
                    .and_then(|range| self.range(range, Unit::Number))
                    .unwrap_or(Range::ANY),
            },
            "nat" => Row::Nat {
                inside: self.party_of(scenario, &object, "inside"),
                outside: self.party_of(scenario, &object, "outside"),
                remote: self.party_of(scenario, &object, "remote"),
            },
            "address" => Row::Address { within: self.cidr_of(&object, "within") },
            "gateway" => Row::Gateway { is: self.party_of(scenario, &object, "is") },
            "stp" => Row::Stp {
                toward,
                role: self.word_of(&object, "role", &ROLES, t!("role of ports")),
                state: self.word_of(&object, "state", &STATES, t!("state of ports")),
            },
            "lease" => Row::Lease {
                to: self.station_of(scenario, &object, "to"),
                within: self.cidr_of(&object, "within"),
            },
            "name" => Row::Name {
                name: object.get("name").and_then(|name| self.text(name, VALUE_CHARS_MAX)),
                is: object.get("is").and_then(|is| self.meaning(scenario, is)),
            },
            "root" => Row::Root { is: self.required(&object, "is").and_then(|is| self.node(scenario, &is))? },
            _ => {
                let state = object
                    .get("state")
                    .and_then(|state| self.position(state, &SOCKETS, t!("state of sockets")));
                Row::Socket {
                    state: state.map(|state| SOCKETS[state]),
                    port: number(self, "port", 65_535).map(|port| port as u16),
                    remote: self.party_of(scenario, &object, "remote"),
                }
            }
        };
        Some(TableGoal {
            on,
            row,
            count: outer
                .get("count")
                .and_then(|count| self.range(count, Unit::Number))
                .unwrap_or(Range::SOME),
            at: outer.get("at").and_then(|at| self.moment(at)),
            holds: self.flag(outer, "holds"),
        })
    }

    /// A number, which it has to be exactly, or an object with `min` or `max` or both.
    pub fn range(&mut self, value: &Value<'a>, unit: Unit) -> Option<Range> {
        if !matches!(value.shape(), Ok(Shape::Object)) {
            let exactly = self.in_unit(value, unit)?;
            return Some(Range { min: exactly, max: Some(exactly) });
        }
        let object = self.object(value, t!("a range"), &["min", "max"])?;
        let min = object.get("min").and_then(|min| self.in_unit(min, unit)).unwrap_or(0);
        let max = object.get("max").and_then(|max| self.in_unit(max, unit));
        if max.is_some_and(|max| max < min) {
            return self.refuse(value, t!("nothing is as large as \"min\" and as small as \"max\""));
        }
        Some(Range { min, max })
    }

    fn in_unit(&mut self, value: &Value<'a>, unit: Unit) -> Option<u64> {
        if unit == Unit::Number {
            return self.whole(value, 0, COUNT_MAX);
        }
        let text = self.text(value, 40)?;
        let read = match unit {
            Unit::Size => parse_size(&text),
            Unit::Rate => parse_rate(&text).map(|rate| rate.get()),
            Unit::Time | Unit::Number => return self.duration(value).map(|time| time.nanos()),
        };
        read.map_err(|why| self.refuse::<()>(value, why)).ok()
    }

    pub fn node(&mut self, scenario: &Scenario, value: &Value<'a>) -> Option<NodeId> {
        let ids: Vec<_> = scenario.ids.iter().map(String::as_str).collect();
        self.position(value, &ids, t!("node")).map(|place| NodeId(place as u32))
    }

    pub fn node_of(&mut self, scenario: &Scenario, object: &Object<'a>, name: &str) -> Option<NodeId> {
        object.get(name).and_then(|value| self.node(scenario, value))
    }

    /// A node's id, or an address, with or without the length of its prefix.
    fn party_of(&mut self, scenario: &Scenario, object: &Object<'a>, name: &str) -> Option<Party> {
        let value = object.get(name)?;
        let text = self.text(value, VALUE_CHARS_MAX)?;
        let address = text.parse::<IpAddress>().ok().or_else(|| Some(text.parse::<IpCidr>().ok()?.address()));
        match address {
            Some(address) => Some(Party::Address(address)),
            None => self.node(scenario, value).map(Party::Node),
        }
    }

    /// A node's id, an address, or any other text.
    fn meaning(&mut self, scenario: &Scenario, value: &Value<'a>) -> Option<Meaning> {
        let text = self.text(value, VALUE_CHARS_MAX)?;
        let node = scenario.ids.iter().position(|id| *id == text);
        let party = match (text.parse::<IpAddress>(), node) {
            (Ok(address), _) => Some(Party::Address(address)),
            (Err(()), node) => node.map(|place| Party::Node(NodeId(place as u32))),
        };
        Some(party.map_or(Meaning::Text(text), Meaning::Party))
    }

    fn station_of(&mut self, scenario: &Scenario, object: &Object<'a>, name: &str) -> Option<Station> {
        let value = object.get(name)?;
        let text = self.text(value, VALUE_CHARS_MAX)?;
        match text.parse() {
            Ok(mac) => Some(Station::Address(mac)),
            Err(()) => self.node(scenario, value).map(Station::Node),
        }
    }

    fn cidr_of(&mut self, object: &Object<'a>, name: &str) -> Option<IpCidr> {
        let value = object.get(name)?;
        let text = self.text(value, VALUE_CHARS_MAX)?;
        match text.parse() {
            Ok(cidr) => Some(cidr),
            Err(()) => self.refuse(value, t!("write a network such as 10.0.0.0/8")),
        }
    }

    fn word_of<T: Copy>(
        &mut self,
        object: &Object<'a>,
        name: &str,
        all: &[(T, &'static str)],
        what: &str,
    ) -> Option<T> {
        let names: Vec<_> = all.iter().map(|(_, name)| *name).collect();
        let value = object.get(name)?;
        self.position(value, &names, what).map(|place| all[place].0)
    }
}

/// The word for a value.
pub(crate) fn word<T: PartialEq>(all: &[(T, &'static str)], one: T) -> &'static str {
    all.iter().find(|(other, _)| *other == one).map_or("", |(_, word)| word)
}

/// The fields that a predicate with these fields may have.
fn known_of<'f>(fields: impl Iterator<Item = &'f str>) -> Vec<&'static str> {
    let given: Vec<_> = fields.collect();
    let kind = KINDS.iter().copied().find(|kind| given.contains(kind));
    let mut known = match kind {
        Some(kind) => vec![kind, "by"],
        None => KINDS.to_vec(),
    };
    known.extend_from_slice(match kind {
        Some("then") => &["within"][..],
        Some("frames") => &["from", "to", "fate", "count", "first", "last", "after"],
        Some(
            "mac" | "neighbor" | "route" | "nat" | "address" | "gateway" | "stp" | "root" | "socket"
            | "lease" | "name",
        ) => &["count", "at", "holds"],
        _ => &[],
    });
    known
}
