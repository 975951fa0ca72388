//! Whatever is typed at a console or stands in a page: no panic, and no more than the input explains.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    services::html::parse(&text);
    if let Ok(line) = services::line::parse(&text) {
        for filter in &line.filters {
            assert!(filter.apply("one\ntwo three\n").0.len() < 1_000);
        }
    }
});
