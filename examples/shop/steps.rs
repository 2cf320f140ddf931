//! The steps of the main job, each from a store and an answer to the next answer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crm_core::Crm;
use crm_core::base::{AsOf, Channel, Currency, CustomerId, Date, Error, Name, ProgrammeId, Timestamp, Window, Zone};
use crm_core::crm::{AssessOptions, Assessment, Imported, Loyalty, Membership, SegmentView, Segments};
use crm_core::intake::{ContactMapping, Mode, PurchaseMapping, Purchases, decode_purchases};
use crm_core::loyalty::{Definition, Liability, Standing, Statement};
use crm_core::marketing::{AudienceSummary, Campaign};
use crm_core::privacy::Purpose;
use crm_core::segment::standard_segments;
use crm_examples::synthetic_contacts;

use crate::args::Args;
use crate::files::{self, Failure};

/// The CDNOW log of purchases, as it was published.
const CDNOW: &[u8] = include_bytes!("../data/CDNOW_master.txt");
const CDNOW_MAPPING: &str = "currency=USD, quantity=number_of_cds, source=cdnow";
/// With which the contacts of the log's customers were made up.
const SEED: u64 = 1997;
const PROGRAMME: &str = include_str!("programme.json");

pub const MARKETING: Name = Name::from_static("marketing");

/// What was imported.
pub struct Import {
    pub purchases: Purchases,
    pub log: Imported,
    pub contacts: Option<Imported>,
    pub synthetic: bool,
    pub rejected: Vec<PathBuf>,
}

pub fn import(crm: &Crm, args: &Args) -> Result<Import, Failure> {
    crm.privacy().define(&Purpose::marketing(MARKETING, "News and offers", [Channel::Email]))?;
    let Some(path) = &args.purchases else { return import_cdnow(crm) };
    let bytes = files::read(path)?;
    let mapping: PurchaseMapping =
        args.mapping.as_deref().unwrap_or_default().parse().map_err(|error| usage("--mapping", &error))?;
    let located = |error: Error| Failure::from(error).in_file(path);
    let purchases = decode(crm, &bytes, mapping, args.mode).map_err(located)?;
    let log = crm.intake().purchase_rows(&purchases.rows, args.mode).map_err(located)?;
    let mut rejects = purchases.rejected.clone();
    rejects.extend(log.rejected.iter().cloned());
    let mut rejected: Vec<PathBuf> = files::write_rejected(path, &bytes, &rejects)?.into_iter().collect();
    let contacts = match &args.contacts {
        Some(path) => {
            let (imported, written) = import_contacts(crm, path, args)?;
            rejected.extend(written);
            Some(imported)
        }
        None => None,
    };
    Ok(Import { purchases, log, contacts, synthetic: false, rejected })
}

/// Decodes a log in one currency: what follows adds amounts up. The first row says which, if the mapping does not.
fn decode(crm: &Crm, bytes: &[u8], mut mapping: PurchaseMapping, mode: Mode) -> Result<Purchases, Error> {
    let purchases = decode_purchases(bytes, &mapping, crm.now(), mode)?;
    let mut currencies = purchases.rows.iter().map(|row| row.amount.currency());
    let Some(first) = currencies.next() else { return Ok(purchases) };
    if currencies.all(|currency| currency == first) {
        return Ok(purchases);
    }
    mapping.currency = Some(first);
    decode_purchases(bytes, &mapping, crm.now(), mode)
}

fn import_contacts(crm: &Crm, path: &Path, args: &Args) -> Result<(Imported, Option<PathBuf>), Failure> {
    let bytes = files::read(path)?;
    let mapping: ContactMapping = args.contacts_mapping.parse().map_err(|error| usage("--contacts-mapping", &error))?;
    let imported =
        crm.intake().contacts(&bytes, &mapping, args.mode).map_err(|error| Failure::from(error).in_file(path))?;
    let written = files::write_rejected(path, &bytes, &imported.rejected)?;
    Ok((imported, written))
}

fn import_cdnow(crm: &Crm) -> Result<Import, Failure> {
    let purchases = decode_purchases(CDNOW, &CDNOW_MAPPING.parse()?, crm.now(), Mode::Strict)?;
    let log = crm.intake().purchase_rows(&purchases.rows, Mode::Strict)?;
    let contacts = synthetic_contacts(&purchases.rows, SEED);
    let mapping = "source=cdnow".parse()?;
    let imported = crm.intake().contacts(contacts.as_bytes(), &mapping, Mode::Strict)?;
    Ok(Import { purchases, log, contacts: Some(imported), synthetic: true, rejected: Vec::new() })
}

fn usage(option: &str, error: &Error) -> Failure {
    Failure { words: format!("{option}: {error}"), code: 2 }
}

/// From where everything is looked at.
pub struct Point {
    pub day: Date,
    pub zone: Zone,
    pub currency: Currency,
    pub as_of: AsOf,
    pub source: Name,
}

pub fn point(crm: &Crm, args: &Args, import: &Import) -> Result<Point, Failure> {
    let rows = &import.purchases.rows;
    let (Some(last), Some(first)) = (rows.iter().map(|row| row.at).max(), rows.first()) else {
        return Err(Failure { words: "the log holds no purchase that could be imported".to_owned(), code: 1 });
    };
    let day = args.as_of.unwrap_or_else(|| args.zone.date(last));
    let valid = args.zone.day(day).end.saturating_add_micros(-1).min(crm.now());
    Ok(Point {
        day,
        zone: args.zone.clone(),
        currency: first.amount.currency(),
        as_of: AsOf { valid, known: crm.now() },
        source: first.source.source.clone(),
    })
}

pub fn assess(crm: &Crm, point: &Point) -> Result<Assessment, Failure> {
    let mut options = AssessOptions::new(point.day, &point.zone, point.currency)?;
    options.summary.threads = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(crm.scores().assess(&options)?)
}

pub fn view(point: &Point, programme: Option<ProgrammeId>) -> SegmentView {
    let (zone, currency) = (point.zone.clone(), Some(point.currency));
    SegmentView { as_of: point.as_of, zone, currency, programme }
}

/// Defines the segments that most businesses ask for first, and finds their members.
pub fn segments(crm: &Crm, view: &SegmentView) -> Result<Vec<Membership>, Failure> {
    let mut defined = Vec::new();
    for segment in standard_segments() {
        defined.push(crm.segments().define(&segment.name, &segment.text)?);
    }
    Ok(crm.segments().evaluate(&defined, view)?)
}

/// What the loyalty programme came to.
pub struct Club {
    pub id: ProgrammeId,
    pub standings: BTreeMap<CustomerId, Standing>,
    pub liability: Liability,
}

pub fn club(crm: &Crm, point: &Point) -> Result<Club, Failure> {
    let text = PROGRAMME.replace("USD", point.currency.code());
    let definition = Definition::from_json(&text)?;
    let id = Loyalty::id_of(&Name::from_static("club"));
    crm.loyalty().publish(id, &definition, Timestamp::EPOCH)?;
    crm.loyalty().catch_up(id, point.as_of.valid)?;
    let standings = crm.loyalty().standings(id, point.as_of.valid)?.into_iter().collect();
    let liability = crm.loyalty().liability(id, point.as_of.valid)?;
    Ok(Club { id, standings, liability })
}

/// The statement of a customer over the last year; of somebody with many points if none is named.
pub fn statement(crm: &Crm, args: &Args, point: &Point, club: &Club) -> Result<Option<(String, Statement)>, Failure> {
    let named = args.statement.as_ref().or(args.explain.as_ref());
    let member = if let Some(number) = named {
        Some(find(crm, point, number)?)
    } else {
        let richest = club.standings.iter().max_by_key(|(id, one)| (one.balance.available, std::cmp::Reverse(**id)));
        richest.map(|(id, _)| *id)
    };
    let Some(member) = member else { return Ok(None) };
    let year = Window::new(
        point.zone.day(point.day.saturating_add_days(-365)).start,
        point.as_of.valid.saturating_add_micros(1),
    )?;
    let customer = crm.customers().get(member)?;
    let number = customer.identifiers.iter().find(|one| one.namespace == point.source);
    let number = number.map_or_else(|| member.to_string(), |one| one.value.to_string());
    Ok(Some((number, crm.loyalty().statement(club.id, member, year)?)))
}

/// The customer of a number in the log.
pub fn find(crm: &Crm, point: &Point, number: &str) -> Result<CustomerId, Failure> {
    let found = crm.customers().find(&point.source, number)?;
    found.ok_or_else(|| Failure { words: format!("{} knows no customer of this number", point.source), code: 1 })
}

/// The plan of the win-back campaign.
pub fn campaign(crm: &Crm, point: &Point, memberships: &[Membership]) -> Result<AudienceSummary, Failure> {
    let name = Name::from_static("win back");
    let at_risk = memberships.iter().find(|one| one.segment.name == name).map(|one| one.members.as_slice());
    let window = Window::new(point.as_of.valid, point.as_of.valid.saturating_add_days(30))?;
    let mut campaign = Campaign::new(Name::new("win-back")?, MARKETING, Channel::Email, Segments::id_of(&name), window);
    campaign.holdout = 1_000;
    let audience = crm.marketing().plan(&campaign, at_risk.unwrap_or_default(), point.as_of)?;
    Ok(audience.summary())
}
