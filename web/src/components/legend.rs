//! The legend: the color and the shape of each kind of frame, from the stage's palette, and the signs of ports, cables and frames.

use super::use_session;
use markup::html;
use texts::{mark, t};
use trace::swatch::Swatch;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// A sign: what it looks like, and what it means.
struct Sign {
    /// Within `-12 -8 24 16`: paths, and the class that says how each is drawn.
    paths: &'static [(&'static str, &'static str)],
    says: &'static str,
}

const CABLE: &str = "M-12-1.5H12V1.5H-12Z";
const CAPSULE: &str = "M-5-5H5A5 5 0 0 1 5 5H-5A5 5 0 0 1-5-5Z";
const DISC: &str = "M0-5A5 5 0 0 1 0 5A5 5 0 0 1 0-5Z";

const SIGNS: [Sign; 14] = [
    Sign { paths: &[("sign-cable", CABLE), ("sign-up", DISC)], says: mark!("port: frames pass") },
    Sign {
        paths: &[("sign-cable", CABLE), ("sign-plain", DISC), ("sign-up", "M0-5A5 5 0 0 1 0 5Z")],
        says: mark!("it learns addresses, nothing passes yet"),
    },
    Sign {
        paths: &[("sign-cable", CABLE), ("sign-plain", DISC), ("sign-bar", "M8-8V8")],
        says: mark!("the spanning tree keeps it closed"),
    },
    Sign {
        paths: &[("sign-cable", "M-12-1.5H-8V1.5H-12ZM-2-1.5H2V1.5H-2ZM8-1.5H12V1.5H8Z")],
        says: mark!("cable in reserve"),
    },
    Sign {
        paths: &[("sign-crown", "M-7 6L-8-4L-3.5 1L0-6L3.5 1L8-4L7 6Z")],
        says: mark!("root of the spanning tree"),
    },
    Sign {
        paths: &[
            ("sign-role", "M0-7A7 7 0 0 1 0 7A7 7 0 0 1 0-7Z"),
            ("sign-role-ink", "M-2 4V-4H1A2 2 0 0 1 1 .5H-2M0 .5L3 4"),
        ],
        says: mark!("a port in the tree: R leads to the root, D away from it, A and B stand by, closed"),
    },
    Sign {
        paths: &[("sign-vlan", "M-9-6H9V6H-9Z"), ("sign-ink", "M-4-3V3M1-3H4V3H1Z")],
        says: mark!("VLAN, of a port or of a frame’s tag"),
    },
    Sign {
        paths: &[("sign-plain", "M-11-6H11V6H-11Z"), ("sign-trunk", "M-10-4.5H10M-10 4.5H10")],
        says: mark!("trunk: several VLANs"),
    },
    Sign {
        paths: &[
            ("sign-nat", "M-11-6H11V6H-11Z"),
            ("sign-nat-ink", "M-8 3V-3L-4 3V-3M-2 3L0-3L2 3M4-3H9M6.5-3V3"),
        ],
        says: mark!("outside of address translation"),
    },
    Sign {
        paths: &[("sign-frame", CAPSULE), ("sign-fault", "M3-7L6-3L1 0L6 3L3 7")],
        says: mark!("bits are wrong"),
    },
    Sign {
        paths: &[("sign-plain", "M-2-7H7A5 5 0 0 1 7 3H-2A5 5 0 0 1-2-7Z"), ("sign-frame", CAPSULE)],
        says: "a copy",
    },
    Sign {
        paths: &[
            ("sign-frame", "M-5-1H5A4 4 0 0 1 5 7H-5A4 4 0 0 1-5-1Z"),
            ("sign-leap", "M-8-2Q0-11 8-2M3-3L8-2L8-7"),
        ],
        says: mark!("goes ahead of others"),
    },
    Sign {
        paths: &[("sign-frame", CAPSULE), ("sign-fault", "M-4-4L4 4M-4 4L4-4")],
        says: mark!("ends here, for the reason that it says"),
    },
    Sign {
        paths: &[("sign-nat", "M-11-6H11V6H-11Z"), ("sign-nat-ink", "M-8-2H8M-8 3H3")],
        says: mark!("an address that the node before has rewritten"),
    },
];

/// Listed while branches are compared.
const GHOST: Sign = Sign {
    paths: &[("sign-ghost", "M-5-6H5A6 6 0 0 1 5 6H-5A6 6 0 0 1-5-6Z")],
    says: mark!("In the other branch"),
};

/// Properties of [`Legend`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The kinds of packets that there were: see [`View::kinds`](lab::view::View::kinds).
    pub kinds: u16,
    /// Frames say their addresses.
    pub addresses: bool,
    /// Frames of another branch are drawn as outlines.
    pub ghosts: bool,
}

/// The legend: in the line those kinds that there were, as far as they have room; at a press all of them, and the signs.
#[component]
pub fn Legend(props: &Props) -> Html {
    let open = use_state(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let session = use_session();
    let show_addresses = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            session.set_addresses(event.target_unchecked_into::<HtmlInputElement>().checked());
        })
    };
    let known = Swatch::ALL.into_iter().filter(|&swatch| swatch != Swatch::Other);
    let seen = known.clone().filter(|swatch| props.kinds & (1 << *swatch as u16) != 0);
    html! {
        <div class="legend">
            <button type="button" class="link" aria-expanded={open.to_string()} aria-controls="legend" onclick={toggle}>{ t!("Colors") }</button>
            <ul class="legend-line" aria-label={t!("Colors of what was sent")}>
                if props.ghosts {
                    { sign(&GHOST) }
                }
                { for seen.map(entry) }
            </ul>
            if *open {
                <div class="legend-all popover" id="legend">
                    <label class="switch">
                        <input type="checkbox" role="switch" checked={props.addresses} onchange={show_addresses} />
                        <span>{ t!("Show addresses on frames") }</span>
                    </label>
                    <ul>{ for known.map(entry) }</ul>
                    <ul>
                        if props.ghosts {
                            { sign(&GHOST) }
                        }
                        { for SIGNS.iter().map(sign) }
                    </ul>
                </div>
            }
        </div>
    }
}

fn sign(sign: &Sign) -> Html {
    html! {
        <li key={sign.says}>
            <svg viewBox="-12 -8 24 16" width="24" height="16" aria-hidden="true" focusable="false">
                { for sign.paths.iter().map(|(class, path)| html! { <path class={*class} d={*path} /> }) }
            </svg>
            <span>{ texts::of(sign.says) }</span>
        </li>
    }
}

fn entry(swatch: Swatch) -> Html {
    html! {
        <li key={swatch.name()} title={swatch.meaning()}>
            <svg viewBox="-1 -1 2 2" width="12" height="12" aria-hidden="true" focusable="false">
                <path class={format!("mark-{}", swatch.key())} d={swatch.shape().svg_path()} />
            </svg>
            <span>{ swatch.name() }</span>
            <span class="visually-hidden">{ format!(": {}", swatch.meaning()) }</span>
        </li>
    }
}
