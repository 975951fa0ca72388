//! The table in `docs/LINKS.md` is true.
#![cfg(not(target_arch = "wasm32"))]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use scenario::{Scenario, link};
use std::path::{Path, PathBuf};
use std::{env, fs};

const SMALLEST: &str = r#"{"packetarium":1,"nodes":[{"id":"a","kind":"host","addresses":["10.0.0.1/24"]},{"id":"s1","kind":"switch"},{"id":"b","kind":"host","addresses":["10.0.0.2/24"]}],"links":[{"ends":["a","s1"]},{"ends":["s1","b"]}],"runs":[{"ping":{"from":"a","to":"b"}}]}"#;

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// What it is called, and the scenario.
fn measured() -> Vec<(String, Scenario)> {
    let mut files: Vec<_> = fs::read_dir(in_repository("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files.push(in_repository("crates/scenario/tests/fixtures/campus.json"));
    let read = |path: PathBuf| {
        // Those with services cannot run in every program, but all can be read.
        let scenario = Scenario::draft(&fs::read_to_string(&path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), scenario)
    };
    let mut all: Vec<_> = files.into_iter().map(read).collect();
    all.push(("the smallest lab".to_owned(), Scenario::parse(SMALLEST).unwrap()));
    all
}

fn row((name, scenario): &(String, Scenario)) -> String {
    let text = scenario.to_compact_json();
    let first = "1:".len() + URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), 10)).len();
    let now = link::encode(scenario).len();
    let [nodes, runs] = [scenario.ids.len(), scenario.runs.len()];
    format!("| {name} | {nodes} | {runs} | {} | {first} | {now} |\n", text.len())
}

#[test]
fn the_table_of_link_lengths_is_true() {
    let rows: String = measured().iter().map(row).collect();
    let table = format!(
        "| scenario | nodes | runs | bytes of JSON | `#1:` | `#2:` |\n|---|--:|--:|--:|--:|--:|\n{rows}"
    );
    let path = in_repository("docs/LINKS.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("link_lengths -->\n").expect("a mark where the table begins");
    let (published, after) = rest.split_once("<!-- end -->").expect("a mark where the table ends");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}link_lengths -->\n{table}<!-- end -->{after}")).unwrap();
    } else {
        assert_eq!(published, table, "run: UPDATE_DOCS=1 cargo test -p scenario --test link_lengths");
    }
}

#[test]
fn links_are_as_short_as_was_promised() {
    for (name, scenario) in measured() {
        let length = link::encode(&scenario).len();
        let max = if name == "the smallest lab" { 200 } else { 2_000 };
        assert!(length < max, "{name}: {length} characters");
    }
}
