//! VLAN tags as they are on the wire (IEEE 802.1Q-2022, 9): four bytes between the source and the type.

use wire::Frame;

/// The tag protocol identifier of a customer VLAN tag.
const TPID: [u8; 2] = [0x81, 0x00];
const TAG_BYTES: usize = 4;
const AT: usize = 12;
const HEADER_BYTES: usize = 14;
/// The bits of the control information that are the VLAN's number; above them PCP and DEI.
const VID: u16 = 0xfff;

/// What a frame's first tag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tagged {
    /// It has none.
    No,
    /// Its control information.
    With(Control),
    /// It ends within the tag, or before the type that should follow.
    Broken,
}

/// A tag's control information: PCP, DEI and the VLAN's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Control(u16);

impl Control {
    /// The VLAN's number. 0: the tag has a priority only, and the frame counts as untagged.
    pub fn vid(self) -> u16 {
        self.0 & VID
    }

    /// The same priority in another VLAN.
    pub fn in_vlan(self, vid: u16) -> Self {
        Self(self.0 & !VID | vid & VID)
    }
}

/// The first tag of a frame.
#[inline]
pub(crate) fn of(frame: &[u8]) -> Tagged {
    if frame.get(AT..AT + 2) != Some(&TPID) {
        return Tagged::No;
    }
    match frame.get(AT + 2..HEADER_BYTES + TAG_BYTES) {
        Some(&[a, b, _, _]) => Tagged::With(Control(u16::from_be_bytes([a, b]))),
        _ => Tagged::Broken,
    }
}

/// The frame with this tag before all others.
pub(crate) fn push(frame: &[u8], control: Control) -> Frame {
    let (addresses, rest) = frame.split_at(AT.min(frame.len()));
    Frame::concat(&[addresses, &TPID, &control.0.to_be_bytes(), rest])
}

/// The frame without its first tag.
pub(crate) fn pop(frame: &[u8]) -> Frame {
    let rest = frame.get(AT + TAG_BYTES..).unwrap_or_default();
    Frame::concat(&[&frame[..AT.min(frame.len())], rest])
}

/// How long its payload is: header and first tag do not count.
#[inline]
pub(crate) fn payload_len(frame: &[u8]) -> usize {
    let header = match of(frame) {
        Tagged::No => HEADER_BYTES,
        Tagged::With(_) | Tagged::Broken => HEADER_BYTES + TAG_BYTES,
    };
    frame.len().saturating_sub(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_tag_that_is_pushed_and_popped_leaves_no_trace(
            frame in prop::collection::vec(any::<u8>(), 14..200), control in any::<u16>(),
        ) {
            let tagged = push(&frame, Control(control));
            prop_assert_eq!(of(&tagged), Tagged::With(Control(control)));
            prop_assert_eq!(tagged.len(), frame.len() + 4);
            prop_assert_eq!(&*pop(&tagged), &frame[..]);
        }
    }

    #[test]
    fn a_tag_has_these_very_bytes() {
        let frame = [&[1; 6][..], &[2; 6], &[8, 0], b"payload"].concat();
        // Priority 5, drop eligible, VLAN 10.
        let tagged = push(&frame, Control(5 << 13 | 1 << 12).in_vlan(10));
        assert_eq!(&tagged[..18], [&[1; 6][..], &[2; 6], &[0x81, 0, 0xb0, 10, 8, 0]].concat());
        assert_eq!(payload_len(&tagged), 7);
    }

    #[test]
    fn a_frame_that_ends_within_its_tag_is_broken() {
        let frame = [&[1; 12][..], &[0x81, 0, 0, 10, 8]].concat();
        assert_eq!(of(&frame), Tagged::Broken);
    }
}
