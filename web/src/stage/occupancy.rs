//! Which parts of the canvas are taken, so that texts are put only where they can be read.

use kurbo::{Point, Rect, Size};
use wire::decimal;

/// A canvas in square cells, each with what reaches into it.
pub struct Occupancy {
    columns: usize,
    rows: usize,
    cells: Vec<Vec<Rect>>,
}

const CELL_PX: f64 = 64.0;

impl Occupancy {
    /// A free canvas of this size.
    pub fn new(canvas: Size) -> Self {
        let [columns, rows] =
            [canvas.width, canvas.height].map(|side| (side / CELL_PX).ceil().clamp(1.0, 256.0) as usize);
        Self { columns, rows, cells: vec![Vec::new(); columns * rows] }
    }

    /// Takes this part. What is outside the canvas does not count.
    pub fn take(&mut self, rect: Rect) {
        for cell in self.cells_of(rect) {
            self.cells[cell].push(rect);
        }
    }

    /// Takes a line of this thickness.
    pub fn take_line(&mut self, from: Point, to: Point, thickness: f64) {
        let step = (thickness * 1.5).max(8.0);
        let count = (from.distance(to) / step).ceil().max(1.0);
        for number in 0..=count as usize {
            let at = from.lerp(to, number as f64 / count);
            self.take(Rect::from_center_size(at, Size::new(thickness, thickness)));
        }
    }

    /// Nothing is here yet.
    pub fn is_free(&self, rect: Rect) -> bool {
        self.cells_of(rect).all(|cell| !self.cells[cell].iter().any(|taken| taken.overlaps(rect)))
    }

    /// Takes this part if it is free.
    pub fn take_if_free(&mut self, rect: Rect) -> bool {
        let free = self.is_free(rect);
        if free {
            self.take(rect);
        }
        free
    }

    fn cells_of(&self, rect: Rect) -> impl Iterator<Item = usize> + use<> {
        let columns = self.columns;
        let range = |low: f64, high: f64, count: usize| {
            let (low, high) = ((low / CELL_PX).floor(), (high / CELL_PX).ceil());
            (decimal::clamp(low, 0.0, count as f64) as usize)
                ..(decimal::clamp(high, 0.0, count as f64) as usize)
        };
        let across = range(rect.x0, rect.x1, self.columns);
        range(rect.y0, rect.y1, self.rows).flat_map(move |row| across.clone().map(move |x| row * columns + x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rect() -> impl Strategy<Value = Rect> {
        (-200.0..900.0, -200.0..700.0, 1.0..300.0, 1.0..100.0)
            .prop_map(|(x, y, width, height)| Rect::from_origin_size((x, y), (width, height)))
    }

    proptest! {
        #[test]
        fn what_was_taken_as_free_does_not_overlap_on_the_canvas(rects in prop::collection::vec(rect(), 0..40)) {
            let canvas = Size::new(800.0, 600.0);
            let mut occupancy = Occupancy::new(canvas);
            let taken: Vec<Rect> = rects.into_iter().filter(|&rect| occupancy.take_if_free(rect)).collect();
            for (number, one) in taken.iter().enumerate() {
                for other in &taken[number + 1..] {
                    let shared = one.intersect(*other).intersect(Rect::from_origin_size((0.0, 0.0), canvas));
                    prop_assert!(shared.width() <= 0.0 || shared.height() <= 0.0, "{one:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn a_line_is_taken_all_along() {
        let mut occupancy = Occupancy::new(Size::new(800.0, 600.0));
        occupancy.take_line(Point::new(10.0, 10.0), Point::new(700.0, 500.0), 6.0);
        assert!(!occupancy.is_free(Rect::from_center_size((355.0, 255.0), (20.0, 20.0))));
        assert!(occupancy.is_free(Rect::from_center_size((355.0, 355.0), (20.0, 20.0))));
    }
}
