//! The group records of IGMPv3 and MLDv2 reports (RFC 3376 §4.2.4, RFC 3810 §5.2.5). Only the size of the addresses differs.

use crate::number::number;

/// Kind, length of the auxiliary data in units of 4 bytes, number of sources.
pub(crate) const RECORD_HEAD_LEN: usize = 4;

/// A record as its head outlines it. It may be longer than the message.
pub(crate) struct Record {
    pub at: usize,
    pub kind: u32,
    pub sources: usize,
    pub auxiliary_len: usize,
    address_len: usize,
}

impl Record {
    fn read(message: &[u8], at: usize, address_len: usize) -> Record {
        Record {
            at,
            kind: number(message, at..at + 1),
            sources: number(message, at + 2..at + 4) as usize,
            auxiliary_len: 4 * number(message, at + 1..at + 2) as usize,
            address_len,
        }
    }

    pub fn group_at(&self) -> usize {
        self.at + RECORD_HEAD_LEN
    }

    /// Where the addresses of the sources are.
    pub fn sources_at(&self) -> impl Iterator<Item = usize> + use<> {
        addresses(self.group_at() + self.address_len, self.sources, self.address_len)
    }

    pub fn end(&self) -> usize {
        self.group_at() + (1 + self.sources) * self.address_len + self.auxiliary_len
    }
}

/// Where `count` addresses are that follow each other.
pub(crate) fn addresses(start: usize, count: usize, address_len: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |number| start + number * address_len)
}

/// The records that begin at `start`: the `count` that the message claims, as far as it has the beginning of them.
pub(crate) fn records(
    message: &[u8],
    start: usize,
    count: u32,
    address_len: usize,
) -> impl Iterator<Item = Record> + use<'_> {
    let mut at = start;
    (0..count).map_while(move |_| {
        (at < message.len()).then(|| {
            let record = Record::read(message, at, address_len);
            at = record.end();
            record
        })
    })
}
