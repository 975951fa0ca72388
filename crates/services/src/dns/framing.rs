//! DNS messages in a TCP connection: each has its length in front (RFC 1035, 4.2.2).

/// The bytes of a connection that do not make a whole message yet: 64 KB and the length at most.
#[derive(Clone, Debug, Default)]
pub struct Framing {
    bytes: Vec<u8>,
}

impl Framing {
    /// How many bytes it takes before a message has to be taken out.
    pub fn room(&self) -> usize {
        (2 + usize::from(u16::MAX)).saturating_sub(self.bytes.len())
    }

    /// Adds received bytes; what there is no [room](Self::room) for is lost.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(&bytes[..bytes.len().min(self.room())]);
    }

    /// The oldest whole message.
    pub fn next_message(&mut self) -> Option<Vec<u8>> {
        let [high, low, ..] = self.bytes[..] else { return None };
        let end = 2 + usize::from(u16::from_be_bytes([high, low]));
        let message = self.bytes.get(2..end)?.to_vec();
        self.bytes.drain(..end);
        Some(message)
    }
}

/// A message with its length in front.
///
/// # Panics
/// If it is longer than 65,535 bytes.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let len = u16::try_from(message.len()).expect("a DNS message fits into 64 KB");
    [&len.to_be_bytes(), message].concat()
}
