//! How a file is written, and who wrote it.

use serde::{Deserialize, Serialize};

use super::text::Pairs;
use crate::base::{Error, Name, Result, Zone};
use crate::intake::column::{Guess, Place};
use crate::intake::table::{Delimiter, Record, Table};
use crate::intake::when::{DateFormat, DateSample, Dates};

/// How a file is written, and who wrote it. What is not said is guessed, and reported.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FileForm {
    /// What stands between the cells of a row. Guessed from the first rows.
    pub delimiter: Option<Delimiter>,
    /// The forms of the dates, tried in this order. Guessed from the first thousand rows when empty.
    pub dates: Vec<DateFormat>,
    /// The zone whose clocks show the times that have no offset. UTC when not said.
    pub zone: Option<Zone>,
    /// The system that wrote the file (`shop`). Its order numbers are unique in it, so that two systems may use the
    /// same number. `import` when not said.
    pub source: Option<Name>,
}

impl FileForm {
    pub(super) const WORDS: [&'static str; 4] = ["delimiter", "dates", "zone", "source"];

    /// Takes a setting, unless it is not one of these.
    pub(super) fn set(&mut self, word: &str, value: &str) -> Option<Result<()>> {
        Some(match word {
            "delimiter" => value.parse().map(|delimiter| self.delimiter = Some(delimiter)),
            "dates" => {
                value.split('|').map(|form| form.trim().parse()).collect::<Result<_>>().map(|all| self.dates = all)
            }
            "zone" => value.parse().map(|zone| self.zone = Some(zone)),
            "source" => Name::new(value).map(|source| self.source = Some(source)),
            _ => return None,
        })
    }

    pub(super) fn write(&self, pairs: &mut Pairs) {
        pairs.add("delimiter", self.delimiter);
        let dates: Vec<String> = self.dates.iter().map(ToString::to_string).collect();
        pairs.add("dates", (!dates.is_empty()).then(|| dates.join("|")));
        pairs.add("zone", self.zone.as_ref());
        pairs.add("source", self.source.as_ref());
    }

    /// Fills in what the file and the defaults say, with the columns that hold dates.
    pub(in crate::intake) fn settle(
        &mut self,
        table: &Table<'_>,
        dates: &[&Place],
        guesses: &mut Vec<Guess>,
    ) -> Result<()> {
        if self.dates.is_empty() {
            let form = guess_dates(table.clone(), dates)?;
            guesses.extend(Name::new(&form.to_string()).ok().map(|name| Guess::new("dates", name)));
            self.dates.push(form);
        }
        if self.delimiter.is_none() {
            guesses.push(Guess::new("delimiter", table.delimiter.name()));
            self.delimiter = Some(table.delimiter);
        }
        if self.zone.is_none() {
            guesses.push(Guess::new("zone", Name::from_static("UTC")));
            self.zone = Some(Zone::UTC);
        }
        if self.source.is_none() {
            guesses.push(Guess::new("source", Self::SOURCE));
            self.source = Some(Self::SOURCE);
        }
        Ok(())
    }

    const SOURCE: Name = Name::from_static("import");

    pub(in crate::intake) fn source(&self) -> Name {
        self.source.clone().unwrap_or(Self::SOURCE)
    }

    pub(in crate::intake) fn dates(&self) -> Dates {
        Dates { forms: self.dates.clone(), zone: self.zone.clone().unwrap_or(Zone::UTC) }
    }
}

/// How many rows are looked at to guess the form of the dates.
const DATE_SAMPLE: usize = 1_000;

/// The form of the dates in some columns.
fn guess_dates(mut table: Table<'_>, columns: &[&Place]) -> Result<DateFormat> {
    let mut record = Record::default();
    let mut sample = DateSample::default();
    for _ in 0..DATE_SAMPLE {
        // What is wrong with a row is said when it is its turn.
        match table.read(&mut record) {
            Ok(true) => columns.iter().filter_map(|place| place.filled(&record)).for_each(|cell| sample.add(cell)),
            _ => break,
        }
    }
    sample.likeliest().map_err(|[one, other]| {
        let column = columns.iter().find(|place| place.exists()).map(|place| place.name.clone());
        let reason = format!("the dates may be written {one} or {other}; say which, as in dates={one}");
        Error::Import { row: None, column, reason: reason.into() }
    })
}
