//! Customers as tables name them, and as the core counts them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array, LargeStringArray};

use super::column::{integers, missing, now_and_then, texts};
use crate::error::Failure;

/// The distinct keys of a column, in the order in which they first appear.
#[derive(Clone, Debug)]
pub(crate) enum Keys {
    /// Whole numbers.
    Numbers(Vec<i64>),
    /// Texts.
    Texts(LargeStringArray),
}

impl Keys {
    /// Numbers the keys of a column: the number of every row's key, and the keys.
    pub(crate) fn of(name: &str, chunks: &[ArrayRef]) -> Result<(Vec<u32>, Self), Failure> {
        let is_number = chunks.first().is_some_and(|chunk| chunk.data_type().is_integer());
        if is_number { Self::of_numbers(name, chunks) } else { Self::of_texts(name, chunks) }
    }

    fn of_numbers(name: &str, chunks: &[ArrayRef]) -> Result<(Vec<u32>, Self), Failure> {
        let mut places: HashMap<i64, u32, BuildHasherDefault<Mixed>> = HashMap::default();
        let (mut codes, mut keys) = (Vec::with_capacity(rows(chunks)), Vec::new());
        for key in integers(name, chunks)? {
            let next = keys.len() as u32;
            let code = *places.entry(key).or_insert(next);
            if code == next {
                keys.push(key);
            }
            codes.push(code);
            now_and_then(codes.len())?;
        }
        Ok((codes, Self::Numbers(keys)))
    }

    fn of_texts(name: &str, chunks: &[ArrayRef]) -> Result<(Vec<u32>, Self), Failure> {
        let columns = texts(name, chunks)?;
        let mut places: HashMap<&str, u32, BuildHasherDefault<Mixed>> = HashMap::default();
        let (mut codes, mut keys) = (Vec::with_capacity(rows(chunks)), Vec::new());
        for column in &columns {
            for row in 0..column.len() {
                let Some(key) = column.get(row) else { return Err(missing(name, codes.len())) };
                let next = keys.len() as u32;
                let code = *places.entry(key).or_insert(next);
                if code == next {
                    keys.push(key);
                }
                codes.push(code);
                now_and_then(codes.len())?;
            }
        }
        Ok((codes, Self::Texts(LargeStringArray::from_iter_values(keys))))
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Numbers(keys) => keys.len(),
            Self::Texts(keys) => keys.len(),
        }
    }

    /// The number that each of some other keys has here.
    pub(crate) fn places_of(&self, others: &Self) -> Vec<Option<u32>> {
        match (self, others) {
            (Self::Numbers(ours), Self::Numbers(theirs)) => {
                let places: HashMap<i64, u32> = ours.iter().copied().zip(0..).collect();
                theirs.iter().map(|key| places.get(key).copied()).collect()
            }
            (Self::Texts(ours), Self::Texts(theirs)) => {
                let places: HashMap<&str, u32> = ours.iter().flatten().zip(0..).collect();
                theirs.iter().map(|key| places.get(key?).copied()).collect()
            }
            _ => vec![None; others.len()],
        }
    }

    /// The keys of rising numbers, each once, as a column.
    pub(crate) fn column(&self, codes: impl ExactSizeIterator<Item = u32>) -> ArrayRef {
        match self {
            // Nobody was left out.
            Self::Texts(keys) if codes.len() == keys.len() => Arc::new(keys.clone()),
            _ => self.repeated(codes),
        }
    }

    /// The keys of any numbers, as a column.
    pub(crate) fn repeated(&self, codes: impl Iterator<Item = u32>) -> ArrayRef {
        match self {
            Self::Numbers(keys) => Arc::new(Int64Array::from_iter_values(codes.map(|code| keys[code as usize]))),
            Self::Texts(keys) => {
                Arc::new(LargeStringArray::from_iter_values(codes.map(|code| keys.value(code as usize))))
            }
        }
    }
}

impl From<&[crm_core::base::CustomerId]> for Keys {
    fn from(customers: &[crm_core::base::CustomerId]) -> Self {
        Self::Texts(LargeStringArray::from_iter_values(customers.iter().map(ToString::to_string)))
    }
}

fn rows(chunks: &[ArrayRef]) -> usize {
    chunks.iter().map(Array::len).sum()
}

/// The hash of the Rust compiler ("fxhash"), finished by a multiplication that spreads the high bits: several times
/// faster than the standard one on short keys. Keys come from the host's own table, not from an attacker.
#[derive(Default)]
struct Mixed(u64);

const FACTOR: u64 = 0xf135_7aea_2e62_a9c5;

impl Mixed {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
}

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.add(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, _: u8) {}

    fn write_i64(&mut self, number: i64) {
        self.add(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
