//! Short names for what the first module imports from its bindings.
//!
//! wasm-bindgen names each import by the JavaScript function and a hash, `__wbg_length_9aab85334c5daf3f`, in the module and in its
//! bindings. Hashes do not compress: the 305 names were 7 KB of what a visitor downloads before anything moves. No one but the two
//! reads them, so they are numbered here. (wasm-opt shortens imports too, but only those of Emscripten's modules.)

use crate::wasm_bytes::{PREAMBLE, Reader, write_number};
use anyhow::{Context as _, Result, bail, ensure};

/// How wasm-bindgen begins the names of its imports.
const BEGINS: &str = "__wb";
/// The section of imports (WebAssembly Core Specification 2.0, 5.5.5).
const SECTION: u8 = 2;

/// The bindings and the module with numbers for names.
pub fn shorten(bindings: &str, module: &[u8]) -> Result<(String, Vec<u8>)> {
    let (start, end) = section(module)?;
    let mut reader = Reader { bytes: &module[start..end] };
    let mut imports = Vec::new();
    let count = reader.number()?;
    write_number(&mut imports, count);
    let mut bindings = bindings.to_owned();
    for number in 0..count {
        let from = reader.name()?;
        let name = reader.name()?;
        let short =
            if name.starts_with(BEGINS) { numbered(&mut bindings, name, number)? } else { name.to_owned() };
        for text in [from, &short] {
            write_number(&mut imports, text.len());
            imports.extend_from_slice(text.as_bytes());
        }
        imports.extend_from_slice(description(&mut reader)?);
    }
    ensure!(reader.bytes.is_empty(), "the section of imports is longer than its entries");
    let mut shorter = module[..PREAMBLE].to_vec();
    shorter.extend_from_slice(&module[PREAMBLE..start_of_header(module, start)]);
    shorter.push(SECTION);
    write_number(&mut shorter, imports.len());
    shorter.extend_from_slice(&imports);
    shorter.extend_from_slice(&module[end..]);
    Ok((bindings, shorter))
}

/// Replaces the one place where the bindings name an import.
fn numbered(bindings: &mut String, name: &str, number: usize) -> Result<String> {
    let short = format!("_{number}");
    let key = format!(" {name}: ");
    let mut parts = bindings.split(&key);
    let (Some(before), Some(after), None) = (parts.next(), parts.next(), parts.next()) else {
        bail!("the bindings do not name {name} exactly once");
    };
    *bindings = format!("{before} {short}: {after}");
    Ok(short)
}

/// Where the content of the section of imports begins and ends.
fn section(module: &[u8]) -> Result<(usize, usize)> {
    let mut reader = Reader { bytes: module.get(PREAMBLE..).context("no wasm")? };
    while let [id, rest @ ..] = reader.bytes {
        reader.bytes = rest;
        let length = reader.number()?;
        let start = module.len() - reader.bytes.len();
        reader.take(length)?;
        if *id == SECTION {
            return Ok((start, start + length));
        }
    }
    bail!("the first module imports nothing")
}

/// Where the header of a section begins whose content begins here: its length is in as many bytes as wasm-opt gave it.
fn start_of_header(module: &[u8], content: usize) -> usize {
    // All bytes of the length but its last one have the upper bit.
    let mut at = content - 1;
    while module[at - 1] & 0x80 != 0 {
        at -= 1;
    }
    at - 1
}

/// What is imported: of a function its kind and type.
fn description<'m>(reader: &mut Reader<'m>) -> Result<&'m [u8]> {
    let before = reader.bytes;
    let kind = reader.take(1)?[0];
    ensure!(kind == 0, "the bindings have functions only, and this module imports something else");
    reader.number()?;
    Ok(&before[..before.len() - reader.bytes.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with a section of types before that of imports, and one behind it.
    fn module(imports: &[(&str, &str)]) -> Vec<u8> {
        let mut content = vec![];
        write_number(&mut content, imports.len());
        for (from, name) in imports {
            for text in [from, name] {
                write_number(&mut content, text.len());
                content.extend_from_slice(text.as_bytes());
            }
            content.extend([0, 3]);
        }
        let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0".to_vec();
        module.push(SECTION);
        write_number(&mut module, content.len());
        module.extend(content);
        module.extend(b"\x03\x01\0");
        module
    }

    #[test]
    fn names_of_the_bindings_become_numbers_in_both() {
        let long = "__wbg_length_9aab85334c5daf3f";
        let other = "__wbg_left_9df47701ff6aa7c1";
        let bindings = format!("const imports = {{ {long}: function(a) {{}}, {other}: (a) => a }};");
        let before = module(&[("./web_bg.js", long), ("__wasm_split", "load"), ("./web_bg.js", other)]);
        let (bindings, after) = shorten(&bindings, &before).unwrap();
        assert_eq!(bindings, "const imports = { _0: function(a) {}, _2: (a) => a };");
        assert_eq!(after, module(&[("./web_bg.js", "_0"), ("__wasm_split", "load"), ("./web_bg.js", "_2")]));
    }

    #[test]
    fn a_name_that_the_bindings_lack_is_an_error() {
        let error = shorten("", &module(&[("./web_bg.js", "__wbg_left_9df47701ff6aa7c1")])).unwrap_err();
        assert!(error.to_string().contains("__wbg_left"), "{error}");
        assert!(shorten("", b"\0asm\x01\0\0\0\x02\x7f").is_err());
    }
}
