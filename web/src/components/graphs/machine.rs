//! TCP's state machine (RFC 9293, figure 5), with the states of a connection's two ends highlighted.

use lab::format;
use markup::html;
use netlab::Instant;
use smoltcp::socket::tcp::State;
use texts::{mark, t};
use yew::prelude::*;

/// A state's place. CLOSED is there twice, as in the RFC: where everything begins and where it ends.
const PLACES: [(State, i32, i32); 12] = [
    (State::Closed, 370, 22),
    (State::Listen, 370, 92),
    (State::SynReceived, 130, 150),
    (State::SynSent, 610, 150),
    (State::Established, 370, 215),
    (State::FinWait1, 130, 280),
    (State::CloseWait, 610, 280),
    (State::FinWait2, 130, 360),
    (State::Closing, 370, 360),
    (State::LastAck, 610, 360),
    (State::TimeWait, 370, 435),
    (State::Closed, 610, 435),
];

/// The arrows: from which place to which, the label, and where the label is.
const EDGES: [(usize, usize, &str, i32, i32); 17] = [
    (0, 1, mark!("passive open"), 322, 60),
    (0, 3, mark!("active open: send SYN"), 570, 66),
    (1, 2, mark!("SYN: send SYN, ACK"), 200, 108),
    (1, 3, mark!("send: send SYN"), 446, 134),
    (3, 2, mark!("SYN: send SYN, ACK"), 370, 165),
    (2, 4, mark!("ACK of SYN"), 292, 177),
    (3, 4, mark!("SYN, ACK: send ACK"), 556, 192),
    (2, 5, mark!("close: send FIN"), 74, 218),
    (4, 5, mark!("close: send FIN"), 212, 238),
    (4, 6, mark!("FIN: send ACK"), 530, 238),
    (5, 7, mark!("ACK of FIN"), 88, 322),
    (5, 8, mark!("FIN: send ACK"), 294, 312),
    (6, 9, mark!("close: send FIN"), 664, 322),
    (7, 10, mark!("FIN: send ACK"), 198, 412),
    (8, 10, mark!("ACK of FIN"), 412, 400),
    (9, 11, mark!("ACK of FIN"), 652, 400),
    (10, 11, mark!("time is up"), 490, 428),
];

/// Half of a box.
const HALF: (i32, i32) = (62, 15);

/// One end: its name, and its state with since when.
pub type End = (String, Option<(State, Instant)>);

/// The state machine with both ends in it.
pub fn machine(ends: &[End; 2]) -> Html {
    let lit = |place: usize, (_, state): &End| match state {
        // The CLOSED box at the end, unless the connection never began.
        Some((State::Closed, _)) => place == 11,
        Some((state, _)) => PLACES[place].0 == *state,
        None => place == 0,
    };
    let boxes = PLACES.iter().enumerate().map(|(number, (state, x, y))| {
        let here: Vec<_> = ends.iter().map(|end| lit(number, end)).collect();
        let class = match here[..] {
            [true, true] => "state both",
            [true, _] => "state opener",
            [_, true] => "state other",
            _ => "state",
        };
        let names: Vec<_> =
            ends.iter().zip(&here).filter(|(_, here)| **here).map(|((name, _), _)| name.as_str()).collect();
        html! {
            <g class={class}>
                <rect x={(x - HALF.0).to_string()} y={(y - HALF.1).to_string()} width={(2 * HALF.0).to_string()}
                    height={(2 * HALF.1).to_string()} rx="7" />
                <text x={x.to_string()} y={(y + 4).to_string()}>{ state.to_string() }</text>
                if !names.is_empty() {
                    <text class="who" x={x.to_string()} y={(y + HALF.1 + 13).to_string()}>{ names.join(", ") }</text>
                }
            </g>
        }
    });
    let edges = EDGES.iter().map(|&(from, to, what, x, y)| {
        let (d, head) = arrow(from, to);
        html! {
            <g class="edge">
                <path {d} />
                <path class="head" d={head} />
                <text x={x.to_string()} y={y.to_string()}>{ texts::of(what) }</text>
            </g>
        }
    });
    let says = ends.iter().map(|(name, state)| match state {
        Some((state, since)) => t!("{name}: {state} since {}\u{a0}s", format::clock(*since)),
        None => t!("{name}: no socket"),
    });
    let says: Vec<_> = says.collect();
    let label = t!("TCP’s state machine. {}.", says.join(", "));
    html! {
        <div class="machine">
            <p class="machine-ends">
                { for says.iter().zip(["opener", "other"]).map(|(says, class)| html! { <span class={classes!("end", class)}>{ says }</span> }) }
            </p>
            <div class="machine-scroll" tabindex="0" role="region" aria-label={t!("State machine")}>
                <svg class="machine-box" viewBox="0 0 740 470" role="img" aria-label={label}>
                    { for edges }
                    { for boxes }
                </svg>
            </div>
            <p class="hint">{ t!("RFC 9293, figure 5. On each arrow: what happens, and what is then sent. The states are those of the sockets.") }</p>
        </div>
    }
}

/// A line from box to box, and its head. In whole numbers, after a square root of the standard library's.
fn arrow(from: usize, to: usize) -> (String, String) {
    let ((_, ax, ay), (_, bx, by)) = (PLACES[from], PLACES[to]);
    let (dx, dy) = (f64::from(bx - ax), f64::from(by - ay));
    // Where the line leaves a box: at its side or at its top.
    let out = |margin: f64| {
        let across = (f64::from(HALF.0) + margin) / dx.abs().max(1e-9);
        let along = (f64::from(HALF.1) + margin) / dy.abs().max(1e-9);
        across.min(along)
    };
    let length = dx.hypot(dy);
    let (ux, uy) = (dx / length, dy / length);
    let (begin, end) = (out(0.0), 1.0 - out(2.0));
    let [x1, y1] = [f64::from(ax) + dx * begin, f64::from(ay) + dy * begin].map(|it| it as i32);
    let [x2, y2] = [f64::from(ax) + dx * end, f64::from(ay) + dy * end];
    let corner = |side: f64| [x2 - 8.0 * ux - side * uy, y2 - 8.0 * uy + side * ux].map(|it| it as i32);
    let ([lx, ly], [rx, ry], [x2, y2]) = (corner(4.0), corner(-4.0), [x2 as i32, y2 as i32]);
    (format!("M{x1} {y1}L{x2} {y2}"), format!("M{x2} {y2}L{lx} {ly}L{rx} {ry}Z"))
}
