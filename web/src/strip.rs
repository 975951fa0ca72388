//! The time line's strip on its canvas: density by protocol, drops and retransmissions, runs, the live edge, the playhead.
//!
//! Drawn in the animation-frame callback like the stage, since the playhead moves with every one; but only if a pixel of it may be
//! another ([`Stamp`]). Packets are counted once ([`Density`]).

use crate::dom::window;
use crate::stage::palette::Theme;
use lab::Lab;
use lab::timeline::{AGAIN, DROPS, Density, LANES, SpanState, Window, spans};
use netlab::Instant;
use std::cell::Cell;
use std::rc::Rc;
use trace::swatch::Swatch;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ResizeObserver};

/// The strip.
pub struct Strip {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    density: Density,
    drawn: Option<(Stamp, f64)>,
    size: Observed,
}

/// An element's size in CSS pixels, as it was laid out last. Asking the element would make the browser lay out the page in the middle
/// of an animation frame, and once more at its end.
struct Observed {
    size: Rc<Cell<(f64, f64)>>,
    observer: ResizeObserver,
    _on_size: Closure<dyn FnMut()>,
}

impl Observed {
    fn new(element: &HtmlCanvasElement) -> Self {
        let now = |element: &HtmlCanvasElement| {
            (f64::from(element.client_width()), f64::from(element.client_height()))
        };
        let size = Rc::new(Cell::new(now(element)));
        let on_size = {
            let (element, size) = (element.clone(), size.clone());
            Closure::<dyn FnMut()>::new(move || size.set(now(&element)))
        };
        let observer = ResizeObserver::new(on_size.as_ref().unchecked_ref()).expect("browsers have it");
        observer.observe(element);
        Self { size, observer, _on_size: on_size }
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// What the strip is drawn from, to half a device pixel. Two equal ones look alike.
#[derive(Clone, PartialEq)]
struct Stamp {
    size: (u32, u32),
    theme: Theme,
    window: Window,
    /// The playhead, the live edge, and where the history begins.
    places: [i32; 3],
    runs: Vec<SpanState>,
    to_come: usize,
    packets: Packets,
}

/// The listed packets: how often others are listed, and how many there are.
#[derive(Clone, Copy, PartialEq)]
struct Packets {
    generation: usize,
    listed: usize,
}

/// New packets, and a playhead that has moved less than [`LEAP_PX`], are no reason to draw more often than this, in milliseconds.
const EVERY_MS: f64 = 50.0;
/// In half device pixels, as the places are counted.
const LEAP_PX: u32 = 12;

/// Width of a bar in CSS pixels.
const BAR_PX: f64 = 3.0;
/// Height of a run's span, with the gap below it.
const LANE_PX: f64 = 5.0;
/// Height of the ticks that mark drops and retransmissions.
const TICK_PX: f64 = 5.0;

impl Strip {
    /// A strip on this canvas; `None` if the browser gives no context.
    pub fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let size = Observed::new(&canvas);
        Some(Self { canvas, context, density: Density::default(), drawn: None, size })
    }

    /// Draws one animation frame, if there is something new. Returns whether it is now as the lab is: new packets may wait.
    pub fn draw(&mut self, lab: &Lab, theme: Theme, now_ms: f64) -> bool {
        let (width, height) = self.size.size.get();
        if width < 1.0 || height < 1.0 {
            return true;
        }
        let ratio = window().device_pixel_ratio();
        let [w, h] = [width, height].map(|side| (side * ratio).round() as u32);
        let stamp = Stamp::of(lab, theme, (w, h));
        if let Some((drawn, at_ms)) = &self.drawn {
            if *drawn == stamp {
                return true;
            }
            if (0.0..EVERY_MS).contains(&(now_ms - at_ms)) && stamp.differs_little(drawn) {
                return false;
            }
        }
        self.drawn = Some((stamp, now_ms));
        if (self.canvas.width(), self.canvas.height()) != (w, h) {
            self.canvas.set_width(w);
            self.canvas.set_height(h);
        }
        let context = &self.context.clone();
        let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, width, height);
        let palette = theme.palette();
        let span = lab.window();
        let x = |at: Instant| span.share(at) * width;
        let edge = lab.edge();

        // The background ends at the live edge.
        context.set_fill_style_str(palette.cable);
        context.set_global_alpha(0.22);
        context.fill_rect(
            x(Instant::ZERO).max(0.0),
            0.0,
            wire::decimal::clamp(x(edge), 0.0, width) - x(Instant::ZERO).max(0.0),
            height,
        );
        context.set_global_alpha(1.0);

        let look = lab.look();
        let least = (span.nanos() as f64 * 3.0 / width) as u64;
        for run in spans(look.history.runs(), edge, least) {
            context.set_fill_style_str(match run.state {
                SpanState::Planned | SpanState::Stopped => palette.ink_soft,
                SpanState::Active => palette.accent,
                SpanState::Good => palette.up,
                SpanState::Bad => palette.fault,
            });
            context.set_global_alpha(if run.state == SpanState::Planned { 0.5 } else { 1.0 });
            let (from, to) = (x(run.from), x(run.to));
            context.fill_rect(from, run.lane as f64 * LANE_PX, (to - from).max(2.0), LANE_PX - 2.0);
        }
        // Marks of planned changes of the network.
        context.set_fill_style_str(palette.warn_ink);
        context.set_global_alpha(0.8);
        for at in lab.to_come().filter(|at| *at > edge) {
            context.fill_rect(x(at) - 1.0, 0.0, 2.0, LANES as f64 * LANE_PX);
        }
        context.set_global_alpha(1.0);
        self.bars(lab, span, (width, height), theme);

        let at = x(look.at);
        if !look.history.complete_since().eq(&Instant::ZERO) {
            // The time of which the history has forgotten frames.
            context.set_fill_style_str(palette.ground);
            context.set_global_alpha(0.7);
            context.fill_rect(0.0, 0.0, x(look.history.complete_since()).max(0.0), height);
            context.set_global_alpha(1.0);
        }
        self.context.set_fill_style_str(palette.ink);
        self.context.fill_rect(at - 1.0, 0.0, 2.0, height);
        self.context.begin_path();
        let _ = self.context.arc(at, height - 5.0, 5.0, 0.0, std::f64::consts::TAU);
        self.context.fill();
        true
    }

    fn bars(&mut self, lab: &Lab, span: Window, (width, height): (f64, f64), theme: Theme) {
        let palette = theme.palette();
        let bins = (width / BAR_PX).ceil() as usize;
        self.density.count(lab.trace(), span, bins);
        let most = f64::from(self.density.most()).max(1.0);
        let (top, bottom) = (LANES as f64 * LANE_PX, height - TICK_PX);
        let sums: Vec<u32> = self.density.bins.iter().map(|bin| bin[..DROPS].iter().sum()).collect();
        // The root lets a single frame be seen beside a bulk transfer.
        let full = |all: u32| ((f64::from(all) / most).sqrt() * (bottom - top)).max(3.0);
        // One color after the other: setting one takes longer than drawing a bar.
        let mut below = vec![0.0; sums.len()];
        for swatch in Swatch::ALL {
            let bins = self.density.bins.iter().zip(&sums).zip(&mut below).enumerate();
            let mut begun = false;
            for (number, ((bin, all), below)) in bins {
                let count = bin[swatch as usize];
                if count > 0 {
                    if !begun {
                        begun = true;
                        self.context.set_fill_style_str(palette.of(swatch).mark);
                    }
                    let tall = full(*all) * f64::from(count) / f64::from(*all);
                    *below += tall;
                    self.context.fill_rect(number as f64 * BAR_PX, bottom - *below, BAR_PX - 0.75, tall);
                }
            }
        }
        for (index, color) in [(AGAIN, palette.warn_ink), (DROPS, palette.fault)] {
            self.context.set_fill_style_str(color);
            for (number, _) in self.density.bins.iter().enumerate().filter(|(_, bin)| bin[index] > 0) {
                self.context.fill_rect(number as f64 * BAR_PX - 0.5, bottom + 0.5, BAR_PX, TICK_PX - 0.5);
            }
        }
    }
}

impl Stamp {
    /// Only places differ, by a little, and packets.
    fn differs_little(&self, drawn: &Self) -> bool {
        let near = self.places.iter().zip(drawn.places).all(|(now, then)| now.abs_diff(then) < LEAP_PX);
        near && Self { places: self.places, packets: self.packets, ..drawn.clone() } == *self
    }

    fn of(lab: &Lab, theme: Theme, size: (u32, u32)) -> Self {
        let (window, look) = (lab.window(), lab.look());
        let place = |at: Instant| (window.share(at) * f64::from(size.0) * 2.0).round() as i32;
        Self {
            size,
            theme,
            window,
            places: [look.at, lab.edge(), look.history.complete_since()].map(place),
            runs: look.history.runs().iter().map(SpanState::of).collect(),
            to_come: lab.to_come().count(),
            packets: Packets { generation: lab.trace().generation(), listed: lab.trace().listed() },
        }
    }
}
