//! The seed of the tests of properties.
//!
//! They try inputs that proptest draws. By default it draws others each time: then a test run can fail on a commit that has
//! passed it before, for a reason that the commit has nothing to do with. So the same
//! inputs are drawn in every run of a test, natively and under Node. To look for new faults, give another seed:
//! `PROPTEST_RNG_SEED=7 cargo xtask test`, or run `cargo test` itself, which draws at random.

use std::env;
use std::process::Command;

const VARIABLE: &str = "PROPTEST_RNG_SEED";
const SEED: u64 = 1;

/// The seed of this run, from the environment if it has one.
fn seed() -> u64 {
    env::var(VARIABLE).ok().and_then(|text| text.parse().ok()).unwrap_or(SEED)
}

/// Has a native test program draw from the seed.
pub fn fix_native(command: &mut Command) {
    command.env(VARIABLE, seed().to_string());
}

/// Has a test module under Node draw from the seed. A wasm module has no environment: it takes its seed from Node's
/// `crypto.getRandomValues`. Here every call of that gives the same bytes, so that a test draws the same inputs alone and among others.
pub fn fix_in_node(command: &mut Command) {
    // Without spaces: Node splits its options at them.
    let script = format!(
        "crypto.getRandomValues=(array)=>{{new\tUint8Array(array.buffer,array.byteOffset,array.byteLength).forEach((_,i,bytes)=>bytes[i]=({}*(i+1)*2654435761)>>>24);return\tarray}}",
        seed() % 1_000_000 + 1
    );
    let mut url = String::from("--import=data:text/javascript,");
    for byte in script.bytes() {
        url.push_str(&format!("%{byte:02x}"));
    }
    command.env("NODE_OPTIONS", url);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_gives_the_same_bytes_to_whoever_asks() {
        let mut node = Command::new("node");
        fix_in_node(&mut node);
        let ask = "const a=crypto.getRandomValues(new Uint8Array(32)),b=crypto.getRandomValues(new Uint8Array(32));\
            console.log(`${a}`===`${b}`,new Set(a).size>8)";
        let Ok(output) = node.args(["-e", ask]).output() else {
            eprintln!("not tested: Node is not installed outside of target/tools");
            return;
        };
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "true true", "{output:?}");
    }
}
