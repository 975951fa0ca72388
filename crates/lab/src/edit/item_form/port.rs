//! The ports at the ends of a link.

use super::field::Field;
use super::words::{self, Lines, Vlan};
use super::{Group, ItemForm, ON, at_line, parts, texts, ticked};
use crate::run_form::Wrong;
use bridge::config::{Edge, Membership};
use netlab::topology::{Duplex, NodeKind, Port};
use scenario::item::{Fields, Json};
use texts::{mark, t};

const DUPLEX: Field = Field::choice(
    "duplex",
    mark!("Duplex"),
    &[
        ("", mark!("full: both ends send at the same time")),
        ("half", mark!("half: one end at a time (CSMA/CD)")),
    ],
)
.hint(mark!("A hub’s ports are always half duplex, and so are the ports connected to them."))
.further();

const UP: Field = Field::check("up", mark!("Port enabled"), ON);
const MODE: Field = Field::choice(
    "mode",
    mark!("VLANs"),
    &[
        ("", mark!("access: one VLAN, untagged frames")),
        ("trunk", mark!("trunk: several VLANs, tagged frames")),
    ],
);
const VLAN: Field = Field::number("vlan", "VLAN", "1");
const TRUNK: Field = Field::text("trunk", mark!("Allowed VLANs"), "").hint(mark!("Like 10, 20. Empty: all."));
const NATIVE: Field = Field::number("native", mark!("Native VLAN"), "1")
    .hint(mark!("Frames of this VLAN are untagged. Empty: all frames are tagged."));
const EDGE: Field = Field::choice(
    "edge",
    mark!("Edge port"),
    &[("auto", mark!("automatic")), ("true", mark!("yes: no switch is connected")), ("false", mark!("no"))],
)
.further();
const COST: Field = Field::number("cost", mark!("Path cost"), "")
    .hint(mark!("Empty: derived from the link’s rate."))
    .further();
const PRIORITY: Field = Field::number("priority", mark!("Port priority"), "128").further();
const MTU: Field = Field::number("mtu", "MTU", "9216").further();

const ADDRESSES: Field = Field::text("addresses", mark!("Addresses"), "")
    .hint(mark!("With prefix length, like 10.0.1.254/24. Separate several with commas."));
const VLANS: Field = Field::lines("vlans", mark!("VLANs on this port"))
    .hint(mark!("One per line, like 10: 10.0.10.254/24."))
    .further();
const OUTSIDE: Field = Field::check("outside", mark!("Outside port of the NAT"), "").further();
const ADVERTISE: Field = Field::check("advertise", mark!("Sends IPv6 router advertisements"), ON).further();
const RIP: Field = Field::check("rip", mark!("RIP on this port"), ON).further();
const ROUTER_MTU: Field = Field::number("mtu", "MTU", "1500").further();
const MAC: Field = Field::text("mac", mark!("MAC address"), "")
    .hint(mark!("Empty: derived from the router’s and the port’s number."))
    .further();

impl ItemForm {
    /// Fills in the settings of the port at end `end`, which belongs to a node of this kind.
    pub(super) fn fill_port(&mut self, end: usize, kind: &NodeKind, port: &Port) {
        let key = |name: &str| format!("port{end}.{name}");
        match kind {
            NodeKind::Host(_) | NodeKind::Hub => {}
            NodeKind::Switch(_) => {
                let port = port.of_switch();
                let (mode, vlan, trunk, native) = match port.vlan {
                    Membership::Access(vlan) => ("", vlan.get(), String::new(), Some(1)),
                    Membership::Trunk { native, allowed } => {
                        let allowed = allowed.into_iter().flatten().map(|vlan| vlan.get().to_string());
                        ("trunk", 1, allowed.collect::<Vec<_>>().join(", "), native.map(|vlan| vlan.get()))
                    }
                };
                let edge = match port.edge {
                    Edge::Auto => "auto",
                    Edge::Yes => "true",
                    Edge::No => "false",
                };
                self.fill([
                    (key("up"), ticked(port.up).into()),
                    (key("mode"), mode.into()),
                    (key("vlan"), vlan.to_string()),
                    (key("trunk"), trunk),
                    (key("native"), native.map(|vlan| vlan.to_string()).unwrap_or_default()),
                    (key("edge"), edge.into()),
                    (key("cost"), port.cost.map(|cost| cost.to_string()).unwrap_or_default()),
                    (key("priority"), port.priority.to_string()),
                    (key("mtu"), port.mtu.to_string()),
                ]);
            }
            NodeKind::Router(_) => {
                let port = port.of_router();
                let addresses: Vec<String> = port.addresses.iter().map(ToString::to_string).collect();
                self.fill([
                    (key("up"), ticked(port.up).into()),
                    (key("addresses"), addresses.join(", ")),
                    (key("vlans"), words::vlans(&port.vlans)),
                    (key("outside"), ticked(port.outside).into()),
                    (key("advertise"), ticked(port.advertise).into()),
                    (key("rip"), ticked(port.rip).into()),
                    (key("mtu"), port.mtu.to_string()),
                    (key("mac"), port.mac.map(words::mac).unwrap_or_default()),
                ]);
            }
        }
    }

    /// Fills in what the ports at both ends can do.
    pub(super) fn fill_duplex(&mut self, duplex: [Duplex; 2]) {
        for (end, duplex) in duplex.into_iter().enumerate() {
            let value = if duplex == Duplex::Half { "half" } else { "" };
            self.fill([(DUPLEX.at(format_args!("port{end}")).key, value)]);
        }
    }

    /// What the ports at both ends can do.
    pub fn duplex(&self) -> [Duplex; 2] {
        [0, 1].map(|end| match self.value(&DUPLEX.at(format_args!("port{end}"))) {
            "half" => Duplex::Half,
            _ => Duplex::Full,
        })
    }

    /// The fields of a port; `None` if the ports of this kind of node have no settings.
    pub(super) fn port_group(&self, end: usize, kind: &NodeKind, name: &str) -> Option<Group> {
        let place = format!("port{end}");
        let fields = match kind {
            NodeKind::Hub => return None,
            NodeKind::Host(_) => vec![DUPLEX],
            NodeKind::Switch(_) => {
                let mut fields = vec![UP, MODE];
                match self.value(&MODE.at(&place)) {
                    "" => fields.push(VLAN),
                    _ => fields.extend([TRUNK, NATIVE]),
                }
                fields.extend([EDGE, COST, PRIORITY, MTU, DUPLEX]);
                fields
            }
            NodeKind::Router(_) => {
                vec![ADDRESSES, UP, VLANS, OUTSIDE, ADVERTISE, RIP, ROUTER_MTU, MAC, DUPLEX]
            }
        };
        let fields = fields.into_iter().map(|field| field.at(&place)).collect();
        Some(Group::new(t!("Port of {}", texts::of(name)), fields))
    }

    /// The port's fields in the document; `None` if the node's ports have no settings. `lines` becomes those of its VLANs.
    pub(super) fn port_fields<'f>(
        &'f self,
        end: usize,
        kind: &NodeKind,
        lines: &mut Lines<Vlan<'f>>,
        wrong: &mut Vec<Wrong>,
    ) -> Option<Fields<'f>> {
        match kind {
            NodeKind::Host(_) | NodeKind::Hub => None,
            NodeKind::Switch(_) => Some(self.switch_port_fields(&format!("port{end}"))),
            NodeKind::Router(_) => Some(self.router_port_fields(&format!("port{end}"), lines, wrong)),
        }
    }

    fn switch_port_fields(&self, place: &str) -> Fields<'_> {
        let number = |field: &Field| self.as_number(&field.at(place));
        let mut port = Fields::default();
        port.put("up", self.is_on(&UP.at(place)));
        match self.value(&MODE.at(place)) {
            "" => {
                port.put("vlan", number(&VLAN));
            }
            _ => {
                let numbers: Vec<_> = parts(self.value(&TRUNK.at(place))).map(Json::typed).collect();
                let trunk = if numbers.is_empty() { Json::Bool(true) } else { Json::List(numbers) };
                port.put("trunk", trunk).put("native", self.or_null(&NATIVE, place, number));
            }
        }
        match self.value(&EDGE.at(place)) {
            "true" => port.put("edge", true),
            "false" => port.put("edge", false),
            other => port.put("edge", other),
        };
        port.put("cost", self.or_null(&COST, place, number))
            .put("priority", number(&PRIORITY))
            .put("mtu", number(&MTU));
        port
    }

    fn router_port_fields<'f>(
        &'f self,
        place: &str,
        lines: &mut Lines<Vlan<'f>>,
        wrong: &mut Vec<Wrong>,
    ) -> Fields<'f> {
        let on = |field: &Field| self.is_on(&field.at(place));
        let vlans = VLANS.at(place);
        *lines = Lines::read(self.value(&vlans), &mut words::read_vlan).unwrap_or_else(|(line, what)| {
            wrong.push((vlans.key.to_string(), at_line(line, &what)));
            Lines::default()
        });
        let of_vlans: Fields<'_> = lines.all().map(|(vlan, addresses)| (vlan.into(), addresses)).collect();
        let mut port = Fields::default();
        port.put("up", on(&UP))
            .put("addresses", texts(self.value(&ADDRESSES.at(place))))
            .put("vlans", of_vlans)
            .put("outside", on(&OUTSIDE))
            .put("advertise", on(&ADVERTISE))
            .put("rip", on(&RIP))
            .put("mtu", self.as_number(&ROUTER_MTU.at(place)))
            .put("mac", self.or_null(&MAC, place, |field| self.as_text(&field.at(place))));
        port
    }

    /// The field's value, or null if the field is empty.
    fn or_null<'f>(&'f self, field: &Field, place: &str, value: impl Fn(&Field) -> Json<'f>) -> Json<'f> {
        if self.value(&field.at(place)).trim().is_empty() { Json::Null } else { value(field) }
    }
}
