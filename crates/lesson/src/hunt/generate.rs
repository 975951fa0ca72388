//! Endless hunts: a network of a level, in which people work all the time, and something is wrong. Another seed, another hunt.
//!
//! What is made is a lesson like any other, as text: it is read, drawn, judged, checked and shared in the same way.

use super::Kind;
use crate::link::Shared;
use crate::play::Play;
use netlab::{Duration, Instant};
use scenario::bounds::SEED_MAX;
use scenario::item::{Fields, Json};
use scenario::quantity::show_time;
use std::rc::Rc;
use texts::t;
use wire::rng::Stream;

/// The levels, from 1.
pub const LEVELS: u8 = 5;
/// The purpose of the random stream.
const STREAM: u64 = 0x4855_4e56;
/// Names of people, and so of their computers.
const PEOPLE: [&str; 16] = [
    "ada", "ben", "cleo", "dan", "eva", "finn", "gina", "hugo", "ines", "jon", "kim", "leo", "mia", "noah",
    "olga", "paul",
];
/// For how long people work.
const WORKS: Duration = Duration::from_secs(170);
const LASTS: &str = "3min";

/// A network being made.
#[derive(Clone)]
struct Plan {
    stream: Stream,
    nodes: Vec<Json<'static>>,
    links: Vec<Json<'static>>,
    runs: Vec<Json<'static>>,
    /// What people do: each with its name, as a goal, and as a sentence.
    works: Vec<(String, Fields<'static>, String)>,
    /// The names that are left.
    people: Vec<&'static str>,
    /// The addresses by which the others are known, of those that have one from the beginning.
    addresses: Vec<(&'static str, String)>,
    level: u8,
    /// The second number of all addresses.
    site: u32,
}

/// How many drawings are looked at for one whose fault has consequences.
const TRIES: u64 = 32;
/// The seconds at which the goals are looked at: what fails now and then is no complaint.
const LOOKS: [u64; 3] = [30, 45, 60];
/// The goal that all computers work, with and without a complaint.
const ALL: &str = "all-work";

/// A hunt of a level: always the same one for the same seed. Some hundred milliseconds of work: what is hidden is played, and has to
/// have consequences. Each computer that cannot work is a goal of its own, a complaint. Those that can are part of one goal only,
/// that all work: so doing nothing fulfills none.
pub fn generate(seed: u64, level: u8) -> Shared {
    let level = level.clamp(1, LEVELS);
    let plan = Plan::new(seed & SEED_MAX, level);
    let everyone: Vec<_> = plan.works.iter().map(|(name, ..)| name.clone()).collect();
    let mut stream = Stream::new(seed, &[STREAM]);
    let mut shared = Shared::default();
    for _ in 0..TRIES {
        let drawn = Some(stream.draw_u64() & SEED_MAX);
        shared = Shared { seed: drawn, ..plan.clone().lesson(&everyone) };
        if let Some(complaints) = complaints(&shared) {
            return Shared { seed: drawn, ..plan.lesson(&complaints) };
        }
    }
    shared
}

/// The goals of the computers that cannot work; `None` if all can.
fn complaints(shared: &Shared) -> Option<Vec<String>> {
    let lesson = Rc::new(shared.drawn(0).ok()?);
    let mut play = Play::new(lesson.clone()).ok()?;
    let mut broken = vec![true; lesson.goals.len()];
    for second in LOOKS {
        play.run_to(Instant::ZERO + Duration::from_secs(second));
        for (goal, broken) in broken.iter_mut().enumerate() {
            *broken &= !play.judge().status(goal).holds;
        }
    }
    let goals = lesson.goals.iter().zip(&broken);
    let names: Vec<_> = goals.filter(|(_, broken)| **broken).map(|(goal, _)| goal.id.clone()).collect();
    names.iter().any(|name| name == ALL).then(|| names.into_iter().filter(|name| name != ALL).collect())
}

/// An address in a LAN of the site.
fn address(site: u32, lan: usize, host: u32) -> String {
    format!("10.{site}.{lan}.{host}")
}

impl Plan {
    fn new(seed: u64, level: u8) -> Self {
        let mut stream = Stream::new(seed, &[STREAM, level.into()]);
        let mut people = PEOPLE.to_vec();
        for last in (1..people.len()).rev() {
            people.swap(last, stream.up_to(last as u32) as usize);
        }
        let site = stream.up_to(250) + 1;
        let (nodes, links, runs) = (Vec::new(), Vec::new(), Vec::new());
        let (works, addresses) = (Vec::new(), Vec::new());
        let mut plan = Self { stream, nodes, links, runs, works, people, addresses, level, site };
        plan.network();
        plan
    }

    /// Everything: from level 2 on, LANs at routers with a server in the last one.
    fn network(&mut self) {
        let lans = match self.level {
            1 => 1,
            2 => 2,
            _ => 3,
        };
        let mut clients = Vec::new();
        for lan in 1..=lans {
            clients.push(self.lan(lan, lan == lans));
        }
        if self.level == 1 {
            let members = &clients[0];
            for (number, name) in members.iter().enumerate() {
                let other = members[(number + 1) % members.len()];
                self.works(name, other, number);
            }
            return;
        }
        self.routers(lans);
        self.server(lans);
        let all: Vec<_> = clients.concat();
        for (number, name) in all.iter().enumerate() {
            self.works(name, "server", number);
        }
        if self.level >= 4 {
            for (number, members) in clients.iter().filter(|members| !members.is_empty()).enumerate() {
                self.surfs(members[0], number);
            }
        }
    }

    /// A switch with hosts; returns their names. The last LAN of several has a single one, beside the server.
    fn lan(&mut self, lan: usize, is_last: bool) -> Vec<&'static str> {
        let switch = format!("s{lan}");
        let top = 120.0 + 180.0 * (lan as f64 - 1.0);
        self.node(&switch, "switch", (350.0, top), |_| {});
        let attic = self.attic(lan, top);
        let count = match (self.level, is_last) {
            (1, _) => 3 + self.stream.up_to(2),
            (_, true) => 1,
            (_, false) => 2 + self.stream.up_to(1),
        };
        let mut names = Vec::new();
        for number in 0..count {
            let Some(name) = self.people.pop() else { break };
            let own = address(self.site, lan, 10 + 50 * number + self.stream.up_to(30));
            let gateway = (self.level > 1).then(|| address(self.site, lan, 1));
            let dns = (self.level >= 4).then(|| address(self.site, self.lans(), 80));
            let by_dhcp = self.level >= 4 && lan == 1;
            self.addresses.push((name, own.clone()));
            let place = (60.0 + 110.0 * f64::from(number % 2), top - 70.0 + 45.0 * f64::from(number));
            self.node(name, "host", place, |node| {
                if by_dhcp {
                    node.put("addresses", "dhcp");
                    return;
                }
                node.put("addresses", Json::List(vec![Json::Text(format!("{own}/24").into())]));
                node.maybe("gateway", gateway).maybe("dns", dns);
            });
            let nearest = attic.filter(|_| number + 1 == count).unwrap_or(&switch);
            self.link([name, nearest], |_| {});
            names.push(name);
        }
        names
    }

    /// From level 3 on, the first LAN has a second switch, behind a narrow cable: a storm fills it, and no more than it.
    fn attic(&mut self, lan: usize, top: f64) -> Option<&'static str> {
        if self.level < 3 || lan > 1 {
            return None;
        }
        self.node("attic", "switch", (260.0, top - 80.0), |_| {});
        self.link(["attic", "s1"], |link| {
            link.put("rate", "200kbps").put("queue", "16KiB");
        });
        Some("attic")
    }

    fn lans(&self) -> usize {
        if self.level == 2 { 2 } else { 3 }
    }

    /// One router for all LANs; from level 3 on a second one for the last.
    fn routers(&mut self, lans: usize) {
        let (site, is_chain) = (self.site, self.level >= 3);
        let route = |to: String, via: &'static str| {
            let mut route = Fields::default();
            route.put("to", to).put("via", via);
            Json::List(vec![Json::Object(route)])
        };
        let dhcp = (self.level >= 4).then(|| {
            let mut pool = Fields::default();
            pool.put("pool", format!("{}-{}", address(site, 1, 100), address(site, 1, 199)));
            pool.put("router", address(site, 1, 1)).put("dns", address(site, lans, 80)).put("lease", "1h");
            let mut services = Fields::default();
            services.put("dhcp", pool);
            services
        });
        self.node("r1", "router", (560.0, 180.0), |node| {
            if is_chain {
                node.put("routes", route(format!("10.{site}.{lans}.0/24"), "10.255.0.2"));
            }
            node.maybe("services", dhcp);
        });
        if is_chain {
            self.node("r2", "router", (560.0, 420.0), |node| {
                node.put("routes", route(format!("10.{site}.0.0/16"), "10.255.0.1"));
            });
            self.link(["r1", "r2"], |link| {
                let (mut first, mut second) = (Fields::default(), Fields::default());
                first.put("addresses", Json::texts(["10.255.0.1/30"]));
                second.put("addresses", Json::texts(["10.255.0.2/30"]));
                let mut ports = Fields::default();
                ports.put("r1", first).put("r2", second);
                link.put("ports", ports);
            });
        }
        for lan in 1..=lans {
            let router = if is_chain && lan == lans { "r2" } else { "r1" };
            self.link([&format!("s{lan}"), router], |link| {
                let mut port = Fields::default();
                port.put(
                    "addresses",
                    Json::List(vec![Json::Text(format!("{}/24", address(site, lan, 1)).into())]),
                );
                let mut ports = Fields::default();
                ports.put(router, port);
                link.put("ports", ports);
            });
        }
    }

    /// The server in the last LAN: of names and pages from level 4 on.
    fn server(&mut self, lan: usize) {
        let (own, gateway, level) = (address(self.site, lan, 80), address(self.site, lan, 1), self.level);
        self.addresses.push(("server", own.clone()));
        self.node("server", "host", (800.0, 480.0), |node| {
            node.put("addresses", Json::List(vec![Json::Text(format!("{own}/24").into())]))
                .put("gateway", gateway);
            if level >= 4 {
                let (mut record, mut zone, mut dns) =
                    (Fields::default(), Fields::default(), Fields::default());
                record.put("a", own.clone());
                zone.put("www.shop.test", record);
                dns.put("zone", zone);
                let (mut pages, mut http, mut services) =
                    (Fields::default(), Fields::default(), Fields::default());
                // Long enough for several full segments: a link that lets only short packets through is noticed.
                pages.put("/", "The shop is open. ".repeat(200));
                http.put("pages", pages);
                services.put("dns", dns).put("http", http);
                node.put("services", services);
            }
        });
        self.link(["server", &format!("s{lan}")], |_| {});
    }

    fn node(
        &mut self,
        id: &str,
        kind: &'static str,
        (x, y): (f64, f64),
        more: impl FnOnce(&mut Fields<'static>),
    ) {
        let mut node = Fields::default();
        let at = [x, y].map(|number| Json::Whole(number.max(0.0) as u64)).to_vec();
        node.put("id", id.to_owned()).put("kind", kind).put("at", Json::List(at));
        more(&mut node);
        self.nodes.push(Json::Object(node));
    }

    fn link(&mut self, ends: [&str; 2], more: impl FnOnce(&mut Fields<'static>)) {
        let mut link = Fields::default();
        link.put("ends", Json::List(ends.map(|end| Json::Text(end.to_owned().into())).to_vec()))
            .put("delay", "1ms");
        more(&mut link);
        self.links.push(Json::Object(link));
    }

    /// A computer pings another one all the time; the goal says that this works.
    fn works(&mut self, from: &'static str, to: &'static str, number: usize) {
        // After the spanning tree and DHCP, and not all at once.
        let begins = Duration::from_millis(6_000 + 130 * number as u64);
        let (mut ping, mut run) = (Fields::default(), Fields::default());
        ping.put("from", from)
            .put("to", to)
            .put("count", Json::Whole(WORKS.nanos() / 2_000_000_000))
            .put("interval", "2s");
        run.put("at", show_time(begins)).put("ping", ping);
        self.runs.push(Json::Object(run));
        let (mut received, mut measured, mut goal) =
            (Fields::default(), Fields::default(), Fields::default());
        received.put("min", Json::Whole(3));
        measured
            .put("from", from)
            .put("to", to)
            .put("recent", "7s")
            .put("received", received)
            .put("lost", Json::Whole(0));
        goal.put("run", measured);
        self.works.push((format!("{from}-works"), goal, t!("{from} reaches {to}.")));
    }

    /// A computer fetches the page now and then, by its name.
    fn surfs(&mut self, from: &'static str, number: usize) {
        for begins in (0..14).map(|round| Duration::from_millis(8_000 + 12_000 * round + 170 * number as u64))
        {
            let (mut command, mut run) = (Fields::default(), Fields::default());
            command.put("on", from).put("line", "curl -m 5 http://www.shop.test/");
            run.put("at", show_time(begins)).put("command", command);
            self.runs.push(Json::Object(run));
        }
        let (mut command, mut goal) = (Fields::default(), Fields::default());
        command.put("on", from).put("line", "curl").put("last", Json::Bool(true)).put("exit", Json::Whole(0));
        command.put("prints", "The shop is open.");
        goal.put("command", command);
        self.works.push((format!("{from}-surfs"), goal, t!("{from} gets the page of the shop by its name.")));
    }

    /// What can be wrong at this level.
    fn kinds(&self) -> &'static [Kind] {
        match self.level {
            1 => &[Kind::Mask, Kind::Duplicate, Kind::Cable],
            2 => &[Kind::Mask, Kind::Gateway, Kind::Duplicate, Kind::Cable, Kind::Vlan],
            3 => &[Kind::Gateway, Kind::Mask, Kind::Route, Kind::Filter, Kind::Vlan, Kind::Loop],
            4 => &[Kind::Route, Kind::Dns, Kind::RogueDhcp, Kind::Filter, Kind::Mtu],
            _ => &[Kind::Gateway, Kind::Route, Kind::Dns, Kind::RogueDhcp, Kind::Vlan, Kind::Mtu, Kind::Loop],
        }
    }

    /// The hunt, with goals of these names, and the one that all work.
    fn lesson(mut self, complaints: &[String]) -> Shared {
        let level = self.level;
        let name =
            |kind: &Kind| Kind::ALL.iter().find(|(other, _)| other == kind).map_or("", |(_, name)| name);
        let mut faults = Fields::default();
        faults.put("kinds", Json::texts(self.kinds().iter().map(name)));
        let count = if level == LEVELS { 2 } else { 1 };
        faults.put("count", Json::Whole(count));
        let mut document = Fields::default();
        document.put("packetarium", Json::Whole(1)).put("title", t!("Hunt"));
        document.put("nodes", Json::List(std::mem::take(&mut self.nodes)));
        document.put("links", Json::List(std::mem::take(&mut self.links)));
        document.put("runs", Json::List(std::mem::take(&mut self.runs)));
        let (mut goals, mut texts) = (Fields::default(), Fields::default());
        let all = self.works.iter().map(|(_, goal, _)| Json::Object(goal.clone())).collect();
        for (name, goal, text) in std::mem::take(&mut self.works) {
            if complaints.contains(&name) {
                texts.put(format!("goal.{name}"), text);
                goals.put(name, goal);
            }
        }
        let mut everyone = Fields::default();
        everyone.put("all", Json::List(all));
        goals.put(ALL, everyone);
        texts.put(format!("goal.{ALL}"), t!("All computers work, also those without a complaint."));
        let names: Vec<_> = goals.names().map(|name| Json::Text(name.to_owned().into())).collect();
        let mut step = Fields::default();
        step.put("id", "find")
            .put("hints", Json::Whole(2))
            .put("edit", "all")
            .put("goals", Json::List(names));
        step.put("tools", Json::texts(["inspector", "packets", "console", "editor"]));
        let (mut repair, mut wait) = (Fields::default(), Fields::default());
        repair.put("repair", Json::Bool(true));
        wait.put("wait", "25s");
        let mut lesson = Fields::default();
        lesson
            .put("lesson", Json::Whole(1))
            .put("id", format!("hunt-{level}"))
            .put("level", Json::Whole(level.into()));
        lesson
            .put("minutes", Json::Whole(10))
            .put("lasts", LASTS)
            .put("document", document)
            .put("faults", faults);
        lesson.put("steps", Json::List(vec![Json::Object(step)])).put("goals", goals);
        lesson.put("solution", Json::List(vec![Json::Object(repair), Json::Object(wait)]));
        texts.put("title", t!("Hunt: something is wrong"));
        texts.put("summary", t!("People cannot work, and call you. Find out why, and put it right."));
        texts.put(
            "why",
            t!(
                "From what works and what does not, you have concluded where the fault must be; you have looked there, put it right, and seen that all works. This is how networks are repaired."
            ),
        );
        texts.put("step.find.title", t!("Who cannot work?"));
        texts.put(
            "step.find.text",
            match count {
                1 => t!("The computers use the network all the time, so you see at once what fails. **One** setting is wrong. Use consoles and packets, then open the editor and correct it."),
                _ => t!("The computers use the network all the time, so you see at once what fails. **Two** settings are wrong. Use consoles and packets, then open the editor and correct them."),
            },
        );
        texts.put("step.find.hint1", t!("First find out **who** has the problem, and how far that computer still gets: to its neighbors, to its gateway, further?"));
        texts.put("step.find.hint2", t!("Compare its settings with those of a computer that works. Then look at the cables, ports and tables on the way."));
        Shared { lesson: lesson.to_json(), texts: vec![("en".into(), texts.to_json())], seed: None }
    }
}
