//! Text → few bytes, and back: deflate that starts with a dictionary.
//!
//! A document is mostly words that every document has. With these words in deflate's window before the first byte, only what
//! is special about a document costs anything, and no second form of the document is needed, with its own faults and its
//! own versions. Examples are in the dictionary as well, because most links begin as one of them.
//!
//! The dictionary is part of the format: `words-2.txt` never changes, whatever becomes of the examples. New words need a
//! new codec. Two bytes of a hash follow: they distinguish a damaged link from a document with faults.

use super::LinkError;
use crate::bounds::DOCUMENT_BYTES_MAX;
use miniz_oxide::deflate::core::{
    CompressionStrategy, CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use texts::t;
use xxhash_rust::xxh3::xxh3_64;

/// What stands in the window before a text begins; the likeliest words at the end, where they are cheapest.
const WORDS: &[u8] = include_bytes!("words-2.txt");
/// The length of the hash at the end.
const CHECK_BYTES: usize = 2;

/// The shortest form of a text: what [`unpack`] takes.
pub(super) fn pack(text: &str) -> Vec<u8> {
    // A table of its own pays for a block only if that is long; miniz_oxide does not compare.
    let [tables, fixed] = [CompressionStrategy::Default, CompressionStrategy::Fixed]
        .map(|strategy| deflate(text.as_bytes(), strategy));
    let mut packed = if fixed.len() <= tables.len() { fixed } else { tables };
    packed.extend(check(text.as_bytes()));
    packed
}

/// The text in these bytes; no more than a document may have.
pub(super) fn unpack(packed: &[u8]) -> Result<String, LinkError> {
    let (text, rest) = inflate(packed, WORDS)?;
    match rest {
        _ if rest.len() < CHECK_BYTES => Err(LinkError::CutOff),
        _ if rest != check(&text) => Err(LinkError::Damaged(t!("its parts do not fit together"))),
        _ => as_text(text),
    }
}

/// The first codec: without words, without a hash.
pub(super) fn unpack_1(packed: &[u8]) -> Result<String, LinkError> {
    as_text(inflate(packed, &[])?.0)
}

fn as_text(bytes: Vec<u8>) -> Result<String, LinkError> {
    String::from_utf8(bytes).map_err(|_| LinkError::Damaged(t!("what it holds is no text")))
}

fn check(text: &[u8]) -> [u8; CHECK_BYTES] {
    let [.., high, low] = xxh3_64(text).to_be_bytes();
    [high, low]
}

fn deflate(text: &[u8], strategy: CompressionStrategy) -> Vec<u8> {
    const LEVEL: i32 = 10;
    const RAW: i32 = 0;
    let mut compressor = CompressorOxide::new(create_comp_flags_from_zip_params(LEVEL, RAW, strategy as i32));
    // The flush ends at a whole byte and keeps the window, so a reader with the same dictionary can read what follows.
    compress_to_output(&mut compressor, WORDS, TDEFLFlush::Sync, |_| true);
    let mut deflated = Vec::new();
    compress_to_output(&mut compressor, text, TDEFLFlush::Finish, |bytes| {
        deflated.extend_from_slice(bytes);
        true
    });
    deflated
}

/// What was deflated after these words, and the bytes behind it.
fn inflate<'p>(packed: &'p [u8], words: &[u8]) -> Result<(Vec<u8>, &'p [u8]), LinkError> {
    let max = words.len() + DOCUMENT_BYTES_MAX;
    let mut decompressor = Box::<DecompressorOxide>::default();
    let (mut input, mut out, mut written) = (packed, words.to_vec(), words.len());
    loop {
        out.resize((2 * (out.len() + input.len())).min(max), 0);
        let (status, read, more) =
            decompress(&mut decompressor, input, &mut out, written, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF);
        (input, written) = (&input[read..], written + more);
        match status {
            TINFLStatus::Done => {
                out.truncate(written);
                return Ok((out.split_off(words.len()), input));
            }
            TINFLStatus::HasMoreOutput if out.len() < max => {}
            TINFLStatus::HasMoreOutput => return Err(LinkError::TooLarge),
            TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress => {
                return Err(LinkError::CutOff);
            }
            _ => return Err(LinkError::Damaged(t!("it cannot be unpacked"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_codec_never_change() {
        // If this fails, put the file back: every link ever made with it needs its bytes. New words need a new codec.
        assert_eq!((WORDS.len(), xxh3_64(WORDS)), (7_441, 7_197_805_257_921_969_717));
    }

    #[test]
    fn what_stands_in_the_words_costs_next_to_nothing() {
        let words = std::str::from_utf8(WORDS).unwrap();
        let part = &words[words.len() - 200..];
        assert!(pack(part).len() <= 8, "{}", pack(part).len());
        assert_eq!(unpack(&pack(part)).unwrap(), part);
    }

    #[test]
    fn the_end_of_a_large_text_is_packed_as_well_as_the_beginning() {
        for bytes in [0, 1, 1 << 15, (1 << 15) + 1, 1 << 20, DOCUMENT_BYTES_MAX] {
            // Never the same again, so that windows and buffers are passed in every state.
            let text: String =
                (0u64..).map(|n| format!("{:x}", xxh3_64(&n.to_le_bytes()))).take(1 + bytes / 12).collect();
            let text: String = text.chars().cycle().take(bytes).collect();
            assert_eq!(unpack(&pack(&text)).as_deref(), Ok(&text[..]));
        }
    }
}
