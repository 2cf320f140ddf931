//! Filters: which lines of which purchases a rule is about, in the segment language.

use std::sync::Arc;

use crate::base::{DataClass, Date, Error, Name, Result, Text, ValueType, Zone};
use crate::segment::{Catalogue, Definitions, Evaluator, Field, Layout, Program, Subject, ValueRef, parse};

use super::{Definition, Purchase, PurchaseLine};
use crate::base::Id;
use crate::fact::Fact;

/// What the filter of a rule can ask of a line and of its purchase, in the segment language.
///
/// # Errors
/// None that are known.
pub fn filter_catalogue() -> Result<Catalogue> {
    let mut catalogue = Catalogue::new();
    for (name, value_type, doc, _) in FIELDS {
        let field = Field::new(Name::from_static(name), value_type, DataClass::Behaviour).doc(doc);
        catalogue.add(field)?;
    }
    Ok(catalogue)
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Product,
    Category,
    Quantity,
    Amount,
    ListAmount,
    Total,
    Items,
    Channel,
    Partner,
    Segments,
    Date,
    Weekday,
    Hour,
}

const FIELDS: [(&str, ValueType, &str, Part); 13] = [
    ("line.product", ValueType::Text, "The product's code.", Part::Product),
    ("line.category", ValueType::Text, "The product's category.", Part::Category),
    ("line.quantity", ValueType::Int, "How many items.", Part::Quantity),
    ("line.amount", ValueType::Money, "What was charged for all of them.", Part::Amount),
    ("line.list_amount", ValueType::Money, "What they would have cost without discounts.", Part::ListAmount),
    ("purchase.amount", ValueType::Money, "What was charged in all.", Part::Total),
    ("purchase.items", ValueType::Int, "How many items in all, if that is known.", Part::Items),
    ("purchase.channel", ValueType::Text, "The channel, if that is known.", Part::Channel),
    ("purchase.partner", ValueType::Text, "The partner of a coalition at whom it was made.", Part::Partner),
    ("purchase.segments", ValueType::Texts, "The segments that the buyer belonged to.", Part::Segments),
    ("purchase.date", ValueType::Date, "The day, in the programme's zone.", Part::Date),
    ("purchase.weekday", ValueType::Text, "monday to sunday, in the programme's zone.", Part::Weekday),
    ("purchase.hour", ValueType::Int, "The hour of the day, 0 to 23, in the programme's zone.", Part::Hour),
];

/// The filters of all rules of a version, in their order. They follow from the definition.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters(Arc<[Option<Filter>]>);

impl PartialEq for Filters {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Filters {
    pub(super) fn compile(definition: &Definition) -> Result<Self> {
        let filters = definition.rules.iter().map(|rule| rule.when.filter.as_deref().map(Filter::compile).transpose());
        Ok(Self(filters.collect::<Result<Vec<_>>>()?.into()))
    }

    pub(super) fn get(&self, rule: usize) -> Option<&Filter> {
        self.0.get(rule)?.as_ref()
    }
}

/// A compiled filter.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    program: Program,
    parts: Vec<Part>,
    /// Whether it asks for the day or hour.
    timely: bool,
}

impl Filter {
    pub(super) fn compile(text: &str) -> Result<Self> {
        let expr = parse(text).map_err(Error::from)?;
        let mut layout = Layout::new();
        let program = Program::compile(&expr, &filter_catalogue()?, &Definitions::new(), &mut layout);
        let program = program.map_err(|found| match found.into_iter().next() {
            Some(first) => Error::from(first),
            None => Error::invalid("filter", "cannot be compiled"),
        })?;
        let part = |name: &Name| FIELDS.iter().find(|(own, ..)| *own == name.as_str()).map(|(.., part)| *part);
        let parts: Vec<Part> = layout.keys().iter().filter_map(|key| part(&key.name)).collect();
        if !program.reads().events.is_empty() || parts.len() != layout.keys().len() {
            return Err(Error::invalid("filter", "asks for more than lines and purchases"));
        }
        let timely = parts.iter().any(|part| matches!(part, Part::Date | Part::Weekday | Part::Hour));
        Ok(Self { program, parts, timely })
    }

    /// The filter, for the lines of one purchase.
    pub(super) fn about<'p>(&'p self, purchase: &'p Purchase, zone: &Zone) -> Sieve<'p> {
        let when = self.timely.then(|| {
            let civil = zone.civil(purchase.at);
            (civil.date, civil.time.as_micros() / 3_600_000_000)
        });
        let segments = purchase.segments.iter().map(|name| Text::from(name.as_str())).collect();
        Sieve { evaluator: self.program.at(purchase.at, zone), parts: &self.parts, purchase, segments, when }
    }
}

/// A filter for the lines of one purchase.
pub(super) struct Sieve<'p> {
    evaluator: Evaluator<'p>,
    parts: &'p [Part],
    purchase: &'p Purchase,
    segments: Vec<Text>,
    when: Option<(Date, i64)>,
}

impl Sieve<'_> {
    /// Whether a line is eligible, or the part that is on none.
    pub(super) fn takes(&self, line: Option<&PurchaseLine>) -> bool {
        self.evaluator.is_member(&LineSubject { sieve: self, line })
    }
}

/// A line in the place of a customer.
struct LineSubject<'s> {
    sieve: &'s Sieve<'s>,
    line: Option<&'s PurchaseLine>,
}

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Subject for LineSubject<'_> {
    fn id(&self) -> Id {
        self.sieve.purchase.id
    }

    fn field(&self, slot: usize) -> Option<ValueRef<'_>> {
        let (purchase, line) = (self.sieve.purchase, self.line);
        match self.sieve.parts.get(slot)? {
            Part::Product => line?.product.as_ref().map(|text| ValueRef::Text(text)),
            Part::Category => line?.category.as_ref().map(|text| ValueRef::Text(text)),
            Part::Quantity => Some(ValueRef::Int(line?.quantity)),
            Part::Amount => Some(ValueRef::Money(line?.amount)),
            Part::ListAmount => Some(ValueRef::Money(line?.list_amount.unwrap_or(line?.amount))),
            Part::Total => Some(ValueRef::Money(purchase.amount)),
            Part::Items => purchase.items.map(ValueRef::Int),
            Part::Channel => purchase.channel.map(|channel| ValueRef::Text(channel.word())),
            Part::Partner => purchase.partner.as_ref().map(|name| ValueRef::Text(name.as_str())),
            Part::Segments => Some(ValueRef::Texts(&self.sieve.segments)),
            Part::Date => self.sieve.when.map(|(date, _)| ValueRef::Date(date)),
            Part::Weekday => {
                let number = self.sieve.when?.0.weekday().number();
                WEEKDAYS.get(usize::from(number - 1)).map(|day| ValueRef::Text(day))
            }
            Part::Hour => self.sieve.when.map(|(_, hour)| ValueRef::Int(hour)),
        }
    }

    fn facts(&self) -> &[Fact] {
        &[]
    }
}
