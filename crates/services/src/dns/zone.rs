//! A zone: what a server has authority over (RFC 1034, 4.3.2).

use super::message::{Data, Kind, Message, Question, Record, Soa, flag, rcode};
use super::name::Name;
use smoltcp::wire::IpAddress;
use wire::sorted::SortedMap;

/// How long answers may be kept, in seconds, unless the zone's settings say otherwise.
pub const TTL: u32 = 3_600;
/// How long negative answers may be kept, in seconds.
const NEGATIVE_TTL: u32 = 300;
/// Aliases of aliases that are followed.
const ALIASES_MAX: usize = 8;
/// Records in one zone.
pub const RECORDS_MAX: usize = 4_096;

/// A zone.
#[derive(Clone, Debug)]
pub struct Zone {
    origin: Name,
    names: SortedMap<Name, Vec<Record>>,
}

/// The zones of a document's records: one for the names, and one for each network whose addresses have names.
///
/// `origin` is where the zone starts; by default it is the domain that all names are in, where a name server or a mail server
/// stands for that domain, and a single host for the domain that it is in.
pub fn zones(origin: Option<Name>, records: Vec<Record>) -> Vec<Zone> {
    let origin = origin.or_else(|| common_domain(&records)).unwrap_or_default();
    let zone = Zone::new(origin, records.clone());
    let mut zones: Vec<Zone> = Vec::new();
    for record in &records {
        let address: IpAddress = match &record.data {
            Data::A(address) => (*address).into(),
            Data::Aaaa(address) => (*address).into(),
            _ => continue,
        };
        // The addresses in a delegated zone are the matter of its own servers, and a star is no host's name.
        if zone.cut(&record.name).is_some() || record.name.labels().next() == Some(b"*") {
            continue;
        }
        let name = Name::reverse(&address);
        let up = if matches!(address, IpAddress::Ipv4(_)) { 1 } else { 16 };
        let Some(network) = name.ancestors().nth(up) else { continue };
        let place = zones.iter().position(|zone| zone.origin == network).unwrap_or_else(|| {
            zones.push(Zone::new(network, Vec::new()));
            zones.len() - 1
        });
        zones[place].add(Record { name, ttl: record.ttl, data: Data::Ptr(record.name.clone()) });
    }
    zones.insert(0, zone);
    zones
}

/// The domain that all names are in.
fn common_domain(records: &[Record]) -> Option<Name> {
    let (first, rest) = records.split_first()?;
    let common =
        first.name.ancestors().find(|domain| rest.iter().all(|record| record.name.is_within(domain)))?;
    let hosts = |record: &Record| !matches!(record.data, Data::Ns(_) | Data::Mx(..) | Data::Soa(_));
    match records.iter().filter(|record| record.name == common).all(hosts) {
        true if records.iter().any(|record| record.name == common) => common.parent(),
        _ => Some(common),
    }
}

impl Zone {
    /// A zone with these records. Without one for its start, it gets one.
    pub fn new(origin: Name, records: Vec<Record>) -> Self {
        let mut zone = Self { origin: origin.clone(), names: SortedMap::new() };
        records.into_iter().for_each(|record| zone.add(record));
        if zone.get(&origin, Kind::SOA).next().is_none() {
            let server = zone.get(&origin, Kind::NS).find_map(|record| match &record.data {
                Data::Ns(server) => Some(server.clone()),
                _ => None,
            });
            let mail = origin.child("hostmaster").unwrap_or_default();
            let soa = Soa {
                server: server.unwrap_or_else(|| origin.clone()),
                mail,
                serial: 1,
                refresh_retry_expire: [3_600, 600, 86_400],
                minimum: NEGATIVE_TTL,
            };
            zone.add(Record { name: origin, ttl: TTL, data: Data::Soa(Box::new(soa)) });
        }
        zone
    }

    fn add(&mut self, record: Record) {
        let records: usize = self.names.values().map(Vec::len).sum();
        if record.name.is_within(&self.origin) && records < RECORDS_MAX {
            let all = self.names.entry(record.name.clone()).or_default();
            if !all.contains(&record) {
                all.push(record);
            }
        }
    }

    /// Where it starts.
    pub fn origin(&self) -> &Name {
        &self.origin
    }

    fn get(&self, name: &Name, kind: Kind) -> impl Iterator<Item = &Record> {
        let records = self.names.get(name).map(Vec::as_slice).unwrap_or_default();
        records.iter().filter(move |record| record.data.kind() == kind)
    }

    /// Answers a question about a name of this zone. Returns the alias's target if that is in another zone.
    pub fn answer(&self, question: &Question, answer: &mut Message) -> Option<Name> {
        let mut name = question.name.clone();
        for _ in 0..ALIASES_MAX {
            if let Some(cut) = self.cut(&name) {
                self.refer(&cut, answer);
                return None;
            }
            answer.flags |= flag::AUTHORITATIVE;
            let Some(records) = self.records(&name) else {
                self.deny(&name, answer);
                return None;
            };
            let renamed = |record: &Record| Record { name: name.clone(), ..record.clone() };
            let fits = |record: &&Record| question.kind == Kind::ANY || record.data.kind() == question.kind;
            let found: Vec<_> = records.iter().filter(fits).map(renamed).collect();
            if !found.is_empty() {
                self.add_addresses(&found, answer);
                answer.answers.extend(found);
                return None;
            }
            let alias = records.iter().find_map(|record| match &record.data {
                Data::Cname(target) => Some((renamed(record), target.clone())),
                _ => None,
            });
            let Some((record, target)) = alias else {
                self.deny(&name, answer);
                return None;
            };
            answer.answers.push(record);
            if !target.is_within(&self.origin) {
                return Some(target);
            }
            name = target;
        }
        answer.flags |= rcode::SERVER_FAILURE;
        None
    }

    /// The records of a name, or of the star that stands for it (RFC 4592); `None`: there is no such name.
    fn records(&self, name: &Name) -> Option<&[Record]> {
        if let Some(records) = self.names.get(name) {
            return Some(records);
        }
        let exists = |name: &Name| self.names.keys().any(|known| known.is_within(name));
        if exists(name) {
            return Some(&[]);
        }
        let closest = name.ancestors().skip(1).find(|domain| exists(domain))?;
        let star = closest.child("*").ok()?;
        self.names.get(&star).filter(|_| closest.is_within(&self.origin)).map(Vec::as_slice)
    }

    /// The highest domain on the way to this name that is delegated to other servers.
    fn cut(&self, name: &Name) -> Option<Name> {
        let below = name.ancestors().take_while(|domain| *domain != self.origin);
        below.filter(|domain| self.get(domain, Kind::NS).next().is_some()).last()
    }

    /// Names the servers of a delegated zone, with their addresses (RFC 1034, 4.3.2, 3b).
    fn refer(&self, cut: &Name, answer: &mut Message) {
        answer.authority.extend(self.get(cut, Kind::NS).cloned());
        let servers = answer.authority.clone();
        self.add_addresses(&servers, answer);
    }

    /// There is no such name, or no such record (RFC 2308, 2).
    fn deny(&self, name: &Name, answer: &mut Message) {
        if self.records(name).is_none() {
            answer.flags |= rcode::NO_SUCH_NAME;
        }
        for record in self.get(&self.origin, Kind::SOA) {
            let Data::Soa(soa) = &record.data else { continue };
            // RFC 2308, 3.
            answer.authority.push(Record { ttl: record.ttl.min(soa.minimum), ..record.clone() });
        }
    }

    fn add_addresses(&self, records: &[Record], answer: &mut Message) {
        for record in records {
            let (Data::Ns(target) | Data::Mx(_, target)) = &record.data else { continue };
            for kind in [Kind::A, Kind::AAAA] {
                answer.additional.extend(self.get(target, kind).cloned());
            }
        }
    }
}
