//! What one animation frame is painted from.

use crate::stage::camera::View;
use crate::stage::hand::Hand;
use crate::stage::layout::Layout;
use crate::stage::looks::Looks;
use crate::stage::palette::Theme;
use crate::stage::sketch::Sketch;
use crate::stage::standing::Standing;
use crate::stage::traffic::marks::Traffic;
use netlab::topology::NodeId;
use trace::selection::Selection;

/// What one animation frame is painted from.
pub struct Picture<'a> {
    /// The network without a scale.
    pub sketch: &'a Sketch,
    /// What switches have found out.
    pub standing: &'a Standing,
    /// Nodes on which light falls.
    pub spotlight: &'a [NodeId],
    /// The network on the canvas.
    pub layout: &'a Layout,
    /// What moves.
    pub traffic: &'a Traffic,
    /// The labels.
    pub looks: &'a Looks,
    /// From where it is seen.
    pub view: View,
    /// Light or dark.
    pub theme: Theme,
    /// What is selected.
    pub selection: Option<Selection>,
    /// What the pointer is over.
    pub hover: Option<Selection>,
    /// Nodes that are selected together.
    pub group: &'a [NodeId],
    /// What is held.
    pub hand: Hand,
    /// Whether things can be taken hold of.
    pub editing: bool,
    /// Nothing moves for decoration only.
    pub reduced_motion: bool,
    /// Counts up whenever the sketch is another one.
    pub revision: u64,
}
