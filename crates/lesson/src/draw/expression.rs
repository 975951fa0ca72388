//! Expressions of variables: `a + 1`, `host(lan, 3)`, `2 ^ (32 - prefix(lan)) - 2`.
//!
//! Closed and bounded: whole numbers of 64 bits, addresses, a dozen functions, no loops. An expression costs its length.

use super::Value;
use super::value::{bits, first, host, hosts, last, with_bits};
use crate::bounds::EXPRESSION_CHARS_MAX;
use smoltcp::wire::{IpAddress, IpCidr};
use texts::t;
use wire::sorted::SortedMap;

/// The functions, and how many arguments each takes.
const FUNCTIONS: [(&str, usize); 10] = [
    ("address", 1),
    ("broadcast", 1),
    ("cidr", 2),
    ("host", 2),
    ("hosts", 1),
    ("mask", 1),
    ("network", 1),
    ("prefix", 1),
    ("subnet", 3),
    ("wildcard", 1),
];
/// Parentheses inside of each other.
const DEPTH_MAX: usize = 16;

/// The value of an expression.
///
/// # Errors
/// Says what is wrong with it.
pub fn evaluate(text: &str, known: &SortedMap<String, Value>) -> Result<Value, String> {
    if text.len() > EXPRESSION_CHARS_MAX {
        return Err(t!("an expression has at most {EXPRESSION_CHARS_MAX} characters"));
    }
    let mut parser = Parser { rest: text, known, depth: 0 };
    let value = parser.sum()?;
    parser.skip();
    match parser.rest {
        "" => Ok(value),
        rest => Err(t!("this is left over at the end: {rest}")),
    }
}

struct Parser<'a> {
    rest: &'a str,
    known: &'a SortedMap<String, Value>,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes one of these signs, if it comes next.
    fn sign(&mut self, signs: &str) -> Option<char> {
        self.skip();
        let sign = self.rest.chars().next().filter(|sign| signs.contains(*sign))?;
        self.rest = &self.rest[sign.len_utf8()..];
        Some(sign)
    }

    fn word(&mut self) -> &'a str {
        self.skip();
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn sum(&mut self) -> Result<Value, String> {
        let mut value = self.product()?;
        while let Some(sign) = self.sign("+-") {
            let right = number(self.product()?)?;
            let right = if sign == '-' { right.checked_neg().ok_or_else(too_large)? } else { right };
            value = added(value, right)?;
        }
        Ok(value)
    }

    fn product(&mut self) -> Result<Value, String> {
        let mut value = self.power()?;
        while let Some(sign) = self.sign("*/%") {
            let (left, right) = (number(value)?, number(self.power()?)?);
            let result = match sign {
                '*' => left.checked_mul(right),
                '/' => left.checked_div(right),
                _ => left.checked_rem(right),
            };
            value = Value::Number(result.ok_or_else(too_large)?);
        }
        Ok(value)
    }

    fn power(&mut self) -> Result<Value, String> {
        let value = self.single()?;
        if self.sign("^").is_none() {
            return Ok(value);
        }
        let (base, exponent) = (number(value)?, number(self.single()?)?);
        let result = u32::try_from(exponent).ok().and_then(|exponent| base.checked_pow(exponent));
        result.map(Value::Number).ok_or_else(too_large)
    }

    fn single(&mut self) -> Result<Value, String> {
        if self.sign("-").is_some() {
            let value = number(self.deeper(Self::single)?)?;
            return value.checked_neg().map(Value::Number).ok_or_else(too_large);
        }
        if self.sign("(").is_some() {
            let value = self.deeper(Self::sum)?;
            return self.close().map(|()| value);
        }
        let word = self.word();
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return word.parse().map(Value::Number).map_err(|_| t!("this is no whole number: {word}"));
        }
        if word.is_empty() {
            return Err(t!("a variable or a number is missing").into());
        }
        if self.sign("(").is_some() {
            let mut arguments = vec![self.deeper(Self::sum)?];
            while self.sign(",").is_some() {
                arguments.push(self.deeper(Self::sum)?);
            }
            self.close()?;
            return call(word, arguments);
        }
        self.known.get(word).cloned().ok_or_else(|| t!("there is no variable {word}"))
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Value, String>) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(t!("too many parentheses inside of each other").into());
        }
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn close(&mut self) -> Result<(), String> {
        self.sign(")").map(|_| ()).ok_or_else(|| t!("a closing parenthesis is missing").into())
    }
}

fn too_large() -> String {
    t!("this cannot be computed: it is too large, or divided by zero").into()
}

fn number(value: Value) -> Result<i64, String> {
    match value {
        Value::Number(number) => Ok(number),
        other => Err(t!("{other} is no number")),
    }
}

fn network(value: Value) -> Result<IpCidr, String> {
    match value {
        Value::Network(cidr) => Ok(cidr),
        other => Err(t!("{other} is no address with a prefix length, such as 10.0.0.0/24")),
    }
}

/// A number more; of an address, the address that comes so much later.
fn added(value: Value, more: i64) -> Result<Value, String> {
    let moved = |address: IpAddress| {
        let (all, _) = bits(address);
        let sum = all.checked_add_signed(more.into())?;
        with_bits(address, sum)
    };
    match value {
        Value::Number(number) => number.checked_add(more).map(Value::Number),
        Value::Address(address) => moved(address).map(Value::Address),
        Value::Network(cidr) => {
            moved(cidr.address()).map(|address| Value::Network(IpCidr::new(address, cidr.prefix_len())))
        }
        Value::Text(text) => return Err(t!("{text} is no number")),
    }
    .ok_or_else(too_large)
}

fn call(name: &str, arguments: Vec<Value>) -> Result<Value, String> {
    let Some((_, count)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
        let all = FUNCTIONS.map(|(name, _)| name).join(", ");
        return Err(t!("there is no function {name}: write one of {all}"));
    };
    if arguments.len() != *count {
        return Err(t!("{name} takes {count} values"));
    }
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next().expect("they were counted");
    if name == "address" {
        return match next() {
            Value::Network(cidr) => Ok(Value::Address(cidr.address())),
            Value::Address(address) => Ok(Value::Address(address)),
            other => Err(t!("{other} is no address")),
        };
    }
    if name == "cidr" {
        let Value::Address(address) = next() else {
            return Err(t!("cidr takes an address and a prefix length").into());
        };
        let length =
            u8::try_from(number(next())?).ok().filter(|length| u32::from(*length) <= bits(address).1);
        return Ok(Value::Network(IpCidr::new(address, length.ok_or_else(too_large)?)));
    }
    let cidr = network(next())?;
    Ok(match name {
        "broadcast" => Value::Address(last(cidr)),
        "host" => {
            let which = u128::try_from(number(next())?).unwrap_or(0);
            let found = host(cidr, which).ok_or_else(|| t!("{cidr} has no host {which}"))?;
            Value::Network(IpCidr::new(found, cidr.prefix_len()))
        }
        "hosts" => Value::Number(i64::try_from(hosts(cidr)).unwrap_or(i64::MAX)),
        "mask" => {
            let all = with_bits(cidr.address(), super::value::host_mask(cidr)).map(bits);
            let (host, count) = all.ok_or_else(too_large)?;
            let every = if count == 128 { u128::MAX } else { (1 << count) - 1 };
            Value::Address(with_bits(cidr.address(), every & !host).ok_or_else(too_large)?)
        }
        "network" => Value::Network(IpCidr::new(first(cidr), cidr.prefix_len())),
        "prefix" => Value::Number(cidr.prefix_len().into()),
        "subnet" => subnet(cidr, number(next())?, number(next())?)?,
        _ => Value::Address(with_bits(cidr.address(), super::value::host_mask(cidr)).ok_or_else(too_large)?),
    })
}

/// The network of this number, from 0, of those with a longer prefix.
fn subnet(cidr: IpCidr, length: i64, which: i64) -> Result<Value, String> {
    let (start, count) = bits(first(cidr));
    let no = || t!("{cidr} has no network {which} with a prefix of {length} bits");
    let fits = |length: &u8| *length >= cidr.prefix_len() && u32::from(*length) <= count;
    let length = u8::try_from(length).ok().filter(fits).ok_or_else(no)?;
    let more = u32::from(length - cidr.prefix_len());
    let which =
        u128::try_from(which).ok().filter(|which| more == 128 || *which >> more == 0).ok_or_else(no)?;
    let shift = count - u32::from(length);
    let offset = if shift == 128 { 0 } else { which << shift };
    let address = with_bits(cidr.address(), start | offset).ok_or_else(no)?;
    Ok(Value::Network(IpCidr::new(address, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> SortedMap<String, Value> {
        let mut known = SortedMap::new();
        known.insert("n".to_owned(), Value::Number(7));
        known.insert("who".to_owned(), Value::Text("ada".into()));
        known.insert("lan".to_owned(), Value::Network("10.3.8.0/22".parse().unwrap()));
        known.insert("pc".to_owned(), Value::Network("10.3.9.17/22".parse().unwrap()));
        known.insert("six".to_owned(), Value::Network("fd00:7::/64".parse().unwrap()));
        known
    }

    #[test]
    fn numbers_and_networks_are_computed() {
        for (text, expected) in [
            ("n", "7"),
            ("2 + n * 3", "23"),
            ("-(n - 10) ^ 2", "9"),
            ("2 ^ (32 - prefix(lan)) - 2", "1022"),
            ("who", "ada"),
            ("address(pc)", "10.3.9.17"),
            ("network(pc)", "10.3.8.0/22"),
            ("broadcast(lan)", "10.3.11.255"),
            ("mask(lan)", "255.255.252.0"),
            ("wildcard(lan)", "0.0.3.255"),
            ("hosts(lan)", "1022"),
            ("host(lan, 1)", "10.3.8.1/22"),
            ("address(host(lan, hosts(lan)))", "10.3.11.254"),
            ("subnet(lan, 24, 3)", "10.3.11.0/24"),
            ("cidr(address(pc), 30)", "10.3.9.17/30"),
            ("address(pc) + 1", "10.3.9.18"),
            ("host(six, 10)", "fd00:7::a/64"),
        ] {
            assert_eq!(
                evaluate(text, &known()).map(|value| value.to_string()).as_deref(),
                Ok(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_computed_says_why() {
        for (text, expected) in [
            ("", "a variable or a number is missing"),
            ("m", "there is no variable m"),
            ("n / 0", "this cannot be computed: it is too large, or divided by zero"),
            ("9223372036854775807 + 1", "this cannot be computed: it is too large, or divided by zero"),
            ("who + 1", "ada is no number"),
            ("host(lan, 1023)", "10.3.8.0/22 has no host 1023"),
            ("subnet(lan, 24, 4)", "10.3.8.0/22 has no network 4 with a prefix of 24 bits"),
            ("mask(n)", "7 is no address with a prefix length, such as 10.0.0.0/24"),
            ("n n", "this is left over at the end: n"),
            ("(n", "a closing parenthesis is missing"),
            (
                "sum(n)",
                "there is no function sum: write one of address, broadcast, cidr, host, hosts, mask, network, prefix, subnet, wildcard",
            ),
        ] {
            assert_eq!(evaluate(text, &known()).as_ref().map_err(String::as_str), Err(expected), "{text}");
        }
        assert!(evaluate(&"(".repeat(100), &known()).is_err());
        assert!(evaluate(&"-".repeat(150), &known()).is_err());
    }
}
