//! `ss` and `netstat`: the sockets of a host.

use super::route;
use host::program::Program;
use host::system::{SocketState, System};
use shell::Hosts;
use shell::arguments::{Arguments, Word, Wrong, unknown};
use shell::once::Once;
use smoltcp::socket::tcp::State;
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::sorted::sort_by_key;

#[derive(Clone, Copy, Default)]
struct Wanted {
    tcp: bool,
    udp: bool,
    listening: bool,
    all: bool,
    routes: bool,
}

/// A socket as a line shows it.
struct Line {
    protocol: &'static str,
    state: Option<State>,
    queues: [usize; 2],
    local: String,
    remote: String,
}

fn wanted(words: &[String], is_netstat: bool) -> Result<Wanted, Wrong> {
    let (mut arguments, mut wanted) = (Arguments::new(words), Wanted::default());
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('t') => wanted.tcp = true,
            Word::Short('u') => wanted.udp = true,
            Word::Short('a') => wanted.all = true,
            Word::Short('l') => wanted.listening = true,
            Word::Short('r') if is_netstat => wanted.routes = true,
            Word::Short('n' | 'p' | '4' | '6' | 'o') => {}
            other => return Err(unknown(&other)),
        }
    }
    if !wanted.tcp && !wanted.udp {
        (wanted.tcp, wanted.udp) = (true, true);
    }
    Ok(wanted)
}

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let wanted = wanted(words, false)?;
    Ok(Box::new(Once(move |system: &mut System<'_>| {
        let mut text = format!(
            "{:5} {:10} {:6} {:6} {:>25} {:>25}\n",
            "Netid", "State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port"
        );
        for Line { protocol, state, queues: [received, sent], local, remote } in lines(system, wanted) {
            let state = state.map_or("UNCONN", ss_state);
            text += &format!("{protocol:5} {state:10} {received:<6} {sent:<6} {local:>25} {remote:>25}\n");
        }
        (text, 0)
    })))
}

pub(super) fn netstat(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let wanted = wanted(words, true)?;
    Ok(Box::new(Once(move |system: &mut System<'_>| {
        if wanted.routes {
            return (route::table(system, true), 0);
        }
        let which = match (wanted.all, wanted.listening) {
            (true, _) => "servers and established",
            (false, true) => "only servers",
            (false, false) => "w/o servers",
        };
        let mut text = format!("Active Internet connections ({which})\n");
        text += &format!(
            "{:5} {:>6} {:>6} {:23} {:23} State\n",
            "Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address"
        );
        for Line { protocol, state, queues: [received, sent], local, remote } in lines(system, wanted) {
            let state = state.map_or("", netstat_state);
            let line = format!("{protocol:5} {received:6} {sent:6} {local:23} {remote:23} {state}");
            text += &format!("{}\n", line.trim_end());
        }
        (text, 0)
    })))
}

fn lines(system: &System<'_>, wanted: Wanted) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (state, queues) in system.sockets() {
        let line = match state {
            SocketState::Tcp { state: State::Listen, port, .. } => Line {
                protocol: "tcp",
                state: Some(State::Listen),
                queues,
                local: format!("0.0.0.0:{port}"),
                remote: "0.0.0.0:*".into(),
            },
            SocketState::Tcp { state, local: Some(local), remote: Some(remote), .. }
                if state != State::Closed =>
            {
                Line {
                    protocol: "tcp",
                    state: Some(state),
                    queues,
                    local: shown(local),
                    remote: shown(remote),
                }
            }
            SocketState::Tcp { .. } | SocketState::Icmp { .. } => continue,
            SocketState::Udp { port } => Line {
                protocol: "udp",
                state: None,
                queues,
                local: format!("0.0.0.0:{port}"),
                remote: "0.0.0.0:*".into(),
            },
        };
        let is_server = line.remote.ends_with('*');
        let fits = wanted.all || is_server == wanted.listening;
        let of_protocol = if line.protocol == "tcp" { wanted.tcp } else { wanted.udp };
        // A server has a socket for each connection that it could accept at once.
        let known = is_server
            && lines.iter().any(|other| (other.protocol, &other.local) == (line.protocol, &line.local));
        if fits && of_protocol && !known {
            lines.push(line);
        }
    }
    sort_by_key(&mut lines, |line| (line.protocol, line.local.clone(), line.remote.clone()));
    lines
}

fn shown(IpEndpoint { addr, port }: IpEndpoint) -> String {
    match addr {
        IpAddress::Ipv4(_) => format!("{addr}:{port}"),
        IpAddress::Ipv6(_) => format!("[{addr}]:{port}"),
    }
}

const fn ss_state(state: State) -> &'static str {
    match state {
        State::Closed => "UNCONN",
        State::Listen => "LISTEN",
        State::SynSent => "SYN-SENT",
        State::SynReceived => "SYN-RECV",
        State::Established => "ESTAB",
        State::FinWait1 => "FIN-WAIT-1",
        State::FinWait2 => "FIN-WAIT-2",
        State::CloseWait => "CLOSE-WAIT",
        State::Closing => "CLOSING",
        State::LastAck => "LAST-ACK",
        State::TimeWait => "TIME-WAIT",
    }
}

const fn netstat_state(state: State) -> &'static str {
    match state {
        State::Closed => "CLOSE",
        State::Listen => "LISTEN",
        State::SynSent => "SYN_SENT",
        State::SynReceived => "SYN_RECV",
        State::Established => "ESTABLISHED",
        State::FinWait1 => "FIN_WAIT1",
        State::FinWait2 => "FIN_WAIT2",
        State::CloseWait => "CLOSE_WAIT",
        State::Closing => "CLOSING",
        State::LastAck => "LAST_ACK",
        State::TimeWait => "TIME_WAIT",
    }
}
