//! How the reader takes fields, lists and single values: what has the wrong shape is noted, and reading goes on.

use super::{Object, Reader};
use crate::bounds::FAULTS_MAX;
use crate::fault::{Fault, Level};
use crate::json::{FIELDS_MAX, Shape, Value};
use crate::quantity::{self, Inexact, RATE, SIZE, TIME, Units, exact, quoted};
use netlab::run::{IpVersion, Target, Transport};
use netlab::topology::{Congestion, NodeId};
use netlab::{BitsPerSec, Duration, Instant, Ratio};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use std::net::IpAddr;
use texts::t;

// Fields and lists.
impl<'a> Reader<'a> {
    /// Notes a fault.
    pub(super) fn refuse<T>(&mut self, value: &Value<'a>, message: impl Into<String>) -> Option<T> {
        // One more than the bound is kept, as a sign that there were more.
        if self.errors.len() <= FAULTS_MAX {
            let mut fault = Fault::new(Level::Error, value.place.clone(), message);
            fault.position = Some(value.position(self.text));
            self.errors.push(fault);
        }
        None
    }

    /// A field, or its default if it is missing or faulty. A fault is noted.
    pub(super) fn field<T>(
        &mut self,
        object: &Object<'a>,
        name: &'static str,
        default: T,
        read: impl FnOnce(&mut Self, &Value<'a>) -> Option<T>,
    ) -> T {
        object.get(name).and_then(|value| read(self, value)).unwrap_or(default)
    }

    pub(super) fn required<T>(
        &mut self,
        object: &Object<'a>,
        name: &'static str,
        read: impl FnOnce(&mut Self, &Value<'a>) -> Option<T>,
    ) -> Option<T> {
        match object.get(name) {
            Some(value) => read(self, value),
            None => self.refuse(&object.value, t!("\"{name}\" is missing: {} needs it", object.what)),
        }
    }

    pub(super) fn object(
        &mut self,
        value: &Value<'a>,
        what: &'static str,
        known: &'static [&'static str],
    ) -> Option<Object<'a>> {
        let object = self.bare_object(value, what, known)?;
        self.refuse_unknown(&object);
        Some(object)
    }

    /// An object; unknown fields are not refused yet.
    pub(super) fn bare_object(
        &mut self,
        value: &Value<'a>,
        what: &'static str,
        known: &'static [&'static str],
    ) -> Option<Object<'a>> {
        match value.shape() {
            Ok(Shape::Object) => {}
            shape => return self.wrong_shape(value, shape, &t!("an object in braces {}", "{…}")),
        }
        match value.fields(FIELDS_MAX) {
            Ok((fields, more)) => {
                if more {
                    self.refuse::<()>(value, t!("{what} has far too many fields"));
                }
                Some(Object { value: value.clone(), what, known, fields })
            }
            Err(why) => self.refuse(value, why),
        }
    }

    pub(super) fn refuse_unknown(&mut self, object: &Object<'a>) {
        for (number, (name, value)) in object.fields.iter().enumerate() {
            if object.fields[..number].iter().any(|(earlier, _)| earlier == name) {
                self.refuse::<()>(value, t!("{} stands here twice: remove one", quoted(name)));
            } else if !object.known.contains(&name.as_str()) {
                let remedy = match nearest(name, object.known.iter().copied()) {
                    Some(near) => t!("did you mean \"{near}\"?"),
                    None => t!("it can have {}", object.known.join(", ")),
                };
                self.refuse::<()>(value, t!("{} has no {}: {remedy}", object.what, quoted(name)));
            }
        }
    }

    /// The first elements: one more than `max`, so that the check sees that there are too many.
    pub(super) fn list_of(&mut self, object: &Object<'a>, name: &'static str, max: usize) -> Vec<Value<'a>> {
        self.field(object, name, Vec::new(), |reader, value| reader.list(value, max + 1))
    }

    pub(super) fn list(&mut self, value: &Value<'a>, max: usize) -> Option<Vec<Value<'a>>> {
        match value.shape() {
            Ok(Shape::Array) => Some(value.elements(max).0),
            shape => self.wrong_shape(value, shape, t!("a list in brackets […]")),
        }
    }

    /// One value for both directions of a link, or two in the order of its ends.
    pub(super) fn both<T: Copy>(
        &mut self,
        value: &Value<'a>,
        read: impl Fn(&mut Self, &Value<'a>) -> Option<T>,
    ) -> Option<[T; 2]> {
        let Ok(Shape::Array) = value.shape() else {
            return read(self, value).map(|both| [both; 2]);
        };
        let values = self.list(value, 3)?;
        let [first, second] = &values[..] else {
            return self
                .refuse(value, t!("write one value for both directions, or two in the order of \"ends\""));
        };
        let (first, second) = (read(self, first), read(self, second));
        Some([first?, second?])
    }

    pub(super) fn wrong_shape<T>(
        &mut self,
        value: &Value<'a>,
        shape: Result<Shape<'a>, &'static str>,
        wanted: &str,
    ) -> Option<T> {
        let found = match shape {
            Err(why) => return self.refuse(value, why),
            Ok(Shape::Null) => "null".to_owned(),
            Ok(Shape::Bool(found)) => found.to_string(),
            Ok(Shape::Number(found)) => t!("the number {}", quoted(found).trim_matches('"')),
            Ok(Shape::Text(found)) => t!("the text {}", quoted(&found)),
            Ok(Shape::Array) => t!("a list").to_owned(),
            Ok(Shape::Object) => t!("an object").to_owned(),
        };
        self.refuse(value, t!("this should be {wanted}, not {found}"))
    }
}

// Single values.
impl<'a> Reader<'a> {
    pub(super) fn string(&mut self, value: &Value<'a>) -> Option<String> {
        match value.shape() {
            Ok(Shape::Text(text)) => Some(text),
            shape => self.wrong_shape(value, shape, t!("a text in double quotes")),
        }
    }

    pub(super) fn boolean(&mut self, value: &Value<'a>) -> Option<bool> {
        match value.shape() {
            Ok(Shape::Bool(boolean)) => Some(boolean),
            shape => self.wrong_shape(value, shape, t!("true or false")),
        }
    }

    pub(super) fn number(&mut self, value: &Value<'a>, scale: u64, wanted: &str) -> Option<u64> {
        let found = match value.shape() {
            Ok(Shape::Number(found)) => found,
            shape => return self.wrong_shape(value, shape, wanted),
        };
        match exact(found, scale) {
            Ok(number) => Some(number),
            Err(Inexact::TooLarge) => self.refuse(value, t!("this should be {wanted}; it is far too large")),
            Err(Inexact::TooFine) if scale > 1 => {
                self.refuse(value, t!("this should be {wanted}, with at most nine decimals"))
            }
            Err(_) => {
                let shape = value.shape();
                self.wrong_shape(value, shape, wanted)
            }
        }
    }

    pub(super) fn whole(&mut self, value: &Value<'a>) -> Option<u64> {
        self.number(value, 1, t!("a whole number, zero or more"))
    }

    /// A number of bytes that is usually written without a unit, such as an MTU.
    pub(super) fn count_of_bytes(&mut self, value: &Value<'a>) -> Option<usize> {
        self.number(value, 1, t!("a whole number of bytes, without a unit")).map(saturated)
    }

    pub(super) fn count(&mut self, value: &Value<'a>) -> Option<u32> {
        self.whole(value).map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// A number whose type's largest value is out of its bounds.
    pub(super) fn saturating<T: TryFrom<u64> + Bounded>(&mut self, value: &Value<'a>) -> Option<T> {
        self.whole(value).map(|number| T::try_from(number).unwrap_or(T::MOST))
    }

    /// A number up to 255.
    pub(super) fn byte(&mut self, value: &Value<'a>) -> Option<u8> {
        let number = self.whole(value)?;
        u8::try_from(number).ok().or_else(|| self.refuse(value, t!("too much: at most 255")))
    }

    pub(super) fn port(&mut self, value: &Value<'a>) -> Option<u16> {
        let port = self.number(value, 1, t!("a port number from 1 to 65535"))?;
        match u16::try_from(port) {
            Ok(port) => Some(port),
            Err(_) => self.refuse(value, t!("ports go from 1 to 65535")),
        }
    }

    pub(super) fn ratio(&mut self, value: &Value<'a>) -> Option<Ratio> {
        self.part_of_one(
            value,
            t!("a probability from 0 to 1, like 0.01 for one in a hundred"),
            t!("1 is always"),
        )
    }

    /// A correlation.
    pub(super) fn share(&mut self, value: &Value<'a>) -> Option<Ratio> {
        self.part_of_one(
            value,
            t!("a correlation from 0 to 1, like 0.25 for a quarter"),
            t!("1 never changes"),
        )
    }

    fn part_of_one(&mut self, value: &Value<'a>, wanted: &str, one: &str) -> Option<Ratio> {
        let ppb = self.number(value, 1_000_000_000, wanted)?;
        match u32::try_from(ppb).ok().and_then(Ratio::from_ppb) {
            Some(ratio) => Some(ratio),
            None => self.refuse(value, t!("this should be {wanted}; {one}")),
        }
    }

    /// A number of seconds, or a duration with a unit.
    pub(super) fn seconds(&mut self, value: &Value<'a>) -> Option<Duration> {
        match value.shape() {
            Ok(Shape::Text(_)) => self.duration(value),
            _ => self.number(value, 1_000_000_000, t!("a number of seconds")).map(Duration::from_nanos),
        }
    }

    pub(super) fn quantity(&mut self, value: &Value<'a>, units: Units, example: &str) -> Option<u64> {
        let text = match value.shape() {
            // "5 has no unit" helps more than "this should be a text".
            Ok(Shape::Number(number)) => number.to_owned(),
            Ok(Shape::Text(text)) => text,
            shape => return self.wrong_shape(value, shape, &t!("a text like \"{example}\"")),
        };
        match quantity::parse(&text, units, example) {
            Ok(quantity) => Some(quantity),
            Err(message) => self.refuse(value, message),
        }
    }

    pub(super) fn duration(&mut self, value: &Value<'a>) -> Option<Duration> {
        self.quantity(value, TIME, "1ms").map(Duration::from_nanos)
    }

    /// A timeout; `None`: none.
    pub(super) fn patience(&mut self, value: &Value<'a>) -> Option<Option<Duration>> {
        match value.shape() {
            Ok(Shape::Text(text)) if text == "none" => Some(None),
            _ => self.duration(value).map(Some),
        }
    }

    pub(super) fn moment(&mut self, value: &Value<'a>) -> Option<Instant> {
        self.duration(value).map(|since| Instant::ZERO + since)
    }

    pub(super) fn size64(&mut self, value: &Value<'a>) -> Option<u64> {
        self.quantity(value, SIZE, "64KiB")
    }

    pub(super) fn size(&mut self, value: &Value<'a>) -> Option<usize> {
        self.size64(value).map(saturated)
    }

    pub(super) fn rate(&mut self, value: &Value<'a>) -> Option<BitsPerSec> {
        let rate = self.quantity(value, RATE, "100Mbps")?;
        match BitsPerSec::new(rate) {
            Some(rate) => Some(rate),
            None => self.refuse(
                value,
                t!("nothing passes at this rate: for a pulled cable write {} in impair", "{\"down\": true}"),
            ),
        }
    }

    /// `None`: unlimited.
    pub(super) fn link_rate(&mut self, value: &Value<'a>) -> Option<Option<BitsPerSec>> {
        match value.shape() {
            Ok(Shape::Text(text)) if text == "unlimited" => Some(None),
            _ => self.rate(value).map(Some),
        }
    }

    /// Which of these words it is.
    pub(super) fn one_of(&mut self, value: &Value<'a>, words: &[&str], what: &str) -> Option<usize> {
        let text = self.string(value)?;
        words.iter().position(|word| *word == text).or_else(|| {
            let remedy = match nearest(&text, words.iter().copied()) {
                Some(near) => t!("did you mean \"{near}\"?"),
                None => t!("write one of {}", words.join(", ")),
            };
            self.refuse(value, t!("{} is no {what}: {remedy}", quoted(&text)))
        })
    }

    pub(super) fn congestion(&mut self, value: &Value<'a>) -> Option<Congestion> {
        const ALL: [Congestion; 3] = [Congestion::None, Congestion::Reno, Congestion::Cubic];
        self.one_of(value, &["none", "reno", "cubic"], t!("congestion control")).map(|number| ALL[number])
    }

    pub(super) fn transport(&mut self, value: &Value<'a>) -> Option<Transport> {
        self.boolean(value).map(|udp| if udp { Transport::Udp } else { Transport::Tcp })
    }

    pub(super) fn ip_version(&mut self, value: &Value<'a>) -> Option<IpVersion> {
        match self.number(value, 1, t!("4 or 6"))? {
            4 => Some(IpVersion::V4),
            6 => Some(IpVersion::V6),
            _ => self.refuse(value, t!("this should be 4 or 6")),
        }
    }

    pub(super) fn point(&mut self, value: &Value<'a>) -> Option<(f64, f64)> {
        let numbers = self.list(value, 3)?;
        let [x, y] = &numbers[..] else {
            return self.refuse(value, t!("a place is two numbers: write [x, y]"));
        };
        let (x, y) = (self.coordinate(x), self.coordinate(y));
        Some((x?, y?))
    }

    pub(super) fn coordinate(&mut self, value: &Value<'a>) -> Option<f64> {
        match value.shape() {
            // Not `str::parse`: the tables of that are 10 KB of the page, and finer steps cannot be seen.
            Ok(Shape::Number(number)) => match quantity::thousandths(number) {
                Some(thousandths) => Some(thousandths as f64 / 1e3),
                None => self.refuse(value, t!("this number is far too large")),
            },
            shape => self.wrong_shape(value, shape, t!("a number")),
        }
    }

    pub(super) fn node_id(&mut self, value: &Value<'a>) -> Option<NodeId> {
        let id = self.string(value)?;
        self.find_node(value, &id)
    }

    pub(super) fn find_node(&mut self, value: &Value<'a>, id: &str) -> Option<NodeId> {
        self.ids.get(id).copied().or_else(|| {
            if self.errors.len() > FAULTS_MAX {
                return None;
            }
            let remedy = match nearest(id, self.ids.keys().map(String::as_str)) {
                Some(near) => t!("did you mean \"{near}\"?"),
                None => t!("add it to nodes, or write the id of another").to_owned(),
            };
            self.refuse(value, t!("no node has the id {}: {remedy}", quoted(id)))
        })
    }

    pub(super) fn target(&mut self, value: &Value<'a>, version: Option<IpVersion>) -> Option<Target> {
        let text = self.string(value)?;
        let Ok(address) = text.parse::<IpAddr>() else {
            return self.find_node(value, &text).map(|node| Target::Node(node, version));
        };
        let address = IpAddress::from(address);
        if version.is_some_and(|version| version != crate::ip::version_of(address)) {
            return self.refuse(
                value,
                t!("this address is not of the IP version that \"ip\" asks for: remove \"ip\""),
            );
        }
        Some(Target::Address(address))
    }

    pub(super) fn address(&mut self, value: &Value<'a>) -> Option<IpAddress> {
        let text = self.string(value)?;
        match text.parse::<IpAddr>() {
            Ok(address) => Some(address.into()),
            Err(_) if text.contains('/') => {
                self.refuse(value, t!("{} should be an address without a prefix length", quoted(&text)))
            }
            Err(_) => self.refuse(
                value,
                t!("{} is no IP address: write something like \"10.0.0.254\" or \"fd00::1\"", quoted(&text)),
            ),
        }
    }

    /// Addresses with their prefixes; one more than `max` is enough to see that there are too many.
    pub(super) fn cidrs(&mut self, value: &Value<'a>, max: usize) -> Option<Vec<IpCidr>> {
        let addresses = self.list(value, max)?;
        Some(addresses.iter().filter_map(|address| self.cidr(address)).collect())
    }

    /// The address of a machine with its prefix.
    pub(super) fn cidr(&mut self, value: &Value<'a>) -> Option<IpCidr> {
        let text = self.string(value)?;
        if text.contains('/') {
            return self.with_prefix(value, &text, 1);
        }
        let usual = match text.parse::<IpAddr>() {
            Ok(IpAddr::V6(_)) => format!("{text}/64"),
            Ok(IpAddr::V4(_)) => format!("{text}/24"),
            Err(_) => "10.0.0.1/24".to_owned(),
        };
        let message = t!("{} has no prefix length: write something like \"{usual}\"", quoted(&text));
        self.refuse(value, message)
    }

    /// A network, or one address alone.
    pub(super) fn network(&mut self, value: &Value<'a>) -> Option<IpCidr> {
        let text = self.string(value)?;
        match text.parse::<IpAddr>() {
            Ok(alone) => Some(IpCidr::new(alone.into(), if alone.is_ipv4() { 32 } else { 128 })),
            Err(_) => self.with_prefix(value, &text, 0),
        }
    }

    /// An address with a prefix of at least `least` bits.
    fn with_prefix(&mut self, value: &Value<'a>, text: &str, least: u8) -> Option<IpCidr> {
        let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
        let Ok(address) = address.parse::<IpAddr>() else {
            let example = match least {
                0 => t!("\"10.0.0.0/24\" or \"fd00::/64\""),
                _ => t!("\"10.0.0.1/24\" or \"fd00::1/64\""),
            };
            let message = t!("{} is no IP address: write something like {example}", quoted(text));
            return self.refuse(value, message);
        };
        let max = if address.is_ipv4() { 32 } else { 128 };
        let leading = prefix.len() > 1 && prefix.starts_with('0');
        let digits = !leading && prefix.bytes().all(|digit| digit.is_ascii_digit());
        match prefix.parse::<u8>() {
            Ok(prefix) if digits && (least..=max).contains(&prefix) => {
                Some(IpCidr::new(address.into(), prefix))
            }
            _ => self.refuse(
                value,
                t!("{} is no prefix length: it goes from {least} to {max} for this address", quoted(prefix)),
            ),
        }
    }

    pub(super) fn mac(&mut self, value: &Value<'a>) -> Option<EthernetAddress> {
        let text = self.string(value)?;
        // Two digits each; smoltcp's parser lets one pass.
        match text.parse() {
            Ok(mac) if text.len() == 17 => Some(mac),
            _ => self.refuse(
                value,
                t!("{} is no MAC address: write something like \"02:00:00:00:00:01\"", quoted(&text)),
            ),
        }
    }
}

/// All of these words.
pub(super) fn listed(words: &[&str]) -> String {
    let all = words.iter().map(|&word| word.to_owned()).reduce(|list, last| t!("{list} and {last}"));
    all.unwrap_or_default()
}

/// Small numbers.
pub(super) trait Bounded {
    /// The largest.
    const MOST: Self;
}

impl Bounded for u8 {
    const MOST: Self = Self::MAX;
}

impl Bounded for u16 {
    const MOST: Self = Self::MAX;
}

/// A number in fewer bits: larger ones become the largest, which the bounds refuse.
fn saturated(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The known word that was probably meant.
pub fn nearest<'w>(written: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    // This bounds the time that a hostile document with thousands of ids and typing errors costs.
    const COMPARED_CHARS_MAX: usize = 64;
    const COMPARED_WORDS_MAX: usize = 200;
    if written.is_empty() || written.chars().count() > COMPARED_CHARS_MAX {
        return None;
    }
    // Words and ids are ASCII.
    let written = written.to_ascii_lowercase();
    known
        .take(COMPARED_WORDS_MAX)
        .map(|word| (strsim::damerau_levenshtein(&written, &word.to_ascii_lowercase()), word))
        .filter(|(distance, word)| {
            *distance <= 1 + word.chars().count() / 4 && *distance < written.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}
