//! The ladder as SVG elements, and the same in words.

use super::hold::Spot;
use super::measures::{BRANCH_REM, GUTTER_REM, HEADS_REM, MARGIN_REM};
use lab::format::decimal;
use lab::sequence::Ladder;
use lab::sequence::lanes::Lanes;
use lab::sequence::sheet::{CAPSULE, CROSS, Sheet, Stroke, width_em};
use lab::sequence::side::Side;
use markup::html;
use netlab::history::{FrameId, TransitId};
use texts::t;
use yew::prelude::*;

/// What is rendered of one ladder.
pub struct Page<'a> {
    /// 0: of the branch that is shown.
    pub number: usize,
    /// The name of the branch, if two are compared.
    pub branch: Option<&'a str>,
    pub side: Side<'a>,
    pub ladder: &'a Ladder,
    pub lanes: &'a Lanes,
    pub sheet: &'a Sheet,
    /// The size of ordinary text, in CSS pixels like everything here.
    pub rem: f64,
    /// Of everything that can be scrolled to.
    pub height: f64,
    pub selected: Option<FrameId>,
    /// Where the keyboard is.
    pub cursor: Option<TransitId>,
    /// The first difference: its height, and the frame that differs.
    pub first: Option<(f64, Option<TransitId>)>,
}

impl Page<'_> {
    /// A height on the ladder as one on the page.
    fn y(&self, y: f64) -> f64 {
        y + MARGIN_REM * self.rem
    }
}

fn px(value: f64) -> String {
    decimal(value, 1)
}

/// The names above the lifelines, and above them those of the branches.
pub fn heads(pages: &[Page<'_>]) -> Html {
    html! {
        <div class="sequence-heads" aria-hidden="true">
            <span class="sequence-corner">{ "s" }</span>
            { for pages.iter().map(names) }
        </div>
    }
}

/// What a branch is called where two are compared.
pub fn branch_name(number: usize, branch: &str) -> String {
    if number == 0 { t!("Here: {branch}") } else { t!("There: {branch}") }
}

fn names(page: &Page<'_>) -> Html {
    let (rem, lanes) = (page.rem, page.lanes);
    let heads = lanes.lanes.iter().map(|lane| {
        let most = lanes.pitch - 0.5 * rem;
        let name = shortened(&lane.name, most / rem);
        let width = (width_em(&name) * 0.9375 * rem + 1.25 * rem).min(most);
        html! {
            <g key={lane.node.0}>
                <title>{ &lane.name }</title>
                <rect x={px(lane.x - width / 2.0)} y={px(0.25 * rem)} width={px(width)} height={px(1.5 * rem)} rx={px(0.3 * rem)} />
                <text x={px(lane.x)} y={px(rem)} dy="0.35em">{ name }</text>
            </g>
        }
    });
    let Some(branch) = page.branch else {
        return html! { <svg width={px(lanes.width)} height={px(HEADS_REM * rem)}>{ for heads }</svg> };
    };
    let above = BRANCH_REM * rem;
    let name = shortened(&branch_name(page.number, branch), lanes.width / rem);
    html! {
        <svg width={px(lanes.width)} height={px(above + HEADS_REM * rem)}>
            <text class="sequence-branch" x={px(lanes.width / 2.0)} y={px(above / 2.0)} dy="0.35em">{ name }</text>
            <g transform={format!("translate(0 {})", px(above))}>{ for heads }</g>
        </svg>
    }
}

/// A name that fits into this many heights of a text.
fn shortened(name: &str, rem: f64) -> String {
    let fits = (rem - 1.0) / 0.62;
    match name.chars().count() as f64 > fits {
        true => name.chars().take((fits - 1.0).max(1.0) as usize).chain(['…']).collect(),
        false => name.to_owned(),
    }
}

/// The moments beside the lifelines.
pub fn gutter(page: &Page<'_>, ticks: &[(f64, String)]) -> Html {
    let (rem, width) = (page.rem, GUTTER_REM * page.rem);
    let x = px(width - 0.5 * rem);
    let text = |y: f64, class: &'static str, text: &str| {
        html! { <text {class} x={x.clone()} y={px(page.y(y))} dy="0.35em">{ text }</text> }
    };
    html! {
        <svg class="sequence-gutter" width={px(width)} height={px(page.height)} aria-hidden="true">
            { for page.sheet.gaps.iter().map(|(gap, says)| text((gap.start + gap.end) / 2.0, "gap", says)) }
            { for ticks.iter().map(|(y, says)| text(*y, "tick", says)) }
        </svg>
    }
}

/// Lifelines, gaps and arrows; texts lie over all lines.
pub fn lanes(page: &Page<'_>) -> Html {
    let (lanes, rem) = (page.lanes, page.rem);
    let gaps = page.sheet.gaps.iter().map(|(gap, _)| {
        let (middle, half) = (page.y((gap.start + gap.end) / 2.0), 0.55 * rem);
        let broken: String = lanes
            .lanes
            .iter()
            .map(|lane| format!("M{} {}V{}", px(lane.x), px(middle - half), px(middle + half)))
            .collect();
        html! {
            <g class="gap">
                <rect x="0" y={px(middle - half)} width={px(lanes.width)} height={px(2.0 * half)} />
                <path d={broken} />
            </g>
        }
    });
    let strokes = || page.sheet.strokes.iter();
    html! {
        <svg class="sequence-lanes" data-side={page.number.to_string()} width={px(lanes.width)} height={px(page.height)} aria-hidden="true">
            { for lanes.lanes.iter().map(|lane| html! {
                <line class="lifeline" x1={px(lane.x)} x2={px(lane.x)} y1="0" y2={px(page.height)} />
            }) }
            { for gaps }
            if let Some((y, _)) = page.first {
                <g class="parting">
                    <path d={format!("M0 {}H{}", px(page.y(y)), px(lanes.width))} />
                    <text x={px(0.25 * rem)} y={px(page.y(y) - 0.35 * rem)}>{ t!("First difference") }</text>
                </g>
            }
            <g>{ for strokes().map(|stroke| line(page, stroke)) }</g>
            <g>{ for strokes().map(|stroke| texts(page, stroke)) }</g>
        </svg>
    }
}

fn classes_of(page: &Page<'_>, stroke: &Stroke) -> Classes {
    classes!(
        stroke.arrow.swatch.key(),
        (page.selected == Some(stroke.arrow.frame)).then_some("chosen"),
        (page.cursor == Some(stroke.arrow.transit)).then_some("under-keys"),
        (stroke.in_both == Some(true)).then_some("same"),
    )
}

fn line(page: &Page<'_>, stroke: &Stroke) -> Html {
    let at = |(x, y): (f64, f64)| format!("{} {}", px(x), px(page.y(y)));
    let [from, to] = stroke.line.map(at);
    let along = format!("M{from}L{to}");
    let end = match stroke.head.map(|head| head.map(at)) {
        Some([a, b, c]) => html! { <path class="head" d={format!("M{a}L{b}L{c}Z")} /> },
        None => {
            let half = px(CROSS * page.rem);
            let (back, whole) = (px(-2.0 * CROSS * page.rem), px(2.0 * CROSS * page.rem));
            let cross = format!("M{to}m-{half} -{half}l{whole} {whole}m0 {back}l{back} {whole}");
            html! { <path class="cross" d={cross} /> }
        }
    };
    let transit = stroke.arrow.transit.0;
    html! {
        <g key={transit} class={classes!("arrow", classes_of(page, stroke))} data-transit={transit.to_string()}>
            <path class="reach" d={along.clone()} />
            <path class="shaft" d={along} />
            { end }
        </g>
    }
}

fn texts(page: &Page<'_>, stroke: &Stroke) -> Html {
    let rem = page.rem;
    let transit = stroke.arrow.transit.0;
    let reason = stroke.reason.map(|(says, (x, y), forwards)| {
        let class = if forwards { "reason" } else { "reason backwards" };
        html! { <text {class} x={px(x)} y={px(page.y(y))} dy="0.35em">{ says }</text> }
    });
    let text = stroke.text.as_ref().map(|text| {
        let (left, y) = (text.at.0, page.y(text.at.1));
        let height = CAPSULE * rem;
        html! {
            <>
                if let Some(width) = text.beside() {
                    <rect class="behind" x={px(left + text.capsule / 2.0)} y={px(y - height / 2.0)}
                        width={px(text.capsule / 2.0 + width)} height={px(height)} />
                }
                <rect x={px(left)} y={px(y - height / 2.0)} width={px(text.capsule)} height={px(height)} rx={px(height / 2.0)} />
                <text class="label" x={px(left + text.capsule / 2.0)} y={px(y)} dy="0.35em">{ &text.label }</text>
                if !text.detail.is_empty() {
                    <text class="detail" x={px(text.detail_x)} y={px(y)} dy="0.35em">{ &text.detail }</text>
                }
                if let Some((remark, x)) = text.remark {
                    <text class="remark" x={px(x)} y={px(y)} dy="0.35em">{ remark }</text>
                }
            </>
        }
    });
    html! {
        <g key={transit} class={classes!("writing", classes_of(page, stroke))} data-transit={transit.to_string()}>
            { text }
            { reason }
        </g>
    }
}

/// The id of the option for this frame.
pub fn option_id(Spot { side, transit }: Spot) -> String {
    let there = if side == 0 { "" } else { "there-" };
    format!("sequence-{there}{}", transit.0)
}

/// The arrows in words.
pub fn options(page: &Page<'_>) -> Html {
    let count = page.ladder.transit_count().to_string();
    let options = page.sheet.strokes.iter().map(|stroke| {
        let selected = page.selected == Some(stroke.arrow.frame);
        let transit = stroke.arrow.transit;
        let sentence = page.ladder.sentence(page.side, &stroke.arrow);
        let is_first = page.first.is_some_and(|(_, first)| first == Some(transit));
        html! {
            <div key={transit.0} role="option" id={option_id(Spot { side: page.number, transit })} aria-selected={selected.to_string()}
                aria-setsize={count.clone()} aria-posinset={(stroke.place + 1).to_string()} data-transit={transit.0.to_string()}>
                { match (stroke.in_both, is_first) {
                    (None, _) => sentence,
                    (Some(true), _) => t!("{sentence}; in both branches"),
                    (Some(false), false) => t!("{sentence}; only in this branch"),
                    (Some(false), true) => t!("{sentence}; only in this branch: the first difference"),
                } }
            </div>
        }
    });
    let side = page.number.to_string();
    match page.branch {
        None => {
            html! { <div class="sequence-words visually-hidden" role="presentation">{ for options }</div> }
        }
        Some(branch) => html! {
            <div class="sequence-words visually-hidden" role="group" aria-label={branch_name(page.number, branch)} data-side={side}>
                { for options }
            </div>
        },
    }
}
