//! Mappings as text: `word=value, word="value"`.

use std::fmt;

use super::FileForm;
use crate::base::{Error, Name, Result, nearest};
use crate::intake::column::{Column, Role};

/// Takes the column for the role that a word names, or says which settings there are.
pub(super) fn set_column<const N: usize>(
    word: &str,
    value: &str,
    roles: &[Role; N],
    columns: [&mut Column; N],
    settings: &[&'static str],
) -> Result<()> {
    let Some((_, column)) = roles.iter().zip(columns).find(|(role, _)| role.word == word) else {
        let known: Vec<&str> =
            roles.iter().map(|role| role.word).chain(settings.iter().copied()).chain(FileForm::WORDS).collect();
        let meant = nearest(word, known.iter().copied());
        let meant = meant.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
        return Err(Error::invalid("mapping", format!("unknown setting{meant}; expected {}", known.join(", "))));
    };
    *column = if value.is_empty() { Column::Absent } else { Column::Named(Name::new(value)?) };
    Ok(())
}

/// The text of a mapping, being written.
#[derive(Default)]
pub(super) struct Pairs(pub String);

impl Pairs {
    pub fn add(&mut self, word: &str, value: Option<impl fmt::Display>) {
        let Some(value) = value else { return };
        let value = value.to_string();
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0 += word;
        self.0.push('=');
        if value.contains([',', '"']) {
            self.0 += &["\"", &value.replace('"', "\"\""), "\""].concat();
        } else {
            self.0 += &value;
        }
    }

    pub fn columns<const N: usize>(&mut self, roles: &[Role; N], columns: [&Column; N]) {
        for (role, column) in roles.iter().zip(columns) {
            match column {
                Column::Guess => {}
                Column::Absent => self.add(role.word, Some("")),
                Column::Named(name) => self.add(role.word, Some(name)),
            }
        }
    }
}

/// Reads `word=value, word="value"`.
pub(super) fn read_pairs(text: &str, mut take: impl FnMut(&str, &str) -> Result<()>) -> Result<()> {
    let bad = |reason: &'static str| Error::invalid("mapping", reason);
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, behind) = rest.split_once('=').ok_or_else(|| bad("expected settings as in customer=COLUMN"))?;
        let behind = behind.trim_start();
        if let Some(quoted) = behind.strip_prefix('"') {
            let size = closing_quote(quoted).ok_or_else(|| bad("a quote is never closed"))?;
            take(word.trim(), &quoted[..size].replace("\"\"", "\""))?;
            let after = quoted[size + 1..].trim_start();
            rest = after
                .strip_prefix(',')
                .or(Some(after).filter(|end| end.is_empty()))
                .ok_or_else(|| bad("expected a comma behind a quoted value"))?;
        } else {
            let (value, after) = behind.split_once(',').unwrap_or((behind, ""));
            take(word.trim(), value.trim())?;
            rest = after;
        }
        rest = rest.trim_start();
    }
    Ok(())
}

/// Where the quote is that closes a quoted value; two in a row belong to the value.
fn closing_quote(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += text[at..].find('"')?;
        if !text[at + 1..].starts_with('"') {
            return Some(at);
        }
        at += 2;
    }
}
