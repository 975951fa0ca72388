//! What each service of a host is set to.

use super::{Object, Reader, Sort, fields};
use crate::bounds::{DNS_NAMES_MAX, LEASE, POOLS_MAX, RESERVATIONS_MAX};
use crate::json::{Shape, Value};
use crate::quantity::quoted;
use crate::services::settings::{Dhcp, Dns, Http, Pool, Settings};
use netlab::Duration;
use netlab::topology::NodeKind;
use services::dns::message::{Data, Record};
use services::dns::name::Name;
use services::dns::resolver::Upstream;
use services::dns::zone::TTL;
use services::http::server::{PAGES_MAX, Page, Site};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, Ipv4Address, Ipv4Cidr};
use texts::t;
use wire::sorted::SortedSet;

/// How long an address is lent unless the document says otherwise.
const LEASE_DEFAULT: Duration = Duration::from_secs(3_600);
/// Addresses in one list, such as routers.
const SERVERS_MAX: usize = 8;
/// Bytes of one text of a TXT record (RFC 1035, 3.3).
const TEXT_MAX: usize = 255;

impl<'a> Reader<'a> {
    pub(crate) fn service_settings(&mut self, value: &Value<'a>, of: Sort) -> Option<Settings> {
        if of == Sort::Router {
            let object = self.object(value, t!("services of a router"), fields::ROUTER_SERVICES)?;
            return Some(Settings {
                dhcp: self.field(&object, "dhcp", None, |reader, value| reader.dhcp(value).map(Some)),
                dns: self.field(&object, "dns", None, |reader, value| reader.dns(value).map(Some)),
                relay: self.field(&object, "relay", Vec::new(), |reader, value| {
                    reader.some_or_one(value, SERVERS_MAX, Self::ipv4_host)
                }),
                ..Settings::default()
            });
        }
        let object = self.object(value, "services", fields::SERVICES)?;
        let mut settings = Settings {
            dhcp: self.field(&object, "dhcp", None, |reader, value| reader.dhcp(value).map(Some)),
            dns: self.field(&object, "dns", None, |reader, value| reader.dns(value).map(Some)),
            http: self.field(&object, "http", None, |reader, value| reader.http(value).map(Some)),
            small: Vec::new(),
            relay: Vec::new(),
            ntp: self.on(&object, "ntp"),
        };
        settings.small =
            services::small::ALL.iter().copied().filter(|(name, _)| self.on(&object, name)).collect();
        Some(settings)
    }

    /// Whether a service without settings is on: `true`, or an empty object.
    fn on(&mut self, object: &Object<'a>, name: &'static str) -> bool {
        self.field(object, name, false, |reader, value| {
            reader.switched(value, t!("this service"), &[], (), |_, _| ()).map(|on| on.is_some())
        })
    }

    /// One value or a list of them.
    fn some_or_one<T>(
        &mut self,
        value: &Value<'a>,
        max: usize,
        read: impl Fn(&mut Self, &Value<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Ok(Shape::Array) = value.shape() else { return Some(vec![read(self, value)?]) };
        let values = self.list(value, max + 1)?;
        if values.len() > max {
            return self.refuse(value, t!("there are more than {max}, which is the limit"));
        }
        Some(values.iter().filter_map(|value| read(self, value)).collect())
    }

    // ---- DHCP ----

    fn dhcp(&mut self, value: &Value<'a>) -> Option<Dhcp> {
        let pools = self.some_or_one(value, POOLS_MAX, Self::pool)?;
        let (pools, reserved): (Vec<_>, Vec<_>) = pools.into_iter().unzip();
        Some(Dhcp { pools, reservations: reserved.concat() })
    }

    fn pool(&mut self, value: &Value<'a>) -> Option<(Pool, Vec<(EthernetAddress, Ipv4Address)>)> {
        let object = self.object(value, t!("a DHCP server"), fields::DHCP)?;
        let range = self.required(&object, "pool", Self::pool_range);
        let network = self.field(&object, "network", None, |reader, value| match reader.network(value)? {
            IpCidr::Ipv4(network) => Some(Some(Ipv4Cidr::new(network.address(), network.prefix_len()))),
            IpCidr::Ipv6(_) => reader.refuse(value, t!("this DHCP is for IPv4: write a network of that")),
        });
        let lease = self.field(&object, "lease", LEASE_DEFAULT, |reader, value| {
            let lease = reader.duration(value)?;
            let [least, most] = LEASE;
            match (least..=most).contains(&lease) {
                true => Some(lease),
                false => reader.refuse(value, t!("a lease lasts from 10 s to 30 days (720h)")),
            }
        });
        let servers =
            |reader: &mut Self, value: &Value<'a>| reader.some_or_one(value, SERVERS_MAX, Self::ipv4_host);
        let routers = self.field(&object, "router", Vec::new(), servers);
        let dns = self.field(&object, "dns", Vec::new(), servers);
        let domain = self.field(&object, "domain", None, |reader, value| {
            let text = reader.string(value)?;
            reader.name(value, &text).map(|_| Some(text))
        });
        let reserved = self.field(&object, "reserve", Vec::new(), Self::reservations);
        let (first, last) = range?;
        Some((Pool { network, first, last, lease, routers, dns, domain }, reserved))
    }

    /// `192.168.1.100-192.168.1.199`, or one address.
    fn pool_range(&mut self, value: &Value<'a>) -> Option<(Ipv4Address, Ipv4Address)> {
        let text = self.string(value)?;
        let (first, last) = text.split_once('-').unwrap_or((&text, &text));
        match (first.trim().parse::<Ipv4Address>(), last.trim().parse::<Ipv4Address>()) {
            (Ok(first), Ok(last)) if first <= last => Some((first, last)),
            (Ok(_), Ok(_)) => {
                self.refuse(value, t!("the first address of a pool is not behind its last: exchange them"))
            }
            _ => self.refuse(
                value,
                t!(
                    "{} is no pool: write its first and its last address, like \"192.168.1.100-192.168.1.199\"",
                    quoted(&text)
                ),
            ),
        }
    }

    fn ipv4_host(&mut self, value: &Value<'a>) -> Option<Ipv4Address> {
        match self.address(value)? {
            IpAddress::Ipv4(address) => Some(address),
            IpAddress::Ipv6(_) => self.refuse(value, t!("this DHCP is for IPv4: write an address of that")),
        }
    }

    fn reservations(&mut self, value: &Value<'a>) -> Option<Vec<(EthernetAddress, Ipv4Address)>> {
        let named = self.named_values(value, RESERVATIONS_MAX)?;
        let read = |(mac, value): &(String, Value<'a>)| {
            let address = self.ipv4_host(value);
            match mac.parse() {
                Ok(parsed) if mac.len() == 17 => Some((parsed, address?)),
                _ => self.refuse(
                    value,
                    t!("{} is no MAC address: write something like \"02:00:00:00:00:01\"", quoted(mac)),
                ),
            }
        };
        Some(named.iter().filter_map(read).collect())
    }

    /// The fields of an object whose names are not ours.
    fn named_values(&mut self, value: &Value<'a>, max: usize) -> Option<Vec<(String, Value<'a>)>> {
        match value.shape() {
            Ok(Shape::Object) => {}
            shape => return self.wrong_shape(value, shape, &t!("an object in braces {}", "{…}")),
        }
        let (named, more) = match value.fields(max) {
            Ok(fields) => fields,
            Err(why) => return self.refuse(value, why),
        };
        let mut known = SortedSet::new();
        for (name, value) in &named {
            if !known.insert(name.to_ascii_lowercase()) {
                self.refuse::<()>(value, t!("{} stands here twice: remove one", quoted(name)));
            }
        }
        if more {
            return self.refuse(value, t!("there are more than {max}, which is the limit"));
        }
        Some(named)
    }

    // ---- DNS ----

    fn dns(&mut self, value: &Value<'a>) -> Option<Dns> {
        let object = self.object(value, t!("a DNS server"), fields::DNS)?;
        let records = self.field(&object, "zone", Vec::new(), Self::zone);
        let origin = self.field(&object, "origin", None, |reader, value| {
            let text = reader.string(value)?;
            reader.name(value, &text).map(Some)
        });
        let servers =
            |reader: &mut Self, value: &Value<'a>| reader.some_or_one(value, SERVERS_MAX, Self::address);
        let forward = self.field(&object, "forward", Vec::new(), servers);
        let roots = self.field(&object, "roots", Vec::new(), servers);
        let upstream = match (forward.is_empty(), roots.is_empty()) {
            (true, true) => None,
            (false, true) => Some(Upstream::Forward(forward)),
            (true, false) => Some(Upstream::Roots(roots)),
            (false, false) => {
                return self.refuse(
                    value,
                    t!("a DNS server asks a forwarder, or begins at the root: write either \"forward\" or \"roots\""),
                );
            }
        };
        Some(Dns { origin, records, upstream })
    }

    fn name(&mut self, value: &Value<'a>, text: &str) -> Option<Name> {
        match Name::parse(text) {
            Ok(_) if text.is_empty() => {
                self.refuse(value, t!("this name is empty; the root is written as \".\""))
            }
            Ok(name) if text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"') => Some(name),
            Ok(_) => {
                self.refuse(value, t!("{} is no domain name: it has letters, digits and -", quoted(text)))
            }
            Err(why) => self.refuse(value, t!("{} is no domain name: {why}", quoted(text))),
        }
    }

    fn zone(&mut self, value: &Value<'a>) -> Option<Vec<Record>> {
        let mut records = Vec::new();
        for (name, value) in self.named_values(value, DNS_NAMES_MAX)? {
            let Some(name) = self.name(&value, &name) else { continue };
            let (mut all, mut ttl) = (Vec::new(), TTL);
            match value.shape() {
                Ok(Shape::Object) => {
                    let Some(object) = self.object(&value, t!("a name"), fields::DNS_NAME) else { continue };
                    ttl = self.field(&object, "ttl", TTL, |reader, value| {
                        let seconds = reader.duration(value)?.nanos() / 1_000_000_000;
                        u32::try_from(seconds)
                            .ok()
                            .or_else(|| reader.refuse(value, t!("too much: at most a year")))
                    });
                    for kind in &fields::DNS_NAME[..fields::DNS_NAME.len() - 1] {
                        let data = self.field(&object, kind, Vec::new(), |reader, value| {
                            reader.some_or_one(value, DNS_NAMES_MAX, |reader, value| reader.data(value, kind))
                        });
                        all.extend(data);
                    }
                }
                _ => all.extend(
                    self.some_or_one(&value, DNS_NAMES_MAX, |reader, value| reader.data(value, ""))
                        .unwrap_or_default(),
                ),
            }
            let is_alias = all.iter().any(|data| matches!(data, Data::Cname(_)));
            if is_alias && all.len() > 1 {
                let message =
                    t!("an alias has no other records (RFC 1034, 3.6.2): remove them, or the alias");
                self.refuse::<()>(&value, message);
            }
            records.extend(all.into_iter().map(|data| Record { name: name.clone(), ttl, data }));
            if records.len() > DNS_NAMES_MAX {
                return self
                    .refuse(&value, t!("there are more than {DNS_NAMES_MAX} records, which is the limit"));
            }
        }
        Some(records)
    }

    /// What a record says. `kind`: the field in which it stands; empty: an address, or the name that it is an alias of.
    fn data(&mut self, value: &Value<'a>, kind: &str) -> Option<Data> {
        let text = self.string(value)?;
        match (kind, text.parse()) {
            ("a" | "", Ok(IpAddress::Ipv4(address))) => Some(Data::A(address)),
            ("aaaa" | "", Ok(IpAddress::Ipv6(address))) => Some(Data::Aaaa(address)),
            ("a", _) => self.refuse(value, t!("{} is no IPv4 address", quoted(&text))),
            ("aaaa", _) => self.refuse(value, t!("{} is no IPv6 address", quoted(&text))),
            ("cname" | "", _) => self.name(value, &text).map(Data::Cname),
            ("ns", _) => self.name(value, &text).map(Data::Ns),
            ("txt", _) => {
                let bytes = text.as_bytes();
                let pieces: Vec<_> = bytes.chunks(TEXT_MAX).map(<[u8]>::to_vec).collect();
                Some(Data::Txt(if pieces.is_empty() { vec![Vec::new()] } else { pieces }))
            }
            // "10 mail.example.test", as zone files have it, or the server alone.
            _ => {
                let (preference, server) = match text.split_once(' ') {
                    Some((preference, server)) => (preference.parse().ok(), server.trim()),
                    None => (Some(10), &text[..]),
                };
                let Some(preference) = preference else {
                    let message = t!(
                        "a mail server is its name, with its preference in front: \"10 mail.example.test\""
                    );
                    return self.refuse(value, message);
                };
                self.name(value, server).map(|server| Data::Mx(preference, server))
            }
        }
    }

    // ---- HTTP ----

    fn http(&mut self, value: &Value<'a>) -> Option<Http> {
        let object = self.object(value, t!("a web server"), fields::HTTP)?;
        let port =
            self.field(&object, "port", services::http::PORT, |reader, value| match reader.port(value)? {
                0 => reader.refuse(value, t!("ports go from 1 to 65535")),
                port => Some(port),
            });
        let mut site = Site::default();
        for (path, value) in
            self.field(&object, "pages", Vec::new(), |reader, value| reader.named_values(value, PAGES_MAX))
        {
            if !path.starts_with('/') {
                self.refuse::<()>(&value, t!("{} is no path: it begins with \"/\"", quoted(&path)));
            }
            let page = match value.shape() {
                Ok(Shape::Text(text)) => Some(Page::Text(text)),
                Ok(Shape::Object) => self
                    .object(&value, t!("a page"), fields::PAGE)
                    .and_then(|page| self.required(&page, "moved", Self::string).map(Page::Moved)),
                shape => self.wrong_shape(
                    &value,
                    shape,
                    &t!("the text of the page, or {}", "{\"moved\": \"/elsewhere\"}"),
                ),
            };
            if let Some(page) = page {
                site.pages.insert(path, page);
            }
        }
        Some(Http { site, port })
    }
}

/// The services of a node. They were read before, so that nothing is wrong with them; if something is, there are none.
pub(crate) fn settings_of(kind: &NodeKind) -> Settings {
    let text = match kind {
        NodeKind::Host(config) => config.services.as_deref(),
        NodeKind::Router(config) => config.services.as_deref(),
        NodeKind::Hub | NodeKind::Switch(_) => None,
    };
    let read = |text| {
        let value = Value::document(text).ok()?;
        Reader::new(text).service_settings(&value, Sort::of(kind))
    };
    text.and_then(read).unwrap_or_default()
}
