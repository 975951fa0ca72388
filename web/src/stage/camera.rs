//! Where the viewer looks: scale and offset between the document's units and CSS pixels, with pan, zoom and fit.
//!
//! Zoom is semantic: distances grow with the scale, but what is drawn grows more slowly
//! ([`Sizes`](super::sizes::Sizes)), so that zooming in makes room for labels and a wide view keeps shapes
//! distinguishable.
//!
//! Easing interpolates scale and offset linearly with one parameter. Not the logarithm of the scale: two views that show
//! one world point at the same pixel then keep it there all the way, which is what "zoom about the pointer" means.

use kurbo::{Point, Rect, Size, Vec2};
use wire::sorted::sort_by;

/// A mapping from the document's units to CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Pixels for one unit.
    pub scale: f64,
    /// The pixel at which the document's origin is.
    pub offset: Vec2,
}

/// What the camera shows.
pub trait Scenery {
    /// The pixels that it covers in this view; `None` if there is nothing. Its size grows with the view's scale.
    fn bounds(&self, view: View) -> Option<Rect>;

    /// Whether any of it is within these pixels in this view.
    fn touches(&self, view: View, pixels: Rect) -> bool;
}

/// The viewer's position, on its way to where it was sent.
#[derive(Clone, Debug)]
pub struct Camera {
    view: View,
    goal: View,
    size: Size,
    /// Buttons and the like on the canvas.
    obstacles: Vec<Rect>,
    /// The person has moved it: it no longer follows the canvas's size.
    moved: bool,
    /// The last animation frame's time, while easing.
    eased_ms: Option<f64>,
}

/// The widest view.
pub const SCALE_MIN: f64 = 0.04;
/// The closest view.
pub const SCALE_MAX: f64 = 16.0;
/// Fitting a small network does not blow it up beyond this.
const SCALE_FIT_MAX: f64 = 2.6;
/// Free space around what is fitted, in pixels; a narrow canvas gets less.
const PADDING_PX: f64 = 36.0;
/// More obstacles than this are not looked at: each triples the work.
const OBSTACLES_MAX: usize = 4;
/// A fitted picture can be at this many places to each side of the middle.
const CENTRING_STEPS: i32 = 12;
/// This much of the picture stays in view, however far it is moved.
const KEEP_PX: f64 = 48.0;
/// After this long, easing has done 63 % of the way.
const EASE_MS: f64 = 70.0;

impl View {
    /// Where a point of the document is on the canvas.
    pub fn to_screen(self, world: Point) -> Point {
        (world.to_vec2() * self.scale + self.offset).to_point()
    }

    /// The same place at another scale; `about` stays where it is.
    fn zoomed(self, factor: f64, about: Point) -> Self {
        let scale = (self.scale * factor).clamp(SCALE_MIN, SCALE_MAX);
        let offset = about.to_vec2() + (self.offset - about.to_vec2()) * (scale / self.scale);
        Self { scale, offset }
    }

    fn moved(self, by: Vec2) -> Self {
        Self { offset: self.offset + by, ..self }
    }

    fn toward(self, goal: Self, part: f64) -> Self {
        Self {
            scale: self.scale + (goal.scale - self.scale) * part,
            offset: self.offset + (goal.offset - self.offset) * part,
        }
    }

    /// Nothing moves by half a device pixel any more.
    fn is_at(self, goal: Self) -> bool {
        (self.offset - goal.offset).hypot() < 0.2 && (self.scale / goal.scale - 1.0).abs() < 2e-4
    }

    /// The largest view that has everything inside a canvas of this size and nothing behind the obstacles, which are at
    /// its edges, and as near to the middle as it can be there; if there is none, something is behind them.
    pub fn fitting(scenery: &impl Scenery, size: Size, obstacles: &[Rect]) -> Self {
        let padding = PADDING_PX.min(size.width * 0.05).min(size.height * 0.06);
        let whole = size.to_rect().inset(-padding);
        let plain = Self::filling(scenery, whole);
        let is_clear = |view: Self| !obstacles.iter().any(|&obstacle| scenery.touches(view, obstacle));
        if is_clear(plain) {
            return plain;
        }
        // For each obstacle: under it, beside it, or it is not in the way.
        let mut rooms = vec![whole];
        for obstacle in obstacles.iter().take(OBSTACLES_MAX) {
            let cut = |room: &Rect| {
                let [mut above, mut beside] = [*room; 2];
                match obstacle.center().y > room.center().y {
                    true => above.y1 = above.y1.min(obstacle.y0 - padding / 2.0),
                    false => above.y0 = above.y0.max(obstacle.y1 + padding / 2.0),
                }
                match obstacle.center().x > room.center().x {
                    true => beside.x1 = beside.x1.min(obstacle.x0 - padding / 2.0),
                    false => beside.x0 = beside.x0.max(obstacle.x1 + padding / 2.0),
                }
                [*room, above, beside]
            };
            rooms = rooms.iter().flat_map(cut).collect();
        }
        let views = rooms.into_iter().map(|room| Self::filling(scenery, room)).filter(|&view| is_clear(view));
        match views.max_by(|a, b| a.scale.total_cmp(&b.scale)) {
            Some(largest) => largest.centred(scenery, whole, obstacles, padding / 2.0),
            None => plain,
        }
    }

    /// Moved within this room, as near to its middle as it can be with `gap` pixels to every obstacle. The room beside an
    /// obstacle is free from one edge of the canvas to the other, but the picture seldom needs the obstacle's whole height:
    /// there it can be in the middle after all.
    fn centred(self, scenery: &impl Scenery, room: Rect, obstacles: &[Rect], gap: f64) -> Self {
        let Some(bounds) = scenery.bounds(self) else { return self };
        let free = (room.size() - bounds.size()).to_vec2() / 2.0;
        let parts =
            || (-CENTRING_STEPS..=CENTRING_STEPS).map(|step| f64::from(step) / f64::from(CENTRING_STEPS));
        let mut off: Vec<_> =
            parts().flat_map(|x| parts().map(move |y| Vec2::new(free.x * x, free.y * y))).collect();
        sort_by(&mut off, |a, b| a.hypot2().total_cmp(&b.hypot2()));
        let to_middle = room.center() - bounds.center();
        let views = off.into_iter().map(|off| self.moved(to_middle + off));
        let is_clear = |view: &Self| {
            !obstacles.iter().any(|obstacle| scenery.touches(*view, obstacle.inflate(gap, gap)))
        };
        // Not farther off than it was.
        let nearer =
            views.take_while(|view| (view.offset - self.offset - to_middle).hypot2() <= to_middle.hypot2());
        nearer.into_iter().find(is_clear).unwrap_or(self)
    }

    /// The largest view that has everything inside these pixels.
    fn filling(scenery: &impl Scenery, room: Rect) -> Self {
        let at_scale = |scale| Self { scale, offset: Vec2::ZERO };
        let fits = |scale: f64| {
            scenery
                .bounds(at_scale(scale))
                .is_none_or(|bounds| bounds.width() <= room.width() && bounds.height() <= room.height())
        };
        // Bisection, because shapes and distances grow by different laws.
        let (mut low, mut high) = (SCALE_MIN, SCALE_FIT_MAX);
        if fits(high) {
            low = high;
        }
        while high / low > 1.001 {
            let middle = (low * high).sqrt();
            *if fits(middle) { &mut low } else { &mut high } = middle;
        }
        let view = at_scale(low);
        let middle = scenery.bounds(view).map_or(Point::ORIGIN, |bounds| bounds.center());
        view.moved(room.center() - middle)
    }
}

impl Camera {
    /// Looks at nothing yet; the first [`follow`](Self::follow) fits.
    pub fn new() -> Self {
        let view = View { scale: 1.0, offset: Vec2::ZERO };
        Self { view, goal: view, size: Size::ZERO, obstacles: Vec::new(), moved: false, eased_ms: None }
    }

    /// What is seen now.
    pub fn view(&self) -> View {
        self.view
    }

    /// The canvas in CSS pixels.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The canvas has this size now. Keeps the middle in the middle if a person has moved the camera; otherwise the next
    /// [`follow`](Self::follow) fits anew.
    pub fn resize(&mut self, size: Size) {
        if self.moved {
            let by = (size.to_vec2() - self.size.to_vec2()) / 2.0;
            self.view = self.view.moved(by);
            self.goal = self.goal.moved(by);
        }
        self.size = size;
    }

    /// What a fit keeps clear of.
    pub fn obstacles(&self) -> &[Rect] {
        &self.obstacles
    }

    /// These parts of the canvas are behind something else; a fit keeps clear of them.
    pub fn keep_clear(&mut self, obstacles: Vec<Rect>) {
        self.obstacles = obstacles;
    }

    /// What there is to see has changed, or the canvas has: fits at once unless a person has moved the camera.
    pub fn follow(&mut self, scenery: &impl Scenery) {
        if !self.moved {
            self.goal = View::fitting(scenery, self.size, &self.obstacles);
            self.view = self.goal;
        }
    }

    /// Goes to where everything is in view, and follows the canvas's size again.
    pub fn fit(&mut self, scenery: &impl Scenery) {
        self.moved = false;
        self.goal = View::fitting(scenery, self.size, &self.obstacles);
    }

    /// Moves at once, with the pointer.
    pub fn pan_by(&mut self, by: Vec2, scenery: &impl Scenery) {
        self.moved = true;
        self.view = self.view.moved(by);
        self.view = self.kept_in_sight(self.view, scenery);
        self.goal = self.view;
    }

    /// Zooms, eased, about a pixel (by default the middle).
    pub fn zoom_by(&mut self, factor: f64, about: Option<Point>, scenery: &impl Scenery) {
        self.moved = true;
        let about = about.unwrap_or((self.size.to_vec2() / 2.0).to_point());
        self.goal = self.kept_in_sight(self.goal.zoomed(factor, about), scenery);
    }

    /// Zooms and moves at once, with two fingers.
    pub fn pinch(&mut self, factor: f64, about: Point, by: Vec2, scenery: &impl Scenery) {
        self.moved = true;
        self.view = self.view.zoomed(factor, about);
        self.pan_by(by, scenery);
    }

    /// Eases on to the animation frame at `now_ms`; says whether there is more to come.
    pub fn advance(&mut self, now_ms: f64, reduced_motion: bool) -> bool {
        if reduced_motion || self.view.is_at(self.goal) {
            self.view = self.goal;
            self.eased_ms = None;
            return false;
        }
        // The first frame of a move is one frame long; a tab that was hidden does not make it jump.
        let passed = self.eased_ms.map_or(16.0, |last| (now_ms - last).clamp(0.0, 50.0));
        self.eased_ms = Some(now_ms);
        self.view = self.view.toward(self.goal, 1.0 - (-passed / EASE_MS).exp());
        true
    }

    fn kept_in_sight(&self, view: View, scenery: &impl Scenery) -> View {
        let Some(bounds) = scenery.bounds(view) else { return view };
        let correction = |low: f64, high: f64, room: f64| {
            let keep = KEEP_PX.min(room / 2.0);
            (keep - high).max(0.0) + (room - keep - low).min(0.0)
        };
        view.moved(Vec2::new(
            correction(bounds.x0, bounds.x1, self.size.width),
            correction(bounds.y0, bounds.y1, self.size.height),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Spots(Vec<(f64, f64)>);

    impl Spots {
        fn seen(&self, view: View) -> impl Iterator<Item = Rect> {
            let detail = view.scale.sqrt();
            let reach = Rect::new(-50.0 * detail, -30.0 * detail, 50.0 * detail, 70.0 * detail);
            self.0.iter().map(move |&(x, y)| reach + view.to_screen(Point::new(x, y)).to_vec2())
        }
    }

    impl Scenery for Spots {
        fn bounds(&self, view: View) -> Option<Rect> {
            self.seen(view).reduce(|all, one| all.union(one))
        }

        fn touches(&self, view: View, pixels: Rect) -> bool {
            self.seen(view).any(|spot| spot.overlaps(pixels))
        }
    }

    fn camera(points: &[(f64, f64)], width: f64, height: f64) -> (Camera, Spots) {
        let spots = Spots(points.to_vec());
        let mut camera = Camera::new();
        camera.resize(Size::new(width, height));
        camera.follow(&spots);
        (camera, spots)
    }

    const TRIANGLE: [(f64, f64); 3] = [(100.0, 100.0), (500.0, 120.0), (300.0, 400.0)];

    #[test]
    fn the_fit_follows_the_canvas_until_a_person_moves_it() {
        let (mut camera, spots) = camera(&TRIANGLE, 900.0, 600.0);
        let wide = camera.view();
        camera.resize(Size::new(390.0, 500.0));
        camera.follow(&spots);
        assert!(camera.view().scale < wide.scale);
        camera.pan_by(Vec2::new(10.0, 0.0), &spots);
        let own = camera.view();
        camera.resize(Size::new(590.0, 500.0));
        camera.follow(&spots);
        assert_eq!(camera.view(), own.moved(Vec2::new(100.0, 0.0)));
        camera.fit(&spots);
        while camera.advance(0.0, true) {}
        assert_eq!(camera.view(), View::fitting(&spots, Size::new(590.0, 500.0), &[]));
    }

    #[test]
    fn a_fit_keeps_clear_of_what_floats_on_the_canvas_and_no_smaller_than_it_must_be() {
        let spots = Spots(TRIANGLE.to_vec());
        let size = Size::new(900.0, 600.0);
        let fit = |obstacles: &[Rect]| View::fitting(&spots, size, obstacles);
        let plain = fit(&[]);
        assert_eq!(fit(&[Rect::new(0.0, 560.0, 60.0, 600.0)]), plain, "a corner where nothing is");
        let [legend, buttons] = [Rect::new(0.0, 500.0, 600.0, 600.0), Rect::new(840.0, 400.0, 900.0, 600.0)];
        let clear = fit(&[legend, buttons]);
        assert!(!spots.touches(clear, legend) && !spots.touches(clear, buttons));
        assert!(clear.scale < plain.scale && clear.scale > plain.scale * 0.7);
        assert_eq!(fit(&[size.to_rect()]), plain, "where all is covered, it is as if nothing were");
    }

    #[test]
    fn a_picture_kept_beside_an_obstacle_is_nearer_to_the_middle_where_the_obstacle_is_not() {
        // Wide above, narrow below, where the obstacle is: it takes the whole right side from the room beside it.
        let spots = Spots(vec![(0.0, 0.0), (600.0, 0.0), (150.0, 500.0), (450.0, 500.0)]);
        let obstacle = Rect::new(560.0, 300.0, 900.0, 600.0);
        let view = View::fitting(&spots, Size::new(900.0, 600.0), &[obstacle]);
        let bounds = spots.bounds(view).unwrap();
        assert!(!spots.touches(view, obstacle));
        assert!(bounds.center().x > 370.0 && bounds.x1 > obstacle.x0 + 50.0, "{bounds:?}");
    }

    #[test]
    fn easing_arrives_in_half_a_second_and_only_gets_nearer() {
        let (mut camera, spots) = camera(&TRIANGLE, 900.0, 600.0);
        camera.zoom_by(3.0, None, &spots);
        let (mut last, mut frames) = (f64::INFINITY, 0);
        while camera.advance(f64::from(frames) * 16.7, false) {
            let left = (camera.view.scale - camera.goal.scale).abs();
            assert!(left < last);
            last = left;
            frames += 1;
        }
        assert!((5..60).contains(&frames), "{frames}");
    }

    #[test]
    fn with_reduced_motion_a_zoom_is_done_at_once() {
        let (mut camera, spots) = camera(&TRIANGLE, 900.0, 600.0);
        camera.zoom_by(3.0, None, &spots);
        assert!(!camera.advance(0.0, true));
        assert_eq!(camera.view, camera.goal);
    }

    #[test]
    fn an_empty_network_is_in_the_middle_of_any_canvas() {
        for (width, height) in [(0.0, 0.0), (1.0, 900.0), (900.0, 600.0)] {
            let (camera, _) = camera(&[], width, height);
            assert!(camera.view().scale.is_finite() && camera.view().offset.is_finite());
        }
    }

    proptest! {
        #[test]
        fn a_fit_has_everything_inside(
            points in prop::collection::vec((-2_000.0..2_000.0, -2_000.0..2_000.0), 1..20),
            width in 320.0..3_000.0,
            height in 320.0..2_000.0,
        ) {
            let (camera, spots) = camera(&points, width, height);
            let bounds = spots.bounds(camera.view()).unwrap();
            let canvas = Rect::new(0.0, 0.0, width, height);
            prop_assert!(canvas.inflate(0.5, 0.5).contains_rect(bounds), "{bounds:?}");
        }

        #[test]
        fn a_fit_beside_obstacles_is_inside_and_clear_of_them_and_in_the_middle_where_nothing_hinders_it(
            points in prop::collection::vec((-1_000.0..1_000.0, -1_000.0..1_000.0), 2..12),
            width in 600.0..2_000.0,
            height in 400.0..1_200.0,
            legend in (50.0..500.0, 20.0..120.0),
            buttons in (40.0..250.0, 30.0..60.0),
        ) {
            let spots = Spots(points);
            let (size, canvas) = (Size::new(width, height), Rect::new(0.0, 0.0, width, height));
            let obstacles = [
                Rect::new(0.0, height - legend.1, legend.0, height),
                Rect::new(width - buttons.0, height - buttons.1, width, height),
            ];
            let is_clear = |view: View| !obstacles.iter().any(|&obstacle| spots.touches(view, obstacle));
            let [plain, view] = [&[][..], &obstacles].map(|obstacles| View::fitting(&spots, size, obstacles));
            prop_assert!(is_clear(view) || view == plain);
            let off = |view: View| spots.bounds(view).unwrap().center() - canvas.center();
            prop_assert!(canvas.inflate(0.5, 0.5).contains_rect(spots.bounds(view).unwrap()));
            // Nothing hinders it at its place: then it is in the middle.
            let centred = view.moved(-off(view));
            let gap = |&obstacle: &Rect| spots.touches(centred, obstacle.inflate(PADDING_PX, PADDING_PX));
            prop_assert!(obstacles.iter().any(gap) || off(view).hypot() < 1e-6);
        }

        #[test]
        fn a_zoom_leaves_the_place_under_the_pointer_there_at_every_step(
            x in 100.0..800.0, y in 100.0..500.0, factor in 0.5..2.0,
        ) {
            let (mut camera, spots) = camera(&TRIANGLE, 900.0, 600.0);
            let pointer = Point::new(x, y);
            let under = ((pointer.to_vec2() - camera.view().offset) / camera.view().scale).to_point();
            camera.zoom_by(factor, Some(pointer), &spots);
            // Unless the picture would leave the canvas.
            let kept = (camera.goal.to_screen(under) - pointer).hypot() < 1e-6;
            let mut now = 0.0;
            while kept && camera.advance(now, false) {
                now += 16.0;
                prop_assert!((camera.view().to_screen(under) - pointer).hypot() < 1e-6);
            }
        }

        #[test]
        fn the_picture_cannot_be_lost(
            moves in prop::collection::vec((-5_000.0..5_000.0, -5_000.0..5_000.0, 0.1..10.0), 1..20),
        ) {
            let (mut camera, spots) = camera(&TRIANGLE, 900.0, 600.0);
            let canvas = Rect::new(0.0, 0.0, 900.0, 600.0);
            // All of it, if it is smaller than what is kept.
            let in_sight = |camera: &Camera| {
                let all = spots.bounds(camera.view()).unwrap();
                let seen = all.intersect(canvas);
                seen.width() >= all.width().min(47.0) && seen.height() >= all.height().min(47.0)
            };
            for (dx, dy, factor) in moves {
                camera.pinch(factor, Point::new(10.0, 10.0), Vec2::new(dx, dy), &spots);
                prop_assert!(in_sight(&camera));
                camera.zoom_by(factor, None, &spots);
                camera.advance(0.0, true);
                prop_assert!(in_sight(&camera));
            }
        }
    }
}
