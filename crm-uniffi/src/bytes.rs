//! The door for bytes: many values as JSON lines, one value a line, without a record for each of them in the host.

use crm_core::Error;
use crm_core::base::{Cursor, CustomerId};
use crm_core::crm::Recorded;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{BlockingCustomers, BlockingInteractions, CrmError, guard};

/// A page of values as JSON lines.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct LinesPage {
    /// One value a line, each in the form that the core gives it.
    pub lines: Vec<u8>,
    /// How many lines there are.
    pub count: u64,
    /// Where the next page starts; nothing when there was nothing behind this one.
    pub next: Option<Cursor>,
}

#[uniffi::export]
impl BlockingCustomers {
    /// A page of all customers as JSON lines, in the order of their ids.
    #[uniffi::method(default(limit = 100000, cursor = None))]
    pub fn list_lines(&self, limit: usize, cursor: Option<Cursor>) -> Result<LinesPage, CrmError> {
        guard(|| {
            let page = self.0.list(limit, cursor)?;
            Ok(LinesPage { lines: written(&page.items)?, count: page.items.len() as u64, next: page.next })
        })
    }

    /// Creates many customers, all or none, from JSON lines, and gives their ids in the order of the lines.
    pub fn create_lines(&self, lines: &[u8]) -> Result<Vec<CustomerId>, CrmError> {
        guard(|| {
            let created = self.0.create_all(&read(lines)?)?;
            Ok(created.into_iter().map(|customer| customer.id).collect())
        })
    }
}

#[uniffi::export]
impl BlockingInteractions {
    /// Records many interactions, all or none, from JSON lines.
    pub fn record_lines(&self, lines: &[u8]) -> Result<Recorded, CrmError> {
        guard(|| self.0.record_all(&read(lines)?))
    }
}

fn written<T: Serialize>(values: &[T]) -> crm_core::Result<Vec<u8>> {
    let mut lines = Vec::with_capacity(values.len() * 256);
    for value in values {
        serde_json::to_writer(&mut lines, value).map_err(|_| Error::invalid("lines", "a value has no form in JSON"))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Reads one value a line. A refusal names the line, and not what it says.
fn read<T: DeserializeOwned>(lines: &[u8]) -> crm_core::Result<Vec<T>> {
    let filled = (1_u64..).zip(lines.split(|byte| *byte == b'\n')).filter(|(_, line)| !line.trim_ascii().is_empty());
    filled
        .map(|(row, line)| {
            serde_json::from_slice(line).map_err(|error| Error::Import {
                row: Some(row),
                column: None,
                reason: format!("not the JSON that is needed, at byte {}", error.column()).into(),
            })
        })
        .collect()
}
