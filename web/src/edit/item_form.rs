//! The settings of a node or a link as fields of text. As with the form that starts a run, what is typed is read by the
//! document's own reader: what can be typed, what is wrong with it and how that is said is known in one place only.

use crate::format;
use crate::run_form::{Field, Input, Wrong, is_number, number, quantity, quoted};
use netlab::topology::{Congestion, End, HostConfig, Link, NodeId, NodeKind, TcpConfig, Way};
use scenario::fault::Step;
use scenario::quantity::{show_rate, show_size, show_time};
use scenario::{Fault, Scenario};
use vnetif::impair::Impairment;

/// What is being filled in: a key and a text for each field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemForm(Vec<(&'static str, String)>);

/// A node's name.
pub const NAME: Field = text("name", "Name", "");
const ADDRESSES: Field =
    text("addresses", "Addresses", "With prefix, like 10.0.0.1/24; several with commas between.");
const GATEWAY: Field = text("gateway", "Gateway", "Where packets for other networks go. Empty: nowhere.");
const MAC: Field =
    Field { further: true, ..text("mac", "Ethernet address", "Empty: made from the host's number.") };
const CONGESTION: Field = Field {
    key: "congestion",
    label: "TCP congestion control",
    hint: "",
    input: Input::Choice(&[("cubic", "CUBIC"), ("reno", "Reno"), ("none", "none")]),
    default: "cubic",
    further: true,
};
const HOST: [Field; 7] = [
    ADDRESSES,
    GATEWAY,
    number("mtu", "Largest packet", "1500", true),
    MAC,
    CONGESTION,
    quantity("tx_buffer", "TCP send buffer", "64KiB", true),
    quantity("rx_buffer", "TCP receive buffer", "64KiB", true),
];
const AGEING: Field = quantity("ageing", "Forgets an address after", "5min", false);

/// Whether both directions of a link are alike.
const ALIKE: Field = Field {
    key: "alike",
    label: "Directions",
    hint: "",
    input: Input::Choice(&[("", "both alike"), ("no", "each by itself")]),
    default: "",
    further: false,
};
const LOSS_HINT: &str = "In percent. Empty: none.";
/// The fields of each direction.
const WAYS: [[Field; 4]; 2] = [
    [
        quantity("rate", "Rate", "100Mbps", false),
        quantity("delay", "Delay", "1ms", false),
        quantity("queue", "Queue", "64KiB", false),
        Field { hint: LOSS_HINT, ..quantity("loss", "Loss", "", false) },
    ],
    [
        quantity("rate back", "Rate back", "100Mbps", false),
        quantity("delay back", "Delay back", "1ms", false),
        quantity("queue back", "Queue back", "64KiB", false),
        Field { hint: LOSS_HINT, ..quantity("loss back", "Loss back", "", false) },
    ],
];
const UNLIMITED: &str = "unlimited";

const fn text(key: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field { key, label, hint, input: Input::Text, default: "", further: false }
}

impl ItemForm {
    /// A node as it is.
    pub fn of_node(scenario: &Scenario, id: NodeId) -> Self {
        let node = scenario.topology.node(id);
        let mut form = Self::default();
        form.fill([(NAME.key, node.name.clone())]);
        match &node.kind {
            NodeKind::Host(config) => form.fill_host(config),
            NodeKind::Switch(config) => form.fill([(AGEING.key, show_time(config.ageing))]),
            NodeKind::Hub | NodeKind::Router(_) => {}
        }
        form
    }

    fn fill(&mut self, values: impl IntoIterator<Item = (&'static str, String)>) {
        self.0.extend(values);
    }

    fn fill_host(&mut self, config: &HostConfig) {
        let listed = |texts: Vec<String>| texts.join(", ");
        let TcpConfig { congestion, rx_buffer, tx_buffer } = config.tcp;
        let congestion = match congestion {
            Congestion::None => "none",
            Congestion::Reno => "reno",
            Congestion::Cubic => "cubic",
        };
        self.fill([
            ("addresses", listed(config.addresses.iter().map(ToString::to_string).collect())),
            ("gateway", listed(config.gateways.iter().map(ToString::to_string).collect())),
            ("mtu", config.ip_mtu.to_string()),
            ("mac", config.mac.map(|mac| mac.to_string().replace('-', ":")).unwrap_or_default()),
            ("congestion", congestion.to_owned()),
            ("tx_buffer", show_size(tx_buffer as u64)),
            ("rx_buffer", show_size(rx_buffer as u64)),
        ]);
    }

    /// A link as it is.
    pub fn of_link(link: &Link) -> Self {
        let mut form = Self::default();
        let [there, back] = link.ways.each_ref();
        let alike = if settings(there) == settings(back) { "" } else { "no" };
        form.fill([(ALIKE.key, alike.to_owned())]);
        for (way, [rate, delay, queue, loss]) in link.ways.iter().zip(WAYS) {
            form.fill([
                (rate.key, way.line.rate.map_or(UNLIMITED.to_owned(), show_rate)),
                (delay.key, show_time(way.line.delay)),
                (queue.key, show_size(way.line.queue.bytes_max() as u64)),
                (loss.key, loss_of(way).map(|loss| format::decimal(loss * 100.0, 7)).unwrap_or_default()),
            ]);
        }
        form
    }

    /// The fields of a node of this kind.
    pub fn node_fields(kind: &NodeKind) -> Vec<Field> {
        let mut fields = vec![NAME];
        match kind {
            NodeKind::Host(_) => fields.extend(HOST),
            NodeKind::Switch(_) => fields.push(AGEING),
            NodeKind::Hub | NodeKind::Router(_) => {}
        }
        fields
    }

    /// The fields of a link, given what is filled in.
    pub fn link_fields(&self) -> Vec<Field> {
        let ways = if self.alike() { &WAYS[..1] } else { &WAYS };
        [ALIKE].into_iter().chain(ways.iter().copied().flatten()).collect()
    }

    fn alike(&self) -> bool {
        self.value(&ALIKE).is_empty()
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
    }

    /// What is filled into a field.
    pub fn value(&self, field: &Field) -> &str {
        self.get(field.key).unwrap_or(field.default)
    }

    /// Fills a field in.
    pub fn set(&mut self, field: &Field, value: String) {
        self.0.retain(|(key, _)| *key != field.key);
        self.0.push((field.key, value));
    }

    /// The node's settings, or everything that keeps them from being any.
    pub fn node(&self, kind: &NodeKind) -> Result<NodeKind, Vec<Wrong>> {
        let listed = |key: &Field| {
            let parts = self.value(key).split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(quoted).collect::<Vec<_>>().join(",")
        };
        let mut entry = String::from(r#"{"id":"x","kind":"#);
        match kind {
            NodeKind::Host(_) => {
                entry += &format!(r#""host","addresses":[{}]"#, listed(&ADDRESSES));
                let gateways = listed(&GATEWAY);
                if !gateways.is_empty() {
                    entry += &format!(r#","gateway":[{gateways}]"#);
                }
                let mtu = self.get("mtu").unwrap_or("1500").trim();
                entry += &format!(r#","mtu":{}"#, if is_number(mtu) { mtu.to_owned() } else { quoted(mtu) });
                let mac = self.value(&MAC).trim();
                if !mac.is_empty() {
                    entry += &format!(r#","mac":{}"#, quoted(mac));
                }
                let tcp =
                    HOST[4..].iter().map(|field| format!(r#""{}":{}"#, field.key, quoted(self.value(field))));
                entry += &format!(r#","tcp":{{{}}}"#, tcp.collect::<Vec<_>>().join(","));
            }
            NodeKind::Switch(_) => entry += &format!(r#""switch","ageing":{}"#, quoted(self.value(&AGEING))),
            NodeKind::Hub => entry += r#""hub""#,
            NodeKind::Router(_) => return Ok(kind.clone()),
        }
        let mut read = read(&format!(r#"{{"packetarium":1,"nodes":[{entry}}}]}}"#), |steps| match steps {
            [_, _, Step::Field(tcp), Step::Field(key), ..] if tcp == "tcp" => Some(key.clone()),
            [_, _, Step::Field(key), ..] => Some(key.clone()),
            _ => None,
        })?;
        Ok(read.topology.nodes.remove(0).kind)
    }

    /// Both directions of a link, or everything that keeps them from being any. What the form does not show stays as it is.
    pub fn link(&self, link: &Link) -> Result<[Way; 2], Vec<Wrong>> {
        let [there, back] = if self.alike() { [WAYS[0]; 2] } else { WAYS };
        let mut wrong = Vec::new();
        let mut losses = Vec::new();
        for (field, from) in [(there[3], "x"), (back[3], "y")] {
            let typed = self.value(&field).trim().trim_end_matches('%').trim_end();
            match hundredth(typed) {
                _ if typed.is_empty() => {}
                Some(loss) => losses.push(format!(r#"{{"loss":{loss},"from":"{from}"}}"#)),
                None => wrong
                    .push((field.key.to_owned(), "write a percentage from 0 to 100, like 0.5".to_owned())),
            }
        }
        let both = |place: usize| {
            let [a, b] = [&there[place], &back[place]].map(|field| quoted(self.value(field)));
            format!("[{a},{b}]")
        };
        let text = format!(
            r#"{{"packetarium":1,"nodes":[{{"id":"x","kind":"hub"}},{{"id":"y","kind":"hub"}}],"links":[{{"ends":["x","y"],"rate":{},"delay":{},"queue":{},"impair":[{}]}}]}}"#,
            both(0),
            both(1),
            both(2),
            losses.join(","),
        );
        let read = read(&text, |steps| {
            let field = WAYS[0]
                .iter()
                .position(|field| matches!(steps, [_, _, Step::Field(key), ..] if key == field.key))?;
            let end = matches!(steps, [_, _, _, Step::Index(1), ..]);
            Some(if end { back[field].key } else { there[field].key }.to_owned())
        });
        let mut read = match (read, wrong.is_empty()) {
            (Ok(read), true) => read,
            (Ok(_), false) => return Err(wrong),
            (Err(more), _) => return Err([wrong, more].concat()),
        };
        let mut ways = read.topology.links.remove(0).ways;
        for end in End::BOTH {
            let kept =
                link.ways[end.index()].impairments.iter().filter(|it| !matches!(it, Impairment::Loss(_)));
            ways[end.index()].impairments.extend(kept.copied());
        }
        Ok(ways)
    }
}

/// What the form shows of a direction.
fn settings(way: &Way) -> (vnetif::line::LineConfig, Option<u64>) {
    (way.line, loss_of(way).map(f64::to_bits))
}

fn loss_of(way: &Way) -> Option<f64> {
    way.impairments.iter().find_map(|impairment| match impairment {
        Impairment::Loss(ratio) => Some(ratio.as_f64()),
        _ => None,
    })
}

/// A percentage as a probability, digit by digit: `12.5` is `0.125`.
fn hundredth(percent: &str) -> Option<String> {
    let (whole, fraction) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    let sized = (1..=3).contains(&whole.len()) && fraction.len() <= 7;
    if !(sized && digits(whole) && digits(fraction)) {
        return None;
    }
    let padded = format!("{whole:0>3}");
    let possible =
        padded.starts_with('0') || (padded == "100" && fraction.bytes().all(|digit| digit == b'0'));
    possible.then(|| format!("{}.{}{fraction}", &padded[..1], &padded[1..]))
}

/// Reads a small document; `key` finds the field that a fault is about.
fn read(text: &str, key: impl Fn(&[Step]) -> Option<String>) -> Result<Scenario, Vec<Wrong>> {
    Scenario::parse(text).map_err(|faults| {
        let wrong = |fault: Fault| (key(fault.place.steps()).unwrap_or_default(), fault.message);
        faults.into_iter().map(wrong).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example(number: usize) -> Scenario {
        scenario::examples()[number].scenario()
    }

    #[test]
    fn what_is_shown_reads_back_as_what_it_was() {
        for example in scenario::examples() {
            let scenario = example.scenario();
            for id in scenario.topology.node_ids() {
                let kind = &scenario.topology.node(id).kind;
                assert_eq!(ItemForm::of_node(&scenario, id).node(kind).as_ref(), Ok(kind));
            }
            for link in &scenario.topology.links {
                assert_eq!(ItemForm::of_link(link).link(link).as_ref(), Ok(&link.ways));
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field() {
        let scenario = example(0);
        let kind = &scenario.topology.nodes[0].kind;
        let mut form = ItemForm::of_node(&scenario, NodeId(0));
        for (field, value) in
            [(ADDRESSES, "10.0.0.1"), (GATEWAY, "10.9.9.9"), (HOST[2], "big"), (HOST[5], "5")]
        {
            form.set(&field, value.into());
        }
        let mut keys: Vec<_> = form.node(kind).unwrap_err().into_iter().map(|(key, _)| key).collect();
        keys.sort();
        assert_eq!(keys, ["addresses", "mtu", "tx_buffer"]);
        let link = &scenario.topology.links[0];
        let mut form = ItemForm::of_link(link);
        form.set(&WAYS[0][0], "fast".into());
        form.set(&WAYS[0][3], "101".into());
        let mut keys: Vec<_> = form.link(link).unwrap_err().into_iter().map(|(key, _)| key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys, ["loss", "rate"]);
    }

    #[test]
    fn a_percentage_is_a_probability_to_the_last_digit() {
        for (typed, read) in
            [("1", "0.01"), ("12.5", "0.125"), ("100", "1.00"), ("0.0000001", "0.000000001"), ("0", "0.00")]
        {
            assert_eq!(hundredth(typed).as_deref(), Some(read));
        }
        for wrong in ["101", "-1", "1e3", "one", "100.1", ""] {
            assert_eq!(hundredth(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn directions_can_differ_and_other_troubles_stay() {
        let mut link = example(0).topology.links[0].clone();
        link.ways[1].impairments = vec![Impairment::TrailingBytes(9)];
        let mut form = ItemForm::of_link(&link);
        form.set(&ALIKE, "no".into());
        form.set(&WAYS[1][0], "2Mbps".into());
        form.set(&WAYS[1][3], "5 %".into());
        let ways = form.link(&link).unwrap();
        assert_eq!(show_rate(ways[1].line.rate.unwrap()), "2Mbps");
        assert_eq!(ways[0].line, link.ways[0].line);
        assert_eq!(ways[1].impairments.len(), 2);
        assert!(ways[0].impairments.is_empty());
        assert_eq!(ItemForm::of_link(&Link { ways, ..link }).value(&ALIKE), "no");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_or_refused(typed in prop::collection::vec(".{0,12}", 12)) {
            let scenario = example(0);
            let kind = &scenario.topology.nodes[0].kind;
            let mut form = ItemForm::default();
            for (field, value) in HOST.iter().zip(&typed) {
                form.set(field, value.clone());
            }
            for (field, value) in WAYS.iter().flatten().zip(&typed) {
                form.set(field, value.clone());
            }
            let _ = form.node(kind);
            let _ = form.link(&scenario.topology.links[0]);
        }
    }
}
