//! The colors of the stage in both themes, and those of VLANs.
//!
//! They stand here and not in CSS: the stage draws 60 times a second and the legend has to agree with it, so both take
//! their colors from this table (the page sets [`Palette::custom_properties`] on its root for its style sheets). Tests check
//! the contrast: text on its capsule at least 4.5 : 1 (WCAG 2.2, 1.4.3), marks on the ground at least 3 : 1 (1.4.11).

use trace::swatch::Swatch;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark ink on a light ground.
    #[default]
    Light,
    /// Light ink on a dark ground.
    Dark,
}

/// The colors of one swatch, as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colors {
    /// A capsule's body.
    pub fill: &'static str,
    /// The letters on it.
    pub ink: &'static str,
    /// Small marks, light in the cable, a capsule's edge.
    pub mark: &'static str,
}

/// All colors of a theme, as `#rrggbb`.
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
    /// A shadow's color, with alpha.
    pub shadow: &'static str,
    swatches: [Colors; Swatch::ALL.len()],
}

/// The colors of the VLANs, by Okabe and Ito: distinct for people with any kind of color vision. The number always stands
/// beside them: there are more VLANs than colors.
static VLANS: [Colors; 7] = [
    on("#e69f00", "#1d1300"),
    on("#56b4e9", "#04202f"),
    on("#009e73", "#00140e"),
    on("#f0e442", "#1f1c00"),
    on("#0072b2", "#ffffff"),
    on("#d55e00", "#140800"),
    on("#cc79a7", "#1f0716"),
];

/// The colors of a VLAN, the same in every network and theme. Its tens count as well as its ones, because people number
/// VLANs 10, 20, 30.
pub fn vlan_colors(vlan: u16) -> Colors {
    VLANS[usize::from(vlan / 10 + vlan) % VLANS.len()]
}

const fn on(fill: &'static str, ink: &'static str) -> Colors {
    Colors { fill, ink, mark: fill }
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
        Colors { fill: "#dbe8fe", ink: "#1e3a9e", mark: "#4c83ee" },
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
        Colors { fill: "#1d3359", ink: "#cfe0ff", mark: "#5b8def" },
        on("#b79bff", "#180640"),
        on("#4fd2ff", "#001f2b"),
        on("#a3d65c", "#142200"),
        on("#d6cd5e", "#1f1c00"),
        on("#9aa9bf", "#0d1420"),
    ],
};

impl Theme {
    /// Its colors.
    pub fn palette(self) -> &'static Palette {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
        }
    }
}

impl Palette {
    /// The colors of a swatch.
    pub fn of(&self, swatch: Swatch) -> Colors {
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
            let colors = self.of(swatch);
            [("", colors.fill), ("-ink", colors.ink), ("-mark", colors.mark)]
                .map(|(what, color)| (format!("--frame-{}{what}", swatch.key()), color))
        });
        plain.into_iter().map(|(name, color)| (format!("--stage-{name}"), color)).chain(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(color: &str) -> f64 {
        let channel = |from: usize| {
            let value = f64::from(u8::from_str_radix(&color[from..from + 2], 16).unwrap()) / 255.0;
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
                let colors = p.of(swatch);
                at_least(4.5, &[(swatch.name(), colors.ink, colors.fill)]);
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
    fn the_vlans_that_people_use_have_colors_of_their_own_and_legible_numbers() {
        for vlans in [[10, 20, 30, 40, 50], [1, 2, 3, 4, 5]] {
            let mut fills = vlans.map(|vlan| vlan_colors(vlan).fill).to_vec();
            fills.sort_unstable();
            fills.dedup();
            assert_eq!(fills.len(), 5, "{vlans:?}");
        }
        for colors in &VLANS {
            at_least(4.5, &[("a VLAN's number", colors.ink, colors.fill)]);
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
    fn no_two_swatches_have_the_same_colors() {
        for theme in [Theme::Light, Theme::Dark] {
            for (number, one) in Swatch::ALL.into_iter().enumerate() {
                for other in &Swatch::ALL[number + 1..] {
                    assert_ne!(theme.palette().of(one), theme.palette().of(*other));
                }
            }
        }
    }
}
