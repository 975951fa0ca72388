//! The form that starts a run. Its fields are those of a run in the document, and the reader of documents checks it
//! (`scenario::item`), so that syntax, checks and error messages exist only once.

use netlab::run::RunSpec;
use scenario::Scenario;
use scenario::fault::Step;
use scenario::item::{Fields, Json};
use smoltcp::wire::{IpCidr, IpVersion};
use texts::{mark, t};
use wire::sorted::SortedMap;

/// The kinds of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// ICMP echo.
    Ping,
    /// A text that the server sends back.
    Echo,
    /// Bulk data, to measure throughput.
    Iperf,
    /// A TCP connection with one message.
    Connect,
    /// The routers on the path.
    Traceroute,
    /// The largest packet that passes the path without fragmentation.
    PathMtu,
    /// Datagrams to a group.
    Multicast,
}

/// How a field is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Any text.
    Text,
    /// A whole number.
    Number,
    /// A number with a unit.
    Quantity,
    /// One of these: value and text.
    Choice(&'static [(&'static str, &'static str)]),
    /// Several hosts: their ids, separated by spaces. Empty: all hosts except the one that starts the run.
    Hosts,
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the document.
    pub key: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// An explanation or an example; may be empty.
    pub hint: &'static str,
    /// How it is filled in.
    pub input: Input,
    /// Its first value.
    pub default: &'static str,
    /// Whether it is among the further settings, which are folded away.
    pub further: bool,
}

/// The values of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// What kind of run.
    pub kind: Kind,
    /// The client's id.
    pub from: String,
    /// The server's id, or [`ADDRESS`].
    pub to: String,
    /// An address, if `to` is [`ADDRESS`].
    pub address: String,
    /// The ids of all hosts.
    hosts: Vec<String>,
    /// The ids of the hosts that have an IPv4 address, or get one by DHCP.
    with_ipv4: Vec<String>,
    /// The values that were changed, by kind and key.
    values: SortedMap<(Kind, &'static str), String>,
}

/// The value of [`Form::to`] that stands for a typed address instead of a server's id.
pub const ADDRESS: &str = "\u{1}address";

/// The value of a field of [`Input::Hosts`] in which no host is chosen.
const NO_HOSTS: &str = "\u{1}none";

/// An error: the field's key (empty: the whole form), and a message that says what to do.
pub type Wrong = (String, String);

const TRANSPORT: Field = Field {
    key: "udp",
    label: mark!("Transport"),
    hint: "",
    input: Input::Choice(&[("", "TCP"), ("true", "UDP")]),
    default: "",
    further: false,
};
const IP: Field = Field {
    key: "ip",
    label: mark!("IP version"),
    hint: "",
    input: Input::Choice(&[("", mark!("automatic")), ("4", "IPv4"), ("6", "IPv6")]),
    default: "",
    further: true,
};
const FRAGMENT: Field = Field {
    key: "fragment",
    label: mark!("Fragmentation allowed"),
    hint: mark!("If not, the payload is shortened to fit into one packet."),
    input: Input::Choice(&[("", mark!("no")), ("true", mark!("yes"))]),
    default: "",
    further: true,
};
const PROBES: Field = Field {
    key: "icmp",
    label: mark!("Probes"),
    hint: mark!("The traceroute command sends UDP, tracert on Windows sends ICMP."),
    input: Input::Choice(&[("", "UDP"), ("true", mark!("ICMP echo"))]),
    default: "",
    further: false,
};
const GROUP: Field = Field {
    key: "group",
    label: mark!("Group"),
    hint: mark!(
        "A multicast address: from 224.0.1.0 to 239.255.255.255, or an IPv6 address that begins with ff."
    ),
    input: Input::Text,
    default: "239.1.2.3",
    further: false,
};
/// The default group of a host without an IPv4 address. Its scope is the site (RFC 4291, section 2.7).
const GROUP_IPV6: &str = "ff15::1:2:3";
const RECEIVERS: Field = Field {
    key: "receivers",
    label: mark!("Receivers"),
    hint: "",
    input: Input::Hosts,
    default: "",
    further: false,
};
const TIMEOUT: Field = quantity("timeout", mark!("Timeout"), "2s", true);

/// A field for a number with a unit.
pub const fn quantity(key: &'static str, label: &'static str, default: &'static str, further: bool) -> Field {
    Field { key, label, hint: "", input: Input::Quantity, default, further }
}

/// A field for a whole number.
pub const fn number(key: &'static str, label: &'static str, default: &'static str, further: bool) -> Field {
    Field { key, label, hint: "", input: Input::Number, default, further }
}

const fn text(key: &'static str, default: &'static str) -> Field {
    Field { key, label: mark!("Text"), hint: "", input: Input::Text, default, further: false }
}

impl Kind {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 7] = [
        Self::Ping,
        Self::Echo,
        Self::Iperf,
        Self::Connect,
        Self::Traceroute,
        Self::PathMtu,
        Self::Multicast,
    ];

    /// Its name in the document.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Echo => "echo",
            Self::Iperf => "iperf",
            Self::Connect => "connect",
            Self::Traceroute => "traceroute",
            Self::PathMtu => "pathmtu",
            Self::Multicast => "multicast",
        }
    }

    /// Its name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ping => t!("Ping"),
            Self::Echo => t!("Echo"),
            Self::Iperf => t!("iperf"),
            Self::Connect => t!("Connect"),
            Self::Traceroute => t!("Traceroute"),
            Self::PathMtu => t!("Path MTU"),
            Self::Multicast => t!("Multicast"),
        }
    }

    /// Whether it has one target, a host or an address. A multicast run has a group and receivers instead.
    pub const fn has_target(self) -> bool {
        match self {
            Self::Ping | Self::Echo | Self::Iperf | Self::Connect | Self::Traceroute | Self::PathMtu => true,
            Self::Multicast => false,
        }
    }

    /// What it does, for the page.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Ping => {
                t!("Sends echo requests and measures how long the replies take (the round-trip time).")
            }
            Self::Echo => t!("Sends a text, and the server sends it back."),
            Self::Iperf => t!("Sends as much data as it can and measures the path’s throughput."),
            Self::Connect => t!("Opens a TCP connection, sends one message and closes the connection."),
            Self::Traceroute => {
                t!(
                    "Finds the routers on the path. It sends packets with a time to live of 1, 2, 3 and so on. The router where one expires reports it."
                )
            }
            Self::PathMtu => {
                t!(
                    "Finds the largest packet that passes the path: it sends packets that must not be fragmented."
                )
            }
            Self::Multicast => t!("Sends each message once, to all hosts that have joined a group."),
        }
    }
}

impl Form {
    /// A ping between the first two hosts.
    pub fn new(scenario: &Scenario) -> Self {
        let of = |node| Some((scenario.id(node).to_string(), scenario.topology.host(node)?));
        let all: Vec<_> = scenario.topology.node_ids().filter_map(of).collect();
        let ipv4 = |cidr: &IpCidr| cidr.address().version() == IpVersion::Ipv4;
        let with_ipv4 = all.iter().filter(|(_, host)| host.dhcp || host.addresses.iter().any(ipv4));
        let with_ipv4 = with_ipv4.map(|(id, _)| id.clone()).collect();
        let hosts: Vec<_> = all.into_iter().map(|(id, _)| id).collect();
        let from = hosts.first().cloned().unwrap_or_default();
        let to = hosts.get(1).cloned().unwrap_or_else(|| ADDRESS.into());
        Self {
            kind: Kind::Ping,
            from,
            to,
            address: String::new(),
            hosts,
            with_ipv4,
            values: SortedMap::new(),
        }
    }

    /// Whether the run has one target: see [`Kind::has_target`].
    pub const fn has_target(&self) -> bool {
        self.kind.has_target()
    }

    /// The hosts chosen in a field of [`Input::Hosts`].
    pub fn chosen(&self, field: &Field) -> Vec<&str> {
        match self.value(field) {
            "" => self.hosts.iter().map(String::as_str).filter(|host| *host != self.from).collect(),
            NO_HOSTS => Vec::new(),
            some => some.split(' ').collect(),
        }
    }

    /// Adds a host to a field of [`Input::Hosts`], or removes it.
    pub fn choose(&mut self, field: &Field, host: &str, in_it: bool) {
        let mut chosen: Vec<_> = self.chosen(field).into_iter().filter(|other| *other != host).collect();
        if in_it {
            chosen.push(host);
        }
        // In the order of the network, not of the choosing.
        let hosts = self.hosts.iter().map(String::as_str).filter(|host| chosen.contains(host));
        let chosen = hosts.collect::<Vec<_>>().join(" ");
        self.set(field, if chosen.is_empty() { NO_HOSTS.into() } else { chosen });
    }

    /// The fields of this kind of run. Some fields exist only for certain values of others. Their names and hints are in the page's
    /// language; the texts of choices are looked up where they are shown.
    pub fn fields(&self) -> Vec<Field> {
        let shown =
            |field: Field| Field { label: texts::of(field.label), hint: texts::of(field.hint), ..field };
        self.marked_fields().into_iter().map(shown).collect()
    }

    fn marked_fields(&self) -> Vec<Field> {
        match self.kind {
            Kind::Ping => vec![
                number("count", mark!("Echo requests"), "4", false),
                quantity("interval", mark!("Interval"), "1s", false),
                quantity("size", mark!("Payload size"), "56B", true),
                Field {
                    hint: mark!("Each router lowers it by 1 and drops the packet at 0. Empty: 64."),
                    ..number("ttl", mark!("Time to live (TTL)"), "", true)
                },
                FRAGMENT,
                TIMEOUT,
                IP,
            ],
            Kind::Echo => {
                let mut fields = vec![
                    TRANSPORT,
                    number("count", mark!("Messages"), "1", false),
                    text("text", "Hello, aquarium!"),
                ];
                if self.is_udp() {
                    fields.push(TIMEOUT);
                }
                fields.push(IP);
                fields
            }
            Kind::Iperf => self.iperf_fields(),
            Kind::Connect => vec![text("text", "hello"), number("port", mark!("Port"), "80", true), IP],
            Kind::Traceroute => vec![
                PROBES,
                number("hops", mark!("Maximum number of hops"), "30", true),
                number("tries", mark!("Probes per hop"), "3", true),
                TIMEOUT,
                IP,
            ],
            Kind::PathMtu => vec![quantity("timeout", mark!("Timeout"), "1s", true), IP],
            Kind::Multicast => vec![
                match self.with_ipv4.contains(&self.from) {
                    true => GROUP,
                    false => Field { default: GROUP_IPV6, ..GROUP },
                },
                RECEIVERS,
                number("count", mark!("Messages"), "4", false),
                quantity("interval", mark!("Interval"), "1s", false),
                text("text", "Hello, everybody!"),
                number("port", mark!("Port"), "5000", true),
            ],
        }
    }

    fn iperf_fields(&self) -> Vec<Field> {
        const AMOUNT: Field = Field {
            key: "\u{1}amount",
            label: mark!("Send"),
            hint: "",
            input: Input::Choice(&[
                ("bytes", mark!("a number of bytes")),
                ("seconds", mark!("for a duration")),
            ]),
            default: "bytes",
            further: false,
        };
        const CONGESTION: Field = Field {
            key: "congestion",
            label: mark!("Congestion control"),
            hint: "",
            input: Input::Choice(&[
                ("", mark!("the host’s setting")),
                ("cubic", "CUBIC"),
                ("reno", "Reno"),
                ("none", mark!("none")),
            ]),
            default: "",
            further: true,
        };
        const BUFFER_HINT: &str = mark!("Empty: the host’s setting.");
        let mut fields = vec![TRANSPORT, AMOUNT];
        fields.push(match self.value(&AMOUNT) {
            "seconds" => {
                Field { hint: mark!("In seconds."), ..number("seconds", mark!("Duration"), "2", false) }
            }
            _ => quantity("bytes", mark!("Amount of data"), "1MB", false),
        });
        if self.is_udp() {
            fields.push(quantity("rate", mark!("Rate"), "1Mbps", false));
        }
        fields.push(quantity("interval", mark!("Report interval"), "100ms", true));
        if self.is_udp() {
            let hint = mark!("Empty: the largest that fits into one packet.");
            fields.push(Field { hint, ..quantity("datagram", mark!("Datagram size"), "", true) });
        } else {
            fields.push(CONGESTION);
            fields.push(Field { hint: BUFFER_HINT, ..quantity("tx_buffer", mark!("Send buffer"), "", true) });
            fields.push(Field {
                hint: BUFFER_HINT,
                ..quantity("rx_buffer", mark!("Receive buffer"), "", true)
            });
        }
        fields.push(IP);
        fields
    }

    fn is_udp(&self) -> bool {
        self.value(&TRANSPORT) == "true"
    }

    /// The value of a field.
    pub fn value(&self, field: &Field) -> &str {
        self.values.get(&(self.kind, field.key)).map_or(field.default, String::as_str)
    }

    /// Sets the value of a field.
    pub fn set(&mut self, field: &Field, value: String) {
        self.values.insert((self.kind, field.key), value);
    }

    /// The run, as an entry of a document.
    fn run(&self) -> Fields<'_> {
        let mut run = Fields::default();
        run.put("from", &self.from[..]);
        if self.has_target() {
            run.put("to", if self.to == ADDRESS { self.address.trim() } else { &self.to });
        }
        for field in self.fields() {
            let value = self.value(&field);
            if field.key.starts_with('\u{1}') {
                continue;
            }
            match field.input {
                Input::Hosts => run.put(field.key, Json::texts(self.chosen(&field))),
                Input::Text => run.put(field.key, value),
                Input::Number | Input::Choice(_) | Input::Quantity if value.is_empty() => continue,
                Input::Choice(_) if value == "true" => run.put(field.key, true),
                Input::Number | Input::Choice(_) => run.put(field.key, Json::typed(value)),
                Input::Quantity => run.put(field.key, value),
            };
        }
        let mut entry = Fields::default();
        entry.put(self.kind.key(), run);
        entry
    }

    /// The run that the form describes.
    ///
    /// # Errors
    /// All errors, each with the key of its field.
    pub fn check(&self, scenario: &Scenario) -> Result<RunSpec, Vec<Wrong>> {
        let wrong = |fault: scenario::Fault| {
            let key = match fault.place.steps() {
                [Step::Field(list), _, _, Step::Field(key), ..] if list == "runs" => key.clone(),
                _ => String::new(),
            };
            (key, fault.message)
        };
        match scenario.read_run(&self.run()) {
            Ok((_, run)) => Ok(run),
            Err(faults) => Err(faults.into_iter().map(wrong).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlab::Duration;
    use netlab::run::{Amount, IperfTransport, RunKind, Transport};
    use proptest::prelude::*;

    fn scenario() -> Scenario {
        crate::samples::numbered(0)
    }

    fn form(kind: Kind) -> Form {
        Form { kind, ..Form::new(&scenario()) }
    }

    fn fill(form: &mut Form, key: &str, value: &str) {
        let field = form.fields().into_iter().find(|field| field.key == key).expect("there is such a field");
        form.set(&field, value.into());
    }

    #[test]
    fn every_kind_of_run_can_be_started_with_its_defaults_on_every_example() {
        for example in scenario::examples() {
            let scenario = example.scenario();
            for kind in Kind::ALL {
                let form = Form { kind, ..Form::new(&scenario) };
                let spec =
                    form.check(&scenario).unwrap_or_else(|wrong| panic!("{}: {wrong:?}", example.name));
                assert_eq!(spec.kind.name(), kind.key());
            }
        }
    }

    #[test]
    fn the_run_has_the_values_of_the_form() {
        let mut iperf = form(Kind::Iperf);
        fill(&mut iperf, "udp", "true");
        fill(&mut iperf, "\u{1}amount", "seconds");
        fill(&mut iperf, "seconds", "1.5");
        fill(&mut iperf, "rate", "20Mbps");
        let RunKind::Iperf(run) = iperf.check(&scenario()).unwrap().kind else { panic!() };
        assert_eq!(run.amount, Amount::Time(Duration::from_millis(1_500)));
        assert!(matches!(run.transport, IperfTransport::Udp { rate, .. } if rate.get() == 20_000_000));

        let mut echo = form(Kind::Echo);
        fill(&mut echo, "text", "42");
        let RunKind::Echo(run) = echo.check(&scenario()).unwrap().kind else { panic!() };
        assert_eq!((run.text.as_str(), run.transport), ("42", Transport::Tcp));
    }

    #[test]
    fn receivers_are_all_other_hosts_by_default() {
        let mut multicast = form(Kind::Multicast);
        let hosts = multicast.hosts.clone();
        assert_eq!(multicast.chosen(&RECEIVERS), hosts[1..]);
        let RunSpec { kind: RunKind::Multicast(run), to, .. } = multicast.check(&scenario()).unwrap() else {
            panic!()
        };
        assert_eq!(run.receivers.len(), hosts.len() - 1);
        assert_eq!(to, netlab::run::Target::Address(smoltcp::wire::IpAddress::v4(239, 1, 2, 3)));
        for host in &hosts[1..] {
            multicast.choose(&RECEIVERS, host, false);
        }
        assert!(multicast.chosen(&RECEIVERS).is_empty());
        assert_eq!(multicast.check(&scenario()).unwrap_err()[0].0, "receivers");
        multicast.choose(&RECEIVERS, &hosts[1], true);
        assert_eq!(multicast.chosen(&RECEIVERS), [hosts[1].as_str()]);
        fill(&mut multicast, "group", "10.0.0.2");
        assert_eq!(multicast.check(&scenario()).unwrap_err()[0].0, "group");
    }

    #[test]
    fn a_ping_takes_a_ttl_and_can_be_fragmented() {
        let mut ping = form(Kind::Ping);
        fill(&mut ping, "ttl", "2");
        fill(&mut ping, "fragment", "true");
        let RunKind::Ping(run) = ping.check(&scenario()).unwrap().kind else { panic!() };
        assert_eq!((run.ttl, run.fragments), (Some(2), true));
    }

    #[test]
    fn errors_are_reported_at_their_fields() {
        let mut ping = form(Kind::Ping);
        fill(&mut ping, "count", "many");
        fill(&mut ping, "interval", "5");
        let wrong = ping.check(&scenario()).unwrap_err();
        let fields: Vec<_> = wrong.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["count", "interval"]);
        assert!(wrong[1].1.contains("no unit"), "{}", wrong[1].1);

        let mut here = form(Kind::Ping);
        here.to = here.from.clone();
        assert_eq!(here.check(&scenario()).unwrap_err()[0].0, "to");

        let nowhere = Form { to: ADDRESS.into(), address: "10.0.0.300".into(), ..form(Kind::Ping) };
        assert_eq!(nowhere.check(&scenario()).unwrap_err()[0].0, "to");
    }

    proptest! {
        #[test]
        fn any_typed_text_is_sent_unchanged_or_rejected(text in any::<String>()) {
            let mut echo = form(Kind::Echo);
            fill(&mut echo, "text", &text);
            match echo.check(&scenario()) {
                Ok(RunSpec { kind: RunKind::Echo(run), .. }) => prop_assert_eq!(&run.text, &text),
                Ok(other) => prop_assert!(false, "{other:?}"),
                Err(wrong) => prop_assert!(wrong.iter().all(|(field, _)| field == "text"), "{wrong:?}"),
            }
            let mut ping = form(Kind::Ping);
            fill(&mut ping, "count", &text);
            if let Err(wrong) = ping.check(&scenario()) {
                prop_assert!(wrong.iter().all(|(field, _)| field == "count"), "{wrong:?}");
            }
        }
    }

    #[test]
    fn a_run_starts_in_a_document_that_stops_one() {
        let mut scenario = scenario();
        let stop = scenario::Change::Stop(netlab::run::RunId(0));
        scenario.changes.push((netlab::Instant::ZERO + Duration::from_secs(1), stop));
        assert_eq!(scenario.check(), []);
        for kind in Kind::ALL {
            let form = Form { kind, ..Form::new(&scenario) };
            assert!(form.check(&scenario).is_ok(), "{kind:?}: {:?}", form.check(&scenario));
        }
    }

    #[test]
    fn an_address_without_a_host_may_be_pinged() {
        let form = Form { to: ADDRESS.into(), address: " 10.0.0.99 ".into(), ..form(Kind::Ping) };
        assert!(form.check(&scenario()).is_ok());
    }
}
