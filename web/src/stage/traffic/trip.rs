//! A frame on its way.

use crate::stage::journey::Journey;
use crate::stage::looks::Look;

/// A frame's journey, and what it looks like.
#[derive(Clone, Copy, Debug)]
pub struct Trip {
    /// When it is where.
    pub journey: Journey,
    /// Its look.
    pub look: Look,
}
