//! A measured line of text.

/// A measured line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Short: longer ones have been elided.
    pub text: String,
    /// Its width at a font size of 1.
    pub width_em: f64,
}
