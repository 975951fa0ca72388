//! What is written on a frame where there is little room.

use std::fmt;

/// What is written on a frame, such as `SYN` or `DATA 1460`: a short ASCII text that needs no memory of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label {
    text: [u8; Label::LEN_MAX],
    len: u8,
}

impl Label {
    /// The longest are `echo reply 65535` and `DNS no such name`; what there is most of fits into 12.
    pub const LEN_MAX: usize = 16;

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.len)]).expect("only ASCII is written")
    }

    pub(crate) fn of(text: &'static str) -> Label {
        Label::write(format_args!("{text}"))
    }

    pub(crate) fn write(text: fmt::Arguments<'_>) -> Label {
        let mut label = Label { text: [0; Label::LEN_MAX], len: 0 };
        fmt::write(&mut label, text).expect("a label is short");
        label
    }
}

impl fmt::Write for Label {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let (start, end) = (usize::from(self.len), usize::from(self.len) + text.len());
        let place = self.text.get_mut(start..end).filter(|_| text.is_ascii()).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len = end as u8;
        Ok(())
    }
}

impl std::ops::Deref for Label {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
