//! What begins with a node, and what commands are called: found without what reads settings or makes programs.
//!
//! A page that is loaded in pieces starts networks and checks documents before it has the programs. So these two look at text alone, and
//! tests hold them equal to what the settings and the shell say.

use netlab::topology::{HostConfig, Node, NodeKind};
use netlab::world::Turn;

/// The names of all commands of a host, in the order of their tables.
pub(crate) static NAMES: [&str; 30] = [
    "dhcpd",
    "named",
    "httpd",
    "inetd",
    "ntpd",
    "arp",
    "cat",
    "curl",
    "dhclient",
    "dig",
    "history",
    "host",
    "ifconfig",
    "ipconfig",
    "netstat",
    "nslookup",
    "route",
    "sleep",
    "ss",
    "tcpdump",
    "tracepath",
    "tracert",
    "echo",
    "help",
    "hostname",
    "ip",
    "iperf",
    "nc",
    "ping",
    "traceroute",
];

/// The services of a host in the order in which they begin, and the command line that starts each.
const SERVICES: [(&str, &str); 8] = [
    ("dhcp", "dhcpd"),
    ("dns", "named"),
    ("http", "httpd"),
    ("ntp", "ntpd"),
    ("echo", "inetd echo"),
    ("discard", "inetd discard"),
    ("chargen", "inetd chargen"),
    ("daytime", "inetd daytime"),
];

/// The command line of the client of DHCP.
const CLIENT: &str = "dhclient";

/// The command lines that are started with a node, in their order.
pub(crate) fn lines_of(node: &Node) -> Vec<String> {
    let NodeKind::Host(config) = &node.kind else { return Vec::new() };
    begun(config).map(|(line, _)| line.to_owned()).collect()
}

/// The command lines that are started with a host, in their order, and the settings that each program reads.
fn begun(config: &HostConfig) -> impl Iterator<Item = (&'static str, &str)> {
    let on = config.services.as_deref().map(settings).unwrap_or_default();
    let servers = SERVICES.iter().filter_map(move |(name, line)| {
        let (_, settings) = on.iter().find(|(known, _)| known == name)?;
        Some((*line, *settings))
    });
    config.dhcp.then_some((CLIENT, "")).into_iter().chain(servers)
}

/// What a change of a host's services ends and starts. A service that is set to something else does both.
pub(crate) fn turn(before: &HostConfig, after: &HostConfig) -> Turn {
    let [before, after] = [before, after].map(|config| begun(config).collect::<Vec<_>>());
    let not_in = |these: &[(&'static str, &str)], others: &[(&'static str, &str)]| {
        let changed = these.iter().filter(|service| !others.contains(service));
        changed.map(|(line, _)| (*line).to_owned()).collect()
    };
    Turn { ends: not_in(&before, &after), begins: not_in(&after, &before) }
}

/// The services that are on in the text of a node's services.
pub(crate) fn on(services: &str) -> Vec<&str> {
    settings(services).into_iter().map(|(name, _)| name).collect()
}

/// The services that are on in the text of a node's services, an object without spaces, and what each is set to: its fields that are not
/// `false` or `null`.
fn settings(services: &str) -> Vec<(&str, &str)> {
    let bytes = services.as_bytes();
    let mut on = Vec::new();
    let (mut depth, mut quote, mut name, mut from) = (0_u32, None, "", None);
    let mut place = 0;
    while place < bytes.len() {
        match (quote, bytes[place]) {
            (Some(_), b'\\') => place += 1,
            (Some(from), b'"') => {
                quote = None;
                if depth == 1 {
                    name = &services[from..place];
                }
            }
            (Some(_), _) => {}
            (None, b'"') => quote = Some(place + 1),
            (None, b'{' | b'[') => depth += 1,
            (None, end @ (b'}' | b']' | b',')) => {
                if depth == 1
                    && let Some((name, from)) = from.take()
                {
                    on.push((name, &services[from..place]));
                }
                if end != b',' {
                    depth = depth.saturating_sub(1);
                }
            }
            (None, b':') if depth == 1 && !matches!(bytes.get(place + 1), Some(b'f' | b'n')) => {
                from = Some((name, place + 1));
            }
            (None, _) => {}
        }
        place += 1;
    }
    on
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;
    use crate::read::service_settings::settings_of;
    use crate::services::SHELL;
    use crate::services::settings::Settings;

    #[test]
    fn the_names_are_those_of_the_shell() {
        assert_eq!(SHELL.all().map(|command| command.name).collect::<Vec<_>>(), NAMES);
    }

    /// What the settings say that begins with a host.
    fn begun(node: &Node) -> Vec<String> {
        let NodeKind::Host(config) = &node.kind else { return Vec::new() };
        let Settings { dhcp, dns, http, small, ntp, .. } = settings_of(&node.kind);
        let named = [
            (config.dhcp, "dhclient"),
            (dhcp.is_some(), "dhcpd"),
            (dns.is_some(), "named"),
            (http.is_some(), "httpd"),
            (ntp, "ntpd"),
        ];
        let named = named.iter().filter(|(is_on, _)| *is_on).map(|(_, line)| (*line).to_owned());
        named.chain(small.iter().map(|(name, _)| format!("inetd {name}"))).collect()
    }

    #[test]
    fn what_begins_with_a_host_is_what_its_settings_say() {
        const SERVICES: [&str; 9] = [
            "{}",
            r#"{"dhcp": {"pool": "10.0.0.100-10.0.0.199"}}"#,
            r#"{"dhcp": [{"pool": "10.0.0.100-10.0.0.109"}, {"pool": "10.0.0.120", "dns": "10.0.0.1"}], "ntp": {}}"#,
            r#"{"http": {"pages": {"/": "say \"dns\": {", "/b\\": {"moved": "/"}}}, "echo": true}"#,
            r#"{"dns": {"zone": {"ntp": "10.0.0.1", "http": {"txt": "\"echo\":true"}}}, "discard": false, "daytime": true}"#,
            r#"{"daytime": true, "chargen": {}, "echo": true, "discard": true, "ntp": true, "http": {}}"#,
            r#"{"dns": {}, "http": {}}"#,
            r#"{"ntp": false}"#,
            r#"{"http": {"pages": {"/": "ä:{[\u0022"}}, "ntp": true}"#,
        ];
        for services in SERVICES {
            for addresses in ["", r#""addresses": "dhcp","#] {
                let text = format!(
                    r#"{{"packetarium": 1, "nodes": [{{"id": "a", "kind": "host", {addresses} "services": {services}}}]}}"#
                );
                let Ok(scenario) = Scenario::draft(&text) else {
                    panic!("{text}: {:?}", Scenario::draft(&text))
                };
                let node = &scenario.topology.nodes[0];
                assert_eq!(lines_of(node), begun(node), "{text}");
            }
        }
    }

    #[test]
    fn a_change_of_services_ends_and_starts_only_what_it_is_about() {
        let host = |services: &str, dhcp| HostConfig {
            dhcp,
            services: Some(services.into()),
            ..HostConfig::default()
        };
        let turned = |before: &HostConfig, after: &HostConfig| {
            let Turn { ends, begins } = turn(before, after);
            (ends.join(","), begins.join(","))
        };
        let words = |ends: &str, begins: &str| (ends.to_owned(), begins.to_owned());
        let start = host(r#"{"http":{"pages":{"/":"a, {\"b\"}"}},"echo":true}"#, false);
        assert_eq!(turned(&start, &start), words("", ""));
        let again = host(r#"{"echo":true,"http":{"pages":{"/":"a, {\"b\"}"}}}"#, false);
        assert_eq!(turned(&start, &again), words("", ""), "the order of fields means nothing");
        let other = host(r#"{"http":{"pages":{"/":"c"}},"echo":true,"dns":{}}"#, true);
        assert_eq!(turned(&start, &other), words("httpd", "dhclient,named,httpd"));
        let none = HostConfig::default();
        assert_eq!(turned(&other, &none), words("dhclient,named,httpd,inetd echo", ""));
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in ["", "{", "\"", "\"\\", "{\"a", "}}}:", "{\"a\":", "[{:"] {
            on(text);
        }
    }
}
