//! A zip of a few small files, stored as they are: a lesson has a hundred lines, and packing them would be code for a kilobyte.
//!
//! APPNOTE.TXT 6.3.10 of PKWARE: local headers with the files behind them (4.3.7), the central directory (4.3.12), its end (4.3.16).

/// The moment of all files, 1980-01-01 00:00, in DOS form: the same files are the same zip.
const DATE: u16 = 0x0021;
/// The version that is needed to unpack: 1.0, nothing special.
const VERSION: u16 = 10;
/// That names are UTF-8 (4.4.4, bit 11).
const UTF8: u16 = 0x0800;

/// The zip of these files: names with contents. `None`: they are more than a zip without extensions holds.
pub fn zip(files: &[(String, String)]) -> Option<Vec<u8>> {
    let count = u16::try_from(files.len()).ok()?;
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let (at, size) = (u32::try_from(out.len()).ok()?, u32::try_from(text.len()).ok()?);
        let mut common = Vec::new();
        for word in [VERSION, UTF8, 0, 0, DATE] {
            common.extend(word.to_le_bytes());
        }
        for long in [crc32(text.as_bytes()), size, size] {
            common.extend(long.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).ok()?.to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&common);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, size) = (u32::try_from(out.len()).ok()?, u32::try_from(directory.len()).ok()?);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    Some(out)
}

/// The checksum of ISO 3309, reflected.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    // The other program that reads it runs natively only.
    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn another_program_unpacks_it() {
        use std::io::Read as _;
        let files = [("netz/lesson.json", "{\"a\": \"ü\"}\n"), ("netz/en.json", "")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()));
        let mut read = ::zip::ZipArchive::new(std::io::Cursor::new(zip(&files).unwrap())).unwrap();
        assert_eq!(read.len(), files.len());
        for (number, (name, text)) in files.iter().enumerate() {
            let mut file = read.by_index(number).unwrap();
            assert_eq!(file.name().unwrap(), name.as_str());
            let mut found = String::new();
            file.read_to_string(&mut found).unwrap();
            assert_eq!(found, *text);
        }
    }
}
