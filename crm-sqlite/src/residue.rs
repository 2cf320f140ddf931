//! Looking for what was erased, in the raw bytes of the files.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crm_core::base::{Reason, StoreError, Text};
use memchr::memmem::Finder;

use crate::error::Result;

/// The files that SQLite keeps beside a database, by what is added to its name.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// How much of a file is looked at together.
const CHUNK: usize = 1 << 20;

/// A text, in the forms in which it may be stored: as it is, and inside JSON.
struct Needle {
    number: usize,
    forms: Vec<Finder<'static>>,
    longest: usize,
}

fn needles(texts: &[Text]) -> Vec<Needle> {
    let forms = |text: &Text| {
        let mut forms = vec![text.as_str().to_owned()];
        let json = serde_json::to_string(text).unwrap_or_default();
        let inside = json.trim_start_matches('"').strip_suffix('"').unwrap_or_default();
        if inside != text.as_str() && !inside.is_empty() {
            forms.push(inside.to_owned());
        }
        forms
    };
    let numbered = texts.iter().enumerate().filter(|(_, text)| !text.is_empty());
    numbered
        .map(|(number, text)| {
            let forms = forms(text);
            Needle {
                number: number + 1,
                longest: forms.iter().map(String::len).max().unwrap_or(0),
                forms: forms.iter().map(|form| Finder::new(form).into_owned()).collect(),
            }
        })
        .collect()
}

/// Looks for texts in a database that nobody has open, and says where they are. Opening the files here while SQLite has
/// them open in this process would destroy its locks.
pub(crate) fn in_files(path: &Path, texts: &[Text]) -> Result<Vec<Reason>> {
    let needles = needles(texts);
    let mut problems = Vec::new();
    for suffix in BESIDE {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        in_file(&PathBuf::from(name), suffix, &needles, &mut problems)?;
    }
    Ok(problems)
}

fn in_file(path: &Path, suffix: &str, needles: &[Needle], problems: &mut Vec<Reason>) -> Result<()> {
    let failed = |error: &std::io::Error| {
        let reason = format!("a file of the store cannot be read: {}", error.kind()).into();
        StoreError::Unavailable { retryable: false, reason }
    };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(&error).into()),
    };
    let overlap = needles.iter().map(|needle| needle.longest).max().unwrap_or(1).saturating_sub(1);
    let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK + overlap);
    let mut found = vec![false; needles.len()];
    loop {
        if (&mut file).take(CHUNK as u64).read_to_end(&mut buffer).map_err(|error| failed(&error))? == 0 {
            break;
        }
        search(&buffer, needles, &mut found);
        buffer.drain(..buffer.len().saturating_sub(overlap));
    }
    let place = if suffix.is_empty() { "the file" } else { suffix };
    let seen = needles.iter().zip(found).filter(|(_, found)| *found);
    problems.extend(
        seen.map(|(needle, _)| format!("{place} holds text {} of those that were to be gone", needle.number).into()),
    );
    Ok(())
}

/// Looks for texts in the pages of a store that has no file.
pub(crate) fn in_bytes(bytes: &[u8], texts: &[Text]) -> Vec<Reason> {
    let needles = needles(texts);
    let mut found = vec![false; needles.len()];
    search(bytes, &needles, &mut found);
    let seen = needles.iter().zip(found).filter(|(_, found)| *found);
    seen.map(|(needle, _)| format!("the store holds text {} of those that were to be gone", needle.number).into())
        .collect()
}

fn search(bytes: &[u8], needles: &[Needle], found: &mut [bool]) {
    for (needle, found) in needles.iter().zip(found) {
        *found = *found || needle.forms.iter().any(|form| form.find(bytes).is_some());
    }
}
