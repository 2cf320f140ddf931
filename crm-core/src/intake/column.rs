//! Which column of a file plays which part.

use serde::{Deserialize, Serialize};

use super::fault::{Fault, Rejected};
use super::table::{Header, Record};
use crate::base::{Error, Name, Result};

/// Which column of a file plays a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The one whose name says so, if there is one. The report tells which.
    #[default]
    Guess,
    /// None, even if one looks like it.
    Absent,
    /// The one with this name; where the capitals differ, it is still the same.
    Named(Name),
}

/// A part that a column can play.
#[derive(Debug)]
pub(super) struct Role {
    /// The word for it in mappings and messages.
    pub word: &'static str,
    /// Whether a file without it cannot be read.
    pub required: bool,
    /// Common names for such a column, the likeliest first: small letters and digits only.
    pub names: &'static [&'static str],
}

/// Something that was not said and had to be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guess {
    /// What had to be chosen: the word that would have said it in the mapping.
    pub what: Name,
    /// What was chosen.
    pub choice: Name,
}

impl Guess {
    pub(super) fn new(what: &'static str, choice: Name) -> Self {
        Self { what: Name::from_static(what), choice }
    }
}

/// Where a column is, if the file has it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    index: Option<usize>,
    pub name: Name,
}

impl Place {
    /// The place of a column that was named.
    pub fn named(header: &Header, name: &Name) -> Result<Self> {
        let index = header.find(name)?;
        let own = header.names().nth(index).and_then(|own| Name::new(own).ok());
        Ok(Self { index: Some(index), name: own.unwrap_or_else(|| name.clone()) })
    }

    /// The place of a column that may not have been named.
    pub fn named_or_absent(header: &Header, name: Option<&Name>) -> Result<Self> {
        name.map_or(Ok(Self::absent("")), |name| Self::named(header, name))
    }

    const fn absent(word: &'static str) -> Self {
        Self { index: None, name: Name::from_static(word) }
    }

    /// Whether the file has the column.
    pub const fn exists(&self) -> bool {
        self.index.is_some()
    }

    /// What a row has in this column, without the blanks around it.
    pub fn cell<'r>(&self, record: &'r Record<'_>) -> &'r str {
        self.index.and_then(|index| record.cells.get(index)).map_or("", |cell| cell.trim())
    }

    /// What a row has in this column, unless that is nothing.
    pub fn filled<'r>(&self, record: &'r Record<'_>) -> Option<&'r str> {
        Some(self.cell(record)).filter(|cell| !cell.is_empty())
    }

    /// Reads what a row has in this column, unless that is nothing.
    pub fn read<T>(
        &self,
        record: &Record<'_>,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Result<Option<T>, Rejected> {
        self.filled(record).map(|cell| read(cell).map_err(|fault| self.reject(record, fault))).transpose()
    }

    /// Reads what a row must have in this column.
    pub fn require<T>(&self, record: &Record<'_>, read: impl FnOnce(&str) -> Result<T, Fault>) -> Result<T, Rejected> {
        self.read(record, read)?.ok_or_else(|| self.reject(record, Fault::Empty))
    }

    /// A row that is wrong in this column.
    pub fn reject(&self, record: &Record<'_>, fault: Fault) -> Rejected {
        Rejected::new(record.line, Some(self.name.clone()), fault)
    }
}

/// Finds the columns that play `roles`: those that are named, and then those that have to be guessed among the rest.
/// Afterwards `columns` says what was found.
pub(super) fn find_places<const N: usize>(
    header: &Header,
    roles: &[Role; N],
    columns: [&mut Column; N],
    guesses: &mut Vec<Guess>,
) -> Result<[Place; N]> {
    let mut places = roles.each_ref().map(|role| Place::absent(role.word));
    for (place, column) in places.iter_mut().zip(&columns) {
        if let Column::Named(name) = column {
            *place = Place::named(header, name)?;
        }
    }
    for (at, (role, column)) in roles.iter().zip(columns).enumerate() {
        if *column == Column::Guess
            && let Some(place) = guess(header, role, &places)
        {
            guesses.push(Guess::new(role.word, place.name.clone()));
            places[at] = place;
        }
        *column = if places[at].exists() { Column::Named(places[at].name.clone()) } else { Column::Absent };
        if role.required && !places[at].exists() {
            return Err(unnamed(header, role));
        }
    }
    Ok(places)
}

fn guess(header: &Header, role: &Role, taken: &[Place]) -> Option<Place> {
    let free = |index: usize| taken.iter().all(|place| place.index != Some(index));
    role.names.iter().find_map(|known| {
        let mut alike = header.names().enumerate().filter(|(index, name)| free(*index) && fold(name) == *known);
        alike.find_map(|(index, name)| Name::new(name).ok().map(|name| Place { index: Some(index), name }))
    })
}

fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn unnamed(header: &Header, role: &Role) -> Error {
    let word = role.word;
    let reason = format!("no column looks like the {word}; {}; name it, as in {word}=COLUMN", header.listing());
    Error::Import { row: Some(header.line), column: None, reason: reason.into() }
}
