//! The distinct histories of a summary: what a model says about one, it says about all that share it.

use super::parallel::{map_parts, ranges};
use super::{History, HistoryColumns, SummaryTable, TimeUnit};
use crate::base::{Result, every_now_and_then};

/// Bits for the place of a row, and for a number of days between two dates.
const PLACE: u32 = 32;
const DAYS: u32 = 32;

/// History and place of a row in one integer: sorting brings equal histories together.
fn key(repeats: u32, recency: u32, age: u32, place: u32) -> u128 {
    let times = u128::from(recency) << DAYS | u128::from(age);
    (u128::from(repeats) << (2 * DAYS) | times) << PLACE | u128::from(place)
}

/// A number of days, if it is whole up to rounding.
fn whole(days: f64) -> Option<u32> {
    let whole = days.round();
    ((days - whole).abs() < 1e-6 && whole <= f64::from(u32::MAX)).then_some(whole as u32)
}

/// The distinct histories of a table's customers, in the order of `(repeats, recency, age)`.
#[derive(Debug)]
pub(crate) struct Distinct {
    pub(crate) histories: Vec<History>,
    /// How many customers have each.
    pub(crate) counts: Vec<u32>,
    /// Which history each row of the table has.
    pub(crate) of_row: Vec<u32>,
}

impl Distinct {
    pub(crate) fn of(table: &SummaryTable) -> Self {
        let days = |from: i32, to: i32| to.abs_diff(from);
        let keys = (0..).zip(&table.rows).map(|(place, row): (u32, _)| {
            let (first, last) = (row.first.days(), row.last.days());
            key(row.repeats, days(first, last), days(first, table.as_of.days()), place)
        });
        Self::by_days(keys.collect(), table.unit)
    }

    /// The distinct histories of columns. Where all times are of whole days, up to rounding, they are taken as these days.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the columns differ in length or a history is impossible, naming the row.
    pub(crate) fn of_columns(columns: &HistoryColumns<'_>) -> Result<Self> {
        columns.check()?;
        let per_unit = columns.unit.days();
        let mut keys = Vec::with_capacity(columns.repeats.len());
        for place in 0..columns.repeats.len() as u32 {
            let history = columns.history(place);
            let (Some(recency), Some(age)) = (whole(history.recency * per_unit), whole(history.age * per_unit)) else {
                return Ok(Self::by_value(columns));
            };
            keys.push(key(history.repeats, recency, age, place));
        }
        Ok(Self::by_days(keys, columns.unit))
    }

    fn by_days(mut keys: Vec<u128>, unit: TimeUnit) -> Self {
        keys.sort_unstable();
        let mut distinct = Self::with_rows(keys.len());
        for same in keys.chunk_by(|a, b| a >> PLACE == b >> PLACE) {
            let time = |shift: u32| f64::from((same[0] >> shift) as u32) / unit.days();
            let (recency, age) = (time(PLACE + DAYS), time(PLACE));
            let repeats = (same[0] >> (PLACE + 2 * DAYS)) as u32;
            distinct.push(History { repeats, recency, age, unit }, same.iter().map(|key| *key as u32));
        }
        distinct
    }

    fn by_value(columns: &HistoryColumns<'_>) -> Self {
        // Numbers that are not negative are in the order of their bits.
        let value = |place: &u32| {
            let History { repeats, recency, age, .. } = columns.history(*place);
            (repeats, recency.to_bits(), age.to_bits())
        };
        let mut places: Vec<u32> = (0..columns.repeats.len() as u32).collect();
        places.sort_by_cached_key(value);
        let mut distinct = Self::with_rows(places.len());
        for same in places.chunk_by(|a, b| value(a) == value(b)) {
            distinct.push(columns.history(same[0]), same.iter().copied());
        }
        distinct
    }

    fn with_rows(rows: usize) -> Self {
        Self { histories: Vec::new(), counts: Vec::new(), of_row: vec![0; rows] }
    }

    fn push(&mut self, history: History, rows: impl ExactSizeIterator<Item = u32>) {
        self.counts.push(rows.len() as u32);
        for row in rows {
            self.of_row[row as usize] = self.histories.len() as u32;
        }
        self.histories.push(history);
    }

    /// What `of` makes of every distinct history. Every thread has working memory of its own.
    pub(crate) fn map<T: Send, M: Default>(
        &self,
        threads: usize,
        of: impl Fn(&History, &mut M) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let parts = map_parts(ranges(self.histories.len(), threads), |part| {
            let mut memory = M::default();
            let histories = &self.histories[part];
            let answer = |(at, history)| {
                every_now_and_then(at, histories.len())?;
                of(history, &mut memory)
            };
            histories.iter().enumerate().map(answer).collect::<Result<Vec<T>>>()
        });
        let mut all = Vec::with_capacity(self.histories.len());
        for part in parts {
            all.extend(part?);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Currency, Date};
    use crate::score::{SummaryOptions, TimeUnit, summarise};

    fn distinct_times(table: &SummaryTable, time: fn(&History) -> f64) -> Vec<f64> {
        table.rows.iter().map(|row| time(&table.history(row))).collect()
    }

    #[test]
    fn every_row_finds_its_history() {
        let options = SummaryOptions::new(Date::from_days(60).unwrap(), TimeUnit::Weeks, Currency::EUR);
        let customer: Vec<u32> = (0..400).map(|n| n * 7 % 150).collect();
        let day: Vec<i32> = (0..400).map(|n| n * n % 20).collect();
        let table = summarise(&customer, &day, &[1; 400], &options).unwrap();
        let distinct = Distinct::of(&table);
        assert!(distinct.histories.len() < table.rows.len());
        for (row, which) in table.rows.iter().zip(&distinct.of_row) {
            assert_eq!(distinct.histories[*which as usize], table.history(row));
        }
        for (which, count) in (0..).zip(&distinct.counts) {
            assert_eq!(distinct.of_row.iter().filter(|&&of| of == which).count(), *count as usize);
        }
        let as_columns = |history: fn(&History) -> f64| distinct_times(&table, history);
        let repeats: Vec<u32> = table.rows.iter().map(|row| row.repeats).collect();
        let (recency, age) = (as_columns(|history| history.recency), as_columns(|history| history.age));
        let columns = HistoryColumns { repeats: &repeats, recency: &recency, age: &age, unit: table.unit };
        for other in [Distinct::of_columns(&columns).unwrap(), Distinct::by_value(&columns)] {
            assert_eq!(other.histories, distinct.histories);
            assert_eq!((other.counts, other.of_row), (distinct.counts.clone(), distinct.of_row.clone()));
        }
        let repeats = |threads| distinct.map(threads, |history, (): &mut ()| Ok(history.repeats)).unwrap();
        assert!(repeats(1).is_sorted());
        assert_eq!(repeats(3), repeats(1));
    }
}
