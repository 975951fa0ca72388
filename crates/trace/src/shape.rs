//! Outlines by which small marks of frames differ where there is no room for letters, also without their colors.

use wire::decimal::decimal;

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
        // Of the corners above.
        const PLACES: u32 = 3;
        let mut path = String::new();
        for (number, (x, y)) in self.corners().iter().enumerate() {
            let [x, y] = [x, y].map(|side| decimal(*side, PLACES));
            path += &format!("{}{x} {y}", if number == 0 { "M" } else { "L" });
        }
        path + "Z"
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_has_all_decimals_of_the_corners() {
        for swatch in crate::swatch::Swatch::ALL {
            let shape = swatch.shape();
            let corners: Vec<_> = shape.corners().iter().map(|(x, y)| format!("{x} {y}")).collect();
            assert_eq!(shape.svg_path(), format!("M{}Z", corners.join("L")));
        }
    }
}
