//! Colours, and the shapes that say the same to those who do not see the colours.
//!
//! The palette is here and not in CSS: the stage draws 60 times a second and the legend has to agree with it, so both take
//! their colours from this table (the page sets [`Palette::custom_properties`] on its root for its style sheets). Contrast
//! is a test, not a hope: text on its capsule at least 4.5 : 1 (WCAG 2.2, 1.4.3), marks on the ground at least 3 : 1 (1.4.11).

use dissect::Protocol;
use dissect::message::{Message, SegmentKind};

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark ink on a light ground.
    #[default]
    Light,
    /// Light ink on a dark ground.
    Dark,
}

/// What a frame is painted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Swatch {
    /// Who has this IPv4 address?
    Arp,
    /// The same question for IPv6, and router discovery.
    Ndp,
    /// Echo and errors, of both IP versions.
    Icmp,
    /// TCP segments that open, close or refuse a connection.
    TcpControl,
    /// TCP segments with data.
    TcpData,
    /// TCP segments that only acknowledge.
    TcpAck,
    /// A datagram.
    Udp,
    /// Names and addresses for hosts: DNS and DHCP.
    Service,
    /// What routers tell each other and ask hosts: RIP and IGMP.
    Routing,
    /// What switches tell each other: the spanning tree.
    Bridging,
    /// Anything else.
    Other,
}

/// A small mark's outline, where there is no room for letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Point upwards.
    Triangle,
    /// Point downwards.
    Gable,
    /// On its tip.
    Diamond,
    /// With six corners.
    Hexagon,
    /// Upright.
    Square,
    /// Narrow and upright.
    Bar,
    /// Round.
    Disc,
    /// With five corners, point upwards.
    House,
    /// With five points.
    Star,
    /// Two triangles, tip to tip.
    Hourglass,
    /// Like a plus sign.
    Cross,
}

/// The colours of one swatch, as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    /// A capsule's body.
    pub fill: &'static str,
    /// The letters on it.
    pub ink: &'static str,
    /// Small marks, light in the cable, a capsule's edge.
    pub mark: &'static str,
}

/// All colours of a theme, as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub ground: &'static str,
    /// The grid's dots on it.
    pub grid: &'static str,
    /// A cable's jacket.
    pub cable: &'static str,
    /// The rim between a cable and the ground.
    pub cable_edge: &'static str,
    /// A node's body.
    pub node: &'static str,
    /// A host's screen.
    pub screen: &'static str,
    /// A node's outline and what is drawn on it.
    pub line: &'static str,
    /// Text.
    pub ink: &'static str,
    /// Lesser text.
    pub ink_soft: &'static str,
    /// What is selected.
    pub accent: &'static str,
    /// A port's light while its link is up.
    pub up: &'static str,
    /// The light while a frame passes.
    pub busy: &'static str,
    /// A cable that is down, a frame that dies.
    pub fault: &'static str,
    /// The letters on [`fault`](Self::fault).
    pub fault_ink: &'static str,
    /// An impairment's badge.
    pub warn: &'static str,
    /// The letters on it.
    pub warn_ink: &'static str,
    /// A plain badge.
    pub badge: &'static str,
    /// A shadow's colour, with alpha.
    pub shadow: &'static str,
    swatches: [Colours; Swatch::ALL.len()],
}

/// The colours of the VLANs: Okabe's and Ito's, which people see apart whatever colours they see. The number always stands
/// beside them: there are more VLANs than colours.
static VLANS: [Colours; 7] = [
    on("#e69f00", "#1d1300"),
    on("#56b4e9", "#04202f"),
    on("#009e73", "#00140e"),
    on("#f0e442", "#1f1c00"),
    on("#0072b2", "#ffffff"),
    on("#d55e00", "#140800"),
    on("#cc79a7", "#1f0716"),
];

/// The colours of a VLAN, the same in every network and theme. Its tens count as well as its ones, because people number
/// VLANs 10, 20, 30.
pub fn vlan_colours(vlan: u16) -> Colours {
    VLANS[usize::from(vlan / 10 + vlan) % VLANS.len()]
}

const fn on(fill: &'static str, ink: &'static str) -> Colours {
    Colours { fill, ink, mark: fill }
}

static LIGHT: Palette = Palette {
    ground: "#f5f7fa",
    grid: "#dfe5ee",
    cable: "#b4c0d0",
    cable_edge: "#f5f7fa",
    node: "#ffffff",
    screen: "#e8eef6",
    line: "#3d4d66",
    ink: "#16202f",
    ink_soft: "#52617a",
    accent: "#0b6bcb",
    up: "#2f9e5c",
    busy: "#12c964",
    fault: "#c81e3a",
    fault_ink: "#ffffff",
    warn: "#fdecc8",
    warn_ink: "#7a4a00",
    badge: "#ffffff",
    shadow: "rgba(23, 37, 60, 0.16)",
    swatches: [
        on("#a8500a", "#ffffff"),
        on("#b83280", "#ffffff"),
        on("#0b756b", "#ffffff"),
        on("#1e3a9e", "#ffffff"),
        on("#2463e6", "#ffffff"),
        Colours { fill: "#dbe8fe", ink: "#1e3a9e", mark: "#4c83ee" },
        on("#7338d9", "#ffffff"),
        on("#00718f", "#ffffff"),
        on("#4a6b0a", "#ffffff"),
        on("#6b5f00", "#ffffff"),
        on("#4b5a70", "#ffffff"),
    ],
};

static DARK: Palette = Palette {
    ground: "#0e1420",
    grid: "#1d2738",
    cable: "#46556e",
    cable_edge: "#0e1420",
    node: "#1a2436",
    screen: "#263450",
    line: "#9fb0cb",
    ink: "#e9eff8",
    ink_soft: "#a3b1c8",
    accent: "#6cb6ff",
    up: "#2f9e5c",
    busy: "#4ade80",
    fault: "#ff6b7d",
    fault_ink: "#26060c",
    warn: "#4a3510",
    warn_ink: "#ffd894",
    badge: "#1a2436",
    shadow: "rgba(0, 0, 0, 0.5)",
    swatches: [
        on("#f6b73c", "#1d1300"),
        on("#f78fc6", "#2b0619"),
        on("#3fd0bd", "#00201c"),
        on("#b9ccff", "#0a1a4a"),
        on("#6ea3ff", "#04143a"),
        Colours { fill: "#1d3359", ink: "#cfe0ff", mark: "#5b8def" },
        on("#b79bff", "#180640"),
        on("#4fd2ff", "#001f2b"),
        on("#a3d65c", "#142200"),
        on("#d6cd5e", "#1f1c00"),
        on("#9aa9bf", "#0d1420"),
    ],
};

impl Theme {
    /// Its colours.
    pub fn palette(self) -> &'static Palette {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
        }
    }
}

impl Palette {
    /// The colours of a swatch.
    pub fn of(&self, swatch: Swatch) -> Colours {
        self.swatches[swatch as usize]
    }

    /// Everything as CSS custom properties, so that panels and legend agree with the stage: `--stage-ground`, …,
    /// `--frame-arp`, `--frame-arp-ink`, `--frame-arp-mark`, ….
    pub fn custom_properties(&self) -> impl Iterator<Item = (String, &'static str)> + '_ {
        let plain = [
            ("ground", self.ground),
            ("grid", self.grid),
            ("cable", self.cable),
            ("node", self.node),
            ("screen", self.screen),
            ("line", self.line),
            ("ink", self.ink),
            ("ink-soft", self.ink_soft),
            ("accent", self.accent),
            ("up", self.up),
            ("busy", self.busy),
            ("fault", self.fault),
            ("fault-ink", self.fault_ink),
            ("warn", self.warn),
            ("warn-ink", self.warn_ink),
        ];
        let frames = Swatch::ALL.into_iter().flat_map(|swatch| {
            let colours = self.of(swatch);
            [("", colours.fill), ("-ink", colours.ink), ("-mark", colours.mark)]
                .map(|(what, colour)| (format!("--frame-{}{what}", swatch.key()), colour))
        });
        plain.into_iter().map(|(name, colour)| (format!("--stage-{name}"), colour)).chain(frames)
    }
}

impl Swatch {
    /// All of them, in the order of a legend.
    pub const ALL: [Self; 11] = [
        Self::Arp,
        Self::Ndp,
        Self::Icmp,
        Self::TcpControl,
        Self::TcpData,
        Self::TcpAck,
        Self::Udp,
        Self::Service,
        Self::Routing,
        Self::Bridging,
        Self::Other,
    ];

    /// The swatch of a frame.
    pub fn of_message(message: &Message<'_>) -> Self {
        Self::of(message.protocol(), message.segment())
    }

    /// The swatch of a frame of this protocol and, if it is a TCP segment, of this kind.
    pub fn of(protocol: Protocol, segment: Option<SegmentKind>) -> Self {
        match protocol {
            Protocol::Arp => Self::Arp,
            Protocol::Ndp => Self::Ndp,
            Protocol::Icmp | Protocol::Icmpv6 => Self::Icmp,
            Protocol::Http => Self::TcpData,
            Protocol::Tcp => match segment {
                Some(SegmentKind::Data | SegmentKind::DataFin) => Self::TcpData,
                Some(SegmentKind::Ack) => Self::TcpAck,
                Some(
                    SegmentKind::Syn
                    | SegmentKind::SynAck
                    | SegmentKind::Fin
                    | SegmentKind::Rst
                    | SegmentKind::Other,
                )
                | None => Self::TcpControl,
            },
            Protocol::Udp => Self::Udp,
            Protocol::Dns | Protocol::Dhcp => Self::Service,
            Protocol::Rip | Protocol::Igmp => Self::Routing,
            Protocol::Stp => Self::Bridging,
            Protocol::Ipv4Other | Protocol::Ipv6Other | Protocol::Llc | Protocol::Other => Self::Other,
        }
    }

    /// As a legend calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arp => "ARP",
            Self::Ndp => "NDP",
            Self::Icmp => "ICMP",
            Self::TcpControl => "TCP open/close",
            Self::TcpData => "TCP data",
            Self::TcpAck => "TCP ACK",
            Self::Udp => "UDP",
            Self::Service => "DNS, DHCP",
            Self::Routing => "RIP, IGMP",
            Self::Bridging => "STP",
            Self::Other => "Other",
        }
    }

    /// What a legend explains of it.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Arp => "asks which Ethernet address an IPv4 address belongs to",
            Self::Ndp => "asks which Ethernet address an IPv6 address belongs to",
            Self::Icmp => "echo (ping) and error messages",
            Self::TcpControl => "opens, closes or refuses a connection",
            Self::TcpData => "carries data over a connection",
            Self::TcpAck => "says how much data has come",
            Self::Udp => "a datagram without a connection",
            Self::Service => "finds the address of a name, or one for a host",
            Self::Routing => "tells routers what is where and who wants what",
            Self::Bridging => "lets switches agree which cables to leave unused",
            Self::Other => "anything else",
        }
    }

    /// As in the names of custom properties.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Arp => "arp",
            Self::Ndp => "ndp",
            Self::Icmp => "icmp",
            Self::TcpControl => "tcp-control",
            Self::TcpData => "tcp-data",
            Self::TcpAck => "tcp-ack",
            Self::Udp => "udp",
            Self::Service => "service",
            Self::Routing => "routing",
            Self::Bridging => "bridging",
            Self::Other => "other",
        }
    }

    /// Its mark where there is no room for letters.
    pub const fn shape(self) -> Shape {
        match self {
            Self::Arp => Shape::Triangle,
            Self::Ndp => Shape::Gable,
            Self::Icmp => Shape::Diamond,
            Self::TcpControl => Shape::Hexagon,
            Self::TcpData => Shape::Square,
            Self::TcpAck => Shape::Bar,
            Self::Udp => Shape::Disc,
            Self::Service => Shape::House,
            Self::Routing => Shape::Star,
            Self::Bridging => Shape::Hourglass,
            Self::Other => Shape::Cross,
        }
    }

    /// One or two letters for a capsule that is too small for its label.
    pub fn cue(self, label: &str) -> &'static str {
        match self {
            Self::Arp if label.contains("who-has") => "?",
            Self::Arp => "!",
            Self::Ndp if label.starts_with("NS") => "?",
            Self::Ndp if label.starts_with("NA") => "!",
            Self::Ndp => "N",
            Self::Icmp if label.starts_with("echo reply") => "R",
            Self::Icmp if label.starts_with("echo") => "E",
            Self::Icmp => "I",
            Self::TcpControl if label.starts_with("SYN-ACK") => "SA",
            Self::TcpControl if label.starts_with("SYN") => "S",
            Self::TcpControl if label.starts_with("FIN") => "F",
            Self::TcpControl if label.starts_with("RST") => "X",
            Self::TcpControl => "T",
            Self::TcpData => "D",
            Self::TcpAck => "A",
            Self::Udp => "U",
            Self::Service if label.contains("query") || label.contains("Discover") => "?",
            Self::Service => "!",
            Self::Routing => "R",
            Self::Bridging => "B",
            Self::Other => "·",
        }
    }
}

impl Shape {
    /// Its corners, within a circle of radius 1.
    pub const fn corners(self) -> &'static [(f64, f64)] {
        match self {
            Self::Triangle => &[(0.0, -1.0), (0.92, 0.7), (-0.92, 0.7)],
            Self::Gable => &[(0.0, 1.0), (-0.92, -0.7), (0.92, -0.7)],
            Self::Diamond => &[(0.0, -1.0), (0.85, 0.0), (0.0, 1.0), (-0.85, 0.0)],
            Self::Hexagon => {
                &[(0.95, 0.0), (0.475, 0.82), (-0.475, 0.82), (-0.95, 0.0), (-0.475, -0.82), (0.475, -0.82)]
            }
            Self::Square => &[(-0.78, -0.78), (0.78, -0.78), (0.78, 0.78), (-0.78, 0.78)],
            Self::Bar => &[(-0.36, -0.92), (0.36, -0.92), (0.36, 0.92), (-0.36, 0.92)],
            Self::Disc => &[
                (0.9, 0.0),
                (0.78, 0.45),
                (0.45, 0.78),
                (0.0, 0.9),
                (-0.45, 0.78),
                (-0.78, 0.45),
                (-0.9, 0.0),
                (-0.78, -0.45),
                (-0.45, -0.78),
                (0.0, -0.9),
                (0.45, -0.78),
                (0.78, -0.45),
            ],
            Self::House => &[(0.0, -0.95), (0.85, -0.2), (0.6, 0.85), (-0.6, 0.85), (-0.85, -0.2)],
            Self::Star => &[
                (0.0, -1.0),
                (0.29, -0.4),
                (0.95, -0.31),
                (0.48, 0.15),
                (0.59, 0.81),
                (0.0, 0.5),
                (-0.59, 0.81),
                (-0.48, 0.15),
                (-0.95, -0.31),
                (-0.29, -0.4),
            ],
            Self::Hourglass => {
                &[(0.8, -0.9), (0.15, 0.0), (0.8, 0.9), (-0.8, 0.9), (-0.15, 0.0), (-0.8, -0.9)]
            }
            Self::Cross => &[
                (-0.3, -0.95),
                (0.3, -0.95),
                (0.3, -0.3),
                (0.95, -0.3),
                (0.95, 0.3),
                (0.3, 0.3),
                (0.3, 0.95),
                (-0.3, 0.95),
                (-0.3, 0.3),
                (-0.95, 0.3),
                (-0.95, -0.3),
                (-0.3, -0.3),
            ],
        }
    }

    /// An SVG path for a legend, in a view box of `-1 -1 2 2`.
    pub fn svg_path(self) -> String {
        let mut path = String::new();
        for (number, (x, y)) in self.corners().iter().enumerate() {
            path += &format!("{}{x} {y}", if number == 0 { "M" } else { "L" });
        }
        path + "Z"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let channel = |from: usize| {
            let value = f64::from(u8::from_str_radix(&colour[from..from + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn at_least(least: f64, pairs: &[(&str, &str, &str)]) {
        for (what, over, under) in pairs {
            let contrast = contrast(over, under);
            assert!(contrast >= least, "{what}: {over} on {under} is {contrast:.2}");
        }
    }

    #[test]
    fn text_has_a_contrast_of_four_and_a_half() {
        for theme in [Theme::Light, Theme::Dark] {
            let p = theme.palette();
            for swatch in Swatch::ALL {
                let colours = p.of(swatch);
                at_least(4.5, &[(swatch.name(), colours.ink, colours.fill)]);
            }
            at_least(
                4.5,
                &[
                    ("ink", p.ink, p.ground),
                    ("ink on badge", p.ink_soft, p.badge),
                    ("soft ink", p.ink_soft, p.ground),
                    ("fault", p.fault_ink, p.fault),
                    ("fault as text", p.fault, p.ground),
                    ("warning", p.warn_ink, p.warn),
                    ("line on a node", p.line, p.node),
                    ("line on a screen", p.line, p.screen),
                ],
            );
        }
    }

    #[test]
    fn the_vlans_that_people_use_have_colours_of_their_own_and_legible_numbers() {
        for vlans in [[10, 20, 30, 40, 50], [1, 2, 3, 4, 5]] {
            let mut fills = vlans.map(|vlan| vlan_colours(vlan).fill).to_vec();
            fills.sort_unstable();
            fills.dedup();
            assert_eq!(fills.len(), 5, "{vlans:?}");
        }
        for colours in &VLANS {
            at_least(4.5, &[("a VLAN's number", colours.ink, colours.fill)]);
        }
    }

    #[test]
    fn marks_have_a_contrast_of_three() {
        for theme in [Theme::Light, Theme::Dark] {
            let p = theme.palette();
            for swatch in Swatch::ALL {
                at_least(3.0, &[(swatch.name(), p.of(swatch).mark, p.ground)]);
            }
            at_least(
                3.0,
                &[("accent", p.accent, p.ground), ("line", p.line, p.ground), ("up", p.up, p.node)],
            );
        }
    }

    #[test]
    fn no_two_swatches_look_alike() {
        for theme in [Theme::Light, Theme::Dark] {
            for (number, one) in Swatch::ALL.into_iter().enumerate() {
                for other in &Swatch::ALL[number + 1..] {
                    assert_ne!(theme.palette().of(one), theme.palette().of(*other));
                    assert_ne!(one.shape(), other.shape(), "without colours, the shape tells them apart");
                }
            }
        }
    }
}
