//! The published schema has what the reader knows.

use super::fields;
use crate::bounds::*;
use crate::defaults;
use crate::quantity::{FRAMES, RATE, SIZE, TIME, Units, show_rate, show_size, show_time};
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
        ("/$defs/stp/oneOf/1", fields::STP),
        ("/$defs/router", fields::ROUTER),
        ("/$defs/route", fields::ROUTE),
        ("/$defs/rip/oneOf/1", fields::RIP),
        ("/$defs/nat/oneOf/1", fields::NAT),
        ("/$defs/forward", fields::FORWARD),
        ("/$defs/filter/oneOf/2", fields::FILTER),
        ("/$defs/rule", fields::RULE),
        ("/$defs/tcp", fields::TCP),
        #[cfg(feature = "services")]
        ("/$defs/services", fields::SERVICES),
        #[cfg(feature = "services")]
        ("/$defs/router_services", fields::ROUTER_SERVICES),
        #[cfg(feature = "services")]
        ("/$defs/dhcp", fields::DHCP),
        #[cfg(feature = "services")]
        ("/$defs/dns", fields::DNS),
        #[cfg(feature = "services")]
        ("/$defs/dns_name", fields::DNS_NAME),
        #[cfg(feature = "services")]
        ("/$defs/http", fields::HTTP),
        ("/$defs/link", fields::LINK),
        ("/$defs/queue/oneOf/1", fields::QUEUE),
        ("/$defs/queue/oneOf/1/properties/red", fields::RED),
        ("/$defs/queue/oneOf/1/properties/codel/oneOf/1", fields::CODEL),
        ("/$defs/host_port", fields::HOST_PORT),
        ("/$defs/switch_port", fields::SWITCH_PORT),
        ("/$defs/router_port", fields::ROUTER_PORT),
        ("/$defs/impairment", fields::IMPAIRMENT),
        ("/$defs/impairment/properties/silence", fields::SILENCE),
        ("/$defs/impairment/properties/outage", fields::OUTAGE),
        ("/$defs/impairment/properties/burst", fields::BURST),
        ("/$defs/run", fields::RUN),
        ("/$defs/ping", fields::PING),
        ("/$defs/echo", fields::ECHO),
        ("/$defs/iperf", fields::IPERF),
        ("/$defs/connect", fields::CONNECT),
        ("/$defs/traceroute", fields::TRACEROUTE),
        ("/$defs/pathmtu", fields::PATHMTU),
        ("/$defs/multicast", fields::MULTICAST),
        ("/$defs/change", fields::CHANGE),
        ("/$defs/changed_link", fields::CHANGED_LINK),
        ("/$defs/changed_port", fields::CHANGED_PORT),
        ("/$defs/changed_node", fields::CHANGED_NODE),
        ("/$defs/chapter", fields::CHAPTER),
        ("/$defs/event", fields::EVENT),
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
        ("/properties/chapters/maxItems", CHAPTERS_MAX as u64),
        ("/$defs/chapter/properties/title/maxLength", TITLE_CHARS_MAX as u64),
        ("/$defs/chapter/properties/text/maxLength", CHAPTER_CHARS_MAX as u64),
        ("/$defs/chapter/properties/look/maxItems", LOOK_MAX as u64),
        ("/$defs/event/properties/which/maximum", LINKS_MAX as u64 - 1),
        ("/$defs/event/properties/begins/maximum", RUNS_MAX as u64 - 1),
        ("/$defs/event/properties/ends/maximum", RUNS_MAX as u64 - 1),
        ("/$defs/changed_link/properties/which/maximum", LINKS_MAX as u64 - 1),
        ("/$defs/change/properties/stop/maximum", RUNS_MAX as u64 - 1),
        ("/$defs/changed_link/properties/impair/maxItems", IMPAIRMENTS_MAX as u64),
        ("/$defs/host/properties/addresses/anyOf/1/maxItems", ADDRESSES_MAX as u64),
        ("/$defs/host/properties/dns/oneOf/1/maxItems", DNS_SERVERS_MAX as u64),
        ("/$defs/services/properties/dhcp/anyOf/1/maxItems", POOLS_MAX as u64),
        ("/$defs/dhcp/properties/reserve/maxProperties", RESERVATIONS_MAX as u64),
        ("/$defs/dns/properties/zone/maxProperties", DNS_NAMES_MAX as u64),
        ("/$defs/host/properties/mtu/minimum", IP_MTU_MIN as u64),
        ("/$defs/host/properties/mtu/maximum", IP_MTU_MAX as u64),
        ("/$defs/link/properties/impair/maxItems", IMPAIRMENTS_MAX as u64),
        ("/$defs/impairment/properties/trailing/maximum", u64::from(TRAILING_MAX)),
        ("/$defs/stp/oneOf/1/properties/priority/maximum", u64::from(STP_PRIORITY_MAX)),
        ("/$defs/stp/oneOf/1/properties/priority/multipleOf", u64::from(STP_PRIORITY_STEP)),
        ("/$defs/routes/maxItems", ROUTES_MAX as u64),
        ("/$defs/nat/oneOf/1/properties/forwards/maxItems", FORWARDS_MAX as u64),
        ("/$defs/rules/maxItems", RULES_MAX as u64),
        ("/$defs/queue/oneOf/1/properties/red/properties/weight/maximum", u64::from(RED_WEIGHT_MAX)),
        ("/$defs/switch_mtu/minimum", PORT_MTU_MIN as u64),
        ("/$defs/switch_mtu/maximum", SWITCH_MTU_MAX as u64),
        ("/$defs/router_mtu/minimum", PORT_MTU_MIN as u64),
        ("/$defs/router_mtu/maximum", IP_MTU_MAX as u64),
        ("/$defs/vlan/maximum", u64::from(VLAN_MAX)),
        ("/$defs/trunk/oneOf/1/maxItems", u64::from(VLAN_MAX)),
        ("/$defs/cost/anyOf/0/maximum", u64::from(PATH_COST_MAX)),
        ("/$defs/port_priority/maximum", u64::from(PORT_PRIORITY_MAX)),
        ("/$defs/port_priority/multipleOf", u64::from(PORT_PRIORITY_STEP)),
        ("/$defs/port_addresses/maxItems", PORT_ADDRESSES_MAX as u64),
        ("/$defs/router_vlans/maxProperties", PORT_VLANS_MAX as u64),
        ("/$defs/impairment/properties/every/maximum", u64::from(EVERY_MAX)),
        ("/$defs/impairment/properties/gap/maximum", u64::from(EVERY_MAX)),
        ("/$defs/impairment/properties/frame/maximum", FRAME_NUMBER_MAX),
        ("/$defs/traceroute/properties/hops/maximum", u64::from(HOPS_MAX)),
        ("/$defs/traceroute/properties/tries/maximum", u64::from(TRIES_MAX)),
        ("/$defs/multicast/properties/receivers/maxItems", RECEIVERS_MAX as u64),
        ("/$defs/changed_port/properties/which/maximum", LINKS_MAX as u64 - 1),
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
fn the_schema_has_the_words_of_chapters() {
    use crate::chapters::{FrameKind, Pace};
    let kinds: Vec<_> = FrameKind::ALL.iter().map(|(_, name)| Value::from(*name)).collect();
    assert_eq!(schema("/$defs/event/properties/frame/enum"), Value::from(kinds));
    let paces: Vec<_> = Pace::ALL.iter().map(|(_, name)| Value::from(*name)).collect();
    assert_eq!(schema("/$defs/chapter/properties/pace/enum"), Value::from(paces));
}

#[test]
fn the_schema_has_the_presets() {
    let published = schema("/$defs/preset/enum");
    let keys: Vec<_> = wire::preset::presets().iter().map(|preset| Value::from(preset.key)).collect();
    assert_eq!(published, Value::from(keys));
}

#[test]
fn the_schema_has_the_defaults_that_hold() {
    for (pointer, default) in [
        ("/properties/seed", Value::from(defaults::SEED)),
        ("/$defs/host/properties/mtu", Value::from(defaults::MTU)),
        ("/$defs/tcp/properties/timeout", show_time(defaults::TCP.timeout.unwrap()).into()),
        ("/$defs/tcp/properties/rx_buffer", show_size(defaults::RX_BUFFER as u64).into()),
        ("/$defs/tcp/properties/tx_buffer", show_size(defaults::TX_BUFFER as u64).into()),
        ("/$defs/switch/properties/ageing", show_time(defaults::AGEING).into()),
        ("/$defs/stp/oneOf/1/properties/priority", Value::from(defaults::STP.priority)),
        ("/$defs/stp/oneOf/1/properties/hello", show_time(defaults::STP.hello).into()),
        ("/$defs/stp/oneOf/1/properties/max_age", show_time(defaults::STP.max_age).into()),
        ("/$defs/stp/oneOf/1/properties/forward_delay", show_time(defaults::STP.forward_delay).into()),
        ("/$defs/route/properties/metric", Value::from(defaults::METRIC)),
        ("/$defs/rip/oneOf/1/properties/triggered", Value::from(defaults::RIP.triggered)),
        ("/$defs/rip/oneOf/1/properties/update", "30s".into()),
        ("/$defs/rip/oneOf/1/properties/timeout", show_time(defaults::RIP.timeout).into()),
        ("/$defs/rip/oneOf/1/properties/garbage", show_time(defaults::RIP.garbage).into()),
        (
            "/$defs/queue/oneOf/1/properties/red/properties/probability",
            Value::from(defaults::RED_PROBABILITY.as_f64()),
        ),
        ("/$defs/queue/oneOf/1/properties/red/properties/weight", Value::from(defaults::RED_WEIGHT)),
        (
            "/$defs/queue/oneOf/1/properties/codel/oneOf/1/properties/target",
            show_time(defaults::CODEL.target).into(),
        ),
        (
            "/$defs/queue/oneOf/1/properties/codel/oneOf/1/properties/interval",
            show_time(defaults::CODEL.interval).into(),
        ),
        ("/$defs/switch_port/properties/mtu", Value::from(defaults::SWITCH_MTU)),
        ("/$defs/switch_port/properties/native", Value::from(defaults::NATIVE.unwrap().get())),
        ("/$defs/switch_port/properties/priority", Value::from(defaults::switch_port().priority)),
        ("/$defs/router_port/properties/mtu", Value::from(defaults::MTU)),
        ("/$defs/router_port/properties/advertise", Value::from(defaults::router_port().advertise)),
        ("/$defs/router_port/properties/rip", Value::from(defaults::router_port().rip)),
        ("/$defs/impairment/properties/gap", Value::from(defaults::GAP)),
        ("/$defs/traceroute/properties/hops", Value::from(defaults::HOPS)),
        ("/$defs/traceroute/properties/tries", Value::from(defaults::TRIES)),
        ("/$defs/traceroute/properties/timeout", show_time(defaults::TIMEOUT).into()),
        ("/$defs/pathmtu/properties/timeout", show_time(defaults::PATHMTU_TIMEOUT).into()),
        ("/$defs/multicast/properties/count", Value::from(defaults::PING_COUNT)),
        ("/$defs/multicast/properties/text", defaults::MULTICAST_TEXT.into()),
        ("/$defs/multicast/properties/port", Value::from(defaults::MULTICAST_PORT)),
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
    assert_eq!(schema("/$defs/queue_size/anyOf/1/pattern"), pattern(FRAMES, "us"));
}
