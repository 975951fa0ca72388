//! The stage as a vector graphic (SVG 1.1): a context with the methods of a canvas's that the stage calls, and that writes down what
//! is drawn. So one drawing code makes both, and text stays text.
//!
//! The page's bindings call a context by name, whatever its class: what is exported here is called like a canvas's. Shadows are
//! left out. A path is written with the transform at the time when it is painted: the stage never changes it in between.

use js_sys::{Array, Reflect};
use kurbo::Size;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::CanvasRenderingContext2d;
use wire::decimal::fixed;

/// What is set on a context.
#[derive(Clone)]
struct State {
    transform: [f64; 6],
    alpha: f64,
    fill: String,
    stroke: String,
    width: f64,
    cap: String,
    join: String,
    dash: String,
    font: String,
    anchor: &'static str,
}

/// What has been drawn.
pub struct Drawing {
    size: Size,
    body: String,
    gradients: u32,
    path: String,
    state: State,
    saved: Vec<State>,
}

impl Drawing {
    /// An empty picture of this size.
    pub fn new(size: Size) -> Rc<RefCell<Self>> {
        let state = State {
            transform: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            alpha: 1.0,
            fill: "#000".into(),
            stroke: "#000".into(),
            width: 1.0,
            cap: "butt".into(),
            join: "miter".into(),
            dash: String::new(),
            font: String::new(),
            anchor: "start",
        };
        let (body, path) = (String::new(), String::new());
        Rc::new(RefCell::new(Self { size, body, gradients: 0, path, state, saved: Vec::new() }))
    }

    /// The picture as a file.
    pub fn svg(&self, title: &str) -> String {
        let (width, height) = (fixed(self.size.width, 0), fixed(self.size.height, 0));
        let (title, body) = (escaped(title), &self.body);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
             <title>{title}</title>\n{body}</svg>\n"
        )
    }

    fn step(&mut self, command: &str, numbers: &[f64]) {
        self.path.push_str(command);
        self.path.push_str(&list(numbers, " "));
    }

    /// A part of a circle, clockwise. Its marks are digits, not numbers (SVG 1.1, 8.3.9).
    fn turn(&mut self, command: &str, radius: f64, marks: &str, to: [f64; 2]) {
        self.step(command, &[radius, radius, 0.0]);
        self.step(marks, &to);
    }

    /// Writes an element with what is painted on it: as a fill or as a stroke.
    fn element(&mut self, name: &str, attributes: &str, content: &str, is_stroke: bool) {
        let State { transform, alpha, fill, stroke, width, cap, join, dash, .. } = &self.state;
        let place = match transform {
            [1.0, 0.0, 0.0, 1.0, 0.0, 0.0] => String::new(),
            transform => format!(" transform=\"matrix({})\"", list(transform, ",")),
        };
        let see = if *alpha < 1.0 { format!(" opacity=\"{}\"", fixed(*alpha, 3)) } else { String::new() };
        let paint = match is_stroke {
            false => format!("fill=\"{fill}\""),
            true => {
                let dash =
                    if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
                format!(
                    "fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{}\" stroke-linecap=\"{cap}\" stroke-linejoin=\"{join}\"{dash}",
                    fixed(*width, 2)
                )
            }
        };
        self.body.push_str(&format!("<{name} {attributes} {paint}{see}{place}>{content}</{name}>\n"));
    }

    fn paint(&mut self, path: Option<String>, is_stroke: bool) {
        let path = path.unwrap_or_else(|| self.path.clone());
        if !path.is_empty() {
            self.element("path", &format!("d=\"{path}\""), "", is_stroke);
        }
    }

    fn write(&mut self, text: &str, x: f64, y: f64, is_stroke: bool) {
        let (font, anchor) = (self.state.font.replace('"', "'"), self.state.anchor);
        let at = format!(
            "x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" style=\"font:{font}\"",
            fixed(x, 2),
            fixed(y, 2)
        );
        self.element("text", &at, &escaped(text), is_stroke);
    }

    fn gradient(&mut self, [x, y, radius]: [f64; 3]) -> String {
        self.gradients += 1;
        let id = format!("g{}", self.gradients);
        let (x, y, radius) = (fixed(x, 2), fixed(y, 2), fixed(radius, 2));
        self.body.push_str(&format!(
            "<radialGradient id=\"{id}\" gradientUnits=\"userSpaceOnUse\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>\n"
        ));
        id
    }

    /// Adds a color, `#rrggbbaa`, to the gradient written last.
    fn stop(&mut self, place: f64, color: &str) {
        let (color, opacity) = color.split_at(color.len().min(7));
        let opacity = u8::from_str_radix(opacity, 16).unwrap_or(u8::MAX);
        let opacity = fixed(f64::from(opacity) / 255.0, 3);
        let stop = format!(
            "<stop offset=\"{}\" stop-color=\"{color}\" stop-opacity=\"{opacity}\"/>",
            fixed(place, 2)
        );
        const END: &str = "</radialGradient>\n";
        let so_far = self.body.len();
        match self.body.strip_suffix("/>\n") {
            Some(open) if !self.body.ends_with(END) => {
                let open = open.len();
                self.body.truncate(open);
                self.body.push('>');
            }
            _ => self.body.truncate(so_far - END.len()),
        }
        self.body.push_str(&stop);
        self.body.push_str(END);
    }
}

fn list(numbers: &[f64], between: &str) -> String {
    numbers.iter().map(|number| fixed(*number, 3).to_string()).collect::<Vec<_>>().join(between)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The context, as the bindings see it.
#[wasm_bindgen]
pub struct VectorContext(Rc<RefCell<Drawing>>);

/// A gradient of it.
#[wasm_bindgen]
pub struct VectorGradient {
    drawing: Rc<RefCell<Drawing>>,
    id: String,
}

/// A context that draws on this.
pub fn context(drawing: &Rc<RefCell<Drawing>>) -> CanvasRenderingContext2d {
    JsValue::from(VectorContext(drawing.clone())).unchecked_into()
}

/// The name of the property by which a path says its own text.
pub const PATH_TEXT: &str = "text";

fn text_of(path: &JsValue) -> Option<String> {
    Reflect::get(path, &PATH_TEXT.into()).ok()?.as_string()
}

/// A color, or a gradient of this drawing.
fn style(style: &JsValue) -> String {
    let gradient = || Reflect::get(style, &"id".into()).ok()?.as_string();
    style.as_string().or_else(|| gradient().map(|id| format!("url(#{id})"))).unwrap_or_default()
}

#[wasm_bindgen]
impl VectorGradient {
    /// Its id in the file.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.id.clone()
    }

    /// See [`web_sys::CanvasGradient::add_color_stop`]. One gradient is finished before the next begins.
    #[wasm_bindgen(js_name = addColorStop)]
    pub fn add_color_stop(&self, place: f64, color: &str) {
        self.drawing.borrow_mut().stop(place, color);
    }
}

#[wasm_bindgen]
impl VectorContext {
    #[wasm_bindgen(js_name = setTransform)]
    pub fn set_transform(&self, a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) {
        self.0.borrow_mut().state.transform = [a, b, c, d, e, f];
    }

    pub fn translate(&self, x: f64, y: f64) {
        let [a, b, c, d, e, f] = &mut self.0.borrow_mut().state.transform;
        (*e, *f) = (*e + *a * x + *c * y, *f + *b * x + *d * y);
    }

    pub fn scale(&self, x: f64, y: f64) {
        let [a, b, c, d, ..] = &mut self.0.borrow_mut().state.transform;
        (*a, *b, *c, *d) = (*a * x, *b * x, *c * y, *d * y);
    }

    pub fn save(&self) {
        let mut drawing = self.0.borrow_mut();
        let state = drawing.state.clone();
        drawing.saved.push(state);
    }

    pub fn restore(&self) {
        let mut drawing = self.0.borrow_mut();
        if let Some(state) = drawing.saved.pop() {
            drawing.state = state;
        }
    }

    #[wasm_bindgen(setter = globalAlpha)]
    pub fn set_global_alpha(&self, alpha: f64) {
        self.0.borrow_mut().state.alpha = alpha;
    }

    #[wasm_bindgen(setter = fillStyle)]
    pub fn set_fill_style(&self, value: &JsValue) {
        self.0.borrow_mut().state.fill = style(value);
    }

    #[wasm_bindgen(setter = strokeStyle)]
    pub fn set_stroke_style(&self, value: &JsValue) {
        self.0.borrow_mut().state.stroke = style(value);
    }

    #[wasm_bindgen(setter = lineWidth)]
    pub fn set_line_width(&self, width: f64) {
        self.0.borrow_mut().state.width = width;
    }

    #[wasm_bindgen(setter = lineCap)]
    pub fn set_line_cap(&self, cap: String) {
        self.0.borrow_mut().state.cap = cap;
    }

    #[wasm_bindgen(setter = lineJoin)]
    pub fn set_line_join(&self, join: String) {
        self.0.borrow_mut().state.join = join;
    }

    #[wasm_bindgen(js_name = setLineDash)]
    pub fn set_line_dash(&self, dash: &Array) {
        let numbers: Vec<f64> = dash.iter().filter_map(|number| number.as_f64()).collect();
        self.0.borrow_mut().state.dash = list(&numbers, " ");
    }

    #[wasm_bindgen(setter)]
    pub fn set_font(&self, font: String) {
        self.0.borrow_mut().state.font = font;
    }

    #[wasm_bindgen(setter = textAlign)]
    pub fn set_text_align(&self, align: &str) {
        self.0.borrow_mut().state.anchor = match align {
            "center" => "middle",
            "right" => "end",
            _ => "start",
        };
    }

    #[wasm_bindgen(js_name = beginPath)]
    pub fn begin_path(&self) {
        self.0.borrow_mut().path.clear();
    }

    #[wasm_bindgen(js_name = moveTo)]
    pub fn move_to(&self, x: f64, y: f64) {
        self.0.borrow_mut().step("M", &[x, y]);
    }

    #[wasm_bindgen(js_name = lineTo)]
    pub fn line_to(&self, x: f64, y: f64) {
        self.0.borrow_mut().step("L", &[x, y]);
    }

    #[wasm_bindgen(js_name = quadraticCurveTo)]
    pub fn quadratic_curve_to(&self, over_x: f64, over_y: f64, x: f64, y: f64) {
        self.0.borrow_mut().step("Q", &[over_x, over_y, x, y]);
    }

    #[wasm_bindgen(js_name = closePath)]
    pub fn close_path(&self) {
        self.0.borrow_mut().step("Z", &[]);
    }

    /// A whole circle: the stage draws no other arcs.
    pub fn arc(&self, x: f64, y: f64, radius: f64) {
        let mut drawing = self.0.borrow_mut();
        drawing.step("M", &[x + radius, y]);
        for side in [-1.0, 1.0] {
            drawing.turn("A", radius, " 1 1 ", [x + side * radius, y]);
        }
        drawing.step("Z", &[]);
    }

    pub fn rect(&self, x: f64, y: f64, width: f64, height: f64) {
        self.round_rect(x, y, width, height, 0.0);
    }

    #[wasm_bindgen(js_name = roundRect)]
    pub fn round_rect(&self, x: f64, y: f64, width: f64, height: f64, radius: f64) {
        let mut drawing = self.0.borrow_mut();
        let (across, down) = (width - 2.0 * radius, height - 2.0 * radius);
        drawing.step("M", &[x + radius, y]);
        for (line, x, y) in [("h", across, 1.0), ("v", down, -1.0), ("h", -across, -1.0), ("v", -down, 1.0)] {
            drawing.step(line, &[x]);
            if radius > 0.0 {
                // To the right and down, then to the left and down, and so on.
                let turn = match line {
                    "h" => [y * radius, y * radius],
                    _ => [y * radius, -y * radius],
                };
                drawing.turn("a", radius, " 0 1 ", turn);
            }
        }
        drawing.step("Z", &[]);
    }

    pub fn fill(&self, path: &JsValue) {
        self.0.borrow_mut().paint(text_of(path), false);
    }

    pub fn stroke(&self, path: &JsValue) {
        self.0.borrow_mut().paint(text_of(path), true);
    }

    #[wasm_bindgen(js_name = fillRect)]
    pub fn fill_rect(&self, x: f64, y: f64, width: f64, height: f64) {
        let numbers = [x, y, width, height].map(|number| fixed(number, 2));
        let [x, y, width, height] = numbers;
        let place = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        self.0.borrow_mut().element("rect", &place, "", false);
    }

    #[wasm_bindgen(js_name = fillText)]
    pub fn fill_text(&self, text: &str, x: f64, y: f64) {
        self.0.borrow_mut().write(text, x, y, false);
    }

    #[wasm_bindgen(js_name = strokeText)]
    pub fn stroke_text(&self, text: &str, x: f64, y: f64) {
        self.0.borrow_mut().write(text, x, y, true);
    }

    /// The stage's gradients have one middle and begin there.
    #[wasm_bindgen(js_name = createRadialGradient)]
    pub fn create_radial_gradient(
        &self,
        x: f64,
        y: f64,
        _: f64,
        _: f64,
        _: f64,
        radius: f64,
    ) -> VectorGradient {
        let id = self.0.borrow_mut().gradient([x, y, radius]);
        VectorGradient { drawing: self.0.clone(), id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_written_as_elements_with_their_transforms() {
        let drawing = Drawing::new(Size::new(300.0, 200.0));
        let context = VectorContext(drawing.clone());
        context.fill_rect(0.0, 0.0, 300.0, 200.0);
        context.set_transform(0.0, 2.0, -2.0, 0.0, 10.0, 20.0);
        context.save();
        context.translate(1.0, 3.0);
        context.set_global_alpha(0.5);
        context.begin_path();
        context.round_rect(0.0, 0.0, 10.0, 6.0, 2.0);
        drawing.borrow_mut().state.fill = "#123456".into();
        drawing.borrow_mut().paint(None, false);
        context.restore();
        context.set_font("600 14px \"A\", sans-serif".into());
        context.set_text_align("center");
        context.fill_text("a < b & c", 5.0, 6.0);
        let svg = drawing.borrow().svg("A <title>");
        for part in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"200\" viewBox=\"0 0 300 200\">",
            "<title>A &lt;title&gt;</title>",
            "<rect x=\"0.00\" y=\"0.00\" width=\"300.00\" height=\"200.00\" fill=\"#000\"></rect>",
            "fill=\"#123456\" opacity=\"0.500\" transform=\"matrix(0.000,2.000,-2.000,0.000,4.000,22.000)\"",
            "style=\"font:600 14px 'A', sans-serif\"",
            ">a &lt; b &amp; c</text>",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }

    #[test]
    fn a_rounded_rectangle_and_a_circle_cover_what_they_should() {
        let path = |draw: &dyn Fn(&VectorContext)| {
            let drawing = Drawing::new(Size::new(10.0, 10.0));
            draw(&VectorContext(drawing.clone()));
            let path = drawing.borrow().path.clone();
            kurbo::BezPath::from_svg(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
        };
        let rounded = path(&|context| context.round_rect(1.0, 2.0, 20.0, 10.0, 3.0));
        let bounds = kurbo::Shape::bounding_box(&rounded);
        assert!((bounds.x0 - 1.0).abs() + (bounds.y0 - 2.0).abs() < 0.01, "{bounds:?}");
        assert!((bounds.x1 - 21.0).abs() + (bounds.y1 - 12.0).abs() < 0.01, "{bounds:?}");
        let area = kurbo::Shape::area(&rounded).abs();
        assert!((area - (200.0 - (4.0 - std::f64::consts::PI) * 9.0)).abs() < 0.05, "{area}");
        let circle = kurbo::Shape::area(&path(&|context| context.arc(5.0, 5.0, 4.0))).abs();
        assert!((circle - 16.0 * std::f64::consts::PI).abs() < 0.05, "{circle}");
    }

    #[test]
    fn a_gradient_has_its_stops() {
        let drawing = Drawing::new(Size::new(10.0, 10.0));
        let gradient = VectorContext(drawing.clone()).create_radial_gradient(1.0, 2.0, 0.0, 1.0, 2.0, 9.0);
        gradient.add_color_stop(0.0, "#ff000080");
        gradient.add_color_stop(1.0, "#ff000000");
        let svg = drawing.borrow().svg("");
        let expected = "r=\"9.00\"><stop offset=\"0.00\" stop-color=\"#ff0000\" stop-opacity=\"0.502\"/>\
                        <stop offset=\"1.00\" stop-color=\"#ff0000\" stop-opacity=\"0.000\"/></radialGradient>\n";
        assert!(svg.contains(expected), "{svg}");
    }
}
