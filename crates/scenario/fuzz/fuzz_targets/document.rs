//! Whatever stands in a file is read or refused, and what is read can be looked through for problems and put right.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(draft) = scenario::Scenario::draft(text) {
        for problem in scenario::problems(&draft).iter().take(8) {
            let _ = problem.fix(&draft);
        }
        assert_eq!(scenario::Scenario::draft(&draft.to_json()).as_ref(), Ok(&draft), "it survives being kept");
    }
});
