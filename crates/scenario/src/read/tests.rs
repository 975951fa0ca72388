//! The published schema has what the reader knows.

use super::fields;
use crate::bounds::*;
use crate::defaults;
use crate::quantity::{RATE, SIZE, TIME, Units, show_rate, show_size, show_time};
use netlab::run::IpVersion;
use serde_json::Value;

fn schema(pointer: &str) -> Value {
    let schema: Value = serde_json::from_str(include_str!("../../../../docs/scenario.schema.json")).unwrap();
    schema.pointer(pointer).unwrap_or_else(|| panic!("the schema has no {pointer}")).clone()
}

#[test]
fn the_schema_has_the_fields_that_the_reader_knows() {
    for (object, known) in [
        ("", fields::DOCUMENT),
        ("/$defs/host", fields::HOST),
        ("/$defs/hub", fields::HUB),
        ("/$defs/switch", fields::SWITCH),
        ("/$defs/tcp", fields::TCP),
        ("/$defs/link", fields::LINK),
        ("/$defs/impairment", fields::IMPAIRMENT),
        ("/$defs/impairment/properties/silence", fields::SILENCE),
        ("/$defs/run", fields::RUN),
        ("/$defs/ping", fields::PING),
        ("/$defs/echo", fields::ECHO),
        ("/$defs/iperf", fields::IPERF),
        ("/$defs/connect", fields::CONNECT),
        ("/$defs/change", fields::CHANGE),
        ("/$defs/changed_link", fields::CHANGED_LINK),
    ] {
        let properties = schema(&format!("{object}/properties"));
        let mut published: Vec<_> = properties.as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = known.to_vec();
        published.sort_unstable();
        known.sort_unstable();
        assert_eq!(published, known, "{object}");
        assert_eq!(schema(&format!("{object}/additionalProperties")), false, "{object}");
    }
}

#[test]
fn the_schema_has_the_bounds_that_are_checked() {
    for (pointer, bound) in [
        ("/properties/title/maxLength", TITLE_CHARS_MAX as u64),
        ("/properties/description/maxLength", DESCRIPTION_CHARS_MAX as u64),
        ("/properties/seed/maximum", SEED_MAX),
        ("/properties/nodes/maxItems", NODES_MAX as u64),
        ("/properties/links/maxItems", LINKS_MAX as u64),
        ("/properties/runs/maxItems", RUNS_MAX as u64),
        ("/properties/changes/maxItems", CHANGES_MAX as u64),
        ("/$defs/changed_link/properties/which/maximum", LINKS_MAX as u64 - 1),
        ("/$defs/change/properties/stop/maximum", RUNS_MAX as u64 - 1),
        ("/$defs/changed_link/properties/impair/maxItems", IMPAIRMENTS_MAX as u64),
        ("/$defs/host/properties/addresses/maxItems", ADDRESSES_MAX as u64),
        ("/$defs/host/properties/mtu/minimum", IP_MTU_MIN as u64),
        ("/$defs/host/properties/mtu/maximum", IP_MTU_MAX as u64),
        ("/$defs/link/properties/impair/maxItems", IMPAIRMENTS_MAX as u64),
        ("/$defs/impairment/properties/trailing/maximum", u64::from(TRAILING_MAX)),
        ("/$defs/iperf/properties/seconds/oneOf/0/maximum", BULK_TIME_MAX.nanos() / 1_000_000_000),
        ("/$defs/name/maxLength", NAME_CHARS_MAX as u64),
        ("/$defs/count/maximum", u64::from(COUNT_MAX)),
        ("/$defs/text/maxLength", TEXT_BYTES_MAX as u64),
        ("/$defs/point/items/maximum", COORDINATE_MAX as u64),
    ] {
        assert_eq!(schema(pointer), bound, "{pointer}");
    }
    assert_eq!(schema("/$defs/id/pattern"), format!("^[A-Za-z0-9_-]{{1,{ID_CHARS_MAX}}}$"));
}

#[test]
fn the_schema_has_the_defaults_that_hold() {
    for (pointer, default) in [
        ("/properties/seed", Value::from(defaults::SEED)),
        ("/$defs/host/properties/mtu", Value::from(defaults::MTU)),
        ("/$defs/tcp/properties/rx_buffer", show_size(defaults::RX_BUFFER as u64).into()),
        ("/$defs/tcp/properties/tx_buffer", show_size(defaults::TX_BUFFER as u64).into()),
        ("/$defs/switch/properties/ageing", show_time(defaults::AGEING).into()),
        ("/$defs/link/properties/delay", show_time(defaults::DELAY).into()),
        ("/$defs/link/properties/rate", show_rate(defaults::RATE).into()),
        ("/$defs/link/properties/queue", show_size(defaults::QUEUE as u64).into()),
        ("/$defs/ping/properties/count", Value::from(defaults::PING_COUNT)),
        ("/$defs/ping/properties/interval", show_time(defaults::INTERVAL).into()),
        ("/$defs/ping/properties/size", show_size(defaults::PING_SIZE as u64).into()),
        ("/$defs/ping/properties/timeout", show_time(defaults::TIMEOUT).into()),
        ("/$defs/echo/properties/count", Value::from(defaults::ECHO_COUNT)),
        ("/$defs/echo/properties/text", defaults::ECHO_TEXT.into()),
        ("/$defs/echo/properties/timeout", show_time(defaults::TIMEOUT).into()),
        ("/$defs/iperf/properties/interval", show_time(defaults::INTERVAL).into()),
        ("/$defs/iperf/properties/rate", show_rate(defaults::UDP_RATE).into()),
        ("/$defs/connect/properties/port", Value::from(defaults::CONNECT_PORT)),
        ("/$defs/connect/properties/text", defaults::CONNECT_TEXT.into()),
    ] {
        assert_eq!(schema(&format!("{pointer}/default")), default, "{pointer}");
    }
    let datagram = schema("/$defs/iperf/properties/datagram/description");
    for version in [IpVersion::V4, IpVersion::V6] {
        assert!(datagram.as_str().unwrap().contains(&defaults::datagram(version).to_string()));
    }
}

#[test]
fn the_schema_has_the_units_that_are_read() {
    let pattern = |units: Units, micro: &str| {
        let names: Vec<_> = units.iter().map(|(name, _)| *name).collect();
        format!(r"^\s*[0-9]+(\.[0-9]+)?\s*({})\s*$", names.join("|").replace("us", micro))
    };
    assert_eq!(schema("/$defs/duration/pattern"), pattern(TIME, "us|µs|μs"));
    assert_eq!(schema("/$defs/size/pattern"), pattern(SIZE, "us"));
    assert_eq!(schema("/$defs/rate/pattern"), pattern(RATE, "us"));
}
