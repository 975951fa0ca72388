//! What programs say in UDP and TCP, as far as it is explained here.
//!
//! The port says which protocol it is, as in the analysers: nothing else does. Only HTTP is also known by its first line, for
//! it runs on any port.
//!
//! There is no state here, so a message is explained if it begins with the segment. What continues a message is data.

use std::ops::Range;

use crate::dns::Carrier;
use crate::layers::Tree;
use crate::summary::{Label, Protocol};
use crate::{dhcp, dns, http, rip, ripng};

/// A protocol on top of UDP or TCP.
#[derive(Clone, Copy)]
pub(crate) enum Application {
    Dhcp,
    Dns(Carrier),
    Http,
    Rip,
    Ripng,
}

impl Application {
    /// What is in a UDP datagram between these ports, if it is known.
    pub fn in_datagram(ports: [u16; 2]) -> Option<Application> {
        ports.into_iter().find_map(|port| match port {
            53 => Some(Application::Dns(Carrier::Udp)),
            67 | 68 => Some(Application::Dhcp),
            520 => Some(Application::Rip),
            521 => Some(Application::Ripng),
            5353 => Some(Application::Dns(Carrier::Multicast)),
            _ => None,
        })
    }

    /// What begins with this piece of a TCP stream between these ports, if it is known.
    pub fn in_segment(ports: [u16; 2], data: &[u8]) -> Option<Application> {
        if http::begins(data, ports.iter().any(|port| [80, 8080].contains(port))) {
            Some(Application::Http)
        } else if ports.contains(&53) && dns::begins_in_tcp(data) {
            Some(Application::Dns(Carrier::Tcp))
        } else {
            None
        }
    }

    pub fn protocol(self) -> Protocol {
        match self {
            Application::Dhcp => Protocol::Dhcp,
            Application::Dns(_) => Protocol::Dns,
            Application::Http => Protocol::Http,
            Application::Rip | Application::Ripng => Protocol::Rip,
        }
    }

    pub fn label(self, message: &[u8]) -> Label {
        match self {
            Application::Dhcp => dhcp::label(message),
            Application::Dns(carrier) => dns::label(message, carrier),
            Application::Http => http::label(message),
            Application::Rip => rip::label(message),
            Application::Ripng => ripng::label(message),
        }
    }

    pub fn info(self, message: &[u8]) -> String {
        match self {
            Application::Dhcp => dhcp::info(message),
            Application::Dns(carrier) => dns::info(message, carrier),
            Application::Http => http::info(message),
            Application::Rip => rip::info(message),
            Application::Ripng => ripng::info(message),
        }
    }

    /// Explains the message, and covers it.
    pub fn dissect(self, tree: &mut Tree<'_>, range: Range<usize>) {
        match self {
            Application::Dhcp => dhcp::dissect(tree, range),
            Application::Dns(carrier) => dns::dissect(tree, range, carrier),
            Application::Http => http::dissect(tree, range),
            Application::Rip => rip::dissect(tree, range),
            Application::Ripng => ripng::dissect(tree, range),
        }
    }
}
