//! A campaign and its candidates.

use crm_core::base::{
    AsOf, Channel, ContactPointId, CountedIds, CustomerId, Env, Id, Name, SegmentId, Timestamp, Window,
};
use crm_core::change::{Change, ChangeSet};
use crm_core::fact::{Fact, Projection};
use crm_core::marketing::{Campaign, CampaignHistory, Candidate, record_sent};
use crm_core::privacy::{
    AddressKey, AddressToken, ConsentEvent, ConsentHistory, ConsentKind, ContactFile, ContactPermit, ContactQuestion,
    PointStatus, Policy, Purpose, SuppressionHistory, SuppressionReason, record_consent, suppress,
};
use proptest::prelude::*;

pub const CHANNEL: Channel = Channel::Sms;

/// Day `n` of the world.
pub fn day(n: i64) -> Timestamp {
    "2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap().saturating_add_days(n)
}

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn customer(n: u8) -> CustomerId {
    CustomerId::new(Id::derived("test", &n.to_string()))
}

pub fn point(n: u8) -> ContactPointId {
    ContactPointId::new(Id::derived("test/point", &n.to_string()))
}

pub fn token(n: u8) -> AddressToken {
    AddressKey::new([9; 32]).token("phone", &n.to_string())
}

pub fn policy() -> Policy {
    Policy::new([Purpose::marketing(name("offers"), "Offers", [CHANNEL, Channel::Email])])
}

/// From day 10 to day 20.
pub fn campaign() -> Campaign {
    let window = Window::new(day(10), day(20)).unwrap();
    Campaign::new(name("win-back"), name("offers"), CHANNEL, SegmentId::new(Id::derived("test", "at risk")), window)
}

pub fn appended(changes: ChangeSet) -> Vec<Fact> {
    let fact = |change| if let Change::Append(fact) = change { Some(fact) } else { None };
    changes.changes.into_iter().filter_map(fact).collect()
}

pub fn question(n: u8) -> ContactQuestion {
    ContactQuestion { customer: customer(n), purpose: name("offers"), channel: CHANNEL, contact_point: point(n) }
}

/// Takes what somebody says into their file.
pub fn say(file: &mut ContactFile, event: &ConsentEvent, seed: u64) {
    let ids = CountedIds::from(seed);
    let (_, changes) = record_consent([event.clone()], &policy(), &Env::new(event.at, &ids)).unwrap();
    for fact in appended(changes) {
        file.consents.apply(&fact);
    }
}

/// Somebody who agreed on day 1 and has a telephone.
pub fn willing(n: u8) -> ContactFile {
    let mut file = ContactFile::new(customer(n));
    let mut phone = PointStatus::new(point(n), customer(n), vec![Channel::Sms, Channel::Phone]);
    phone.address = Some(token(n));
    file.points.push(phone);
    say(&mut file, &ConsentEvent::granted(&question(n), name("offers-1/en"), day(1)), u64::from(n));
    file
}

pub fn candidate(file: ContactFile) -> Candidate {
    Candidate { file, campaigns: CampaignHistory::default() }
}

pub fn permit(n: u8, at: i64) -> ContactPermit {
    let file = willing(n);
    ContactPermit::ask(&policy(), question(n), &file.consents, file.points.first(), AsOf::at(day(at))).unwrap()
}

/// The history of a customer to whom the campaign has sent its message.
pub fn sent(n: u8) -> CampaignHistory {
    let ids = CountedIds::from(1);
    let changes = record_sent(&campaign(), &[permit(n, 10)], &Env::new(day(10), &ids)).unwrap();
    CampaignHistory::fold(&appended(changes))
}

/// Some change of mind on some day.
pub fn any_word(days: std::ops::Range<i64>) -> impl Strategy<Value = (ConsentKind, i64)> {
    (proptest::sample::select(ConsentKind::ALL), days)
}

pub fn speak(file: &mut ContactFile, n: u8, words: &[(ConsentKind, i64)], seed: u64) {
    for ((kind, at), seed) in words.iter().zip(seed..) {
        let event = ConsentEvent::about(*kind, &question(n), day(*at)).notice(name("n")).origin(name("form"));
        say(file, &event, 1_000 + seed);
    }
}

/// Candidates of every sort: some named twice, some with a shared address, some without one, some already served, some
/// who bounced, and many who said things.
pub fn any_candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let words = proptest::collection::vec(any_word(2..10), 0..3);
    let one = (0_u8..30, 0_u8..12, words).prop_map(|(n, flaw, words)| {
        let mut file = willing(n);
        speak(&mut file, n, &words, 0);
        match flaw {
            0 => file.points.clear(),
            1 => file.points[0].bounced_at = Some(day(5)),
            2 => file.points[0].address = Some(token(200)),
            3 => file.points[0].suppressions = barred(n),
            _ => {}
        }
        Candidate { file, campaigns: if flaw == 4 { sent(n) } else { CampaignHistory::default() } }
    });
    proptest::collection::vec(one, 0..25)
}

pub fn barred(n: u8) -> SuppressionHistory {
    let ids = CountedIds::from(1);
    let env = Env::new(day(5), &ids);
    let changes = suppress(token(n), None, SuppressionReason::Complaint, day(5), &env).unwrap();
    SuppressionHistory::fold(&appended(changes))
}

pub fn history(facts: &[Fact], n: u8) -> CampaignHistory {
    CampaignHistory::fold(facts.iter().filter(|fact| fact.subject == customer(n).id()))
}

pub fn consents(facts: &[Fact], n: u8) -> ConsentHistory {
    let stream = crm_core::privacy::CONSENT;
    ConsentHistory::fold(facts.iter().filter(|fact| fact.stream == stream && fact.subject == customer(n).id()))
}
