//! What becomes of messages, and what follows from it.

use crm_core::base::{AsOf, CountedIds, Env, Error, StoreError};
use crm_core::change::{Change, ChangeSet};
use crm_core::fact::{Projection, SourceRef};
use crm_core::marketing::{CampaignHistory, CampaignStep, MessageOutcome, record_outcomes, record_sent};
use crm_core::privacy::{ContactReason, SuppressionHistory, evaluate};
use crm_core::store::{Memory, Store};

use super::world::{appended, campaign, consents, customer, day, name, permit, policy, question, token, willing};

fn outcome(step: CampaignStep) -> MessageOutcome {
    let source = Some(SourceRef::new(name("mailer"), "event-1"));
    MessageOutcome { address: Some(token(1)), source, ..MessageOutcome::new(customer(1), step, day(11)) }
}

fn record(outcome: MessageOutcome) -> Vec<crm_core::fact::Fact> {
    let ids = CountedIds::from(1);
    appended(record_outcomes(&campaign(), [outcome], &Env::new(day(12), &ids)).unwrap())
}

/// Why customer 1 may not be contacted after an outcome, with what was said and barred by it.
fn reason_after(step: CampaignStep) -> ContactReason {
    let facts = record(outcome(step));
    let mut file = willing(1);
    file.consents.merge(&consents(&facts, 1));
    let barring = facts.iter().filter(|fact| fact.subject == token(1).id());
    file.points[0].suppressions = SuppressionHistory::fold(barring);
    evaluate(&policy(), &question(1), &file.consents, file.points.first(), AsOf::at(day(12))).reason
}

#[test]
fn outcomes_have_their_consequences() {
    assert_eq!(reason_after(CampaignStep::Bounced), ContactReason::Suppressed);
    assert_eq!(reason_after(CampaignStep::Complained), ContactReason::Suppressed);
    assert_eq!(reason_after(CampaignStep::Unsubscribed), ContactReason::Withdrawn);
    for harmless in [CampaignStep::Delivered, CampaignStep::Opened, CampaignStep::Clicked, CampaignStep::Responded] {
        assert_eq!(reason_after(harmless), ContactReason::Consented);
    }
}

#[test]
fn a_complaint_objects_even_when_the_address_has_no_token() {
    let facts = record(MessageOutcome { address: None, ..outcome(CampaignStep::Complained) });
    let mut file = willing(1);
    file.consents.merge(&consents(&facts, 1));
    let decision = evaluate(&policy(), &question(1), &file.consents, file.points.first(), AsOf::at(day(12)));
    assert_eq!(decision.reason, ContactReason::Objected);
}

#[test]
fn a_report_that_comes_twice_says_the_same_twice() {
    for step in [CampaignStep::Bounced, CampaignStep::Complained, CampaignStep::Unsubscribed, CampaignStep::Opened] {
        assert_eq!(record(outcome(step)), record(outcome(step)));
    }
}

#[test]
fn what_is_planned_or_sent_is_no_outcome() {
    let ids = CountedIds::from(1);
    let env = Env::new(day(12), &ids);
    for step in [CampaignStep::Planned, CampaignStep::HeldOut, CampaignStep::Sent] {
        assert!(matches!(record_outcomes(&campaign(), [outcome(step)], &env), Err(Error::Invalid { .. })));
    }
    let tomorrow = MessageOutcome { at: day(13), ..outcome(CampaignStep::Opened) };
    assert!(record_outcomes(&campaign(), [tomorrow], &env).is_err());
}

#[test]
fn a_message_is_recorded_as_sent_once_whoever_tries() {
    let store = Memory::new();
    let ids = CountedIds::from(1);
    let mut declare = ChangeSet::new(day(0));
    declare.changes.extend(crm_core::marketing::declarations().into_iter().map(Change::Declare));
    store.commit(&declare).unwrap();
    let send = |minutes: i64| {
        let now = day(10).saturating_add_micros(minutes * 60_000_000);
        store.commit(&record_sent(&campaign(), &[permit(1, 10)], &Env::new(now, &ids)).unwrap())
    };
    assert_eq!(send(0).unwrap().appended, 1);
    assert!(matches!(send(1), Err(StoreError::Conflict(_))));
}

#[test]
fn steps_of_a_newer_version_are_left_out() {
    let mut facts = record(outcome(CampaignStep::Opened));
    facts[0].name = name("teleported");
    assert!(CampaignHistory::fold(&facts).is_empty());
}
