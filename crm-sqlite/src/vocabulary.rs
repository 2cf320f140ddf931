//! The vocabulary as the writer knows it: words and currencies as numbers.

use std::collections::HashMap;

use crm_core::base::Currency;
use rusqlite::Connection;

use crate::error::{Fail, Result};

/// How many subjects must share a text before it becomes a word. What fewer share may be about one of them, and would
/// outlive its erasure here.
const SHARED_BY: usize = 3;
/// The longest text, in bytes, that becomes a word.
const MAX_WORD: usize = 64;
/// How many words there are when texts no longer become words: those of such a field do not repeat enough.
const MAX_WORDS: usize = 10_000;
/// How many texts are watched at a time.
const MAX_WATCHED: usize = 10_000;

/// The words and currencies of the file.
#[derive(Default)]
pub(crate) struct Vocabulary {
    words: HashMap<Box<str>, i64>,
    currencies: Vec<Currency>,
    /// Texts that are not words yet, with the first subjects that had them.
    watched: HashMap<Box<str>, [Option<i64>; SHARED_BY - 1]>,
    /// How many words and currencies there were after the last commit.
    committed: (usize, usize),
}

impl Vocabulary {
    /// Learns what others have added. A transaction that writes is open.
    pub(crate) fn refresh(&mut self, conn: &Connection) -> Result<()> {
        let mut words = conn.prepare_cached("SELECT word, w FROM _word WHERE w >= ?1")?;
        let mut rows = words.query([self.words.len() as i64])?;
        while let Some(row) = rows.next()? {
            self.words.insert(row.get(0)?, row.get(1)?);
        }
        let mut currencies = conn.prepare_cached("SELECT numeric FROM _currency WHERE c >= ?1 ORDER BY c")?;
        let mut rows = currencies.query([self.currencies.len() as i64])?;
        while let Some(row) = rows.next()? {
            let unknown = |_| Fail::corrupt("a currency that this version does not know");
            self.currencies.push(Currency::from_numeric(row.get(0)?).map_err(unknown)?);
        }
        self.keep();
        Ok(())
    }

    /// What was added has been committed.
    pub(crate) fn keep(&mut self) {
        self.committed = (self.words.len(), self.currencies.len());
    }

    /// What was added since the last commit was undone.
    pub(crate) fn take_back(&mut self) {
        let (words, currencies) = self.committed;
        if self.words.len() > words {
            self.words.retain(|_, number| *number < words as i64);
        }
        self.currencies.truncate(currencies);
        self.watched.clear();
    }

    /// The number of a word, which is given one if it has none.
    pub(crate) fn word(&mut self, conn: &Connection, word: &str) -> Result<i64> {
        if let Some(number) = self.words.get(word) {
            return Ok(*number);
        }
        let number = self.words.len() as i64;
        conn.prepare_cached("INSERT INTO _word (w, word) VALUES (?1, ?2)")?.execute((number, word))?;
        self.words.insert(word.into(), number);
        Ok(number)
    }

    /// The number of a text, if it is a word or becomes one now.
    fn text(&mut self, conn: &Connection, text: &str, subject: i64) -> Result<Option<i64>> {
        if text.len() > MAX_WORD {
            return Ok(None);
        }
        if let Some(number) = self.words.get(text) {
            return Ok(Some(*number));
        }
        if self.words.len() >= MAX_WORDS {
            return Ok(None);
        }
        if let Some(seen) = self.watched.get_mut(text) {
            if !seen.contains(&Some(subject)) {
                if let Some(free) = seen.iter_mut().find(|place| place.is_none()) {
                    *free = Some(subject);
                } else {
                    self.watched.remove(text);
                    return self.word(conn, text).map(Some);
                }
            }
        } else {
            if self.watched.len() >= MAX_WATCHED {
                self.watched.clear();
            }
            let mut seen = [None; SHARED_BY - 1];
            seen[0] = Some(subject);
            self.watched.insert(text.into(), seen);
        }
        Ok(None)
    }

    /// The number of a currency, which is given one if it has none.
    pub(crate) fn currency(&mut self, conn: &Connection, currency: Currency) -> Result<i64> {
        if let Some(number) = self.currencies.iter().position(|own| *own == currency) {
            return Ok(number as i64);
        }
        let number = self.currencies.len() as i64;
        conn.prepare_cached("INSERT INTO _currency VALUES (?1, ?2, ?3, ?4, ?5)")?.execute((
            number,
            currency.numeric(),
            currency.code(),
            currency.exponent(),
            currency.minor_per_major(),
        ))?;
        self.currencies.push(currency);
        Ok(number)
    }
}

/// What turns the values of one row into numbers.
pub(crate) struct Coder<'a> {
    pub(crate) conn: &'a Connection,
    pub(crate) vocabulary: &'a mut Vocabulary,
    /// Whom the row is about, for facts.
    pub(crate) subject: i64,
}

impl Coder<'_> {
    /// The number of a text, if its column holds numbers and the text is a word.
    pub(crate) fn text(&mut self, coded: bool, text: &str) -> Result<Option<i64>> {
        if coded { self.vocabulary.text(self.conn, text, self.subject) } else { Ok(None) }
    }

    pub(crate) fn currency(&mut self, currency: Currency) -> Result<i64> {
        self.vocabulary.currency(self.conn, currency)
    }
}
