//! Values in columns: how each type is kept, and how it is shown.

use crm_core::base::{DataClass, Date, FieldDecl, Fields, Id, Name, Sealed, Target, Text, Timestamp, Value, ValueType};
use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use rusqlite::{Connection, Row, Statement};

use crate::error::{Fail, Result};
use crate::session::Known;
use crate::vocabulary::Coder;

/// A declared field that has a column, or two for money.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: Name,
    pub(crate) value_type: ValueType,
    /// The column's name: small letters, digits and `_`. It may be a word of SQL and is always quoted.
    pub(crate) sql: String,
    /// Whether a text that several subjects share is kept as a number of the vocabulary.
    coded: bool,
}

impl Column {
    pub(crate) fn new(target: &Target, field: &FieldDecl, sql: String) -> Self {
        use DataClass::{Behaviour, Financial, Inferred, NonPersonal};
        let coded = matches!(target, Target::Stream(_))
            && field.value_type == ValueType::Text
            && matches!(field.class, Behaviour | Financial | Inferred | NonPersonal);
        Self { name: field.name.clone(), value_type: field.value_type, sql, coded }
    }

    /// How many columns the field takes.
    pub(crate) const fn width(&self) -> usize {
        if matches!(self.value_type, ValueType::Money) { 2 } else { 1 }
    }

    /// The names of the columns.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = vec![self.sql.clone()];
        if self.value_type == ValueType::Money {
            names.push(format!("{}_currency", self.sql));
        }
        names
    }

    /// The names of the columns, each after a comma and a prefix.
    pub(crate) fn list(&self, prefix: &str) -> String {
        let quoted = self.names().into_iter().map(|name| format!("{prefix}\"{name}\""));
        std::iter::once(String::new()).chain(quoted).collect::<Vec<_>>().join(", ")
    }

    /// The columns as they are added to a table. Affinities never change a value that is bound here.
    pub(crate) fn definitions(&self) -> Vec<String> {
        let affinity = match self.value_type {
            ValueType::Text if self.coded => "",
            ValueType::Text | ValueType::Texts => " TEXT",
            ValueType::Float => " REAL",
            ValueType::Id => " BLOB",
            _ => " INTEGER",
        };
        let mut all = vec![format!("\"{}\"{affinity}", self.sql)];
        if self.value_type == ValueType::Money {
            all.push(format!("\"{}_currency\" INTEGER", self.sql));
        }
        all
    }

    /// The column as a person wants to read it.
    pub(crate) fn shown(&self) -> String {
        let column = format!("r.\"{}\"", self.sql);
        let shown = match self.value_type {
            ValueType::Date => format!("date({column} * 86400, 'unixepoch')"),
            ValueType::Time => instant(&column),
            ValueType::Id => uuid(&column),
            ValueType::Money => {
                let currency = format!("(SELECT c.{{}} FROM _currency c WHERE c.c = r.\"{}_currency\")", self.sql);
                let part = |what: &str| currency.replace("{}", what);
                format!("{} || ' ' || {}", decimal(&column, &part("scale"), &part("exponent")), part("code"))
            }
            _ if self.coded => format!(
                "CASE typeof({column}) WHEN 'integer' THEN (SELECT w.word FROM _word w WHERE w.w = {column}) ELSE {column} END"
            ),
            _ => column.clone(),
        };
        match self.value_type {
            ValueType::Id => shown,
            _ => format!("CASE typeof({column}) WHEN 'blob' THEN '(sealed)' ELSE {shown} END"),
        }
    }

    /// Binds a value at a place. Says no when the column cannot hold it; nothing is bound then but null.
    fn bind(
        &self,
        statement: &mut Statement<'_>,
        at: usize,
        value: Option<&Value>,
        coder: &mut Coder<'_>,
    ) -> Result<bool> {
        let encoded = value.map(|value| self.encode(value, coder)).transpose()?;
        let kept = !matches!(encoded, Some(None));
        let (first, second) = encoded.flatten().unwrap_or((NULL, None));
        statement.raw_bind_parameter(at, first)?;
        if self.width() == 2 {
            statement.raw_bind_parameter(at + 1, second)?;
        }
        Ok(kept)
    }

    fn encode<'a>(&self, value: &'a Value, coder: &mut Coder<'_>) -> Result<Option<(ToSqlOutput<'a>, Option<i64>)>> {
        let borrowed = match (self.value_type, value) {
            (ValueType::Text, Value::Text(text)) => match coder.text(self.coded, text)? {
                Some(word) => ValueRef::Integer(word),
                None => ValueRef::Text(text.as_bytes()),
            },
            (ValueType::Bool, Value::Bool(truth)) => ValueRef::Integer(i64::from(*truth)),
            (ValueType::Int, Value::Int(number)) => ValueRef::Integer(*number),
            (ValueType::Float, Value::Float(number)) => ValueRef::Real(*number),
            (ValueType::Date, Value::Date(date)) => ValueRef::Integer(i64::from(date.days())),
            (ValueType::Time, Value::Time(at)) => ValueRef::Integer(at.as_micros()),
            (ValueType::Money, Value::Money(money)) => {
                let minor = ToSqlOutput::Borrowed(ValueRef::Integer(money.minor()));
                return Ok(Some((minor, Some(coder.currency(money.currency())?))));
            }
            (ValueType::Id, Value::Id(id)) => ValueRef::Blob(id.as_bytes()),
            (ValueType::Texts, Value::Texts(texts)) => {
                let json = serde_json::to_string(texts).map_err(|_| Fail::malformed("a list that has no JSON form"))?;
                return Ok(Some((ToSqlOutput::Owned(Owned::Text(json)), None)));
            }
            // An id is a blob already; its sealed form would not be told from an open one.
            (ValueType::Id, Value::Sealed(_)) => return Ok(None),
            (_, Value::Sealed(sealed)) => ValueRef::Blob(sealed.as_bytes()),
            _ => return Ok(None),
        };
        Ok(Some((ToSqlOutput::Borrowed(borrowed), None)))
    }

    /// Reads the value at a place of a row.
    fn read(&self, conn: &Connection, known: &mut Known, row: &Row<'_>, at: usize) -> Result<Option<Value>> {
        Ok(Some(match (self.value_type, row.get_ref(at)?) {
            (_, ValueRef::Null) => return Ok(None),
            (ValueType::Text, ValueRef::Text(bytes)) => Value::Text(utf8(bytes)?.into()),
            (ValueType::Text, ValueRef::Integer(word)) if self.coded => Value::Text(known.text(conn, word)?),
            (ValueType::Int, ValueRef::Integer(number)) => Value::Int(number),
            (ValueType::Money, ValueRef::Integer(minor)) => {
                Value::Money(known.money(conn, minor, integer(row.get_ref(at + 1)?)?)?)
            }
            (ValueType::Bool, ValueRef::Integer(truth @ (0 | 1))) => Value::Bool(truth == 1),
            (ValueType::Float, ValueRef::Real(number)) => Value::Float(number),
            (ValueType::Date, ValueRef::Integer(days)) => {
                let date = i32::try_from(days).ok().and_then(|days| Date::from_days(days).ok());
                Value::Date(date.ok_or_else(odd)?)
            }
            (ValueType::Time, ValueRef::Integer(micros)) => Value::Time(instant_of(micros)?),
            (ValueType::Id, value @ ValueRef::Blob(_)) => Value::Id(id(value)?),
            (ValueType::Texts, ValueRef::Text(bytes)) => {
                Value::Texts(serde_json::from_slice::<Vec<Text>>(bytes).map_err(|_| odd())?)
            }
            (_, ValueRef::Blob(bytes)) => Value::Sealed(Sealed::new(bytes)),
            _ => return Err(odd()),
        }))
    }
}

pub(crate) const NULL: ToSqlOutput<'static> = ToSqlOutput::Borrowed(ValueRef::Null);

/// Binds the declared fields from a place on, and gives the JSON of those that have no column.
pub(crate) fn bind_fields(
    statement: &mut Statement<'_>,
    columns: &[Column],
    mut at: usize,
    fields: &Fields,
    coder: &mut Coder<'_>,
) -> Result<Option<String>> {
    let mut rest = Fields::new();
    let mut given = fields.iter().peekable();
    for column in columns {
        while let Some((name, value)) = given.next_if(|(name, _)| **name < column.name) {
            rest.set(name.clone(), value.clone());
        }
        let value = given.next_if(|(name, _)| **name == column.name);
        if !column.bind(statement, at, value.map(|(_, value)| value), coder)?
            && let Some((name, value)) = value
        {
            rest.set(name.clone(), value.clone());
        }
        at += column.width();
    }
    for (name, value) in given {
        rest.set(name.clone(), value.clone());
    }
    if rest.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(&rest).map(Some).map_err(|_| Fail::malformed("a field that has no JSON form"))
}

/// Reads the declared fields from a place on, and the others from their JSON.
pub(crate) fn read_fields(
    conn: &Connection,
    known: &mut Known,
    row: &Row<'_>,
    columns: &[Column],
    (mut at, extra): (usize, usize),
) -> Result<Fields> {
    let mut fields = Fields::with_capacity(columns.len());
    for column in columns {
        if let Some(value) = column.read(conn, known, row, at)? {
            fields.set(column.name.clone(), value);
        }
        at += column.width();
    }
    match row.get_ref(extra)? {
        ValueRef::Null => {}
        ValueRef::Text(json) => {
            let rest: Fields = serde_json::from_slice(json).map_err(|_| odd())?;
            for (name, value) in rest.iter() {
                fields.set(name.clone(), value.clone());
            }
        }
        _ => return Err(odd()),
    }
    Ok(fields)
}

/// Numbers as a parameter for `json_each`.
pub(crate) fn list(numbers: &[i64]) -> Result<Owned> {
    serde_json::to_string(numbers).map(Owned::Text).map_err(|_| odd())
}

pub(crate) fn odd() -> Fail {
    Fail::corrupt("a row holds a value of another type than its column")
}

pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| odd())
}

pub(crate) fn id(value: ValueRef<'_>) -> Result<Id> {
    match value {
        ValueRef::Blob(bytes) => bytes.try_into().map(Id::from_bytes).map_err(|_| odd()),
        _ => Err(odd()),
    }
}

pub(crate) fn integer(value: ValueRef<'_>) -> Result<i64> {
    if let ValueRef::Integer(number) = value { Ok(number) } else { Err(odd()) }
}

pub(crate) fn integer_or_null(value: ValueRef<'_>) -> Result<Option<i64>> {
    match value {
        ValueRef::Null => Ok(None),
        value => integer(value).map(Some),
    }
}

pub(crate) fn instant_of(micros: i64) -> Result<Timestamp> {
    Timestamp::from_micros(micros).map_err(|_| odd())
}

/// An SQL expression that shows 16 bytes as a UUID.
pub(crate) fn uuid(blob: &str) -> String {
    let part = |start: u8, length: u8| format!("substr(hex({blob}), {start}, {length})");
    let parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)];
    format!("lower({})", parts.join(" || '-' || "))
}

/// An SQL expression that shows microseconds since 1970 as an ISO 8601 instant.
pub(crate) fn instant(micros: &str) -> String {
    let fraction = format!("(({micros} % 1000000 + 1000000) % 1000000)");
    format!(
        "strftime('%Y-%m-%dT%H:%M:%S', ({micros} - {fraction}) / 1000000, 'unixepoch') || \
         CASE {fraction} WHEN 0 THEN '' ELSE rtrim(printf('.%06d', {fraction}), '0') END || 'Z'"
    )
}

/// An SQL expression that shows minor units as a decimal number.
pub(crate) fn decimal(minor: &str, scale: &str, exponent: &str) -> String {
    format!(
        "CASE {exponent} WHEN 0 THEN CAST({minor} AS TEXT) ELSE CASE WHEN {minor} < 0 THEN '-' ELSE '' END || \
         abs({minor} / {scale}) || '.' || printf('%0*d', {exponent}, abs({minor} % {scale})) END"
    )
}
