//! Checks that the crates' dependencies point downwards, as ARCHITECTURE.md draws them.
//!
//! Cargo refuses circles between crates and nothing else: it would let the engine depend on a browser, or a switch on the
//! page. What is built without a browser can be tested without one, and what has no clock and no file format gives the same
//! history everywhere, so both are checked here. [`LAYERS`] is the one place that defines which crate stands where.
//!
//! Dependencies of tests (`dev-dependencies`) may point upwards: a test of captures may well run a whole scenario.

use crate::workspace::Crate;

/// Crates that may depend on any crate of a layer below theirs, and on none beside or above them.
struct Layer {
    crates: &'static [&'static str],
    /// What they have in common that makes them stand here.
    reason: &'static str,
}

/// From the ground up.
const LAYERS: [Layer; 12] = [
    Layer {
        crates: &["texts-macro", "markup-macro"],
        reason: "the macros for texts that people read, and for the page's elements",
    },
    Layer {
        crates: &["wire", "texts"],
        reason: "the ground: frames, cables, units, time, seeded randomness; texts in their language",
    },
    Layer {
        crates: &["vnetif", "bridge", "router", "host", "dissect", "markup"],
        reason: "one thing each, which knows no network: a virtual interface, a node kind, the meaning of bytes, the page's elements",
    },
    Layer { crates: &["services"], reason: "what hosts and routers offer each other: DHCP, DNS, HTTP" },
    Layer {
        crates: &["netlab", "shell"],
        reason: "the commands that a person types; a network of nodes in virtual time, with its history",
    },
    Layer { crates: &["commands"], reason: "the commands that need services: names, leases, pages" },
    Layer { crates: &["capture"], reason: "the frames of a history as files, and of files as frames" },
    Layer {
        crates: &["scenario", "trace"],
        reason: "the document of a network; the order of what was seen in it",
    },
    Layer { crates: &["report"], reason: "the results of a scenario that was run" },
    Layer { crates: &["lesson"], reason: "a scenario with goals, and what was done of them" },
    Layer { crates: &["lab"], reason: "a session with a scenario, without a browser" },
    Layer {
        crates: &["bench", "packetarium", "wasm", "web"],
        reason: "programs for people: nothing depends on them",
    },
];

/// Crates that are no part of the product: nothing else may depend on them, except tests.
const TOOLS: [&str; 2] = ["wasm-test", "xtask"];

/// The crates that use a browser's interfaces, or JavaScript's: all others are tested natively.
const USERS_OF_BROWSERS: [(&str, &str); 5] = [
    ("web", "is the page"),
    ("markup", "makes the page's elements"),
    ("wasm", "is the JavaScript API"),
    ("wasm-test", "runs tests under JavaScript"),
    ("bench", "is measured under JavaScript"),
];
const BROWSER: [&str; 8] = [
    "gloo",
    "js-sys",
    "serde-wasm-bindgen",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "wasm-bindgen-test",
    "web-sys",
    "yew",
];

/// The deterministic machine: time is an argument and `scenario` alone knows a file format.
const CORE: [&str; 6] = ["wire", "bridge", "router", "host", "services", "netlab"];
const NOT_IN_THE_CORE: [(&str, &str); 12] = [
    ("async-std", NO_CLOCK),
    ("chrono", NO_CLOCK),
    ("instant", NO_CLOCK),
    ("rayon", NO_CLOCK),
    ("serde", NO_FORMAT),
    ("serde_json", NO_FORMAT),
    ("smol", NO_CLOCK),
    ("time", NO_CLOCK),
    ("tokio", NO_CLOCK),
    ("wasmtimer", NO_CLOCK),
    ("web-time", NO_CLOCK),
    ("vnetif", "vnetif is the library for other people's stacks; what both need is in wire"),
];
const NO_CLOCK: &str = "the core has no clock and no threads: time is an argument";
const NO_FORMAT: &str = "the core knows no file format: that is scenario's";

/// Every dependency that points the wrong way, with the reason and what to do, as a sentence.
pub fn faults(crates: &[Crate]) -> Vec<String> {
    crates.iter().flat_map(faults_of).collect()
}

fn faults_of(user: &Crate) -> Vec<String> {
    let name = user.name.as_str();
    if layer_of(name).is_none() && !TOOLS.contains(&name) {
        return vec![format!(
            "crate `{name}` is in no layer: add it to LAYERS in crates/xtask/src/arrows.rs, below everything that is to use it, \
             and to the picture in ARCHITECTURE.md"
        )];
    }
    user.normal_dependencies().filter_map(|used| fault(name, used)).collect()
}

/// Why `user` may not depend on `used`; `None` if it may.
fn fault(user: &str, used: &str) -> Option<String> {
    let because = |reason: &str| Some(format!("`{user}` may not depend on `{used}`: {reason}"));
    if BROWSER.contains(&used) && USERS_OF_BROWSERS.iter().all(|(name, _)| *name != user) {
        let users: Vec<String> =
            USERS_OF_BROWSERS.iter().map(|(name, why)| format!("`{name}`, which {why}")).collect();
        return because(&format!("only these may use browsers' crates: {}", users.join("; ")));
    }
    if CORE.contains(&user)
        && let Some((_, reason)) = NOT_IN_THE_CORE.iter().find(|(name, _)| *name == used)
    {
        return because(reason);
    }
    if TOOLS.contains(&used) {
        return because("that is a tool for tests and developers; as a dev-dependency it would be allowed");
    }
    let (below, above) = (layer_of(used)?, layer_of(user));
    match above {
        Some(above) if above > below => None,
        Some(above) => because(&format!(
            "`{used}` stands in layer {below} ({}), `{user}` in layer {above} ({}), and arrows point downwards. Move what both \
             need into a lower crate, or pass it in as an argument",
            LAYERS[below].reason, LAYERS[above].reason
        )),
        None => because("tools are built without the product, so that they are there first"),
    }
}

/// The index into [`LAYERS`], counted from the ground.
fn layer_of(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.crates.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    fn made_up(name: &str, normal: &[&str], dev: &[&str]) -> Crate {
        let dependency = |dev| move |name: &&str| Dependency { name: (*name).to_owned(), dev };
        let dependencies =
            normal.iter().map(dependency(false)).chain(dev.iter().map(dependency(true))).collect();
        Crate { name: name.to_owned(), folder: PathBuf::new(), dependencies, tests: Vec::new() }
    }

    /// The one fault of a crate with these dependencies.
    fn fault_of(name: &str, normal: &[&str]) -> String {
        let [fault] = faults(&[made_up(name, normal, &[])]).try_into().unwrap();
        fault
    }

    #[test]
    fn arrows_that_point_downwards_are_allowed() {
        let crates = [
            made_up("wire", &["smoltcp", "rand_pcg"], &["proptest", "wasm-test"]),
            made_up("host", &["wire", "smoltcp"], &[]),
            made_up("netlab", &["host", "bridge", "router", "wire"], &["vnetif"]),
            made_up("scenario", &["netlab", "serde", "serde_json"], &[]),
            made_up("lab", &["report", "scenario", "trace"], &[]),
            made_up("web", &["lab", "vnetif", "web-sys", "yew"], &[]),
            made_up("xtask", &["anyhow"], &[]),
        ];
        assert_eq!(faults(&crates), Vec::<String>::new());
    }

    #[test]
    fn arrows_that_point_upwards_or_sideways_are_named_with_both_layers() {
        let upwards = fault_of("router", &["netlab"]);
        assert!(upwards.contains("`router` may not depend on `netlab`"), "{upwards}");
        assert!(upwards.contains("layer 4") && upwards.contains("layer 2"), "{upwards}");
        assert!(fault_of("bridge", &["router"]).contains("arrows point downwards"));
        assert!(fault_of("lab", &["web"]).contains("arrows point downwards"));
    }

    #[test]
    fn only_the_page_and_what_runs_under_javascript_uses_a_browser() {
        for name in BROWSER {
            assert!(fault_of("lab", &[name]).contains("browsers' crates"), "{name}");
            assert_eq!(faults(&[made_up("web", &[name], &[])]), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn the_core_has_no_clock_no_format_and_no_vnetif() {
        assert!(fault_of("netlab", &["serde"]).contains("no file format"));
        assert!(fault_of("host", &["web-time"]).contains("no clock"));
        assert!(fault_of("bridge", &["vnetif"]).contains("in wire"));
    }

    #[test]
    fn tools_are_used_by_tests_only_and_use_nothing_of_the_product() {
        assert!(fault_of("netlab", &["wasm-test"]).contains("dev-dependency"));
        assert!(fault_of("xtask", &["scenario"]).contains("built without the product"));
    }

    #[test]
    fn tests_may_use_what_stands_above() {
        assert_eq!(
            faults(&[made_up("capture", &["netlab"], &["scenario", "serde_json"])]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_crate_without_a_layer_is_an_error_that_says_what_to_do() {
        let fault = fault_of("newcomer", &["yew"]);
        assert!(fault.contains("`newcomer` is in no layer") && fault.contains("arrows.rs"), "{fault}");
    }

    #[test]
    fn every_crate_stands_in_one_place() {
        let all: Vec<&str> = LAYERS.iter().flat_map(|layer| layer.crates).chain(&TOOLS).copied().collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }
}
