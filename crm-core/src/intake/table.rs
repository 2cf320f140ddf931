//! From text to cells: a reader of delimited files.
//!
//! It borrows its cells from the text, counts lines as an editor shows them, and says where a quote was never closed.
//! Otherwise it reads as RFC 4180 says and as spreadsheet programs write.

use std::borrow::Cow;

use super::encoding;
use super::fault::{Fault, Rejected};
use crate::base::{Error, Name, Result, nearest, worded};

/// The most bytes that a cell may have. A longer one is nearly always a quote that was never closed.
pub(super) const MAX_CELL: usize = 64 * 1024;
/// The most columns that a table may have.
pub(super) const MAX_COLUMNS: usize = 1_024;
/// How many rows are looked at to find the delimiter.
const SAMPLE: usize = 20;
/// How many column names a message lists.
const SHOWN_COLUMNS: usize = 40;

worded! {
    /// What stands between the cells of a row.
    pub enum Delimiter: "delimiter" {
        /// `,`
        Comma = "comma",
        /// `;`
        Semicolon = "semicolon",
        /// A tabulator.
        Tab = "tab",
        /// `|`
        Pipe = "pipe",
        /// One or more blanks or tabulators. Those at the start and the end of a line mean nothing.
        Blanks = "blanks",
    }
}

impl Delimiter {
    const fn separates(self, byte: u8) -> bool {
        match self {
            Self::Comma => byte == b',',
            Self::Semicolon => byte == b';',
            Self::Tab => byte == b'\t',
            Self::Pipe => byte == b'|',
            Self::Blanks => byte == b' ' || byte == b'\t',
        }
    }
}

/// A table: a line of column names, and rows below it.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    pub bom: bool,
    pub delimiter: Delimiter,
    pub header: Header,
    rows: Rows<'a>,
}

impl<'a> Table<'a> {
    /// Reads the header and finds the delimiter, unless it is given.
    pub fn open(bytes: &'a [u8], delimiter: Option<Delimiter>) -> Result<Self> {
        let (text, bom) = encoding::decode(bytes)?;
        let delimiter = delimiter.unwrap_or_else(|| detect(text));
        let mut rows = Rows { text, at: 0, line: 1, delimiter };
        let mut first = Record::default();
        rows.read(&mut first)?;
        if let Some(fault) = first.fault.take() {
            return Err(Rejected::new(first.line, None, fault).to_error());
        }
        Ok(Self { bom, delimiter, header: Header::new(&first)?, rows })
    }

    /// Reads the next row into `record`; `false` at the end of the table. A row that has not as many cells as the
    /// header carries a fault.
    ///
    /// # Errors
    /// [`Error::Import`] when nothing behind this place can be trusted: an open quote, a cell of enormous size.
    pub fn read(&mut self, record: &mut Record<'a>) -> Result<bool> {
        let more = self.rows.read(record)?;
        let (expected, found) = (self.header.names.len(), record.found);
        if more && found != expected && record.fault.is_none() {
            record.fault = Some(Fault::FieldCount { expected: expected as u64, found: found as u64 });
        }
        Ok(more)
    }
}

/// The names of the columns.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The line on which they stand.
    pub line: u64,
    names: Vec<String>,
}

impl Header {
    fn new(record: &Record<'_>) -> Result<Self> {
        let fault = |reason| Err(Error::Import { row: Some(record.line), column: None, reason });
        if record.found > MAX_COLUMNS {
            return fault(format!("{} columns; at most {MAX_COLUMNS} are read", record.found).into());
        }
        if record.cells.iter().any(|cell| is_data(cell.trim())) {
            return fault("the first row holds data; put a line of column names above it".into());
        }
        Ok(Self { line: record.line, names: record.cells.iter().map(|cell| cell.trim().to_owned()).collect() })
    }

    /// The names, as the file writes them. Some may be empty, and one may occur twice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Where the column is that a mapping calls `name`: as written, otherwise without regard to case.
    ///
    /// # Errors
    /// [`Error::Import`] when there is none, with the names there are, and when there are two.
    pub fn find(&self, name: &Name) -> Result<usize> {
        let exact = self.names.iter().any(|own| *name == own.as_str());
        let fits = |own: &str| if exact { *name == own } else { own.eq_ignore_ascii_case(name.as_str()) };
        let mut places = self.names.iter().enumerate().filter(|(_, own)| fits(own)).map(|(at, _)| at);
        let reason = match (places.next(), places.next()) {
            (Some(at), None) => return Ok(at),
            (Some(first), Some(second)) => {
                let (first, second) = (first + 1, second + 1);
                format!("columns {first} and {second} both have this name; rename one of them")
            }
            (None, _) => self.missing(name),
        };
        Err(Error::Import { row: Some(self.line), column: Some(name.clone()), reason: reason.into() })
    }

    fn missing(&self, name: &Name) -> String {
        let meant = nearest(name.as_str(), self.printable());
        let meant = meant.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
        format!("no such column{meant}; {}", self.listing())
    }

    /// The columns there are, in words.
    pub fn listing(&self) -> String {
        let names: Vec<&str> = self.printable().take(SHOWN_COLUMNS).collect();
        let more = if names.len() < self.names.len() { " and more" } else { "" };
        format!("the file has {}{more}", names.join(", "))
    }

    fn printable(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| Name::new(name).is_ok())
    }
}

/// Whether a cell of the first row can be no name of a column, so that the file has no header. What it holds may then
/// be personal data.
fn is_data(cell: &str) -> bool {
    cell.contains('@') || (cell.contains(|c: char| c.is_ascii_digit()) && !cell.contains(char::is_alphabetic))
}

/// A row, to be read into again and again.
#[derive(Debug, Default)]
pub(super) struct Record<'a> {
    /// The line of the file on which the row begins, counted from 1.
    pub line: u64,
    /// The cells, without their quotes; at most [`MAX_COLUMNS`].
    pub cells: Vec<Cow<'a, str>>,
    /// What makes the row as a whole unusable.
    pub fault: Option<Fault>,
    /// How many cells the row has.
    found: usize,
}

/// The rows of a text, the header among them.
#[derive(Clone, Debug)]
struct Rows<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    delimiter: Delimiter,
}

impl<'a> Rows<'a> {
    fn read(&mut self, record: &mut Record<'a>) -> Result<bool> {
        self.skip_empty_lines();
        record.line = self.line;
        record.cells.clear();
        record.fault = None;
        record.found = 0;
        if self.peek().is_none() {
            return Ok(false);
        }
        if self.delimiter == Delimiter::Blanks {
            self.skip_blanks();
        }
        loop {
            let cell = if self.peek() == Some(b'"') { self.quoted(record)? } else { Cow::Borrowed(self.bare()?) };
            record.found += 1;
            if record.cells.len() < MAX_COLUMNS {
                record.cells.push(cell);
            }
            if !self.another() {
                return Ok(true);
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }

    /// Steps over lines on which nothing or only blanks stand.
    fn skip_empty_lines(&mut self) {
        loop {
            let start = self.at;
            self.skip_blanks();
            match self.peek() {
                Some(b'\r' | b'\n') => self.end_line(),
                Some(_) => return self.at = start,
                None => return,
            }
        }
    }

    /// Steps over `\n`, `\r\n` or a lone `\r`.
    fn end_line(&mut self) {
        self.at += if self.rest().starts_with(b"\r\n") { 2 } else { 1 };
        self.line += 1;
    }

    /// Steps over what stands behind a cell, and says whether it was a delimiter.
    fn another(&mut self) -> bool {
        if self.delimiter == Delimiter::Blanks {
            self.skip_blanks();
        }
        match self.peek() {
            None => false,
            Some(b'\r' | b'\n') => {
                self.end_line();
                false
            }
            Some(_) => {
                self.at += usize::from(self.delimiter != Delimiter::Blanks);
                true
            }
        }
    }

    /// A cell without quotes.
    fn bare(&mut self) -> Result<&'a str> {
        let (start, rest) = (self.at, self.rest());
        let ends = |byte: &u8| matches!(byte, b'\r' | b'\n') || self.delimiter.separates(*byte);
        let size = rest.iter().position(ends).unwrap_or(rest.len());
        if size > MAX_CELL {
            return Err(too_large(self.line));
        }
        self.at += size;
        // Every byte that ends a cell is ASCII, so the cut is between two characters.
        Ok(&self.text[start..self.at])
    }

    /// A cell that begins with a quote.
    fn quoted(&mut self, record: &mut Record<'a>) -> Result<Cow<'a, str>> {
        let opened = self.line;
        self.at += 1;
        let start = self.at;
        let mut doubled = false;
        loop {
            match self.peek() {
                None => return Err(open_quote(opened)),
                Some(b'"') if self.rest().get(1) == Some(&b'"') => {
                    doubled = true;
                    self.at += 2;
                }
                Some(b'"') => break,
                Some(b'\r' | b'\n') => self.end_line(),
                Some(_) => self.at += 1,
            }
            if self.at - start > MAX_CELL {
                return Err(too_large(opened));
            }
        }
        let inner = &self.text[start..self.at];
        self.at += 1;
        if !self.bare()?.trim().is_empty() {
            record.fault = Some(Fault::StrayQuote);
        }
        Ok(if doubled { inner.replace("\"\"", "\"").into() } else { inner.into() })
    }
}

fn open_quote(row: u64) -> Error {
    let reason = "a quote opens in this row and is never closed; close it, or double it if it belongs to the text";
    Error::Import { row: Some(row), column: None, reason: reason.into() }
}

fn too_large(row: u64) -> Error {
    let reason = format!("a cell larger than {MAX_CELL} bytes begins here; is a quote missing that should close it?");
    Error::Import { row: Some(row), column: None, reason: reason.into() }
}

/// The delimiter that divides the most of the first rows into as many cells as the header has; then the one that makes
/// the most columns. Blanks come last, since names and texts hold them too.
fn detect(text: &str) -> Delimiter {
    use Delimiter::{Blanks, Comma, Pipe, Semicolon, Tab};
    let fit = |delimiter| {
        let mut rows = Rows { text, at: 0, line: 1, delimiter };
        let mut record = Record::default();
        let columns = if rows.read(&mut record).unwrap_or(false) { record.found } else { 0 };
        let mut agree = 0;
        for _ in 0..SAMPLE {
            match rows.read(&mut record) {
                Ok(true) => agree += usize::from(record.found == columns && record.fault.is_none()),
                _ => break,
            }
        }
        (columns > 1).then_some((agree, columns))
    };
    let first_best = |best: Option<_>, delimiter| match (fit(delimiter), best) {
        (Some(fit), Some((least, _))) if fit <= least => best,
        (Some(fit), _) => Some((fit, delimiter)),
        (None, _) => best,
    };
    let best = [Comma, Semicolon, Tab, Pipe].into_iter().fold(None, first_best);
    best.or_else(|| first_best(None, Blanks)).map_or(Comma, |(_, delimiter)| delimiter)
}

#[cfg(test)]
mod tests;
