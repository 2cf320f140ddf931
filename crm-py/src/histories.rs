//! Tables of histories: how often, how recently and how long known, as other tools write them too.

use arrow_array::{Array, ArrayRef, Float64Array, UInt32Array, make_array};
use crm_core::score::{History, HistoryColumns, TimeUnit};

use crate::arrow::{counts, numbers};
use crate::columns::Columns;
use crate::error::Failure;

/// Histories, in columns.
pub(crate) struct Histories {
    repeats: UInt32Array,
    recency: Float64Array,
    age: Float64Array,
    unit: TimeUnit,
}

/// Reads the columns of a table.
pub(crate) fn read(
    table: &Columns,
    repeats: &str,
    recency: &str,
    age: &str,
    unit: TimeUnit,
) -> Result<Histories, Failure> {
    Ok(Histories {
        repeats: counts(repeats, &table.chunks(repeats)?, "repeat purchases")?,
        recency: numbers(recency, &table.chunks(recency)?)?,
        age: numbers(age, &table.chunks(age)?)?,
        unit,
    })
}

impl Histories {
    /// As the core reads them.
    pub(crate) fn columns(&self) -> HistoryColumns<'_> {
        HistoryColumns {
            repeats: self.repeats.values(),
            recency: self.recency.values(),
            age: self.age.values(),
            unit: self.unit,
        }
    }

    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = History> + '_ {
        let rows = self.repeats.values().iter().zip(self.recency.values().iter().zip(self.age.values()));
        rows.map(|(&repeats, (&recency, &age))| History { repeats, recency, age, unit: self.unit })
    }
}

/// A column in one piece.
pub(crate) fn whole(chunks: &[ArrayRef]) -> Result<ArrayRef, Failure> {
    match chunks {
        [one] => Ok(make_array(one.to_data())),
        many => {
            let parts: Vec<&dyn Array> = many.iter().map(AsRef::as_ref).collect();
            arrow_select::concat::concat(&parts).map_err(crate::arrow::failed)
        }
    }
}
