//! A small world in which every rule can be met: few purposes, channels, contact points and instants.

use crm_core::base::{AsOf, Channel, ContactPointId, CountedIds, CustomerId, Env, Id, Name, Stream, Timestamp, Window};
use crm_core::change::{Change, ChangeSet};
use crm_core::fact::{Fact, Projection};
use crm_core::privacy::{
    AddressKey, AddressToken, ConsentEvent, ConsentHistory, ConsentKind, ContactDecision, ContactQuestion, LawfulBasis,
    PointStatus, Policy, Purpose, Scope, SuppressionHistory, SuppressionReason, evaluate, lift_suppression,
    record_consent, suppress,
};
use proptest::prelude::*;

pub const PURPOSES: [&str; 4] = ["newsletter", "survey", "prizes", "orders"];
pub const CHANNELS: [Channel; 2] = [Channel::Email, Channel::Sms];

/// Day `n` of the world.
pub fn day(n: i64) -> Timestamp {
    "2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap().saturating_add_days(n)
}

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn anna() -> CustomerId {
    CustomerId::new(Id::derived("test", "anna"))
}

pub fn point(n: usize) -> ContactPointId {
    ContactPointId::new(Id::derived("test", &format!("point {n}")))
}

/// The newsletter needs a confirmation by e-mail and has changed once; the survey rests on a legitimate interest;
/// prizes need consent but no confirmation; orders rest on the contract.
pub fn policy() -> Policy {
    let service = |key| Purpose::service(name(key), key, CHANNELS);
    Policy::new([
        Purpose { version: 2, consents_from: 2, ..Purpose::marketing(name("newsletter"), "News", CHANNELS) },
        Purpose { basis: LawfulBasis::LegitimateInterest, direct_marketing: true, ..service("survey") },
        Purpose { basis: LawfulBasis::Consent, verified_only: true, ..service("prizes") },
        service("orders"),
    ])
}

/// An event with the day on which it was recorded.
#[derive(Clone, Debug)]
pub struct Told {
    pub event: ConsentEvent,
    pub recorded: i64,
    /// Whether a newer library wrote it under a word that this one does not know.
    pub unknown: bool,
}

/// The facts that recording the events appends.
pub fn facts(told: &[Told]) -> Vec<Fact> {
    let ids = CountedIds::from(1);
    let mut facts = Vec::new();
    for one in told {
        let env = Env::new(day(one.recorded), &ids);
        let (_, changes) = record_consent([one.event.clone()], &policy(), &env).unwrap();
        facts.extend(appended(changes).into_iter().map(|mut fact| {
            if one.unknown {
                fact.name = name("a_word_of_the_future");
            }
            fact
        }));
    }
    facts
}

pub fn appended(changes: ChangeSet) -> Vec<Fact> {
    let fact = |change| if let Change::Append(fact) = change { Some(fact) } else { None };
    changes.changes.into_iter().filter_map(fact).collect()
}

pub fn history(told: &[Told]) -> ConsentHistory {
    ConsentHistory::fold(&facts(told))
}

pub fn decide(told: &[Told], question: &ContactQuestion, status: Option<&PointStatus>, as_of: AsOf) -> ContactDecision {
    evaluate(&policy(), question, &history(told), status, as_of)
}

/// Tells what happens as it happens.
pub fn told(event: ConsentEvent) -> Told {
    let recorded = (0..1_000).find(|n| day(*n) >= event.at).unwrap();
    Told { event, recorded, unknown: false }
}

pub fn question(purpose: &str, channel: Channel, at: usize) -> ContactQuestion {
    ContactQuestion { customer: anna(), purpose: name(purpose), channel, contact_point: point(at) }
}

pub fn good_point(n: usize) -> PointStatus {
    PointStatus { verified_at: Some(day(0)), ..PointStatus::new(point(n), anna(), CHANNELS.to_vec()) }
}

pub fn token() -> AddressToken {
    AddressKey::new([1; 32]).token("email", "anna@example.org")
}

/// Barrings and liftings of one address: channel, whether it lifts, when, and the day it was recorded.
pub type Barrings = Vec<(Option<Channel>, bool, i64, i64)>;

pub fn suppressions(barrings: &Barrings) -> SuppressionHistory {
    let ids = CountedIds::from(1);
    let mut history = SuppressionHistory::default();
    for (channel, lifts, at, recorded) in barrings {
        let env = Env::new(day(*recorded), &ids);
        let changes = if *lifts {
            lift_suppression(token(), *channel, day(*at), &env)
        } else {
            suppress(token(), *channel, SuppressionReason::HardBounce, day(*at), &env)
        };
        for fact in appended(changes.unwrap()) {
            history.apply(&fact);
        }
    }
    history
}

pub const DAYS: i64 = 8;

/// An index, small ones far more often: histories and questions must meet.
fn any_index(weights: &'static [u32]) -> impl Strategy<Value = usize> {
    proptest::strategy::Union::new_weighted(weights.iter().copied().zip((0..weights.len()).map(Just)).collect())
}

fn any_scope(complete: bool) -> impl Strategy<Value = Scope> {
    let part =
        move |weights| (any_index(weights), 0_u32..3).prop_map(move |(i, all)| (complete || all > 0).then_some(i));
    (part(&[9, 4, 4, 1]), part(&[5, 1]), part(&[6, 1])).prop_map(|(purpose, channel, at)| Scope {
        purpose: purpose.map(|i| name(PURPOSES[i])),
        channel: channel.map(|i| CHANNELS[i]),
        contact_point: at.map(point),
    })
}

/// Every kind, opt-ins more often than what ends them.
pub fn any_kind() -> impl Strategy<Value = ConsentKind> {
    prop_oneof![
        1 => proptest::sample::select(ConsentKind::ALL),
        3 => proptest::sample::select(vec![ConsentKind::Requested, ConsentKind::Granted, ConsentKind::Confirmed]),
    ]
}

pub fn any_told_of(kind: impl Strategy<Value = ConsentKind>) -> impl Strategy<Value = Told> {
    (kind, 0..DAYS, 0_i64..4, proptest::option::weighted(0.3, 1_i64..6), 1_u32..=4, 0_u32..60)
        .prop_flat_map(|(kind, at, late, lasts, version, odd)| {
            (any_scope(kind.opts_in()), Just((kind, at, late, lasts, version, odd)))
        })
        .prop_map(|(scope, (kind, at, late, lasts, version, odd))| {
            let mut event = ConsentEvent::new(kind, anna(), day(at));
            let single = scope.purpose.as_ref().is_none_or(|purpose| *purpose != "newsletter");
            event.scope = scope;
            event.purpose_version = Some(if single { 1 } else { version.min(2) });
            event.expires_at = lasts.map(|days| day(at + days));
            let event = event.notice(name("notice-1/en")).origin(name("form"));
            Told { event, recorded: at + late, unknown: odd == 0 }
        })
}

pub fn any_told() -> impl Strategy<Value = Vec<Told>> {
    proptest::collection::vec(any_told_of(any_kind()), 0..14)
}

fn any_question() -> impl Strategy<Value = ContactQuestion> {
    (any_index(&[9, 4, 4, 1]), any_index(&[5, 1]), any_index(&[6, 1]))
        .prop_map(|(p, c, at)| question(PURPOSES[p], CHANNELS[c], at))
}

pub fn any_as_of() -> impl Strategy<Value = AsOf> {
    (2..DAYS + 4, 2..DAYS + 6).prop_map(|(valid, known)| AsOf { valid: day(valid), known: day(known) })
}

pub fn any_barrings() -> impl Strategy<Value = Barrings> {
    let channel = proptest::option::of(proptest::sample::select(CHANNELS.to_vec()));
    let one = (channel, any::<bool>(), 0..DAYS, 0_i64..3).prop_map(|(c, lifts, at, late)| (c, lifts, at, at + late));
    prop_oneof![5 => Just(Vec::new()), 1 => proptest::collection::vec(one, 1..4)]
}

/// A question, and the contact point that it names, with at most a few flaws.
pub fn any_question_and_point() -> impl Strategy<Value = (ContactQuestion, Option<PointStatus>)> {
    any_question().prop_flat_map(any_point)
}

fn any_point(question: ContactQuestion) -> impl Strategy<Value = (ContactQuestion, Option<PointStatus>)> {
    let some_day = || proptest::option::weighted(0.1, 0..DAYS + 2);
    (some_day(), some_day(), some_day(), proptest::option::weighted(0.7, 0..DAYS), any_barrings(), 0_u32..40).prop_map(
        move |(bounced, from, to, verified, barrings, odd)| {
            let mut point = PointStatus::new(question.contact_point, question.customer, CHANNELS.to_vec());
            point.bounced_at = bounced.map(day);
            point.verified_at = verified.map(day);
            point.valid = Window { start: from.map_or(Timestamp::MIN, day), end: to.map_or(Timestamp::MAX, day) };
            point.suppressions = suppressions(&barrings);
            match odd {
                0 => return (question.clone(), None),
                1 => point.customer = CustomerId::new(Id::derived("test", "bert")),
                2 => point.channels.retain(|channel| *channel != question.channel),
                _ => {}
            }
            (question.clone(), Some(point))
        },
    )
}

/// The number of cases: `PROPTEST_CASES`, or few enough for everyday use.
pub fn cases(few: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(few);
    ProptestConfig { cases, ..ProptestConfig::default() }
}

pub fn consent_stream() -> Stream {
    crm_core::privacy::CONSENT
}
