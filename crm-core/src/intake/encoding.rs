//! From bytes to text: UTF-8, or one clear error.

use crate::base::{Error, Result};

/// How many bytes are looked at to recognise UTF-16 without a mark.
const SAMPLE: usize = 64;

/// The text of a file without its byte-order mark, and whether there was one.
///
/// # Errors
/// [`Error::Import`] for an empty file, another encoding, a file that is no text, and NUL bytes.
pub(super) fn decode(bytes: &[u8]) -> Result<(&str, bool)> {
    if let Some(what) = recognise(bytes) {
        return Err(fault(1, what));
    }
    let (bytes, bom) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let what = "the file is not UTF-8 (older spreadsheet programs write Windows-1252); save it as UTF-8";
        fault(line_at(&bytes[..error.valid_up_to()]), what)
    })?;
    if let Some(at) = text.bytes().position(|byte| byte == 0) {
        return Err(fault(line_at(&bytes[..at]), "a NUL byte: the file is damaged or no text; export it again"));
    }
    if text.trim().is_empty() {
        let reason = "the file is empty; expected a line of column names and a line for each row".into();
        return Err(Error::Import { row: None, column: None, reason });
    }
    Ok((text, bom))
}

/// What a file is that is surely not UTF-8 text, with what to do about it.
fn recognise(bytes: &[u8]) -> Option<&'static str> {
    const UTF_16: &str = "the file is UTF-16; save it as UTF-8 (some spreadsheet programs call it \"CSV UTF-8\")";
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || looks_like_utf16(bytes) {
        Some(UTF_16)
    } else if bytes.starts_with(b"PK\x03\x04") {
        Some("the file is a workbook or a zip archive, not text; export the sheet as CSV (UTF-8)")
    } else if bytes.starts_with(b"\x1F\x8B") {
        Some("the file is compressed; unpack it first")
    } else {
        None
    }
}

/// Mostly Latin text in UTF-16 has a NUL in every other byte.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let nuls = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    even.min(odd) == 0 && even.max(odd) * 4 > sample.len()
}

/// The line, counted from 1, on which whatever follows `before` stands. `\n`, `\r\n` and a lone `\r` end a line.
fn line_at(before: &[u8]) -> u64 {
    let ends = |at: &usize| match before[*at] {
        b'\n' => true,
        b'\r' => before.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    1 + (0..before.len()).filter(ends).count() as u64
}

fn fault(row: u64, reason: &'static str) -> Error {
    Error::Import { row: Some(row), column: None, reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        decode(bytes).unwrap_err().to_string()
    }

    fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_mark_is_skipped_and_noted() {
        assert_eq!(decode(b"\xEF\xBB\xBFa,b").unwrap(), ("a,b", true));
        assert_eq!(decode("ä,b".as_bytes()).unwrap(), ("ä,b", false));
    }

    #[test]
    fn empty_files_are_refused() {
        for empty in [&b""[..], b"\xEF\xBB\xBF", b" \r\n\n"] {
            assert!(refused(empty).starts_with("import: the file is empty"));
        }
    }

    #[test]
    fn utf16_is_recognised_with_and_without_its_mark() {
        for text in ["\u{FEFF}id,date\n1,2", "id,date\n1,2"] {
            assert!(refused(&utf16(text, u16::to_le_bytes)).starts_with("import, row 1: the file is UTF-16"));
            assert!(refused(&utf16(text, u16::to_be_bytes)).starts_with("import, row 1: the file is UTF-16"));
        }
    }

    #[test]
    fn the_row_of_the_first_foreign_byte_is_named() {
        for end in ["\n", "\r\n", "\r"] {
            let mut bytes = format!("id,name{end}1,Anna{end}2,Ren").into_bytes();
            bytes.extend(b"\xE9");
            assert!(refused(&bytes).starts_with("import, row 3: the file is not UTF-8"), "{end:?}");
        }
        assert!(refused(b"id,name\n1,An\0na").starts_with("import, row 2: a NUL byte"));
    }

    #[test]
    fn archives_are_named_for_what_they_are() {
        assert!(refused(b"PK\x03\x04\x14\x00\x06\x00").contains("workbook"));
        assert!(refused(b"\x1F\x8B\x08\x00").contains("compressed"));
    }
}
