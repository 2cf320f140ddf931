//! Customers as segments see them: a row of values for the slots of a layout, and what happened.

use std::collections::{BTreeMap, HashMap};

use super::Crm;
use super::assess::{AssessOptions, Assessed, Assessment};
use super::segments::SegmentView;
use crate::base::{Channel, CustomerId, Error, Fields, Id, Money, Name, Result, Rounding, Value, Window};
use crate::customer::CUSTOMER;
use crate::fact::Fact;
use crate::interaction::INTERACTION;
use crate::loyalty::Standing;
use crate::privacy::{self, CONSENT_FIELD, ContactFile, Policy, REACHABLE_FIELD};
use crate::record::Record;
use crate::segment::{FieldKey, Layout, Program, Row};
use crate::store::{FactQuery, MAX_PAGE, Scan};

/// One customer.
#[derive(Debug)]
pub(super) struct Profile {
    pub id: CustomerId,
    values: Vec<Option<Value>>,
    facts: Vec<Fact>,
}

impl Profile {
    /// The customer as an evaluation takes it.
    pub fn row(&self) -> Result<Row<'_>> {
        Row::new(self.id, &self.values, &self.facts)
    }
}

/// What the fields of a layout are taken from; only what is asked for is loaded.
struct Sources {
    assessment: Option<Assessment>,
    standings: HashMap<CustomerId, Fields>,
    files: BTreeMap<CustomerId, ContactFile>,
    policy: Policy,
}

/// The profiles of some customers, or of everybody who is not put away.
pub(super) fn profiles(
    crm: &Crm,
    view: &SegmentView,
    layout: &Layout,
    programs: &[&Program],
    only: Option<CustomerId>,
) -> Result<Vec<Profile>> {
    let sources = Sources::load(crm, view, layout)?;
    let mut facts = history(crm, view, programs, only)?;
    let records = match only {
        Some(id) => crm.store().load(&CUSTOMER, &[id.into()])?.into_iter().flatten().collect(),
        None => Crm::every(|cursor| crm.store().scan(&Scan::all(CUSTOMER).limit(MAX_PAGE).after(cursor)))?,
    };
    if let (Some(id), true) = (only, records.is_empty()) {
        return Err(Error::not_found("customer", id));
    }
    let present = |record: &Record| only.is_some() || record.get("archived_at").is_none();
    let mut profiles = Vec::with_capacity(records.len());
    for record in records.iter().filter(|record| present(record)) {
        let id = CustomerId::new(record.id);
        let values = layout.keys().iter().map(|key| sources.value(key, id, record, view)).collect::<Result<_>>()?;
        profiles.push(Profile { id, values, facts: facts.remove(&record.id).unwrap_or_default() });
    }
    Ok(profiles)
}

/// The events that the programs look at, customer by customer, in the order of time.
fn history(
    crm: &Crm,
    view: &SegmentView,
    programs: &[&Program],
    only: Option<CustomerId>,
) -> Result<HashMap<Id, Vec<Fact>>> {
    let mut facts: HashMap<Id, Vec<Fact>> = HashMap::new();
    let reads = programs.iter().map(|program| program.reads());
    let (mut any, mut names, mut whole) = (false, Vec::new(), false);
    for read in reads {
        any |= !read.events.is_empty();
        names.extend(read.events.iter().map(|(_, name)| name.clone()));
        whole |= read.event_fields;
    }
    if !any {
        return Ok(facts);
    }
    names.sort_unstable();
    names.dedup();
    let window = Window::until(view.as_of.valid.saturating_add_micros(1));
    let mut query = FactQuery::all(INTERACTION).within(window).limit(MAX_PAGE);
    query.names = names;
    query.subjects = only.map(|id| vec![id.into()]);
    query.known = Some(view.as_of.known).filter(|known| *known < crm.now());
    // An explanation names the facts that it rests on, so that a single customer's are read whole.
    if !whole && only.is_none() {
        query = query.measures();
    }
    for fact in Crm::every(|cursor| crm.store().facts(&query.clone().after(cursor)))? {
        facts.entry(fact.subject).or_default().push(fact);
    }
    Ok(facts)
}

impl Sources {
    fn load(crm: &Crm, view: &SegmentView, layout: &Layout) -> Result<Self> {
        let asks = |prefixes: &[&str]| {
            layout.keys().iter().any(|key| prefixes.iter().any(|prefix| key.name.as_str().starts_with(prefix)))
        };
        let assessment = match view.currency {
            Some(currency) if asks(&["purchases.", "rfm.", "value."]) => {
                let options = AssessOptions::new(view.zone.date(view.as_of.valid), &view.zone, currency)?;
                Some(crm.scores().assess(&options)?)
            }
            _ => None,
        };
        let standings = match view.programme {
            Some(programme) if asks(&["loyalty."]) => {
                let standings = crm.loyalty().standings(programme, view.as_of.valid)?;
                standings.into_iter().map(|(member, standing): (_, Standing)| (member, standing.fields())).collect()
            }
            _ => HashMap::new(),
        };
        let asks_permission = asks(&[CONSENT_FIELD.as_str(), REACHABLE_FIELD.as_str()]);
        let files = if asks_permission { crm.privacy().files(None)? } else { BTreeMap::new() };
        Ok(Self { assessment, standings, files, policy: crm.privacy().policy()? })
    }

    fn value(&self, key: &FieldKey, id: CustomerId, record: &Record, view: &SegmentView) -> Result<Option<Value>> {
        let name = key.name.as_str();
        if let Some(field) = name.strip_prefix("customer.") {
            return Ok(record.get(field).cloned());
        }
        if key.name == CONSENT_FIELD || key.name == REACHABLE_FIELD {
            return self.permission(key, id, view).map(|allowed| Some(allowed.into()));
        }
        if name.starts_with("loyalty.") {
            return Ok(self.standings.get(&id).and_then(|fields| fields.get(name)).cloned());
        }
        let Some(assessment) = &self.assessment else { return Ok(None) };
        assessment.of(id).map_or(Ok(None), |one| assessed(name, assessment, &one))
    }

    fn permission(&self, key: &FieldKey, id: CustomerId, view: &SegmentView) -> Result<bool> {
        let Some(file) = self.files.get(&id) else { return Ok(false) };
        let consent = key.name == CONSENT_FIELD;
        let (purpose, channel): (&Name, Channel) = match (&key.args[..], consent) {
            ([purpose, channel], true) | ([channel, purpose], false) => (purpose, channel.as_str().parse()?),
            _ => return Err(Error::invalid_at(&key.name, "takes a purpose and a channel")),
        };
        Ok(if consent {
            privacy::has_agreed(&self.policy, file, purpose, channel, view.as_of)
        } else {
            privacy::is_reachable(&self.policy, file, purpose, channel, view.as_of)
        })
    }
}

fn assessed(name: &str, assessment: &Assessment, one: &Assessed) -> Result<Option<Value>> {
    let (table, summary) = (&assessment.summaries.table, &one.summary);
    let money = |minor: i64| Money::new(minor, table.currency);
    Ok(Some(match name {
        "purchases.count" => i64::from(summary.orders).into(),
        "purchases.days" => i64::from(summary.repeats + 1).into(),
        "purchases.first" => summary.first.into(),
        "purchases.last" => summary.last.into(),
        "purchases.days_since_last" => i64::from(table.as_of.days() - summary.last.days()).into(),
        "purchases.total" => money(summary.total_minor).into(),
        "purchases.average" if summary.orders > 0 => {
            money(summary.total_minor).mul_ratio(1, i64::from(summary.orders), Rounding::HalfEven)?.into()
        }
        "rfm.recency" => i64::from(one.rfm.r).into(),
        "rfm.frequency" => i64::from(one.rfm.f).into(),
        "rfm.monetary" => i64::from(one.rfm.m).into(),
        "rfm.segment" => return Ok(assessment.rfm.segment_of(&one.rfm).map(Value::from)),
        "value.p_alive" => return one.forecast.map(|forecast| Value::float(forecast.p_alive)).transpose(),
        "value.expected_purchases" => {
            return one.forecast.map(|forecast| Value::float(forecast.purchases)).transpose();
        }
        "value.lifetime" => {
            let value = one.value.and_then(|value| value.value);
            return value.map(|value| major(value, table.currency).map(Value::from)).transpose();
        }
        _ => return Ok(None),
    }))
}

/// A computed amount in major units, rounded to the nearest minor one.
fn major(value: f64, currency: crate::base::Currency) -> Result<Money> {
    let minor = (value * 10_f64.powi(i32::from(currency.exponent()))).round();
    if minor.abs() < 9.0e15 {
        Ok(Money::new(minor as i64, currency))
    } else {
        Err(Error::out_of_range("value.lifetime"))
    }
}
