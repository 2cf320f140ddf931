//! What came of a file: the loop over its rows, the report, and the rejected rows as a file of their own.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::column::Guess;
use super::fault::Rejected;
use super::table::{Delimiter, Record, Table};
use crate::base::{Result, checkpoint, worded};

worded! {
    /// What happens when a row is wrong.
    #[derive(Default)]
    pub enum Mode: "mode" {
        /// The first wrong row is an error, and nothing is given.
        #[default]
        Strict = "strict",
        /// Good rows are given, and wrong ones are listed.
        Lenient = "lenient",
    }
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IntakeReport {
    /// The rows below the header.
    pub rows: u64,
    /// Those that are given.
    pub accepted: u64,
    /// Those that are not, counted by the [code](super::Fault::code) of their fault.
    pub rejected: BTreeMap<&'static str, u64>,
    /// Accepted rows without an order number that say the same as an earlier one: same customer, time and amount. Each
    /// counts as a purchase of its own.
    pub repeated: u64,
    /// Whether the file began with a byte-order mark, which is left out.
    pub bom: bool,
    /// The mapping as it was used, guesses included, as text. With it, the next import guesses nothing.
    pub mapping: String,
    /// What the mapping did not say.
    pub guesses: Vec<Guess>,
}

/// Reads every row of a table.
pub(super) fn read_rows<'a, T>(
    table: &mut Table<'a>,
    mode: Mode,
    report: &mut IntakeReport,
    mut read: impl FnMut(&Record<'a>) -> std::result::Result<T, Rejected>,
) -> Result<(Vec<T>, Vec<Rejected>)> {
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    let mut record = Record::default();
    while table.read(&mut record)? {
        report.rows += 1;
        if report.rows.is_multiple_of(1_024) {
            checkpoint(report.rows, None)?;
        }
        let outcome = match record.fault.take() {
            Some(fault) => Err(Rejected::new(record.line, None, fault)),
            None => read(&record),
        };
        match outcome {
            Ok(row) => rows.push(row),
            Err(rejected) if mode == Mode::Strict => return Err(rejected.to_error()),
            Err(rejected) => {
                *report.rejected.entry(rejected.fault.code()).or_default() += 1;
                rejects.push(rejected);
            }
        }
    }
    report.accepted = rows.len() as u64;
    Ok((rows, rejects))
}

/// Rejected rows as a CSV text, to be corrected and imported again: the row, the column and what is wrong with it, and
/// then the cells as they are.
///
/// This text holds the data of customers, on purpose; it belongs where the imported file belongs. A cell that a
/// spreadsheet program would take for a formula (`=`, `+`, `-`, `@`, a tabulator or the end of a line in front) gets an
/// apostrophe before it.
///
/// ```
/// use crm_core::base::Timestamp;
/// use crm_core::intake::{Mode, decode_purchases, write_rejects};
///
/// let file = b"customer,date,amount\n7,2026-03-01,12.50\n8,2026-03-01,-1.00\n";
/// let now = "2026-04-01T00:00:00Z".parse()?;
/// let log = decode_purchases(file, &"currency=EUR".parse()?, now, Mode::Lenient)?;
/// let text = write_rejects(file, None, &log.rejected)?;
/// assert!(text.starts_with("row,column,reason,customer,date,amount\n3,amount,"));
/// assert!(text.ends_with(",8,2026-03-01,'-1.00\n"));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// As in the decoding of the file: `bytes` and `delimiter` must be those from which `rejected` came.
pub fn write_rejects(bytes: &[u8], delimiter: Option<Delimiter>, rejected: &[Rejected]) -> Result<String> {
    let mut table = Table::open(bytes, delimiter)?;
    let by_row: HashMap<u64, &Rejected> = rejected.iter().map(|rejected| (rejected.row, rejected)).collect();
    let mut text = String::from("row,column,reason");
    table.header.names().for_each(|name| write_cell(&mut text, name));
    text.push('\n');
    let mut record = Record::default();
    while table.read(&mut record)? {
        if let Some(rejected) = by_row.get(&record.line) {
            text += &rejected.row.to_string();
            write_cell(&mut text, rejected.column.as_ref().map_or("", |column| column.as_str()));
            write_cell(&mut text, &rejected.fault.to_string());
            record.cells.iter().for_each(|cell| write_cell(&mut text, cell));
            text.push('\n');
        }
    }
    Ok(text)
}

/// Writes a comma and a cell.
fn write_cell(text: &mut String, cell: &str) {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    text.push(',');
    if cell.contains(['"', ',', '\n', '\r']) {
        text.push('"');
        text.push_str(guard);
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(guard);
        text.push_str(cell);
    }
}
