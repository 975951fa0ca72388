//! Conversations made by hand.
