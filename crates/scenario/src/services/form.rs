//! The services of a node as a form has them: a text for each. Where a service is set to what most are set to, the text is only that (the
//! pool of a DHCP server, the names of a DNS server line by line, the start page of a web server); otherwise it is the document's own.

use crate::json::{Shape, Value};
use crate::services::begun;
use crate::tree::{Fields, Json};
use netlab::topology::NodeKind;
use serde_json::value::RawValue;
use texts::t;

/// The services that have settings.
const WITH_SETTINGS: [&str; 4] = ["dhcp", "dns", "http", "relay"];
/// Fields in one object of a service, more than any bound of the format.
const FIELDS_MAX: usize = 10_000;
/// The page that a web server shows first.
const START: &str = "/";

/// The text of each service that a node offers, by its name in the document; of those without settings an empty text.
pub fn service_texts(kind: &NodeKind) -> Vec<(String, String)> {
    let written = match kind {
        NodeKind::Host(config) => config.services.as_deref(),
        NodeKind::Router(config) => config.services.as_deref(),
        NodeKind::Hub | NodeKind::Switch(_) => None,
    };
    let Some(written) = written else { return Vec::new() };
    let on = begun::on(written);
    let fields = Value::document(written).map(|value| fields(&value)).unwrap_or_default();
    let of = |(name, value): &(String, Value<'_>)| {
        let has_settings = WITH_SETTINGS.contains(&&**name);
        let text = has_settings.then(|| simple(name, value).unwrap_or_else(|| value.compact()));
        (name.clone(), text.unwrap_or_default())
    };
    fields.iter().filter(|(name, _)| on.contains(&&**name)).map(of).collect()
}

/// What a document has for a service with this text; `None`: it is off.
///
/// # Errors
/// The text is neither what the service has in simple cases, nor JSON.
pub fn service_json<'a>(name: &str, text: &'a str) -> Result<Option<Json<'a>>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.starts_with(['{', '[']) {
        let read: Result<&RawValue, _> = serde_json::from_str(text);
        return match read {
            Ok(_) => Ok(Some(Json::Written(text))),
            Err(error) => Err(t!("this cannot be read: {error}")),
        };
    }
    let mut settings = Fields::default();
    match name {
        "dhcp" => _ = settings.put("pool", text),
        "dns" => _ = settings.put("zone", zone(text)?),
        "http" => {
            let mut pages = Fields::default();
            pages.put(START, text);
            settings.put("pages", pages);
        }
        _ => {
            return Ok(Some(Json::texts(
                text.split([',', '\n']).map(str::trim).filter(|one| !one.is_empty()),
            )));
        }
    }
    Ok(Some(Json::Object(settings)))
}

/// A name and what stands for it in each line.
fn zone(text: &str) -> Result<Fields<'_>, String> {
    let mut zone = Fields::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((name, address)) = line.split_once(char::is_whitespace) else {
            return Err(t!("{line}: each line has a name and its address, like www.example.test 10.0.0.80"));
        };
        zone.put(name, address.trim());
    }
    Ok(zone)
}

/// The text of a service that is set to nothing else than what most are.
fn simple(name: &str, value: &Value<'_>) -> Option<String> {
    if name == "relay" {
        let texts: Option<Vec<_>> = value.elements(FIELDS_MAX).0.iter().map(text).collect();
        return match value.shape() {
            Ok(Shape::Array) => Some(texts?.join(", ")),
            _ => text(value),
        };
    }
    let settings = fields(value);
    let [(field, value)] = &settings[..] else { return None };
    let found = match (name, &**field) {
        ("dhcp", "pool") => text(value)?,
        ("dns", "zone") => {
            let lines: Option<Vec<_>> =
                fields(value).iter().map(|(name, value)| Some(format!("{name} {}", text(value)?))).collect();
            lines?.join("\n")
        }
        ("http", "pages") => match &fields(value)[..] {
            [(path, page)] if path == START => text(page)?,
            _ => return None,
        },
        _ => return None,
    };
    // Only if it would be read as the same.
    let is_read = found == found.trim() && !found.is_empty() && !found.starts_with(['{', '[']);
    is_read.then_some(found)
}

fn text(value: &Value<'_>) -> Option<String> {
    match value.shape() {
        Ok(Shape::Text(text)) => Some(text),
        _ => None,
    }
}

fn fields<'a>(value: &Value<'a>) -> Vec<(String, Value<'a>)> {
    match value.shape() {
        Ok(Shape::Object) => value.fields(FIELDS_MAX).map(|(fields, _)| fields).unwrap_or_default(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;

    /// What a form writes of the texts that it has read.
    fn again(services: &str) -> (Vec<(String, String)>, String) {
        let node =
            format!(r#"{{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"], "services": {services}}}"#);
        let scenario = Scenario::draft(&format!(r#"{{"packetarium": 1, "nodes": [{node}]}}"#)).unwrap();
        let texts = service_texts(&scenario.topology.nodes[0].kind);
        let mut fields = Fields::default();
        for (name, text) in &texts {
            fields.put(name.clone(), service_json(name, text).unwrap().unwrap_or(Json::Bool(true)));
        }
        let json = fields.to_json();
        (texts, json)
    }

    #[test]
    fn simple_services_are_what_people_would_write() {
        let (texts, json) = again(
            r#"{"dhcp": {"pool": "10.0.0.100-10.0.0.199"}, "dns": {"zone": {"a.test": "10.0.0.1", "b.test": "a.test"}},
                "http": {"pages": {"/": "<h1>Hello</h1>"}}, "echo": true, "ntp": false}"#,
        );
        let texts: Vec<_> = texts.iter().map(|(name, text)| (&**name, &**text)).collect();
        assert_eq!(
            texts,
            [
                ("dhcp", "10.0.0.100-10.0.0.199"),
                ("dns", "a.test 10.0.0.1\nb.test a.test"),
                ("http", "<h1>Hello</h1>"),
                ("echo", "")
            ]
        );
        assert_eq!(
            json,
            r#"{"dhcp":{"pool":"10.0.0.100-10.0.0.199"},"dns":{"zone":{"a.test":"10.0.0.1","b.test":"a.test"}},"http":{"pages":{"/":"<h1>Hello</h1>"}},"echo":true}"#
        );
    }

    #[test]
    fn all_else_stays_as_the_document_has_it() {
        for services in [
            r#"{"dhcp":{"pool":"10.0.0.100-10.0.0.199","lease":"10min"}}"#,
            r#"{"dns":{"zone":{"a.test":["10.0.0.1","10.0.0.2"]},"forward":"10.0.0.9"}}"#,
            r#"{"dns":{}}"#,
            r#"{"http":{"pages":{"/":"a","/b":{"moved":"/"}},"port":8080}}"#,
            r#"{"http":{"pages":{"/":"{not JSON"}}}"#,
            r#"{"http":{"pages":{"/":" spaces "}}}"#,
        ] {
            assert_eq!(again(services).1, services);
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert!(service_json("http", "{no").unwrap_err().starts_with("this cannot be read"));
        assert!(service_json("dns", "www").unwrap_err().starts_with("www: each line"));
        assert_eq!(service_json("dns", "  ").unwrap(), None);
        assert_eq!(
            service_json("relay", "10.0.0.1, 10.0.0.2").unwrap(),
            Some(Json::texts(["10.0.0.1", "10.0.0.2"]))
        );
    }
}
