//! Pictures of devices, in place of those of the nodes' kinds: each is a body, a part that is lit, and strokes on both. The paths are
//! within 60 by 50 around the origin, as a host at detail 1; the words are those of the document.

use super::pen::Pen;
use super::vector::PATH_TEXT;
use crate::stage::palette::Palette;
use js_sys::Reflect;
use kurbo::Vec2;
use web_sys::Path2d;

/// Word, body, lit part, strokes.
const DEVICES: [(&str, [&str; 3]); 11] = [
    (
        "laptop",
        [
            "M-20-24h40a3 3 0 0 1 3 3v27h-46v-27a3 3 0 0 1 3-3zM-24 8h48l5 9a3 3 0 0 1-3 4h-52a3 3 0 0 1-3-4z",
            "M-18-19h36v21h-36z",
            "M-13-14l5 4-5 4M-5-6h7M-7 15h14",
        ],
    ),
    (
        "desktop",
        [
            "M-27-22h34a3 3 0 0 1 3 3v24a3 3 0 0 1-3 3h-34a3 3 0 0 1-3-3v-24a3 3 0 0 1 3-3zM-14 8h8v10h6v5h-20v-5h6zM16-22h11a3 3 0 0 1 3 3v39a3 3 0 0 1-3 3h-11a3 3 0 0 1-3-3v-39a3 3 0 0 1 3-3z",
            "M-26-18h32v22h-32z",
            "M-21-13l5 4-5 4M18-16h7M18-11h7M21.5 14v1",
        ],
    ),
    (
        "phone",
        [
            "M-10-25h20a4 4 0 0 1 4 4v42a4 4 0 0 1-4 4h-20a4 4 0 0 1-4-4v-42a4 4 0 0 1 4-4z",
            "M-10-18h20v32h-20z",
            "M-3-21.5h6M-2 19.5h4",
        ],
    ),
    (
        "tablet",
        [
            "M-25-21h50a4 4 0 0 1 4 4v34a4 4 0 0 1-4 4h-50a4 4 0 0 1-4-4v-34a4 4 0 0 1 4-4z",
            "M-24-16h43v32h-43z",
            "M24-2v4",
        ],
    ),
    (
        "server",
        [
            "M-19-25h38a3 3 0 0 1 3 3v10h-44v-10a3 3 0 0 1 3-3zM-22-8h44v14h-44zM-22 10h44v11a3 3 0 0 1-3 3h-38a3 3 0 0 1-3-3z",
            "M-16-21h20v5h-20zM-16-4h20v5h-20zM-16 14h20v5h-20z",
            "M12-18.5v.1M17-18.5v.1M12-1.5v.1M17-1.5v.1M12 16.5v.1M17 16.5v.1",
        ],
    ),
    (
        "printer",
        [
            "M-14-25h28v15h-28zM-25-10h50a4 4 0 0 1 4 4v18a3 3 0 0 1-3 3h-52a3 3 0 0 1-3-3v-18a4 4 0 0 1 4-4zM-17 5h34v19h-34z",
            "M-13 9h26v11h-26z",
            "M-9 12h18M-9 16.5h12M21-4.5v.1",
        ],
    ),
    (
        "camera",
        [
            "M-25-14h30a4 4 0 0 1 4 4v20a4 4 0 0 1-4 4h-30a4 4 0 0 1-4-4v-20a4 4 0 0 1 4-4zM12-3l17-9v24l-17-9z",
            "M-10-9a9 9 0 1 1 0 18a9 9 0 1 1 0-18z",
            "M-10-4a4 4 0 1 1 0 8M-23-9v.1",
        ],
    ),
    (
        "tv",
        [
            "M-27-23h54a3 3 0 0 1 3 3v32a3 3 0 0 1-3 3h-54a3 3 0 0 1-3-3v-32a3 3 0 0 1 3-3zM-18 19h36v4h-36z",
            "M-26-19h52v30h-52z",
            "M-4-11l12 7-12 7zM-10 15v4M10 15v4",
        ],
    ),
    (
        "sensor",
        [
            "M0-13a13 13 0 1 1 0 26a13 13 0 1 1 0-26z",
            "M0-6a6 6 0 1 1 0 12a6 6 0 1 1 0-12z",
            "M-17-12a21 21 0 0 0 0 24M17-12a21 21 0 0 1 0 24M-23-17a29 29 0 0 0 0 34M23-17a29 29 0 0 1 0 34",
        ],
    ),
    (
        "access-point",
        [
            "M-25 5h50a4 4 0 0 1 4 4v9a4 4 0 0 1-4 4h-50a4 4 0 0 1-4-4v-9a4 4 0 0 1 4-4z",
            "M-20 10h14v7h-14z",
            "M-22 5l-4-24M22 5l4-24M-6-5a9 9 0 0 1 12 0M-11-11a16 16 0 0 1 22 0M-16-17a23 23 0 0 1 32 0M0 1v.1M18 13.5v.1",
        ],
    ),
    (
        "cloud",
        [
            "M-16 20a12.5 12.5 0 0 1-3-24.6a17 17 0 0 1 32.5-4.4a14.5 14.5 0 0 1 4.5 29z",
            "M-8 6h16v6h-16z",
            "M-12 9h-6M12 9h6",
        ],
    ),
];

/// Draws the device of this word around the origin, within this half of a node's width and height. `false`: there is none.
pub fn paint(pen: &Pen<'_>, palette: &Palette, word: &str, half: Vec2) -> bool {
    let Some((_, [body, lit, strokes])) = DEVICES.iter().find(|(known, _)| *known == word) else {
        return false;
    };
    let context = pen.context;
    let scale = (half.x / 30.0).min(half.y / 25.0);
    let path = |text: &str| {
        let path = Path2d::new_with_path_string(text).ok()?;
        // A picture in vectors reads it.
        Reflect::set(&path, &PATH_TEXT.into(), &text.into()).ok()?;
        Some(path)
    };
    context.save();
    let _ = context.scale(scale, scale);
    // Shadows are measured in device pixels, independent of the transform.
    context.set_shadow_color(palette.shadow);
    context.set_shadow_blur(9.0 * scale * pen.density);
    context.set_shadow_offset_y(2.5 * scale * pen.density);
    pen.fill_with(palette.node);
    pen.stroke_with(palette.line, (1.7 * scale).max(1.1) / scale);
    context.set_line_cap("round");
    context.set_line_join("round");
    if let Some(body) = path(body) {
        context.fill_with_path_2d(&body);
        context.set_shadow_color("transparent");
        context.stroke_with_path(&body);
    }
    if let Some(lit) = path(lit) {
        pen.fill_with(palette.screen);
        context.fill_with_path_2d(&lit);
    }
    if let Some(strokes) = path(strokes) {
        pen.stroke_with(palette.line, (1.9 * scale).max(1.0) / scale);
        context.stroke_with_path(&strokes);
    }
    context.restore();
    true
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The words that have a picture.
    pub fn words() -> [&'static str; DEVICES.len()] {
        DEVICES.map(|(word, _)| word)
    }

    #[test]
    fn every_path_is_within_a_host() {
        for (word, paths) in DEVICES {
            for path in paths {
                let shape = kurbo::BezPath::from_svg(path).unwrap_or_else(|error| panic!("{word}: {error}"));
                let bounds = kurbo::Shape::bounding_box(&shape);
                assert!(bounds.x0 >= -30.5 && bounds.x1 <= 30.5, "{word}: {bounds:?}");
                assert!(bounds.y0 >= -25.5 && bounds.y1 <= 25.5, "{word}: {bounds:?}");
            }
        }
    }
}
