//! Who is in an audience, who is not, and why.

use std::collections::BTreeSet;

use crm_core::base::{AsOf, Channel, CountedIds, CustomerId, Env, Error, Stream};
use crm_core::marketing::{AudienceSummary, Campaign, EVERYBODY, ExclusionReason, declarations, plan, record_sent};
use crm_core::privacy::{ConsentEvent, ContactFile, ContactPermit, ContactReason, evaluate, is_reachable};
use proptest::prelude::*;

use super::world::{
    any_candidates, any_word, appended, campaign, candidate, customer, day, name, permit, policy, question, say, sent,
    speak, willing,
};

fn adds_up(summary: &AudienceSummary) -> bool {
    let excluded: u64 = summary.excluded.values().sum();
    summary.candidates == summary.contacts + summary.handed_out + summary.held_out + excluded
        && summary.excluded.values().all(|count| *count > 0)
}

proptest! {
    #[test]
    fn the_counts_add_up_to_the_candidates_from_the_plan_to_the_last_batch(
        candidates in any_candidates(),
        holdout in prop_oneof![Just(0), Just(5_000), Just(EVERYBODY)],
        later in proptest::collection::vec((0_u8..30, any_word(11..12)), 0..8),
        size in 1_usize..6,
    ) {
        let campaign = campaign().holdout(holdout);
        let total = candidates.len() as u64;
        let mut files: Vec<ContactFile> = candidates.iter().map(|candidate| candidate.file.clone()).collect();
        let mut audience = plan(&campaign, &policy(), candidates, AsOf::at(day(10))).unwrap();
        let summary = audience.summary();
        prop_assert_eq!(summary.candidates, total);
        prop_assert!(adds_up(&summary), "{:?}", summary);
        let json = serde_json::to_string(&summary).unwrap();
        prop_assert_eq!(serde_json::from_str::<AudienceSummary>(&json).unwrap(), summary);

        for (n, word) in &later {
            let mine = files.iter_mut().filter(|file| file.customer == customer(*n));
            mine.for_each(|file| speak(file, *n, &[*word], 500));
        }
        audience.recheck(&policy(), &files, AsOf::at(day(11)));
        prop_assert!(adds_up(&audience.summary()));
        while !audience.upcoming(size).is_empty() {
            audience.next_batch(size, &policy(), &files, AsOf::at(day(12))).unwrap();
            prop_assert!(adds_up(&audience.summary()));
        }
        prop_assert_eq!(audience.summary().contacts, 0);
    }

    #[test]
    fn everybody_in_it_may_be_contacted_and_nobody_is_left_out_without_a_reason(candidates in any_candidates()) {
        let as_of = AsOf::at(day(10));
        let audience = plan(&campaign().holdout(2_000), &policy(), candidates.clone(), as_of).unwrap();
        // Those who come first of their name, were not served, may be contacted, and come first at their address.
        let (mut named, mut addresses, mut expected) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for candidate in &candidates {
            let file = &candidate.file;
            let first = named.insert(file.customer) && candidate.campaigns.is_empty();
            let reachable = first && is_reachable(&policy(), file, &name("offers"), Channel::Sms, as_of);
            if reachable && addresses.insert(file.points[0].address) {
                expected.insert(file.customer);
            }
        }
        let contacts: Vec<CustomerId> = audience.contacts().map(ContactPermit::customer).collect();
        let distinct: BTreeSet<CustomerId> = contacts.iter().chain(audience.held_out()).copied().collect();
        prop_assert_eq!(distinct.len(), contacts.len() + audience.held_out().len());
        prop_assert_eq!(distinct, expected);
        for contact in contacts {
            prop_assert!(!audience.campaign().holds_out(contact));
        }
        for held_out in audience.held_out() {
            prop_assert!(audience.campaign().holds_out(*held_out));
        }
    }

    /// What is said between the plan and the sending counts.
    #[test]
    fn a_batch_holds_those_who_may_be_contacted_when_it_is_sent(
        words in proptest::collection::vec((0_u8..10, any_word(10..12)), 0..12),
    ) {
        let mut files: Vec<ContactFile> = (0..10).map(willing).collect();
        let mut audience =
            plan(&campaign(), &policy(), files.iter().cloned().map(candidate), AsOf::at(day(9))).unwrap();
        prop_assert_eq!(audience.summary().contacts, 10);
        for ((n, word), seed) in words.iter().zip(0..) {
            speak(&mut files[usize::from(*n)], *n, &[*word], seed);
        }
        let as_of = AsOf::at(day(12));
        let batch = audience.next_batch(10, &policy(), &files, as_of).unwrap();
        let contacted: BTreeSet<CustomerId> = batch.iter().map(ContactPermit::customer).collect();
        for (n, file) in (0_u8..).zip(&files) {
            let decision = evaluate(&policy(), &question(n), &file.consents, file.points.first(), as_of);
            prop_assert_eq!(contacted.contains(&file.customer), decision.allowed, "{}", decision.reason);
        }
    }
}

#[test]
fn a_withdrawal_between_the_plan_and_the_sending_is_honoured() {
    let mut files = [willing(1), willing(2)];
    let mut audience = plan(&campaign(), &policy(), files.clone().map(candidate), AsOf::at(day(9))).unwrap();
    say(&mut files[0], &ConsentEvent::withdrawn(customer(1), day(10)), 50);
    let batch = audience.next_batch(10, &policy(), &files, AsOf::at(day(11))).unwrap();
    assert_eq!(batch.iter().map(ContactPermit::customer).collect::<Vec<_>>(), [customer(2)]);
    assert_eq!(audience.summary().excluded[&ExclusionReason::Denied(ContactReason::Withdrawn)], 1);
}

#[test]
fn whoever_has_been_erased_since_the_plan_is_not_contacted() {
    let mut audience = plan(&campaign(), &policy(), [candidate(willing(1))], AsOf::at(day(9))).unwrap();
    assert!(audience.next_batch(10, &policy(), &[], AsOf::at(day(11))).unwrap().is_empty());
    assert_eq!(audience.summary().excluded.len(), 1);
}

#[test]
fn nobody_gets_the_same_message_twice() {
    let mut served = candidate(willing(1));
    served.campaigns = sent(1);
    let audience = plan(&campaign(), &policy(), [served, candidate(willing(2))], AsOf::at(day(10))).unwrap();
    let summary = audience.summary();
    assert_eq!((summary.contacts, summary.excluded[&ExclusionReason::AlreadySent]), (1, 1));
}

#[test]
fn one_address_gets_one_message() {
    let mut second = willing(2);
    second.points[0].address = willing(1).points[0].address;
    let audience = plan(&campaign(), &policy(), [willing(1), second].map(candidate), AsOf::at(day(10))).unwrap();
    assert_eq!(audience.upcoming(9), [customer(1)]);
    assert_eq!(audience.summary().excluded[&ExclusionReason::SharedAddress], 1);
}

#[test]
fn planning_again_as_of_the_same_instant_gives_the_same_facts() {
    let record = |now| {
        let ids = CountedIds::from(now as u64);
        let files = (0..20).map(willing).map(candidate);
        let audience = plan(&campaign().holdout(3_000), &policy(), files, AsOf::at(day(9))).unwrap();
        assert!(!audience.held_out().is_empty());
        let mut facts = appended(audience.record(&Env::new(day(now), &ids)));
        for fact in &mut facts {
            fact.recorded = fact.at;
        }
        facts
    };
    assert_eq!(record(9).len(), 20);
    assert_eq!(record(9), record(12));
}

#[test]
fn a_campaign_keeps_to_its_window_and_its_purpose() {
    let files = [willing(1)];
    let over = plan(&campaign(), &policy(), files.clone().map(candidate), AsOf::at(day(20)));
    assert!(matches!(over, Err(Error::Denied { .. })));
    let mut audience = plan(&campaign(), &policy(), files.clone().map(candidate), AsOf::at(day(1))).unwrap();
    for outside in [9, 20] {
        assert!(audience.next_batch(1, &policy(), &files, AsOf::at(day(outside))).is_err());
    }
    assert_eq!(audience.next_batch(1, &policy(), &files, AsOf::at(day(19))).unwrap().len(), 1);

    let typo = Campaign { purpose: name("ofers"), ..campaign() };
    assert!(matches!(plan(&typo, &policy(), [], AsOf::at(day(1))), Err(Error::NotFound { .. })));
    let wrong = Campaign { channel: Channel::Post, ..campaign() };
    assert!(matches!(plan(&wrong, &policy(), [], AsOf::at(day(1))), Err(Error::Invalid { .. })));
}

#[test]
fn a_permit_is_void_after_minutes_and_for_other_campaigns() {
    let ids = CountedIds::from(1);
    let record = |campaign: &Campaign, micros| {
        let now = day(10).saturating_add_micros(micros);
        record_sent(campaign, &[permit(1, 10)], &Env::new(now, &ids))
    };
    assert_eq!(appended(record(&campaign(), 899_999_999).unwrap()).len(), 1);
    assert!(matches!(record(&campaign(), 900_000_000), Err(Error::Denied { .. })));
    let other = Campaign { channel: Channel::Email, ..campaign() };
    assert!(matches!(record(&other, 0), Err(Error::Denied { .. })));
    assert!(matches!(record(&Campaign { purpose: name("other"), ..campaign() }, 0), Err(Error::Denied { .. })));
}

#[test]
fn every_field_that_is_written_is_declared() {
    let mut registry = crm_core::base::Registry::new();
    for declaration in declarations() {
        registry.declare(&declaration).unwrap();
    }
    let ids = CountedIds::from(1);
    let facts = appended(record_sent(&campaign(), &[permit(1, 10)], &Env::new(day(10), &ids)).unwrap());
    let stream: Stream = facts[0].stream.clone();
    for (field, value) in facts[0].fields.iter() {
        let declared = registry.field(&crm_core::base::Target::Stream(stream.clone()), field.as_str());
        assert!(declared.is_some_and(|declared| value.fits(declared.value_type)), "{field}");
    }
    assert_eq!(facts[0].fields.len(), 4);
}
