//! Whatever stands in a lesson is read or refused, whatever is drawn, and so are its texts.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (u64, &str)| {
    let (seed, text) = input;
    let _ = lesson::Lesson::read(text, seed);
    let _ = lesson::prose::Prose::read(text);
    if let Ok(blocks) = lesson::markdown::parse(text) {
        let _ = lesson::markdown::plain(&blocks);
    }
});
