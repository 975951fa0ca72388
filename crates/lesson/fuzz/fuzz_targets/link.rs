//! Whatever stands in a link is opened or refused: no panic, no hang, no memory without bounds (`-rss_limit_mb=64`).
#![no_main]

libfuzzer_sys::fuzz_target!(|link: &str| {
    if let Ok(shared) = lesson::link::decode(link) {
        assert_eq!(lesson::link::decode(&lesson::link::encode(&shared).unwrap()), Ok(shared));
    }
    if let Ok(result) = lesson::result::HandIn::decode(link) {
        let again = lesson::result::HandIn::decode(&result.encode().unwrap()).unwrap();
        assert_eq!(again.encode(), result.encode(), "it survives being passed on");
    }
});
