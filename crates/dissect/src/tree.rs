//! The tree: a frame's layers, their fields, and which bytes each is made of.
//!
//! The dissectors write a layer as a [`Draft`]: fields with ranges counted from the layer's own first byte, as the
//! RFCs draw them. The draft moves them to where they are in the frame and leaves out those whose bytes are missing,
//! so that no dissector has to think about cut frames field by field.

use std::fmt;
use std::ops::Range;

use crate::text::bytes;

/// A frame explained: its layers from the outermost inwards, then what trails behind them.
///
/// The layers' ranges follow each other without gap or overlap and cover the frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dissection {
    /// At least one, even of an empty frame.
    pub layers: Vec<Layer>,
}

/// One protocol's header, or the bytes that no protocol here explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Such as `Ethernet II`, `802.1Q`, `ARP`, `IPv4`, `TCP`, `Payload` or `Trailer`. The headers that an ICMP error
    /// quotes are `Quoted IPv4` and so on: they belong to another packet.
    pub name: &'static str,
    /// The layer in one line.
    pub summary: String,
    /// Its bytes in the frame.
    pub range: Range<usize>,
    /// In the order of their bytes.
    pub fields: Vec<Field>,
    /// What is wrong with the layer as a whole. Its fields have faults of their own.
    pub fault: Option<String>,
}

/// A named value in a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name by which Wireshark's display filters know it, such as `ip.ttl`.
    pub key: &'static str,
    /// The name that people use.
    pub name: &'static str,
    /// The value, formatted with its unit and, where the number has a name, that name.
    pub value: String,
    /// A sentence that says what the field is for.
    pub meaning: &'static str,
    /// The bytes in the frame that hold it, within the range of the layer (or field) that it is part of. Fields of
    /// less than a byte share one.
    pub range: Range<usize>,
    /// Its parts: the bits of flags, the contents of options.
    pub fields: Vec<Field>,
    /// What is wrong with it.
    pub fault: Option<String>,
}

impl Dissection {
    /// The first layer of that name.
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.name == name)
    }

    /// Everything that is wrong, from the outermost layer inwards.
    pub fn faults(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().flat_map(|layer| {
            let fields = layer.walk().filter_map(|field| field.fault.as_deref());
            layer.fault.as_deref().into_iter().chain(fields)
        })
    }
}

impl Layer {
    /// The first field with that key, at any depth.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.walk().find(|field| field.key == key)
    }

    /// All fields, each before its parts.
    pub fn walk(&self) -> impl Iterator<Item = &Field> {
        let mut waiting: Vec<_> = self.fields.iter().rev().collect();
        std::iter::from_fn(move || {
            let field = waiting.pop()?;
            waiting.extend(field.fields.iter().rev());
            Some(field)
        })
    }
}

/// The tree as indented text, without the meanings.
impl fmt::Display for Dissection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.layers.iter().try_for_each(|layer| write!(f, "{layer}"))
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.range;
        writeln!(f, "{} [{start}..{end}] {}", self.name, self.summary)?;
        if let Some(fault) = &self.fault {
            writeln!(f, "  ! {fault}")?;
        }
        self.fields.iter().try_for_each(|field| field.write(f, 1))
    }
}

impl Field {
    pub(crate) fn parts(self, fields: impl Into<Vec<Field>>) -> Field {
        Field { fields: fields.into(), ..self }
    }

    pub(crate) fn fault(self, fault: Option<String>) -> Field {
        Field { fault, ..self }
    }

    /// Moved to its place in the frame, or nothing if its bytes are not all among the first `present` of the layer, or
    /// if it has none.
    fn placed(mut self, start: usize, present: usize) -> Option<Field> {
        if self.range.end > present || self.range.is_empty() {
            return None;
        }
        self.range = start + self.range.start..start + self.range.end;
        self.fields = self.fields.into_iter().filter_map(|part| part.placed(start, present)).collect();
        Some(self)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let Range { start, end } = self.range;
        writeln!(f, "{:depth$}{} [{start}..{end}] {}", "", self.name, self.value, depth = 2 * depth)?;
        if let Some(fault) = &self.fault {
            writeln!(f, "{:depth$}! {fault}", "", depth = 2 * depth + 2)?;
        }
        self.fields.iter().try_for_each(|part| part.write(f, depth + 1))
    }
}

/// Which fields of a tree are read. Writing the values is most of the work, so only those that are read are written: a display filter
/// that looks for one field in every packet would otherwise write thirty for each.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'w> {
    /// All, with values, faults and summaries: for people.
    All,
    /// Those with this key, at any depth. Others are left out, or have no value.
    Key(&'w str),
    /// The key of each layer's first field: the protocol.
    Protocols,
    /// All, without values: for their faults.
    Faults,
}

impl<'w> Wanted<'w> {
    /// Whether the value of a field with this key is read.
    pub fn reads(self, key: &str) -> bool {
        match self {
            Wanted::All => true,
            Wanted::Key(wanted) => wanted == key,
            Wanted::Protocols | Wanted::Faults => false,
        }
    }

    /// Whether a field whose key begins like this can be of interest. Layers and groups of fields that cannot are left out whole,
    /// where packets are many: in the headers of nearly all.
    pub fn may_read(self, beginning: &str) -> bool {
        match self {
            Wanted::All | Wanted::Protocols | Wanted::Faults => true,
            Wanted::Key(wanted) => wanted.starts_with(beginning),
        }
    }

    /// A field without parts or fault; `range` counts from the first byte of its layer. `value` is written only if it is read.
    pub fn field(
        self,
        key: &'static str,
        name: &'static str,
        range: Range<usize>,
        value: impl fmt::Display,
        meaning: &'static str,
    ) -> Field {
        let value = if self.reads(key) { value.to_string() } else { String::new() };
        Field { key, name, value, meaning, range, fields: Vec::new(), fault: None }
    }

    /// A bit as a field of a byte or two.
    pub fn bit(
        self,
        key: &'static str,
        name: &'static str,
        range: Range<usize>,
        set: bool,
        meaning: &'static str,
    ) -> Field {
        self.field(key, name, range, if set { "set" } else { "not set" }, meaning)
    }

    /// A layer of `expected` bytes at the beginning of `range`; if that is shorter, the layer is what there is of it,
    /// with a fault.
    pub fn layer(self, name: &'static str, range: &Range<usize>, expected: usize) -> Draft<'w> {
        let mut draft = self.cut_layer(name, range, expected);
        if range.len() < expected {
            draft.layer.fault =
                Some(format!("Cut short: {} belong here, the frame has {}.", bytes(expected), range.len()));
        }
        draft
    }

    /// Like [`Wanted::layer`], but it is no fault if bytes are missing.
    pub fn cut_layer(self, name: &'static str, range: &Range<usize>, expected: usize) -> Draft<'w> {
        let range = range.start..range.start + expected.min(range.len());
        let layer = Layer { name, summary: String::new(), range, fields: Vec::new(), fault: None };
        Draft { layer, wanted: self }
    }
}

/// The layers found so far, and the frame that they are found in.
pub(crate) struct Tree<'f> {
    pub frame: &'f [u8],
    pub wanted: Wanted<'f>,
    layers: Vec<Layer>,
}

impl<'f> Tree<'f> {
    /// Before the first layer.
    pub fn of(frame: &'f [u8], wanted: Wanted<'f>) -> Tree<'f> {
        Tree { frame, wanted, layers: Vec::new() }
    }

    /// All layers.
    pub fn finish(self) -> Dissection {
        Dissection { layers: self.layers }
    }

    /// Adds the layer behind the last. It has to begin where that ends.
    pub fn push(&mut self, draft: Draft<'_>) {
        let end = self.layers.last().map_or(0, |layer| layer.range.end);
        assert_eq!(draft.layer.range.start, end, "layers tile the frame");
        self.layers.push(draft.layer);
    }

    /// The header of `expected` bytes at the beginning of `range`, as far as it is there.
    pub fn header(&self, range: &Range<usize>, expected: usize) -> &'f [u8] {
        &self.frame[range.start..range.start + expected.min(range.len())]
    }
}

/// A layer being written.
pub(crate) struct Draft<'w> {
    layer: Layer,
    pub wanted: Wanted<'w>,
}

impl Draft<'_> {
    /// Sets the summary, which only people read.
    pub fn summary<S: ToString>(&mut self, summary: impl FnOnce() -> S) {
        if let Wanted::All = self.wanted {
            self.layer.summary = summary().to_string();
        }
    }

    /// Sets the layer's fault, unless it has one: the first is the cause.
    pub fn fault(&mut self, fault: impl Into<String>) {
        self.layer.fault.get_or_insert_with(|| fault.into());
    }

    pub fn add(&mut self, field: Field) {
        let reads = match self.wanted {
            Wanted::All | Wanted::Faults => true,
            Wanted::Key(key) => field.key == key || !field.fields.is_empty(),
            Wanted::Protocols => self.layer.fields.is_empty(),
        };
        if !reads {
            return;
        }
        self.layer.fields.extend(field.placed(self.layer.range.start, self.layer.range.len()));
    }

    /// The first byte behind the layer.
    pub fn end(&self) -> usize {
        self.layer.range.end
    }
}
