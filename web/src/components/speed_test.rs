//! The speed test: how fast real stacks are in this tab, by the clock on the wall.

use super::plot::throughput;
use super::use_session;
use crate::wall_clock::{Report, Test, run};
use lab::format;
use markup::html;
use std::cell::Cell;
use std::rc::Rc;
use texts::{mark, plural, t};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

const TESTS: [(Test, &str, &str); 2] = [
    (
        Test::Tcp,
        "TCP",
        mark!("Two TCP/IP stacks on a switch: one sends as fast as the other can take it (iperf_self)."),
    ),
    (
        Test::Frames,
        mark!("Raw frames"),
        mark!("Full Ethernet frames through the switch, without any stack (iperf_vnetif)."),
    ),
];
const GIGABYTE: u64 = 1_000_000_000;

/// The speed test.
#[component]
pub fn SpeedTest() -> Html {
    let session = use_session();
    let test = use_state(|| Test::Tcp);
    let endless = use_state(|| true);
    let report = use_state(|| None::<Rc<Report>>);
    let running = use_state(|| false);
    let stop = use_mut_ref(|| Rc::new(Cell::new(false)));
    {
        // Leaving the pane stops the test, and the network goes on.
        let (session, stop) = (session.clone(), stop.clone());
        use_effect_with((), move |()| {
            move || {
                stop.borrow().set(true);
                session.hold(false);
            }
        });
    }
    let toggle = {
        let (session, test, endless, report, running, stop) =
            (session.clone(), test.clone(), endless.clone(), report.clone(), running.clone(), stop.clone());
        Callback::from(move |_: MouseEvent| {
            if *running {
                return stop.borrow().set(true);
            }
            let stopped = Rc::new(Cell::new(false));
            *stop.borrow_mut() = stopped.clone();
            let (session, test, report, running) = (session.clone(), *test, report.clone(), running.clone());
            let bytes = (!*endless).then_some(GIGABYTE);
            running.set(true);
            report.set(None);
            session.hold(true);
            session.show();
            spawn_local(async move {
                run(test, bytes, stopped.clone(), |now| report.set(Some(Rc::new(now.clone())))).await;
                running.set(false);
                session.hold(false);
                session.show();
            });
        })
    };
    let tests = TESTS.into_iter().map(|(kind, label, _)| {
        let test = test.clone();
        let (checked, disabled) = (*test == kind, *running);
        let onchange = Callback::from(move |_: Event| test.set(kind));
        html! {
            <label key={label} class="segment">
                <input type="radio" name="speed-test" {checked} {disabled} {onchange} />
                <span>{ texts::of(label) }</span>
            </label>
        }
    });
    let onchange = {
        let endless = endless.clone();
        Callback::from(move |event: Event| {
            endless.set(!event.target_unchecked_into::<HtmlInputElement>().checked())
        })
    };
    let meaning =
        TESTS.iter().find(|(kind, ..)| *kind == *test).map_or("", |(_, _, meaning)| texts::of(meaning));
    html! {
        <section class="speed-test" aria-labelledby="speed-test-title">
            <h2 id="speed-test-title">{ t!("How fast is this machine?") }</h2>
            <p class="hint">
                { t!("No virtual time: the stacks run by the clock on the wall, as fast as this machine goes. They still give \
                   way to every animation frame, so the page stays usable.") }
            </p>
            <fieldset class="segments">
                <legend class="visually-hidden">{ t!("What is measured") }</legend>
                { for tests }
            </fieldset>
            <p class="hint">{ meaning }</p>
            <label class="switch">
                <input type="checkbox" role="switch" checked={!*endless} disabled={*running} {onchange} />
                <span>{ t!("Stop after 1 GB") }</span>
            </label>
            <button type="button" class={classes!("button", "wide", (!*running).then_some("primary"))} onclick={toggle}>
                { if *running { t!("Stop") } else { t!("Start the speed test") } }
            </button>
            if let Some(report) = &*report {
                { results(report, *running) }
            }
        </section>
    }
}

fn results(report: &Rc<Report>, running: bool) -> Html {
    let rate = if running { report.rates.last().copied().unwrap_or(0.0) } else { report.rate() };
    let per_frame = report.elapsed.nanos().checked_div(report.frames).unwrap_or(0);
    let facts = [
        (t!("Average"), format::bit_rate(report.rate())),
        (t!("Received"), format::bytes(report.bytes)),
        (t!("Frames"), format::count(report.frames)),
        (t!("Per frame"), format::duration(wire::Duration::from_nanos(per_frame))),
        (
            t!("Yields"),
            plural!(
                report.yields,
                "{count}\u{a0}time",
                "{count}\u{a0}times",
                count = format::count(report.yields)
            ),
        ),
        (t!("Longest slice"), format::duration(report.longest_slice)),
    ];
    html! {
        <>
            <p class="big-number" role={(!running).then_some("status")}>{ format::bit_rate(rate) }</p>
            if let Some(plot) = report.plot() {
                { throughput(&plot) }
            }
            <dl class="facts">
                { for facts.iter().map(|(name, value)| html! { <div key={*name}><dt>{ *name }</dt><dd>{ value }</dd></div> }) }
            </dl>
        </>
    }
}
