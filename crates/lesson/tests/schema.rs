//! The published schema and the reader agree.
#![cfg(not(target_arch = "wasm32"))]

use jsonschema::Validator;
use lesson::Lesson;
use serde_json::Value;
use std::path::Path;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/lesson.schema.json")).expect("the schema is JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).expect("the schema is a schema")
}

fn is_valid(validator: &Validator, text: &str) -> bool {
    validator.is_valid(&serde_json::from_str(text).expect(text))
}

/// A lesson with everything that a lesson can have.
const FULL: &str = include_str!("full.json");

#[test]
fn every_lesson_that_ships_is_valid() {
    jsonschema::meta::validate(&schema()).expect("of its own draft");
    let validator = validator();
    let mut count = 0;
    for folder in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons")).unwrap() {
        let path = folder.unwrap().path().join("lesson.json");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let value = serde_json::from_str(&text).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        count += 1;
    }
    assert!(count >= 3);
}

#[test]
fn a_lesson_with_everything_is_read_and_valid() {
    if let Err(faults) = Lesson::read(FULL, 1) {
        panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
    let value = serde_json::from_str(FULL).unwrap();
    let errors: Vec<_> =
        validator().iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Every field that the schema knows stands in the lesson with everything, and under a wrong name both refuse it.
#[test]
fn every_field_is_refused_under_a_wrong_name_by_both() {
    let validator = validator();
    let mut names = Vec::new();
    collect(&schema(), &mut names);
    names.sort();
    names.dedup();
    for name in names {
        if name == "$schema" {
            continue;
        }
        let field = format!("\"{name}\":");
        // The document has fields of the same names, and stands in front.
        let at = FULL.rfind(&field).unwrap_or_else(|| panic!("the lesson with everything has no {name}"));
        let wrong = format!("{}\"{name}-x\":{}", &FULL[..at], &FULL[at + field.len()..]);
        assert!(Lesson::read(&wrong, 1).is_err(), "the reader takes {name}-x");
        assert!(!is_valid(&validator, &wrong), "the schema takes {name}-x");
    }
}

/// The names of all properties in a schema.
fn collect(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "properties"
                    && let Value::Object(properties) = value
                {
                    names.extend(properties.keys().cloned());
                }
                collect(value, names);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn both_refuse_the_same_mutations() {
    let validator = validator();
    for (from, to) in [
        ("\"lesson\": 1", "\"lesson\": 2"),
        ("\"id\": \"full\"", "\"id\": \"Full\""),
        ("\"level\": 3", "\"level\": 10"),
        ("\"minutes\": 12", "\"minutes\": 0"),
        ("\"hints\": 2", "\"hints\": 9"),
        ("\"tools\": [\"console\"", "\"tools\": [\"toaster\""),
        ("\"parts\": [\"stage\"", "\"parts\": [\"cellar\""),
        ("\"edit\": \"all\"", "\"edit\": \"none\""),
        ("\"fate\": \"delivered\"", "\"fate\": \"eaten\""),
        ("\"kind\": \"ping\"", "\"kind\": \"pong\""),
        ("\"role\": \"root\"", "\"role\": \"boss\""),
        ("\"state\": \"forwarding\"", "\"state\": \"resting\""),
        ("\"state\": \"established\"", "\"state\": \"resting\""),
        ("\"source\": \"static\"", "\"source\": \"rumor\""),
        ("\"kinds\": [\"mask\"", "\"kinds\": [\"mouse\""),
        ("\"ask\": \"ports\"", "\"ask\": \"weather\""),
        ("\"vlan\": 10", "\"vlan\": 4095"),
        ("\"within\": \"2s\"", "\"within\": 2"),
        ("\"ran\": \"10s\"", "\"ran\": \"10\""),
        ("{\"ran\": \"10s\"}", "{\"ran\": \"10s\", \"answered\": \"q\"}"),
        ("{\"number\": [1, 9], \"unlike\": [\"m\"]}", "{\"number\": [1, 9], \"choice\": [1]}"),
        ("\"number\": [1, 9]", "\"number\": [1]"),
        ("\"right\": \"b\", ", ""),
    ] {
        let wrong = FULL.replacen(from, to, 1);
        assert_ne!(wrong, FULL, "{from}");
        assert!(Lesson::read(&wrong, 1).is_err(), "the reader takes {to}");
        assert!(!is_valid(&validator, &wrong), "the schema takes {to}");
    }
}
