//! From the places of faults to their positions in the text.

use crate::bounds;
use crate::fault::Step::{Field, Index};
use crate::fault::{Fault, Place};
use crate::json::{FIELDS_MAX, Shape, Value};
use wire::sorted::SortedMap;

/// Gives faults their positions in the text of their document, as far as it has these places.
pub fn locate<'f>(text: &str, faults: impl IntoIterator<Item = &'f mut Fault>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Ok(document) = Value::document(text) {
        let finder = Finder::new(document);
        for fault in faults {
            fault.position = Some(finder.find(&fault.place).position(text));
        }
    }
}

/// Finds the value at a place again without taking the lists apart each time.
pub(super) struct Finder<'a> {
    document: Value<'a>,
    lists: SortedMap<String, Vec<Value<'a>>>,
}

impl<'a> Finder<'a> {
    pub fn new(document: Value<'a>) -> Self {
        let fields = document.fields(FIELDS_MAX).map(|(fields, _)| fields).unwrap_or_default();
        let lists = fields.into_iter().filter(|(_, value)| matches!(value.shape(), Ok(Shape::Array)));
        let lists = lists.map(|(name, value)| (name, value.elements(bounds::LINKS_MAX).0)).collect();
        Self { document, lists }
    }

    pub fn find(&self, place: &Place) -> Value<'a> {
        if let [Field(list), Index(number), rest @ ..] = place.steps()
            && let Some(element) = self.lists.get(list).and_then(|list| list.get(*number))
        {
            return element.walk(rest);
        }
        self.document.walk(place.steps())
    }
}
