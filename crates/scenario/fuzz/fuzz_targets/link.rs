//! Whatever stands in a link is opened or refused: no panic, no hang, no memory without bounds (`-rss_limit_mb=64`).
#![no_main]

libfuzzer_sys::fuzz_target!(|link: &str| {
    if let Ok(scenario) = scenario::link::decode(link) {
        let again = scenario::link::decode(&scenario::link::encode(&scenario));
        assert_eq!(again.as_ref(), Ok(&scenario), "it survives being shared");
    }
});
