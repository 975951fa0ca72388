//! docs/TSHARK.md: its tables are what was counted.

use std::path::Path;
use std::sync::Mutex;
use std::{env, fs};

/// Tests run at the same time.
static DOCUMENT: Mutex<()> = Mutex::new(());

/// Compares a table of the document with what was counted; with `WRITE_TSHARK_MD` set, writes it. Another version of tshark may
/// count otherwise, as long as it differs only in ways that are listed.
pub fn check(name: &str, version: &str, table: &str) {
    let _turn = DOCUMENT.lock().unwrap();
    let begin = format!("<!-- {name}: counted by crates/cli/tests/tshark -->\n");
    let end = "<!-- end -->\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/TSHARK.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(&begin).expect("the table begins");
    let (there, after) = rest.split_once(end).expect("the table ends");
    let counted = format!("With TShark {version}:\n\n{table}");
    if env::var_os("WRITE_TSHARK_MD").is_some() {
        fs::write(&path, [before, &begin, &counted, end, after].concat()).unwrap();
    } else if there.starts_with(&format!("With TShark {version}:")) {
        assert_eq!(
            there, counted,
            "docs/TSHARK.md is not what was counted: set WRITE_TSHARK_MD and test again"
        );
    }
}
