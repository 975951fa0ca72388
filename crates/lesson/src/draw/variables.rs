//! What a lesson draws, and from which values.

use super::value::{Value, bits, hosts, with_bits};
use super::{expression, fill};
use crate::bounds::{EXPRESSION_CHARS_MAX, VALUE_CHARS_MAX, VALUES_MAX, VARIABLES_MAX};
use crate::read::{Object, Reader};
use scenario::bounds::SEED_MAX;
use scenario::json::{Shape, Value as Json};
use scenario::link::seed_from;
use smoltcp::wire::IpCidr;
use texts::t;
use wire::rng::Stream;
use wire::sorted::SortedMap;

/// How often a value is drawn again because another variable has it already.
const TRIES: usize = 200;
const FIELDS: &[&str] = &["number", "choice", "network", "prefix", "host", "is", "unlike"];

/// The values of all variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// What they were drawn from.
    pub seed: u64,
    /// By name. `seed` is one of them.
    pub values: SortedMap<String, Value>,
}

impl Drawing {
    /// A text with its braces filled in.
    ///
    /// # Errors
    /// Says what is wrong with an expression.
    pub fn text(&self, template: &str) -> Result<String, String> {
        fill::text(template, &self.values)
    }
}

/// Draws the variables of a lesson, in their order.
pub(crate) fn draw<'a>(reader: &mut Reader<'a>, variables: Option<&Json<'a>>, seed: u64) -> Drawing {
    let seed = seed & SEED_MAX;
    let mut drawing = Drawing { seed, values: SortedMap::new() };
    drawing.values.insert("seed".to_owned(), Value::Number(seed as i64));
    let Some(variables) = variables else { return drawing };
    for (name, value) in reader.named(variables, t!("variables"), VARIABLES_MAX) {
        if drawing.values.contains_key(&name) {
            reader.refuse::<()>(&value, t!("there is another variable of this name"));
            continue;
        }
        let mut stream = Stream::new(seed, &[seed_from(&name)]);
        if let Some(drawn) = variable(reader, &value, &drawing, &mut stream) {
            drawing.values.insert(name, drawn);
        }
    }
    drawing
}

fn variable<'a>(
    reader: &mut Reader<'a>,
    json: &Json<'a>,
    drawing: &Drawing,
    stream: &mut Stream,
) -> Option<Value> {
    let object = reader.object(json, t!("a variable"), FIELDS)?;
    let (kind, value) =
        reader.one_kind(&object, &FIELDS[..3].iter().chain(&FIELDS[4..6]).copied().collect::<Vec<_>>())?;
    let unlike = unlike(reader, &object);
    let mut one = |reader: &mut Reader<'a>| match kind {
        "number" => number(reader, &value, stream),
        "choice" => choice(reader, &value, stream),
        "network" => network(reader, &object, &value, drawing, stream),
        "host" => host(reader, &value, drawing, stream),
        _ => {
            let text = reader.text(&value, EXPRESSION_CHARS_MAX)?;
            expression::evaluate(&text, &drawing.values).map_err(|why| reader.refuse::<()>(&value, why)).ok()
        }
    };
    for _ in 0..TRIES {
        let drawn = one(reader)?;
        let is_taken = match kind {
            // Two hosts never have the same address.
            "host" => drawing.values.values().any(|other| *other == drawn),
            _ => unlike.iter().any(|name| drawing.values.get(name) == Some(&drawn)),
        };
        if !is_taken {
            return Some(drawn);
        }
        if kind == "is" {
            break;
        }
    }
    reader.refuse(
        json,
        t!("other variables have all the values that this could have: give it more to choose from"),
    )
}

fn unlike<'a>(reader: &mut Reader<'a>, object: &Object<'a>) -> Vec<String> {
    let Some(value) = object.get("unlike") else { return Vec::new() };
    reader.list(value, VARIABLES_MAX).iter().filter_map(|name| reader.text(name, VALUE_CHARS_MAX)).collect()
}

/// `[1, 254]`: a whole number between these, both included.
fn number<'a>(reader: &mut Reader<'a>, value: &Json<'a>, stream: &mut Stream) -> Option<Value> {
    let bounds: Vec<_> = reader.list(value, 3).iter().filter_map(|bound| reader.integer(bound)).collect();
    match bounds[..] {
        [least, most] if least <= most && most - least <= i64::from(u32::MAX) => {
            Some(Value::Number(least + i64::from(stream.up_to((most - least) as u32))))
        }
        _ => reader.refuse(value, t!("write the least and the greatest number, as in [1, 254]")),
    }
}

fn choice<'a>(reader: &mut Reader<'a>, value: &Json<'a>, stream: &mut Stream) -> Option<Value> {
    let values = reader.list(value, VALUES_MAX);
    let count = u32::try_from(values.len()).ok().and_then(|count| count.checked_sub(1));
    let Some(last) = count else { return reader.refuse(value, t!("there is nothing to choose from")) };
    let chosen = &values[stream.up_to(last) as usize];
    match chosen.shape() {
        Ok(Shape::Number(_)) => reader.integer(chosen).map(Value::Number),
        _ => {
            let text = reader.text(chosen, VALUE_CHARS_MAX)?;
            if text.contains(['"', '\\', '{', '}']) || text.contains(char::is_control) {
                return reader.refuse(chosen, t!("a value has no quotes, backslashes, braces or line ends"));
            }
            Some(Value::Text(text))
        }
    }
}

/// A network, as written; with `prefix`, one of the subnets in it with this prefix length, or with a length between two.
fn network<'a>(
    reader: &mut Reader<'a>,
    object: &Object<'a>,
    value: &Json<'a>,
    drawing: &Drawing,
    stream: &mut Stream,
) -> Option<Value> {
    let text = reader.text(value, VALUE_CHARS_MAX)?;
    let text = drawing.text(&text).map_err(|why| reader.refuse::<()>(value, why)).ok()?;
    let Ok(cidr) = text.parse::<IpCidr>() else {
        return reader.refuse(value, t!("write a network such as 10.0.0.0/8"));
    };
    let Some(prefix) = object.get("prefix") else { return Some(Value::Network(cidr)) };
    let lengths: Vec<_> = match prefix.shape() {
        Ok(Shape::Array) => {
            reader.list(prefix, 3).iter().filter_map(|length| reader.integer(length)).collect()
        }
        _ => reader.integer(prefix).into_iter().collect(),
    };
    let (all, count) = bits(super::value::first(cidr));
    let (least, most) = (*lengths.first()?, *lengths.last()?);
    if lengths.len() > 2 || least < cidr.prefix_len().into() || most < least || most > i64::from(count) {
        return reader
            .refuse(prefix, t!("write a prefix length that fits into the network, or two: [24, 28]"));
    }
    let length = least as u32 + stream.up_to((most - least) as u32);
    let more = length - u32::from(cidr.prefix_len());
    let random = u128::from(stream.draw_u64()) << 64 | u128::from(stream.draw_u64());
    let which = if more == 0 { 0 } else { random >> (128 - more) };
    let shift = count - length;
    let offset = if shift == 128 { 0 } else { which << shift };
    Some(Value::Network(IpCidr::new(with_bits(cidr.address(), all | offset)?, length as u8)))
}

/// `"lan"`: one of the addresses that hosts of this network can have.
fn host<'a>(
    reader: &mut Reader<'a>,
    value: &Json<'a>,
    drawing: &Drawing,
    stream: &mut Stream,
) -> Option<Value> {
    let text = reader.text(value, VALUE_CHARS_MAX)?;
    match expression::evaluate(&text, &drawing.values) {
        Ok(Value::Network(cidr)) => {
            let most = u32::try_from(hosts(cidr) - 1).unwrap_or(u32::MAX);
            let address = super::value::host(cidr, u128::from(stream.up_to(most)) + 1)?;
            Some(Value::Network(IpCidr::new(address, cidr.prefix_len())))
        }
        Ok(_) => reader.refuse(value, t!("{text} is no network")),
        Err(why) => reader.refuse(value, why),
    }
}
