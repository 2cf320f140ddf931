//! Rules of law and of good practice, each by its name.

use crm_core::base::{AsOf, Channel, CountedIds, CustomerId, Env, Error, Id, Name};
use crm_core::fact::Projection;
use crm_core::privacy::{
    ConsentEvent, ConsentHistory, ConsentKind, ContactFile, ContactPermit, ContactQuestion, ContactReason,
    PERMIT_LASTS_MICROS, PointStatus, Policy, Purpose, SuppressionReason, find_permit, has_agreed, is_reachable,
    record_consent,
};

use super::world::{
    Told, anna, appended, day, decide, facts, good_point, history, name, point, policy, question, suppressions, told,
};

fn reason(all: &[Told], question: &ContactQuestion, at: i64) -> ContactReason {
    let index = usize::from(question.contact_point != point(0));
    decide(all, question, Some(&good_point(index)), AsOf::at(day(at))).reason
}

fn newsletter() -> ContactQuestion {
    question("newsletter", Channel::Email, 0)
}

fn requested(at: i64) -> Told {
    told(ConsentEvent::requested(&newsletter(), name("newsletter-2/en"), day(at)))
}

fn confirmed(at: i64) -> Told {
    told(ConsentEvent::confirmed(&newsletter(), day(at)))
}

#[test]
fn without_a_word_nothing_that_needs_consent_is_allowed() {
    assert_eq!(reason(&[], &newsletter(), 1), ContactReason::NoBasis);
    assert_eq!(reason(&[], &question("orders", Channel::Email, 0), 1), ContactReason::OtherBasis);
    assert_eq!(reason(&[], &question("survey", Channel::Email, 0), 1), ContactReason::OtherBasis);
}

#[test]
fn a_request_allows_nothing_until_it_is_confirmed() {
    assert_eq!(reason(&[requested(1)], &newsletter(), 5), ContactReason::Unconfirmed);
    assert_eq!(reason(&[requested(1), confirmed(2)], &newsletter(), 5), ContactReason::Consented);
    assert_eq!(reason(&[confirmed(2)], &newsletter(), 5), ContactReason::NoBasis);
}

/// BGH, judgment of 10 February 2011, I ZR 164/09: a confirmation by e-mail proves nothing about a telephone number.
#[test]
fn bgh_i_zr_164_09_double_opt_in_by_email_never_permits_the_phone() {
    let all = [requested(1), confirmed(2)];
    let policy = Policy::new([Purpose {
        version: 2,
        ..Purpose::marketing(name("newsletter"), "News", [Channel::Email, Channel::Sms, Channel::Phone])
    }]);
    for channel in [Channel::Phone, Channel::Sms] {
        for at in [0, 1] {
            let question = question("newsletter", channel, at);
            let status = PointStatus::new(question.contact_point, anna(), vec![Channel::Phone, Channel::Sms]);
            let as_of = AsOf::at(day(5));
            let decision = crm_core::privacy::evaluate(&policy, &question, &history(&all), Some(&status), as_of);
            assert_eq!(decision.reason, ContactReason::NoBasis);
        }
    }
}

#[test]
fn consent_belongs_to_the_address_and_not_to_the_person() {
    let all = [requested(1), confirmed(2)];
    assert_eq!(reason(&all, &question("newsletter", Channel::Email, 1), 5), ContactReason::NoBasis);
}

#[test]
fn a_link_clicked_after_the_withdrawal_opens_nothing() {
    let all = [requested(1), told(ConsentEvent::withdrawn(anna(), day(2))), confirmed(3)];
    assert_eq!(reason(&all, &newsletter(), 5), ContactReason::Withdrawn);
}

#[test]
fn a_link_clicked_too_late_opens_nothing() {
    let request = told(ConsentEvent::requested(&newsletter(), name("n"), day(1)).expires_at(day(3)));
    assert_eq!(reason(std::slice::from_ref(&request), &newsletter(), 2), ContactReason::Unconfirmed);
    assert_eq!(reason(std::slice::from_ref(&request), &newsletter(), 3), ContactReason::Expired);
    assert_eq!(reason(&[request.clone(), confirmed(3)], &newsletter(), 5), ContactReason::Expired);
    assert_eq!(reason(&[request, confirmed(2)], &newsletter(), 5), ContactReason::Consented);
}

#[test]
fn a_stranger_who_fills_in_the_form_again_takes_nothing_away() {
    let all = [requested(1), confirmed(2), requested(4)];
    assert_eq!(reason(&all, &newsletter(), 5), ContactReason::Consented);
}

/// GDPR Art. 7(3): it shall be as easy to withdraw as to give consent.
#[test]
fn withdrawing_takes_no_more_words_than_giving() {
    // A grant needs the question, the notice and the instant; a withdrawal only the person and the instant.
    let grant = ConsentEvent::granted(&question("prizes", Channel::Sms, 0), name("prizes-1/en"), day(1));
    let withdrawal = ConsentEvent::withdrawn(anna(), day(3));
    let question = question("prizes", Channel::Sms, 0);
    let all = [told(grant), told(withdrawal)];
    assert_eq!(reason(&all, &question, 2), ContactReason::Consented);
    assert_eq!(reason(&all, &question, 3), ContactReason::Withdrawn);
}

#[test]
fn what_was_said_at_the_same_instant_denies() {
    let question = question("prizes", Channel::Sms, 0);
    let grant = told(ConsentEvent::granted(&question, name("n"), day(1)));
    let withdrawal = told(ConsentEvent::withdrawn(anna(), day(1)));
    assert_eq!(reason(&[grant.clone(), withdrawal.clone()], &question, 1), ContactReason::Withdrawn);
    assert_eq!(reason(&[withdrawal, grant], &question, 1), ContactReason::Withdrawn);
}

#[test]
fn a_withdrawal_can_be_narrow() {
    let question = question("prizes", Channel::Sms, 0);
    let grant = told(ConsentEvent::granted(&question, name("n"), day(1)));
    let withdrawn = || ConsentEvent::withdrawn(anna(), day(2));
    for elsewhere in [
        withdrawn().purpose(name("newsletter")),
        withdrawn().channel(Channel::Email),
        withdrawn().contact_point(point(1)),
    ] {
        assert_eq!(reason(&[grant.clone(), told(elsewhere)], &question, 5), ContactReason::Consented);
    }
}

/// GDPR Art. 21(2), (3): the objection to direct marketing needs no reason and beats every basis.
#[test]
fn an_objection_beats_consent_and_legitimate_interest_but_not_the_contract() {
    let prizes = question("prizes", Channel::Sms, 0);
    let all = [told(ConsentEvent::objected(anna(), day(1))), told(ConsentEvent::granted(&prizes, name("n"), day(2)))];
    assert_eq!(reason(&all, &prizes, 5), ContactReason::Objected);
    assert_eq!(reason(&all, &question("survey", Channel::Email, 0), 5), ContactReason::Objected);
    assert_eq!(reason(&all, &question("orders", Channel::Email, 0), 5), ContactReason::OtherBasis);
}

#[test]
fn whoever_no_longer_objects_has_agreed_to_nothing_new() {
    let prizes = question("prizes", Channel::Sms, 0);
    let lifted = || told(ConsentEvent::new(ConsentKind::ObjectionLifted, anna(), day(3)));
    let objected = || told(ConsentEvent::objected(anna(), day(1)));
    assert_eq!(reason(&[objected(), lifted()], &prizes, 5), ContactReason::NoBasis);
    assert_eq!(reason(&[objected(), lifted()], &question("survey", Channel::Sms, 0), 5), ContactReason::OtherBasis);
}

#[test]
fn an_agreement_after_a_refusal_carries_what_needs_no_agreement_only_while_it_lasts() {
    let survey = question("survey", Channel::Sms, 0);
    let refused = told(ConsentEvent::new(ConsentKind::Refused, anna(), day(1)));
    let granted = told(ConsentEvent::granted(&survey, name("n"), day(2)).expires_at(day(4)));
    let all = [refused, granted.clone()];
    assert_eq!(reason(&all, &survey, 1), ContactReason::Refused);
    assert_eq!(reason(&all, &survey, 3), ContactReason::Consented);
    assert_eq!(reason(&all, &survey, 4), ContactReason::Expired);
    assert_eq!(reason(&[granted], &survey, 4), ContactReason::OtherBasis);
}

/// GDPR Art. 18: restricted data is stored and not used, not even for a contract.
#[test]
fn a_restriction_stops_every_purpose() {
    let all = [told(ConsentEvent::new(ConsentKind::Restricted, anna(), day(1)))];
    for purpose in super::world::PURPOSES {
        assert_eq!(reason(&all, &question(purpose, Channel::Email, 0), 5), ContactReason::Restricted);
    }
    let lifted = told(ConsentEvent::new(ConsentKind::RestrictionLifted, anna(), day(3)));
    let all = [all[0].clone(), lifted];
    assert_eq!(reason(&all, &question("orders", Channel::Email, 0), 5), ContactReason::OtherBasis);
}

/// GDPR Art. 6(4), 13(3): a new use needs a new agreement.
#[test]
fn consent_to_an_older_version_does_not_cover_a_changed_purpose() {
    let old = ConsentEvent { purpose_version: Some(1), ..requested(1).event };
    assert_eq!(reason(&[told(old), confirmed(2)], &newsletter(), 5), ContactReason::StaleNotice);
}

#[test]
fn consent_ends_by_itself_to_the_microsecond() {
    let question = question("prizes", Channel::Sms, 0);
    let all = [told(ConsentEvent::granted(&question, name("n"), day(1)).expires_at(day(4)))];
    let eve = AsOf::at(day(4).saturating_add_micros(-1));
    assert!(decide(&all, &question, Some(&good_point(0)), eve).allowed);
    let decision = decide(&all, &question, Some(&good_point(0)), AsOf::at(day(4)));
    assert_eq!((decision.reason, decision.since), (ContactReason::Expired, Some(day(4))));
}

#[test]
fn the_third_of_march_has_two_answers() {
    let question = question("prizes", Channel::Sms, 0);
    let letter = Told { recorded: 9, ..told(ConsentEvent::withdrawn(anna(), day(2))) };
    let all = [told(ConsentEvent::granted(&question, name("n"), day(1))), letter];
    let then = AsOf { valid: day(3), known: day(3) };
    let in_hindsight = AsOf { valid: day(3), known: day(9) };
    assert!(decide(&all, &question, Some(&good_point(0)), then).allowed);
    assert_eq!(decide(&all, &question, Some(&good_point(0)), in_hindsight).reason, ContactReason::Withdrawn);
}

#[test]
fn a_hard_bounce_bars_the_address_for_every_purpose() {
    let status =
        PointStatus { suppressions: suppressions(&vec![(Some(Channel::Email), false, 2, 2)]), ..good_point(0) };
    let ask = |channel, at| decide(&[], &question("orders", channel, 0), Some(&status), AsOf::at(day(at))).reason;
    assert_eq!(ask(Channel::Email, 1), ContactReason::OtherBasis);
    assert_eq!(ask(Channel::Email, 2), ContactReason::Suppressed);
    assert_eq!(ask(Channel::Sms, 2), ContactReason::OtherBasis);
}

#[test]
fn what_a_newer_version_wrote_denies() {
    let question = question("prizes", Channel::Sms, 0);
    let grant = told(ConsentEvent::granted(&question, name("n"), day(1)));
    let future = Told { unknown: true, ..told(ConsentEvent::withdrawn(anna(), day(2))) };
    assert_eq!(reason(&[grant.clone(), future.clone()], &question, 5), ContactReason::Unreadable);
    assert_eq!(
        reason(&[grant, future], &super::world::question("orders", Channel::Sms, 0), 5),
        ContactReason::OtherBasis
    );
}

fn file(points: Vec<PointStatus>, told: &[Told]) -> ContactFile {
    ContactFile { customer: anna(), consents: history(told), points }
}

fn find(file: &ContactFile, purpose: &str) -> Result<ContactPermit, ContactReason> {
    find_permit(&policy(), file, &name(purpose), Channel::Sms, AsOf::at(day(5))).map_err(|denied| denied.reason)
}

#[test]
fn the_preferred_contact_point_goes_first_if_it_may_be_used() {
    let preferred = |n| PointStatus { preferred: true, ..good_point(n) };
    let unverified = |n| PointStatus { verified_at: None, ..good_point(n) };
    let bounced = |n| PointStatus { bounced_at: Some(day(1)), ..preferred(n) };
    for (points, expected) in [
        (vec![good_point(0), preferred(1)], 1),
        (vec![preferred(0), good_point(1)], 0),
        (vec![good_point(0), bounced(1)], 0),
        (vec![unverified(0), good_point(1)], 1),
        (vec![good_point(0), unverified(1)], 0),
        (vec![good_point(0), PointStatus { preferred: true, ..unverified(1) }], 1),
    ] {
        assert_eq!(find(&file(points, &[]), "orders").unwrap().contact_point(), point(expected));
    }
}

#[test]
fn the_reason_is_that_of_the_contact_point_that_came_furthest() {
    let withdrawn = told(ConsentEvent::withdrawn(anna(), day(2)).contact_point(point(0)));
    let both = vec![good_point(0), PointStatus { bounced_at: Some(day(1)), ..good_point(1) }];
    assert_eq!(find(&file(both, &[withdrawn]), "prizes"), Err(ContactReason::Bounced));
}

#[test]
fn whoever_can_be_reached_nowhere_has_no_contact_point_or_a_better_reason() {
    let email_only = PointStatus { channels: vec![Channel::Email], ..good_point(0) };
    for points in [vec![], vec![email_only]] {
        assert_eq!(find(&file(points.clone(), &[]), "orders"), Err(ContactReason::UnknownContactPoint));
        let objected = told(ConsentEvent::objected(anna(), day(1)));
        assert_eq!(find(&file(points.clone(), &[objected]), "survey"), Err(ContactReason::Objected));
        assert_eq!(find(&file(points, &[]), "surveys"), Err(ContactReason::UnknownPurpose));
    }
}

#[test]
fn agreement_is_asked_apart_from_reachability() {
    let grant = told(ConsentEvent::granted(&question("prizes", Channel::Sms, 0), name("n"), day(1)));
    let nowhere = file(Vec::new(), std::slice::from_ref(&grant));
    let at = AsOf::at(day(5));
    let asked = |file, channel| has_agreed(&policy(), file, &name("prizes"), channel, at);
    assert!(asked(&nowhere, Channel::Sms));
    assert!(!asked(&nowhere, Channel::Email));
    assert!(!is_reachable(&policy(), &nowhere, &name("prizes"), Channel::Sms, at));
    assert!(!has_agreed(&policy(), &nowhere, &name("survey"), Channel::Sms, at));
    for taken_back in [ConsentEvent::withdrawn(anna(), day(2)), ConsentEvent::objected(anna(), day(2))] {
        let nowhere = file(Vec::new(), &[grant.clone(), told(taken_back)]);
        assert!(!has_agreed(&policy(), &nowhere, &name("prizes"), Channel::Sms, at));
    }
}

#[test]
fn a_permit_ends_with_the_agreement_that_it_rests_on() {
    let soon = day(5).saturating_add_micros(60_000_000);
    let grant = ConsentEvent::granted(&question("prizes", Channel::Sms, 0), name("n"), day(1)).expires_at(soon);
    let permit = find(&file(vec![good_point(0)], &[told(grant)]), "prizes").unwrap();
    assert_eq!(permit.expires_at(), soon);
    let permit = find(&file(vec![good_point(0)], &[]), "orders").unwrap();
    assert_eq!(permit.expires_at(), day(5).saturating_add_micros(PERMIT_LASTS_MICROS));
}

#[test]
fn an_agreement_needs_its_proof() {
    let question = question("prizes", Channel::Sms, 0);
    let ids = CountedIds::from(1);
    let record = |event| record_consent([event], &policy(), &Env::new(day(5), &ids)).map(|_| ());
    let event = |kind| ConsentEvent::about(kind, &question, day(1));
    assert!(record(event(ConsentKind::Granted)).is_err());
    assert!(record(event(ConsentKind::Imported)).is_err());
    assert!(record(event(ConsentKind::Imported).origin(name("old_crm"))).is_ok());
    assert!(record(event(ConsentKind::Granted).notice(name("n")).channel(Channel::Post)).is_err());
    assert!(record(event(ConsentKind::Granted).notice(name("n")).expires_at(day(1))).is_err());
    assert!(record(ConsentEvent::new(ConsentKind::Granted, anna(), day(1)).notice(name("n"))).is_err());
    assert!(record(ConsentEvent::withdrawn(anna(), day(6))).is_err());
    assert!(record(ConsentEvent::withdrawn(anna(), day(5))).is_ok());
    let unknown = ContactQuestion { purpose: name("nothing"), ..question.clone() };
    let error = record(ConsentEvent::granted(&unknown, name("n"), day(1)));
    assert!(matches!(error, Err(Error::NotFound { .. })));
    assert!(record(ConsentEvent::withdrawn(anna(), day(1)).purpose(name("nothing"))).is_ok());
}

#[test]
fn events_survive_their_facts() {
    let mut event = ConsentEvent::granted(&question("prizes", Channel::Sms, 0), name("prizes-1/en"), day(1))
        .origin(name("form"))
        .expires_at(day(4))
        .source(name("shop"), "consent-17");
    event.method = Some(name("ticked"));
    event.purpose_version = Some(1);
    event.evidence = Some(crm_core::base::Personal::new("203.0.113.7".into()));
    let facts = facts(&[told(event.clone())]);
    assert_eq!(ConsentEvent::from_fact(&facts[0]).unwrap(), event);
    assert_eq!(facts[0].id, event.source.unwrap().fact_id());
}

#[test]
fn nothing_printed_shows_what_was_said_as_proof() {
    let canary = "canary-203.0.113.7";
    let mut event = ConsentEvent::withdrawn(anna(), day(1)).source(name("shop"), canary);
    event.evidence = Some(crm_core::base::Personal::new(canary.into()));
    let facts = facts(&[told(event.clone())]);
    let shown = format!("{event:?} {facts:?} {:?} {:#?}", ConsentHistory::fold(&facts), policy());
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn two_reports_of_one_bounce_are_one_fact() {
    let ids = CountedIds::from(1);
    let report = || {
        let env = Env::new(day(3), &ids);
        let reason = SuppressionReason::HardBounce;
        appended(crm_core::privacy::suppress(super::world::token(), None, reason, day(2), &env).unwrap())
    };
    assert_eq!(report(), report());
}

#[test]
fn a_suppression_names_no_customer() {
    let ids = CountedIds::from(1);
    let env = Env::new(day(3), &ids);
    let token = super::world::token();
    let facts = appended(crm_core::privacy::suppress(token, None, SuppressionReason::Erased, day(2), &env).unwrap());
    assert_eq!(facts[0].subject, token.id());
    assert_ne!(CustomerId::new(facts[0].subject), anna());
    assert!(facts[0].fields.iter().all(|(_, value)| value.as_id() != Some(Id::from(anna()))));
    let _: &Name = &facts[0].name;
}
