//! The ladder's measures, in the size of ordinary text.

/// The least width of a lane.
pub const LANE_REM: f64 = 6.5;
/// The width of the times at the left.
pub const GUTTER_REM: f64 = 5.25;
/// The height of the nodes' names at the top.
pub const HEADS_REM: f64 = 2.0;
/// Above the first arrow and below the last.
pub const MARGIN_REM: f64 = 1.25;
