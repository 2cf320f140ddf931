//! The evaluator for columns: every question is asked of a block of customers at once.
//!
//! It has no meaning of its own. Comparisons of numbers run over the columns; a question about a text, a list, a truth
//! value or a date is asked once of each different value, by the evaluator of rows; and what is left is asked row by
//! row, of the same evaluator.

mod plan;
mod run;

use crate::base::{Error, Id, Result};

use super::columns::Columns;
use super::eval::Evaluator;
use super::program::Property;
use super::truth::Truth;

use plan::{Step, plan};
use run::Block;

/// How many rows are looked at together: their answers stay in the nearest cache.
const BLOCK: usize = 2_048;

/// The answers, in an order in which `and` is the least and `or` the greatest of two.
const FALSE: u8 = 0;
const UNKNOWN: u8 = 1;
const TRUE: u8 = 2;

const fn coded(truth: Truth) -> u8 {
    match truth {
        Truth::False => FALSE,
        Truth::Unknown => UNKNOWN,
        Truth::True => TRUE,
    }
}

impl Evaluator<'_> {
    /// The customers who belong, in the order of their ids. The answers are those of [`truth`](Evaluator::truth).
    ///
    /// # Errors
    /// [`Error::Invalid`] when the columns lack a slot, or a property of events, that the program looks at.
    pub fn members_in(&self, columns: &Columns, threads: usize) -> Result<Vec<Id>> {
        let parts = self.in_blocks(columns, threads, |first, answers, found: &mut Vec<Id>| {
            for (row, answer) in answers.iter().enumerate() {
                if *answer == TRUE && columns.alive[first + row] {
                    found.push(columns.ids[first + row]);
                }
            }
        })?;
        let mut members = parts.concat();
        // Customers are mostly added in the order of their ids.
        if !members.is_sorted() {
            members.sort_unstable();
        }
        Ok(members)
    }

    /// How many customers belong.
    ///
    /// # Errors
    /// As for [`members_in`](Self::members_in).
    pub fn count_in(&self, columns: &Columns, threads: usize) -> Result<u64> {
        let parts = self.in_blocks(columns, threads, |first, answers, found: &mut u64| {
            let alive = &columns.alive[first..first + answers.len()];
            *found += answers.iter().zip(alive).filter(|(answer, alive)| **answer == TRUE && **alive).count() as u64;
        })?;
        Ok(parts.into_iter().sum())
    }

    /// The answer for every customer, in no particular order.
    ///
    /// # Errors
    /// As for [`members_in`](Self::members_in).
    pub fn truths_in(&self, columns: &Columns) -> Result<Vec<(Id, Truth)>> {
        let parts = self.in_blocks(columns, 1, |first, answers, found: &mut Vec<(Id, Truth)>| {
            for (row, answer) in answers.iter().enumerate().filter(|(row, _)| columns.alive[first + row]) {
                let truth = match *answer {
                    FALSE => Truth::False,
                    UNKNOWN => Truth::Unknown,
                    _ => Truth::True,
                };
                found.push((columns.ids[first + row], truth));
            }
        })?;
        Ok(parts.concat())
    }

    /// Evaluates all rows, each thread its share, in the order of the rows.
    fn in_blocks<T: Default + Send>(
        &self,
        columns: &Columns,
        threads: usize,
        take: impl Fn(usize, &[u8], &mut T) + Sync,
    ) -> Result<Vec<T>> {
        self.expect(columns)?;
        let root = plan(self, &self.program.root, columns);
        let segments: Vec<Step<'_>> = self.program.segments.iter().map(|(_, node)| plan(self, node, columns)).collect();
        let rows = columns.ids.len();
        let blocks = rows.div_ceil(BLOCK);
        let share = blocks.div_ceil(threads.clamp(1, blocks.max(1))).max(1);
        let work = |from: usize| {
            let mut found = T::default();
            let mut answers = [FALSE; BLOCK];
            for block in from..(from + share).min(blocks) {
                let first = block * BLOCK;
                let len = BLOCK.min(rows - first);
                Block::new(self, columns, &segments, first, len).run(&root, None, &mut answers[..len]);
                take(first, &answers[..len], &mut found);
            }
            found
        };
        let starts: Vec<usize> = (0..blocks).step_by(share).collect();
        if starts.len() <= 1 {
            return Ok(starts.into_iter().map(work).collect());
        }
        std::thread::scope(|scope| {
            let running: Vec<_> = starts.into_iter().map(|from| scope.spawn(move || work(from))).collect();
            let stopped = |_| Error::invalid("threads", "one of them stopped");
            running.into_iter().map(|one| one.join().map_err(stopped)).collect()
        })
    }

    /// That the columns hold all that the program looks at.
    fn expect(&self, columns: &Columns) -> Result<()> {
        if self.program.reads.slots.last().is_some_and(|last| *last >= columns.slots.len()) {
            return Err(Error::invalid("columns", "a slot of the program is not among them"));
        }
        let named = self.program.properties.iter().filter_map(|one| match one {
            Property::Field(name) => Some(name),
            _ => None,
        });
        if !columns.events.has_properties(named) {
            return Err(Error::invalid("columns", "a property of events is not among them"));
        }
        Ok(())
    }
}
