//! The headers of a frame read without allocating anything, down to where the transport header begins. The bytes of packets are
//! read by [`wire::header`], which routers and switches use, too.

pub(crate) mod content;
pub(crate) mod ethernet;
pub(crate) mod ip;
pub(crate) mod place;
