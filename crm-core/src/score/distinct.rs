//! The distinct histories of a summary: what a model says about one, it says about all that share it.

use super::parallel::{map_parts, ranges};
use super::{History, SummaryTable};
use crate::base::{Result, every_now_and_then};

/// Bits for the place of a row, and for a number of days between two dates.
const PLACE: u32 = 32;
const DAYS: u32 = 32;

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
        // History and place of a row in one integer: sorting brings equal histories together.
        let mut keys: Vec<u128> = (0..)
            .zip(&table.rows)
            .map(|(place, row): (u32, _)| {
                let days = |from: i32, to: i32| u128::from(to.abs_diff(from));
                let (first, last) = (row.first.days(), row.last.days());
                let times = days(first, last) << DAYS | days(first, table.as_of.days());
                (u128::from(row.repeats) << (2 * DAYS) | times) << PLACE | u128::from(place)
            })
            .collect();
        keys.sort_unstable();
        let (mut histories, mut counts, mut of_row) = (Vec::new(), Vec::new(), vec![0; keys.len()]);
        for same in keys.chunk_by(|a, b| a >> PLACE == b >> PLACE) {
            for key in same {
                of_row[*key as u32 as usize] = histories.len() as u32;
            }
            histories.push(table.history(&table.rows[same[0] as u32 as usize]));
            counts.push(same.len() as u32);
        }
        Self { histories, counts, of_row }
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
        let repeats = |threads| distinct.map(threads, |history, (): &mut ()| Ok(history.repeats)).unwrap();
        assert!(repeats(1).is_sorted());
        assert_eq!(repeats(3), repeats(1));
    }
}
