//! Files for the page's pieces that compress better than wasm does.
//!
//! In wasm each instruction is followed by its operands: numbers of locals, offsets, constants, labels. A compressor that looks for
//! repeated bytes finds fewer of them so than among opcodes alone and among operands of one kind. A packed file holds the
//! modules that are loaded together with their bytes sorted into streams by kind; what a reader knows anyway is left out (lengths of
//! functions, and alignments, which are hints: 5.4.7 of the specification). Brotli makes 12 % less of it, and
//! another 5 % less because the modules of a file share their streams. No library does this: wasm's own compression layer was never
//! specified.
//!
//! A packed file is a wasm module itself, with nothing but one custom section (5.5.3), so that hosts know its type and compress
//! it. What packing costs: the browser cannot compile a module while it arrives, and unpacking the first one takes 30 to 50 ms of a fast
//! processor. On a line of 1.6 Mbit/s with a quarter of that processor the first frame moves at the same time as before
//! (docs/WEIGHT.md).
//!
//! [`unpack.js`](packed/unpack.js) puts the modules together again. [`verify`] runs it for every build.

use crate::process;
use crate::wasm_bytes::{PREAMBLE, Reader, write_number};
use anyhow::{Context as _, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

/// The kinds of bytes.
#[derive(Clone, Copy)]
enum Stream {
    /// Opcodes.
    Code,
    /// Numbers of locals.
    Local,
    /// 32-bit constants of one byte; the three after it hold those of two to five.
    Small,
    Const,
    Const3,
    Const4,
    Const5,
    /// Offsets of accesses to memory.
    Offset,
    /// Called functions.
    Call,
    /// Labels of branches.
    Label,
    /// Types of blocks.
    Block,
    /// 64-bit and floating-point constants.
    Wide,
    /// Operands of vector instructions.
    Vector,
    /// Declared locals of functions.
    Locals,
    /// Other operands.
    Other,
    /// The preamble, and every section but the functions' code.
    Rest,
}

const STREAMS: usize = Stream::Rest as usize + 1;

/// The name of the custom section.
const NAME: &str = "packed";
/// The section of code (5.5.13).
const CODE_SECTION: u8 = 10;
/// Opcodes that wasm does not have: `local.get`, `local.set` and `local.tee` of the first locals.
const SHORT_LOCAL: u8 = 0xd8;
const SHORT_LOCALS: u8 = 4;
/// Constants of two bytes and more, by their length.
const LONG_CONST: u8 = 0xf6;
/// The longest that the page may stand still for unpacking, in milliseconds: half a frame.
const SLICE_MS: u32 = 8;

/// The script reads the clock each time it has unpacked this number of bytes, which takes one or two milliseconds.
const CHECKED_BYTES: usize = 1 << 15;

/// `modules` as one file.
pub fn pack(modules: &[&[u8]]) -> Result<Vec<u8>> {
    let mut content = vec![];
    write_number(&mut content, modules.len());
    let mut streams: [Vec<u8>; STREAMS] = Default::default();
    for module in modules {
        let mut packer = Packer { reader: Reader { bytes: module }, streams: &mut streams, unpacked: 0 };
        packer.module()?;
        write_number(&mut content, packer.unpacked);
    }
    for stream in &streams {
        write_number(&mut content, stream.len());
    }
    for stream in &streams {
        content.extend_from_slice(stream);
    }
    let mut file = b"\0asm\x01\0\0\0\0".to_vec();
    write_number(&mut file, 1 + NAME.len() + content.len());
    write_number(&mut file, NAME.len());
    file.extend_from_slice(NAME.as_bytes());
    file.extend(content);
    Ok(file)
}

/// The function `unpack` of JavaScript: a file's bytes in, a promise of its modules out.
pub fn script() -> String {
    let stream = |stream: Stream| stream as usize;
    let constants = [
        ("STREAMS", STREAMS),
        ("CODE", stream(Stream::Code)),
        ("LOCAL", stream(Stream::Local)),
        ("SMALL", stream(Stream::Small)),
        ("CONST", stream(Stream::Const)),
        ("OFFSET", stream(Stream::Offset)),
        ("CALL", stream(Stream::Call)),
        ("LABEL", stream(Stream::Label)),
        ("BLOCK", stream(Stream::Block)),
        ("WIDE", stream(Stream::Wide)),
        ("VECTOR", stream(Stream::Vector)),
        ("LOCALS", stream(Stream::Locals)),
        ("OTHER", stream(Stream::Other)),
        ("REST", stream(Stream::Rest)),
        ("SHORT_LOCAL", SHORT_LOCAL.into()),
        ("SHORT_LOCALS", SHORT_LOCALS.into()),
        ("LONG_CONST", LONG_CONST.into()),
        ("SLICE_MS", SLICE_MS as usize),
        ("CHECKED_BYTES", CHECKED_BYTES),
    ];
    let mut script = include_str!("packed/unpack.js").to_owned();
    // Longer names first: some begin with another one.
    let mut sorted = constants;
    sorted.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, value) in sorted {
        script = script.replace(name, &value.to_string());
    }
    script
}

/// Unpacks a file by the page's own script, and compares what comes out with `modules`: that packing it again gives the same file, and
/// that all of them are valid, the file itself, too.
pub fn verify(file: &Path, modules: usize) -> Result<()> {
    const CHECK: &str = r#"
const { readFileSync, writeFileSync } = require("node:fs");
const file = process.argv[1];
if (!WebAssembly.validate(readFileSync(file))) throw new Error(`${file} is no wasm module itself`);
unpack(readFileSync(file)).then((modules) => modules.forEach((module, i) => {
    if (!WebAssembly.validate(module)) throw new Error(`module ${i} of ${file} is not valid`);
    writeFileSync(`${file}.${i}`, module);
}));
"#;
    process::watch(Command::new("node").args(["--eval", &(script() + CHECK)]).arg(file), |_| {})
        .with_context(|| format!("{} cannot be unpacked", file.display()))?;
    let unpacked: Vec<Vec<u8>> = (0..modules)
        .map(|module| {
            let path = format!("{}.{module}", file.display());
            let bytes = std::fs::read(&path)?;
            std::fs::remove_file(&path)?;
            Ok(bytes)
        })
        .collect::<Result<_>>()?;
    let again = pack(&unpacked.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
    ensure!(again == std::fs::read(file)?, "{} does not unpack to what was packed", file.display());
    Ok(())
}

struct Packer<'m, 's> {
    reader: Reader<'m>,
    streams: &'s mut [Vec<u8>; STREAMS],
    /// The length of the module when it is unpacked: lengths have five bytes there, and alignments one.
    unpacked: usize,
}

impl<'m> Packer<'m, '_> {
    fn put(&mut self, stream: Stream, bytes: &[u8]) {
        self.streams[stream as usize].extend_from_slice(bytes);
        self.unpacked += bytes.len();
    }

    /// The bytes of the next number, signed or not (5.2.2).
    fn digits(&mut self) -> Result<&'m [u8]> {
        let length =
            1 + self.reader.bytes.iter().position(|byte| byte & 0x80 == 0).context("the wasm ends early")?;
        self.reader.take(length)
    }

    /// Moves the next number into a stream; returns it as an unsigned one.
    fn operand(&mut self, stream: Stream) -> Result<usize> {
        let digits = self.digits()?;
        self.put(stream, digits);
        // A signed or wide one may be longer than what is an index; it is not read then.
        Ok(Reader { bytes: digits }.number().unwrap_or(usize::MAX))
    }

    fn bytes(&mut self, stream: Stream, length: usize) -> Result<()> {
        let bytes = self.reader.take(length)?;
        self.put(stream, bytes);
        Ok(())
    }

    fn memory(&mut self) -> Result<()> {
        self.digits()?;
        self.unpacked += 1;
        self.operand(Stream::Offset)?;
        Ok(())
    }

    /// Leaves out a number that can be found again: a length.
    fn length(&mut self) -> Result<usize> {
        self.unpacked += 5;
        self.reader.number()
    }

    fn module(&mut self) -> Result<()> {
        self.bytes(Stream::Rest, PREAMBLE)?;
        while let [section, ..] = *self.reader.bytes {
            self.bytes(Stream::Rest, 1)?;
            if section != CODE_SECTION {
                let length = self.operand(Stream::Rest)?;
                self.bytes(Stream::Rest, length)?;
                continue;
            }
            let length = self.length()?;
            let after = self.reader.bytes.len().checked_sub(length).context("the wasm ends early")?;
            for _ in 0..self.operand(Stream::Rest)? {
                let length = self.length()?;
                let after = self.reader.bytes.len().checked_sub(length).context("the wasm ends early")?;
                self.function(after)?;
            }
            ensure!(self.reader.bytes.len() == after, "the section of code is longer than its functions");
        }
        Ok(())
    }

    /// A function up to where only `after` bytes are left.
    fn function(&mut self, after: usize) -> Result<()> {
        for _ in 0..self.operand(Stream::Locals)? {
            self.operand(Stream::Locals)?;
            self.bytes(Stream::Locals, 1)?;
        }
        let mut depth = 1;
        while depth > 0 {
            let code = self.reader.take(1)?[0];
            match code {
                0x02..=0x04 => depth += 1,
                0x0b => depth -= 1,
                _ => {}
            }
            self.instruction(code)?;
        }
        ensure!(self.reader.bytes.len() == after, "a function is longer than its blocks");
        Ok(())
    }

    fn instruction(&mut self, code: u8) -> Result<()> {
        if matches!(code, 0x20..=0x22 | 0x41) {
            return self.shortened(code);
        }
        self.put(Stream::Code, &[code]);
        match code {
            0x00 | 0x01 | 0x05 | 0x0b | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 => {}
            0x02..=0x04 => drop(self.operand(Stream::Block)?),
            0x0c | 0x0d => drop(self.operand(Stream::Label)?),
            0x0e => {
                for _ in 0..=self.operand(Stream::Label)? {
                    self.operand(Stream::Label)?;
                }
            }
            0x10 => drop(self.operand(Stream::Call)?),
            0x11 => {
                self.operand(Stream::Other)?;
                self.operand(Stream::Other)?;
            }
            0x1c => {
                for _ in 0..self.operand(Stream::Other)? {
                    self.operand(Stream::Other)?;
                }
            }
            0x23..=0x26 | 0x3f | 0x40 | 0xd0 | 0xd2 => drop(self.operand(Stream::Other)?),
            0x28..=0x3e => self.memory()?,
            0x42 => drop(self.operand(Stream::Wide)?),
            0x43 => self.bytes(Stream::Wide, 4)?,
            0x44 => self.bytes(Stream::Wide, 8)?,
            0xfc => {
                let operands = match self.operand(Stream::Other)? {
                    0..=7 => 0,
                    8 | 10 | 12 | 14 => 2,
                    9 | 11 | 13 | 15..=17 => 1,
                    other => bail!("instruction 0xfc {other} is not known"),
                };
                for _ in 0..operands {
                    self.operand(Stream::Other)?;
                }
            }
            0xfd => {
                let which = self.operand(Stream::Vector)?;
                if matches!(which, 0..=11 | 84..=93) {
                    self.memory()?;
                }
                match which {
                    12 | 13 => self.bytes(Stream::Vector, 16)?,
                    21..=34 | 84..=91 => self.bytes(Stream::Vector, 1)?,
                    0..=255 => {}
                    other => bail!("vector instruction {other} is not known"),
                }
            }
            other => bail!("instruction {other:#04x} is not known"),
        }
        Ok(())
    }

    /// An access to a local, or a constant: the first locals and the lengths of constants are part of the opcode.
    fn shortened(&mut self, code: u8) -> Result<()> {
        let digits = self.digits()?;
        match (code, digits) {
            (0x41, [_]) => {
                self.put(Stream::Code, &[code]);
                self.put(Stream::Small, digits);
            }
            (0x41, [_, _, ..]) => {
                let longer = digits.len() - 2;
                ensure!(longer < 4, "a constant is too long");
                self.put(Stream::Code, &[LONG_CONST + longer as u8]);
                self.put([Stream::Const, Stream::Const3, Stream::Const4, Stream::Const5][longer], digits);
            }
            (_, &[local]) if local < SHORT_LOCALS => {
                self.put(Stream::Code, &[SHORT_LOCAL + (code - 0x20) * SHORT_LOCALS + local]);
                self.unpacked += 1;
            }
            _ => {
                self.put(Stream::Code, &[code]);
                self.put(Stream::Local, digits);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one function of this code.
    fn module(code: &[u8]) -> Vec<u8> {
        // A type without parameters, a memory, and a table.
        let mut module =
            b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x04\x04\x01\x70\0\x01\x05\x03\x01\0\x01"
                .to_vec();
        let mut function = vec![2, 5, 0x7f, 1, 0x7e];
        function.extend_from_slice(code);
        function.push(0x0b);
        let mut content = vec![1];
        write_number(&mut content, function.len());
        content.extend(function);
        module.push(CODE_SECTION);
        write_number(&mut module, content.len());
        module.extend(content);
        module
    }

    fn unpacks(modules: &[&[u8]]) {
        let folder = std::env::temp_dir().join(format!("packed-{}-{}", std::process::id(), modules[0].len()));
        std::fs::write(&folder, pack(modules).unwrap()).unwrap();
        let outcome = verify(&folder, modules.len());
        std::fs::remove_file(&folder).unwrap();
        outcome.unwrap_or_else(|error| panic!("{error:#}"));
    }

    #[test]
    fn the_script_of_the_page_unpacks_each_kind_of_instruction() {
        let codes: [&[u8]; 9] = [
            // Constants of one to five bytes, negative and padded ones.
            &[
                0x41, 0x7f, 0x41, 0xff, 0, 0x6a, 0x41, 0x80, 0x80, 1, 0x6a, 0x41, 0x80, 0x80, 0xc0, 0, 0x6a,
                0x41, 0x80, 0x80, 0x80, 0x80, 0x78, 0x6a, 0x1a,
            ],
            &[
                0x42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x21, 5, 0x43, 1, 0x80, 0xff,
                0x3f, 0x1a, 0x44, 1, 2, 3, 4, 5, 6, 7, 8, 0x1a,
            ],
            &[0x20, 0, 0x21, 3, 0x20, 4, 0x22, 2, 0x1a, 0x20, 5, 0x1a],
            // Loads and stores with offsets, the size of the memory.
            &[0x41, 0, 0x28, 2, 0x80, 1, 0x1a, 0x41, 0, 0x42, 0, 0x37, 3, 8, 0x3f, 0, 0x40, 0, 0x1a],
            // Blocks, branches and a table of them.
            &[
                0x02, 0x40, 0x03, 0x40, 0x41, 0, 0x04, 0x7f, 0x41, 1, 0x05, 0x41, 2, 0x0b, 0x0d, 1, 0x41, 0,
                0x0e, 2, 0, 1, 0, 0x0b, 0x0b,
            ],
            &[0x10, 0, 0x41, 0, 0x11, 0, 0],
            &[0x41, 1, 0x41, 2, 0x41, 0, 0x1c, 1, 0x7f, 0x1a, 0x43, 0, 0, 0, 0, 0xfc, 0, 0x1a],
            // Copies and fills of memory and tables.
            &[
                0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 10, 0, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 11, 0, 0xd0,
                0x70, 0xd1, 0x1a, 0xfc, 16, 0, 0x1a,
            ],
            // Vectors: a constant, a shuffle, a lane, a load, a load of a lane, a comparison.
            &[
                0xfd, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0xfd, 12, 1, 2, 3, 4, 5, 6,
                7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0xfd, 13, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
                14, 15, 0xfd, 21, 3, 0x1a, 0x41, 0, 0xfd, 0, 4, 16, 0xfd, 0x53, 0x1a, 0x41, 0, 0x41, 0, 0xfd,
                0, 0, 0, 0xfd, 84, 0, 1, 3, 0x1a,
            ],
        ];
        let modules = codes.map(module);
        unpacks(&modules.iter().map(Vec::as_slice).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_left_out_is_only_lengths_and_alignments() {
        let aligned = module(&[0x41, 0, 0x28, 2, 4, 0x1a]);
        let not = module(&[0x41, 0, 0x28, 0, 4, 0x1a]);
        assert_eq!(pack(&[&aligned]).unwrap(), pack(&[&not]).unwrap());
        let other = module(&[0x41, 0, 0x28, 2, 5, 0x1a]);
        assert_ne!(pack(&[&aligned]).unwrap(), pack(&[&other]).unwrap());
    }

    #[test]
    fn a_file_that_is_cut_off_is_an_error_and_no_endless_loop() {
        let whole = pack(&[&module(&[0x41, 0, 0x28, 2, 4, 0x1a])]).unwrap();
        let path = std::env::temp_dir().join(format!("packed-cut-{}", std::process::id()));
        for length in [4, 9, 20, whole.len() / 2, whole.len() - 1] {
            let script = script() + "unpack(require(\"node:fs\").readFileSync(process.argv[1]));";
            std::fs::write(&path, &whole[..length]).unwrap();
            let mut node = Command::new("node");
            let error = process::watch(node.args(["--eval", &script]).arg(&path), |_| {}).unwrap_err();
            assert!(error.to_string().contains("this wasm is cut off") || length < 8, "{length}: {error}");
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn an_unknown_instruction_and_a_cut_module_are_errors() {
        let error = pack(&[&module(&[0xfe, 0])]).unwrap_err();
        assert!(error.to_string().contains("0xfe"), "{error}");
        let whole = module(&[0x41, 0, 0x1a]);
        for length in PREAMBLE + 1..whole.len() {
            // Between two sections a module may end.
            if pack(&[&whole[..length]]).is_ok() {
                assert!([14, 18, 24, 29].contains(&length), "{length} of {}", whole.len());
            }
        }
    }
}
