//! Which crates a wasm module is made of, by the names that the linker left in it.

use anyhow::{Context as _, Result};
use std::collections::BTreeMap;

/// The bytes of code of each crate, largest first. Generic code counts for the crate that it is written in.
///
/// # Errors
/// Fails if this is no wasm with a name section.
pub fn of(wasm: &[u8]) -> Result<Vec<(String, usize)>> {
    let module = Module::read(wasm).context("this is no wasm module with names")?;
    let mut crates = BTreeMap::new();
    for (number, size) in module.sizes.iter().enumerate() {
        let name = module.names.get(&(module.imported + number)).map_or("?", String::as_str);
        *crates.entry(crate_of(name)).or_insert(0) += size;
    }
    let mut crates: Vec<_> = crates.into_iter().collect();
    crates.sort_by_key(|(name, size)| (std::cmp::Reverse(*size), name.clone()));
    Ok(crates)
}

/// The crate of a function: the first name of its path, as wasm-bindgen writes it out. Of `<&mut [A] as B>::f` that is A's.
fn crate_of(function: &str) -> String {
    let mut rest = function;
    while let Some(after) =
        ["<", "&", "[", "(", "*", "mut ", "dyn ", "const "].iter().find_map(|sign| rest.strip_prefix(sign))
    {
        rest = after;
    }
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if word.is_empty() { "?".into() } else { word }
}

/// What this needs of a module.
struct Module {
    imported: usize,
    sizes: Vec<usize>,
    names: BTreeMap<usize, String>,
}

impl Module {
    fn read(wasm: &[u8]) -> Option<Self> {
        let mut reader = Reader(wasm.strip_prefix(b"\0asm\x01\0\0\0")?);
        let mut module = Self { imported: 0, sizes: Vec::new(), names: BTreeMap::new() };
        while !reader.0.is_empty() {
            let id = reader.byte()?;
            let mut section = Reader(reader.bytes()?);
            match id {
                0 if section.name()? == "name" => module.read_names(section)?,
                2 => module.imported = section.imported_functions()?,
                10 => {
                    for _ in 0..section.number()? {
                        module.sizes.push(section.bytes()?.len());
                    }
                }
                _ => {}
            }
        }
        (!module.names.is_empty()).then_some(module)
    }

    fn read_names(&mut self, mut section: Reader<'_>) -> Option<()> {
        while !section.0.is_empty() {
            let kind = section.byte()?;
            let mut names = Reader(section.bytes()?);
            if kind == 1 {
                for _ in 0..names.number()? {
                    let index = names.number()?;
                    self.names.insert(index, names.name()?);
                }
            }
        }
        Some(())
    }
}

/// What is still to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// As many bytes as a number says.
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn name(&mut self) -> Option<String> {
        Some(String::from_utf8_lossy(self.bytes()?).into_owned())
    }

    /// How many functions an import section imports.
    fn imported_functions(&mut self) -> Option<usize> {
        let mut functions = 0;
        for _ in 0..self.number()? {
            self.bytes()?;
            self.bytes()?;
            match self.byte()? {
                0 => {
                    functions += 1;
                    self.number()?;
                }
                1 => {
                    self.byte()?;
                    self.limits()?;
                }
                2 => self.limits()?,
                _ => {
                    self.byte()?;
                    self.byte()?;
                }
            }
        }
        Some(functions)
    }

    fn limits(&mut self) -> Option<()> {
        let flags = self.byte()?;
        self.number()?;
        if flags & 1 == 1 {
            self.number()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_is_the_first_of_the_path() {
        for (symbol, expected) in [
            ("netlab::world::World::happen", "netlab"),
            ("<web::app::App as yew::functional::FunctionProvider>::run::inner", "web"),
            ("<&mut [wire::frame::Frame] as core::fmt::Debug>::fmt", "wire"),
            ("<dyn netlab::Machine>::poll", "netlab"),
            ("memcpy", "memcpy"),
        ] {
            assert_eq!(crate_of(symbol), expected, "{symbol}");
        }
    }

    #[test]
    fn code_is_counted_by_crate() {
        // Two functions without imports: of 2 and of 3 bytes.
        let name = |text: &str| [&[text.len() as u8][..], text.as_bytes()].concat();
        let names = [&[2, 0][..], &name("a::f"), &[1], &name("b::g")].concat();
        let names = [&name("name")[..], &[1, names.len() as u8], &names].concat();
        let wasm =
            [&b"\0asm\x01\0\0\0"[..], &[10, 8, 2, 2, 0, 11, 3, 0, 1, 11], &[0, names.len() as u8], &names]
                .concat();
        assert_eq!(of(&wasm).unwrap(), [("b".to_owned(), 3), ("a".to_owned(), 2)]);
        assert!(of(b"\0asm\x01\0\0\0").is_err() && of(b"no").is_err());
    }
}
