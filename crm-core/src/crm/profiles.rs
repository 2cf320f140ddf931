//! Customers as segments see them: a row of values for the slots of a layout, and what happened.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Crm;
use super::assess::{AssessOptions, Assessed, Assessment};
use super::scores::{Scores, Summaries};
use super::segments::{SegmentView, list_facts};
use crate::base::{
    Channel, Currency, CustomerId, Error, Fields, Id, Money, Name, Result, Rounding, Stream, Target, Timestamp, Value,
    Window, every_now_and_then,
};
use crate::customer::{ATTRIBUTE, Attribute, CUSTOMER, RELATIONSHIP, Relationship};
use crate::fact::Fact;
use crate::privacy::{self, CONSENT_FIELD, ContactFile, Policy, REACHABLE_FIELD};
use crate::record::Record;
use crate::score::{PurchaseSummary, SummaryTable};
use crate::segment::{FieldKey, LIST_FIELD, Layout, Program, Row, lists_of};
use crate::store::{FactQuery, MAX_PAGE, Scan};

/// One customer.
#[derive(Debug)]
pub(super) struct Profile {
    pub id: CustomerId,
    /// Whether the customer is put away, or was not known yet: a member of nothing.
    pub away: bool,
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
    purchases: Purchases,
    standings: HashMap<CustomerId, Fields>,
    files: BTreeMap<CustomerId, ContactFile>,
    attributes: HashMap<(Id, Name), Option<Value>>,
    policy: Policy,
    lists: HashMap<Id, BTreeSet<Name>>,
    roles: Roles,
}

/// What customers are to others, and what others are to them.
type Roles = HashMap<CustomerId, [BTreeSet<Name>; 2]>;

/// What is known of purchases: of everybody, when somebody is compared with everybody.
enum Purchases {
    None,
    Summaries(Box<Summaries>, HashMap<CustomerId, usize>),
    Assessment(Box<Assessment>),
}

/// The profiles of some customers, or of everybody, in the order of their ids. Those who are unknown are left out.
pub(super) fn profiles(
    crm: &Crm,
    view: &SegmentView,
    layout: &Layout,
    programs: &[&Program],
    only: Option<&[CustomerId]>,
) -> Result<Vec<Profile>> {
    let sources = Sources::load(crm, view, layout, only)?;
    let mut facts = history(crm, view, programs, only)?;
    let records = match only {
        Some(some) => {
            let ids: Vec<Id> = some.iter().copied().map(Id::from).collect();
            crm.store().load(&CUSTOMER, &ids)?.into_iter().flatten().collect()
        }
        None => Crm::every(|cursor| crm.store().scan(&Scan::all(CUSTOMER).limit(MAX_PAGE).after(cursor)))?,
    };
    let time = |record: &Record, field| record.get(field).and_then(Value::as_time);
    let unknown = |record: &Record| time(record, "created_at").is_some_and(|created| created > view.as_of.known);
    let put_away = |record: &Record| time(record, "archived_at").is_some_and(|at| view.as_of.sees(at, at));
    let mut profiles = Vec::with_capacity(records.len());
    for (at, record) in records.iter().enumerate() {
        every_now_and_then(at, records.len())?;
        let id = CustomerId::new(record.id);
        let away = put_away(record) || unknown(record);
        if away && only.is_none() {
            continue;
        }
        let values = layout.keys().iter().map(|key| sources.value(key, id, record, view)).collect::<Result<_>>()?;
        profiles.push(Profile { id, away, values, facts: facts.remove(&record.id).unwrap_or_default() });
    }
    Ok(profiles)
}

/// The events that the programs look at, customer by customer, in the order of time.
fn history(
    crm: &Crm,
    view: &SegmentView,
    programs: &[&Program],
    only: Option<&[CustomerId]>,
) -> Result<HashMap<Id, Vec<Fact>>> {
    let mut facts: HashMap<Id, Vec<Fact>> = HashMap::new();
    let reads = programs.iter().map(|program| program.reads());
    let (mut streams, mut whole) = (BTreeMap::<&Stream, Vec<Name>>::new(), false);
    for read in reads {
        for (stream, name) in &read.events {
            streams.entry(stream).or_default().push(name.clone());
        }
        whole |= read.event_fields;
    }
    let several = streams.len() > 1;
    let window = Window::until(view.as_of.valid.saturating_add_micros(1));
    for (stream, mut names) in streams {
        names.sort_unstable();
        names.dedup();
        let mut query = FactQuery::all(stream.clone()).within(window).limit(MAX_PAGE);
        query.names = names;
        query.subjects = only.map(|some| some.iter().copied().map(Id::from).collect());
        query.known = Some(view.as_of.known).filter(|known| *known < crm.now());
        // An explanation names the facts that it rests on, so that a few customers' are read whole.
        if !whole && only.is_none() {
            query = query.measures();
        }
        for fact in Crm::every(|cursor| crm.store().facts(&query.clone().after(cursor)))? {
            facts.entry(fact.subject).or_default().push(fact);
        }
    }
    if several {
        for own in facts.values_mut() {
            own.sort_by_key(|fact| fact.at);
        }
    }
    Ok(facts)
}

impl Sources {
    fn load(crm: &Crm, view: &SegmentView, layout: &Layout, only: Option<&[CustomerId]>) -> Result<Self> {
        let asks = |prefixes: &[&str]| {
            layout.keys().iter().any(|key| prefixes.iter().any(|prefix| key.name.as_str().starts_with(prefix)))
        };
        let purchases = match view.currency {
            Some(currency) if asks(&["purchases.", "rfm.", "value."]) => {
                Purchases::load(crm, view, currency, only, asks(&COMPARED))?
            }
            _ => Purchases::None,
        };
        let standings = match view.programme {
            Some(programme) if asks(&["loyalty."]) => {
                let standings = crm.loyalty().standings_of(programme, only, view.as_of)?;
                standings.into_iter().map(|(member, standing)| (member, standing.fields())).collect()
            }
            _ => HashMap::new(),
        };
        let asks_permission = asks(&[CONSENT_FIELD.as_str(), REACHABLE_FIELD.as_str()]);
        let files = if asks_permission { crm.privacy().files(only)? } else { BTreeMap::new() };
        let attributes = attributes(crm, view, layout, only)?;
        let lists = if asks(&[LIST_FIELD.as_str()]) { list_facts(crm, only)? } else { HashMap::new() };
        let lists = lists.iter().map(|(id, facts)| Ok((*id, lists_of(facts, view.as_of)?))).collect::<Result<_>>()?;
        let roles = if asks(&["relationships."]) { roles(crm, view, only)? } else { Roles::new() };
        Ok(Self { purchases, standings, files, attributes, policy: crm.privacy().policy()?, lists, roles })
    }

    fn value(&self, key: &FieldKey, id: CustomerId, record: &Record, view: &SegmentView) -> Result<Option<Value>> {
        let name = key.name.as_str();
        if let Some(field) = name.strip_prefix("customer.") {
            let then = self.attributes.get(&(record.id, key.name.clone()));
            return Ok(then.map_or_else(|| record.get(field).cloned(), Clone::clone));
        }
        if key.name == CONSENT_FIELD || key.name == REACHABLE_FIELD {
            return self.permission(key, id, view).map(|allowed| Some(allowed.into()));
        }
        if key.name == LIST_FIELD {
            let list = key.args.first().ok_or_else(|| Error::invalid_at(&key.name, "takes the name of a list"))?;
            return Ok(self.lists.get(&record.id).map(|lists| lists.contains(list).into()));
        }
        if let Some(whose) = name.strip_prefix("relationships.") {
            let of_others = usize::from(whose == "roles_of_others");
            let roles = self.roles.get(&id).map(|roles| &roles[of_others]);
            return Ok(roles.map(|roles| Value::Texts(roles.iter().map(|role| role.as_str().into()).collect())));
        }
        if name.starts_with("loyalty.") {
            return Ok(self.standings.get(&id).and_then(|fields| fields.get(name)).cloned());
        }
        match &self.purchases {
            Purchases::None => Ok(None),
            Purchases::Summaries(summaries, rows) => {
                let row = rows.get(&id).and_then(|row| summaries.table.rows.get(*row));
                row.map_or(Ok(None), |row| purchased(name, &summaries.table, row))
            }
            Purchases::Assessment(assessment) => {
                assessment.of(id).map_or(Ok(None), |one| assessed(name, assessment, &one))
            }
        }
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

/// Fields that compare a customer with everybody else, so that no customer's can be told alone.
pub(super) const COMPARED: [&str; 2] = ["rfm.", "value."];

impl Purchases {
    fn load(
        crm: &Crm,
        view: &SegmentView,
        currency: Currency,
        only: Option<&[CustomerId]>,
        compared: bool,
    ) -> Result<Self> {
        let options = AssessOptions::new(view.zone.date(view.as_of.valid), &view.zone, currency)?;
        // Whoever is compared with everybody needs everybody's purchases.
        let of = only.filter(|_| !compared);
        let summaries = crm.scores().summaries_of(of, &options.summary, view.as_of)?;
        if summaries.table.rows.is_empty() {
            return Ok(Self::None);
        }
        if compared {
            return Ok(Self::Assessment(Box::new(Scores::assess_summaries(summaries, &options)?)));
        }
        let customer = |place: u32| summaries.customers.get(place as usize).copied();
        let rows = summaries.table.rows.iter().enumerate();
        let rows = rows.filter_map(|(at, row)| Some((customer(row.customer)?, at))).collect();
        Ok(Self::Summaries(Box::new(summaries), rows))
    }
}

/// The roles that hold at the instant of a view.
fn roles(crm: &Crm, view: &SegmentView, only: Option<&[CustomerId]>) -> Result<Roles> {
    let read = |scan: Scan| Crm::every(|cursor| crm.store().scan(&scan.clone().limit(MAX_PAGE).after(cursor)));
    let records = match only {
        None => read(Scan::all(RELATIONSHIP))?,
        Some(some) => {
            let mut records = read(Scan::all(RELATIONSHIP).about_any(some.iter().copied().map(Id::from).collect()))?;
            for one in some {
                records.extend(read(Scan::all(RELATIONSHIP).with_key(Relationship::key_towards(*one)))?);
            }
            records
        }
    };
    let mut roles = Roles::new();
    for record in &records {
        let one = Relationship::from_record(record)?;
        if one.holds(view.as_of.valid) {
            roles.entry(one.from).or_default()[0].insert(one.role.clone());
            roles.entry(one.to).or_default()[1].insert(one.role);
        }
    }
    Ok(roles)
}

/// The attributes of the host's own as they were, when the view is one of the past. The present ones stand in the
/// records; of the fields that the library itself declares no history is kept.
fn attributes(
    crm: &Crm,
    view: &SegmentView,
    layout: &Layout,
    only: Option<&[CustomerId]>,
) -> Result<HashMap<(Id, Name), Option<Value>>> {
    let now = crm.now();
    if view.as_of.valid >= now && view.as_of.known >= now {
        return Ok(HashMap::new());
    }
    let registry = crm.registry();
    let kept = |name: &&str| registry.field(&Target::Stream(ATTRIBUTE), name).is_some();
    let fields = layout.keys().iter().filter_map(|key| key.name.as_str().strip_prefix("customer.")).filter(kept);
    let names = fields.map(Name::new).collect::<Result<Vec<_>>>()?;
    let mut then = HashMap::new();
    if names.is_empty() {
        return Ok(then);
    }
    let mut query = FactQuery::all(ATTRIBUTE).limit(MAX_PAGE);
    query.names = names;
    query.subjects = only.map(|some| some.iter().copied().map(Id::from).collect());
    let mut latest: HashMap<(Id, Name), (Timestamp, Timestamp)> = HashMap::new();
    for fact in Crm::every(|cursor| crm.store().facts(&query.clone().after(cursor)))? {
        let key = (fact.subject, Name::new(&format!("customer.{}", fact.name))?);
        let value = then.entry(key.clone()).or_insert(None);
        let last = latest.entry(key).or_insert((Timestamp::MIN, Timestamp::MIN));
        if view.as_of.sees(fact.at, fact.recorded) && (fact.at, fact.recorded) >= *last {
            (*last, *value) = ((fact.at, fact.recorded), Attribute::from_fact(&fact).value);
        }
    }
    Ok(then)
}

fn purchased(name: &str, table: &SummaryTable, summary: &PurchaseSummary) -> Result<Option<Value>> {
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
        _ => return Ok(None),
    }))
}

fn assessed(name: &str, assessment: &Assessment, one: &Assessed) -> Result<Option<Value>> {
    let table = &assessment.summaries.table;
    Ok(Some(match name {
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
        _ => return purchased(name, table, &one.summary),
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
