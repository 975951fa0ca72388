//! Filters by hand.
