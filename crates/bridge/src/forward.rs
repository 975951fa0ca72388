//! The forwarding process: frames are classified, learned from, and sent tagged or untagged by each port (IEEE 802.1Q-2022, 8.6).
//!
//! The bytes of each form, tagged and untagged, are made once and shared by all ports that send it. A frame that leaves as it came
//! leaves in the buffer in which it came.

use crate::config::{Membership, Vlan};
use crate::event::State;
use crate::snoop::Targets;
use crate::stp::bpdu::{self, Bpdu};
use crate::tag::{self, Control, Tagged};
use crate::{Actions, Bridge, Event, PortState, Refusal};
use smoltcp::wire::EthernetAddress;
use wire::mac_table::Egress;
use wire::node::Tag;
use wire::{Frame, Instant, PortId};

/// A frame inside the bridge.
pub(crate) struct Carried {
    frame: Frame,
    /// 0 in a bridge that is not VLAN-aware.
    vlan: u16,
    control: Control,
    of: Option<Tag>,
    tagged: Option<Frame>,
    untagged: Option<Frame>,
}

impl Carried {
    /// A frame of the bridge's own, without a tag.
    pub fn own(frame: Frame, vlan: u16) -> Self {
        Self {
            untagged: Some(frame.clone()),
            frame,
            vlan,
            control: Control::default(),
            of: None,
            tagged: None,
        }
    }

    fn form(&mut self, tagged: bool) -> Frame {
        let Self { frame, control, vlan, .. } = self;
        let form = if tagged { &mut self.tagged } else { &mut self.untagged };
        let made = form.get_or_insert_with(|| match (tag::of(frame), tagged) {
            (Tagged::With(_), false) => tag::pop(frame),
            // A priority tag: the VLAN's number is filled in.
            (Tagged::With(_), true) => tag::push(&tag::pop(frame), control.in_vlan(*vlan)),
            (Tagged::No | Tagged::Broken, false) => frame.clone(),
            (Tagged::No | Tagged::Broken, true) => tag::push(frame, control.in_vlan(*vlan)),
        });
        made.clone()
    }
}

impl Membership {
    /// The VLAN of a frame received with this number in its tag; `None`: the port is in no such VLAN. An untagged frame has 0, like a
    /// priority tag (IEEE 802.1Q-2022, 6.9.1).
    fn of_ingress(&self, vid: u16) -> Option<u16> {
        match (self, Vlan::new(vid)) {
            (Self::Access(vlan), None) if vid == 0 => Some(vlan.get()),
            (Self::Trunk { native, .. }, None) if vid == 0 => native.map(Vlan::get),
            (_, None) => None,
            (_, Some(_)) => self.leaves_tagged(vid).map(|_| vid),
        }
    }

    /// Whether this VLAN's frames leave with a tag; `None`: they do not leave by this port.
    fn leaves_tagged(&self, vid: u16) -> Option<bool> {
        match self {
            Self::Access(vlan) => (vlan.get() == vid).then_some(false),
            Self::Trunk { native, .. } if native.is_some_and(|native| native.get() == vid) => Some(false),
            Self::Trunk { allowed: None, .. } => Some(true),
            Self::Trunk { allowed: Some(allowed), .. } => {
                allowed.binary_search_by_key(&vid, |vlan| vlan.get()).is_ok().then_some(true)
            }
        }
    }
}

/// Addresses that no bridge forwards (IEEE 802.1Q-2022, table 8-1): 01:80:C2:00:00:00 to 0F.
fn is_reserved(header: &[u8; 14]) -> bool {
    header[..5] == bpdu::GROUP.0[..5] && header[5] < 0x10
}

/// A frame's source is one station, so its address is no group's (IEEE 802.3-2022, 3.2.3).
const fn is_from_group(header: &[u8; 14]) -> bool {
    header[6] & 1 == 1
}

impl Bridge {
    /// Receives a frame.
    ///
    /// Frames to the reserved group addresses 01:80:C2:00:00:00 to 0F are for the switch at the end of the cable (IEEE 802.1Q-2022,
    /// 8.6.3): BPDUs are processed; PAUSE, slow protocols, LLDP and the others end here. The one exception is that of Linux: a
    /// switch without a spanning tree forwards BPDUs, so that the trees of other switches detect a loop through it.
    pub fn receive(&mut self, now: Instant, ingress: PortId, frame: Frame, tag: Tag, out: &mut Actions) {
        let port = &self.ports[ingress.0 as usize];
        if !port.is_on() {
            return out.refuse(tag, Refusal::PortOff);
        }
        let Some(header) = frame.first_chunk::<14>() else {
            return out.refuse(tag, Refusal::Malformed);
        };
        if is_from_group(header) {
            return out.refuse(tag, Refusal::Malformed);
        }
        let to_group = header[0] & 1 == 1;
        if to_group && is_reserved(header) && (self.tree.is_some() || header[..6] != bpdu::GROUP.0) {
            return self.receive_control(now, ingress, &frame, tag, out);
        }
        if port.state == State::Discarding {
            return out.refuse(tag, Refusal::Blocked);
        }
        let (vlan, control) = match self.classify(port, &frame) {
            Ok(class) => class,
            Err(why) => return out.refuse(tag, why),
        };
        if port.state == State::Learning {
            if self.table.learn(now, vlan, ingress, header) {
                learned(vlan, header, ingress, out);
            }
            return out.refuse(tag, Refusal::Blocked);
        }
        let lookup = self.table.look_in(now, vlan, ingress, header);
        if lookup.learned {
            learned(vlan, header, ingress, out);
        }
        match lookup.egress {
            Egress::Filter => {}
            Egress::Port(egress) => {
                let mut carried = self.carry(frame, vlan, control, tag);
                match self.leaves(egress, &carried) {
                    Ok(tagged) => out.send(egress, carried.form(tagged), carried.of),
                    Err(why) => out.refuse(tag, why),
                }
            }
            Egress::Flood => {
                let targets = match &mut self.snoop {
                    Some(snoop) if to_group => snoop.receive(now, vlan, ingress, &frame, out),
                    Some(_) | None => Targets::All,
                };
                let mut carried = self.carry(frame, vlan, control, tag);
                self.flood(ingress, &mut carried, &targets, out);
                if to_group {
                    self.send_queries(out);
                }
            }
        }
    }

    fn receive_control(&mut self, now: Instant, ingress: PortId, frame: &Frame, tag: Tag, out: &mut Actions) {
        let to_tree = frame.starts_with(&bpdu::GROUP.0);
        match (Bpdu::parse(frame), &mut self.tree) {
            (Some(bpdu), Some(tree)) if to_tree => {
                tree.receive(now, ingress, &bpdu, out);
                self.follow_tree(now, out);
            }
            _ if to_tree => out.refuse(tag, Refusal::Malformed),
            _ => {}
        }
    }

    /// The VLAN of a received frame, and its tag's control information.
    fn classify(&self, port: &PortState, frame: &[u8]) -> Result<(u16, Control), Refusal> {
        if !self.aware {
            return Ok((0, Control::default()));
        }
        let control = match tag::of(frame) {
            Tagged::No => Control::default(),
            Tagged::With(control) => control,
            Tagged::Broken => return Err(Refusal::Malformed),
        };
        let vlan = port.settings.vlan.of_ingress(control.vid()).ok_or(Refusal::OtherVlan)?;
        Ok((vlan, control))
    }

    fn carry(&self, frame: Frame, vlan: u16, control: Control, tag: Tag) -> Carried {
        let is_tagged = self.aware && matches!(tag::of(&frame), Tagged::With(_));
        let as_it_came = |fits: bool| fits.then(|| frame.clone());
        Carried {
            tagged: as_it_came(is_tagged && control.vid() == vlan),
            untagged: as_it_came(!is_tagged),
            vlan,
            control,
            of: Some(tag),
            frame,
        }
    }

    /// Whether a frame leaves by this port with a tag.
    ///
    /// # Errors
    /// If it cannot leave by this port: why.
    fn leaves(&self, egress: PortId, carried: &Carried) -> Result<bool, Refusal> {
        let port = &self.ports[egress.0 as usize];
        if !port.is_on() {
            return Err(Refusal::PortOff);
        }
        if port.state != State::Forwarding {
            return Err(Refusal::Blocked);
        }
        let tagged = match self.aware {
            true => port.settings.vlan.leaves_tagged(carried.vlan).ok_or(Refusal::OtherVlan)?,
            false => false,
        };
        let mtu = port.settings.mtu;
        // Nearly always the whole frame fits, and the tag need not be read.
        if carried.frame.len() > mtu + 14 && tag::payload_len(&carried.frame) > mtu {
            return Err(Refusal::TooBig);
        }
        Ok(tagged)
    }

    fn flood(&self, ingress: PortId, carried: &mut Carried, targets: &Targets, out: &mut Actions) {
        let (mut sent, mut too_big) = (false, false);
        for egress in (0..self.ports.len() as u32).map(PortId) {
            if egress == ingress || !targets.contain(egress) {
                continue;
            }
            match self.leaves(egress, carried) {
                Ok(tagged) => {
                    out.send(egress, carried.form(tagged), carried.of);
                    sent = true;
                }
                Err(Refusal::TooBig) => too_big = true,
                Err(Refusal::PortOff | Refusal::Blocked | Refusal::OtherVlan | Refusal::Malformed) => {}
            }
        }
        if let (false, true, Some(tag)) = (sent, too_big, carried.of) {
            out.refuse(tag, Refusal::TooBig);
        }
    }

    /// Sends the queries of snooping.
    pub(crate) fn send_queries(&mut self, out: &mut Actions) {
        let Some(snoop) = &mut self.snoop else { return };
        for query in snoop.take_queries() {
            let mut carried = Carried::own(query.frame, query.vlan);
            let ports = match query.port {
                Some(PortId(port)) => port..port + 1,
                None => 0..self.ports.len() as u32,
            };
            for egress in ports.map(PortId) {
                if let Ok(tagged) = self.leaves(egress, &carried) {
                    out.send(egress, carried.form(tagged), None);
                }
            }
        }
    }
}

fn learned(vlan: u16, header: &[u8; 14], port: PortId, out: &mut Actions) {
    let [_, _, _, _, _, _, source @ .., _, _] = *header;
    out.event(Event::Learned { vlan: Vlan::new(vlan), mac: EthernetAddress(source), port });
}
