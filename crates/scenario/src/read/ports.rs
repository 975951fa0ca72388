//! The ports at the ends of cables.

use super::{Object, Reader, Sort, fields};
use crate::bounds;
use crate::defaults::{self, of_router, of_switch};
use crate::json::{Shape, Value};
use crate::quantity::quoted;
use bridge::config::{Edge, Membership, Vlan};
use netlab::topology::{Duplex, NodeId, Port};
use smoltcp::wire::IpCidr;
use texts::t;
use wire::sorted::sort_by;

impl<'a> Reader<'a> {
    /// The ports of a link: an object with the ids of its ends.
    pub(super) fn ports(
        &mut self,
        value: &Value<'a>,
        ends: Option<[NodeId; 2]>,
        (ports, duplex): (&mut [Port; 2], &mut [Duplex; 2]),
    ) {
        let Some(entries) = self.entries(value, 2) else { return };
        for (id, value) in entries {
            let Some(node) = self.find_node(&value, &id) else { continue };
            // If the ends are unknown, that is reported at `ends`.
            let Some(ends) = ends else { continue };
            let Some(end) = ends.iter().position(|end| *end == node) else {
                let message = t!("this is not an end of the link: its ports are at its two ends only");
                self.refuse::<()>(&value, message);
                continue;
            };
            let (what, known) = match self.sorts[node.index()] {
                Sort::Host => (t!("a host's port"), fields::HOST_PORT),
                Sort::Switch => (t!("a switch's port"), fields::SWITCH_PORT),
                Sort::Router => (t!("a router's port"), fields::ROUTER_PORT),
                Sort::Hub => {
                    let message = t!(
                        "{} is a hub, whose ports have no settings (they are always half duplex): remove this",
                        quoted(&id)
                    );
                    self.refuse::<()>(&value, message);
                    continue;
                }
                Sort::Unknown => continue,
            };
            if let Some(object) = self.object(&value, what, known) {
                ports[end] = self.port_of(&object, self.sorts[node.index()], &Port::Plain);
                duplex[end] = self.field(&object, "duplex", Duplex::Full, |reader, value| {
                    let names = ["full", "half"];
                    reader.one_of(value, &names, "duplex").map(|number| [Duplex::Full, Duplex::Half][number])
                });
            }
        }
    }

    /// A port's settings; what is left out stays as it was.
    pub(super) fn port_of(&mut self, object: &Object<'a>, sort: Sort, before: &Port) -> Port {
        match sort {
            Sort::Switch => defaults::port_of_switch(self.switch_port(object, of_switch(before))),
            Sort::Router => defaults::port_of_router(self.router_port(object, of_router(before))),
            Sort::Host | Sort::Hub | Sort::Unknown => Port::Plain,
        }
    }

    fn switch_port(&mut self, object: &Object<'a>, before: bridge::Port) -> bridge::Port {
        bridge::Port {
            up: self.field(object, "up", before.up, Self::boolean),
            mtu: self.field(object, "mtu", before.mtu, Self::count_of_bytes),
            vlan: self.membership(object).unwrap_or(before.vlan),
            edge: self.field(object, "edge", before.edge, |reader, value| match value.shape() {
                Ok(Shape::Text(text)) if text == "auto" => Some(Edge::Auto),
                Ok(Shape::Bool(true)) => Some(Edge::Yes),
                Ok(Shape::Bool(false)) => Some(Edge::No),
                shape => reader.wrong_shape(value, shape, t!("true, false or \"auto\"")),
            }),
            cost: self.field(object, "cost", before.cost, |reader, value| match value.shape() {
                Ok(Shape::Null) => Some(None),
                _ => reader.count(value).map(Some),
            }),
            priority: self.field(object, "priority", before.priority, Self::saturating),
        }
    }

    /// `None`: the port has no VLAN fields, or they are faulty.
    fn membership(&mut self, object: &Object<'a>) -> Option<Membership> {
        let native = object.get("native").map(|value| match value.shape() {
            Ok(Shape::Null) => Some(None),
            _ => self.vlan(value).map(Some),
        });
        match (object.get("vlan"), object.get("trunk")) {
            (Some(value), None) => {
                if let Some(native) = object.get("native") {
                    self.refuse::<()>(native, t!("\"native\" goes with \"trunk\" only: remove it"));
                }
                self.vlan(value).map(Membership::Access)
            }
            (Some(_), Some(trunk)) => {
                self.refuse(trunk, t!("a port has one VLAN (\"vlan\") or is a trunk (\"trunk\"): remove one"))
            }
            (None, Some(value)) => {
                let allowed = match value.shape() {
                    Ok(Shape::Bool(true)) => None,
                    Ok(Shape::Array) => {
                        let vlans = self.list(value, usize::from(bounds::VLAN_MAX) + 1)?;
                        let mut vlans: Vec<_> = vlans.iter().filter_map(|vlan| self.vlan(vlan)).collect();
                        sort_by(&mut vlans, Ord::cmp);
                        vlans.dedup();
                        Some(vlans)
                    }
                    shape => {
                        return self.wrong_shape(
                            value,
                            shape,
                            t!("true for all VLANs, or a list of their numbers"),
                        );
                    }
                };
                Some(Membership::Trunk { native: native.unwrap_or(Some(defaults::NATIVE))?, allowed })
            }
            (None, None) => match object.get("native") {
                Some(native) => {
                    self.refuse(native, t!("\"native\" goes with \"trunk\": add it, such as \"trunk\": true"))
                }
                None => None,
            },
        }
    }

    fn vlan(&mut self, value: &Value<'a>) -> Option<Vlan> {
        let number = self.number(value, 1, t!("the number of a VLAN"))?;
        let vlan = u16::try_from(number).ok().and_then(Vlan::new);
        vlan.or_else(|| self.refuse(value, t!("VLANs have the numbers 1 to 4094")))
    }

    fn router_port(&mut self, object: &Object<'a>, before: router::Port) -> router::Port {
        router::Port {
            up: self.field(object, "up", before.up, Self::boolean),
            mac: self.field(object, "mac", before.mac, |reader, value| match value.shape() {
                Ok(Shape::Null) => Some(None),
                _ => reader.mac(value).map(Some),
            }),
            addresses: self.field(object, "addresses", before.addresses, |reader, value| {
                reader.cidrs(value, bounds::PORT_ADDRESSES_MAX + 1)
            }),
            vlans: self.field(object, "vlans", before.vlans, Self::router_vlans),
            mtu: self.field(object, "mtu", before.mtu, Self::count_of_bytes),
            outside: self.field(object, "outside", before.outside, Self::boolean),
            advertise: self.field(object, "advertise", before.advertise, Self::boolean),
            rip: self.field(object, "rip", before.rip, Self::boolean),
        }
    }

    fn router_vlans(&mut self, value: &Value<'a>) -> Option<Vec<(u16, Vec<IpCidr>)>> {
        let mut vlans = Vec::new();
        for (name, value) in self.entries(value, bounds::PORT_VLANS_MAX)? {
            let digits = !name.starts_with('0') && name.bytes().all(|digit| digit.is_ascii_digit());
            let Some(vlan) = name.parse().ok().and_then(Vlan::new).filter(|_| digits) else {
                let message = t!("{} is no number of a VLAN: they go from 1 to 4094", quoted(&name));
                self.refuse::<()>(&value, message);
                continue;
            };
            let addresses = self.cidrs(&value, bounds::PORT_ADDRESSES_MAX + 1);
            vlans.push((vlan.get(), addresses.unwrap_or_default()));
        }
        Some(vlans)
    }

    /// The entries of an object whose names are chosen by the document, up to `max`.
    fn entries(&mut self, value: &Value<'a>, max: usize) -> Option<Vec<(String, Value<'a>)>> {
        match value.shape() {
            Ok(Shape::Object) => {}
            shape => return self.wrong_shape(value, shape, &t!("an object in braces {}", "{…}")),
        }
        let (mut entries, more) = match value.fields(max) {
            Ok(entries) => entries,
            Err(why) => return self.refuse(value, why),
        };
        if more {
            self.refuse::<()>(value, t!("there are too many entries: at most {max}"));
        }
        let mut number = 0;
        while number < entries.len() {
            if entries[..number].iter().any(|(earlier, _)| *earlier == entries[number].0) {
                let (name, value) = entries.remove(number);
                self.refuse::<()>(&value, t!("{} stands here twice: remove one", quoted(&name)));
            } else {
                number += 1;
            }
        }
        Some(entries)
    }
}
