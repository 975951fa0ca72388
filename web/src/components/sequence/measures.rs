//! The ladder's measures, in the size of ordinary text.

/// The least width of a lane.
pub const LANE_REM: f64 = 6.5;
/// The same where two ladders share the width.
pub const LANE_OF_TWO_REM: f64 = 2.25;
/// The width of the times at the left.
pub const GUTTER_REM: f64 = 5.25;
/// The height of the nodes' names at the top.
pub const HEADS_REM: f64 = 2.0;
/// The height of the branches' names above them.
pub const BRANCH_REM: f64 = 1.5;
/// Above the first arrow and below the last.
pub const MARGIN_REM: f64 = 1.25;
