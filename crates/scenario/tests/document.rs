//! Documents: what is read, what is written, what is refused and where.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use scenario::{Scenario, examples, link};

#[test]
fn every_example_reads_without_a_word_and_survives_all_ways() {
    for example in examples() {
        let reading = Scenario::read(example.text);
        assert_eq!(reading.faults, [], "{}", example.name);
        let scenario = reading.scenario.unwrap();
        assert!(scenario.at.iter().all(Option::is_some), "{}", example.name);
        for text in [scenario.to_json(), scenario.to_compact_json()] {
            assert_eq!(Scenario::parse(&text).as_ref(), Ok(&scenario), "{text}");
        }
        assert_eq!(scenario.to_json(), example.text, "examples are written as the writer writes");
        assert_eq!(link::decode(&link::encode(&scenario)), Ok(scenario));
    }
}
