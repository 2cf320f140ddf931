//! The evaluator against a naive model, written from the rules and for nothing but being obviously right.

use crm_core::base::{AsOf, Channel, Timestamp};
use crm_core::privacy::ConsentKind::{
    self, Confirmed, Expired, Granted, Imported, Objected, ObjectionLifted, Refused, Requested, Restricted,
    RestrictionLifted, Withdrawn,
};
use crm_core::privacy::{ConsentEvent, ContactQuestion, ContactReason, PointStatus};
use proptest::prelude::*;

use super::world::{
    Barrings, Told, any_as_of, any_barrings, any_question_and_point, any_told, cases, day, decide, good_point, name,
    question, suppressions, told,
};

/// What the model knows of each purpose, spelled out.
#[allow(clippy::struct_excessive_bools, reason = "one per rule")]
struct Rules {
    by_consent: bool,
    confirm_email: bool,
    version: u32,
    verified_only: bool,
    can_be_declined: bool,
}

fn rules(purpose: &str) -> Rules {
    let base =
        Rules { by_consent: true, confirm_email: false, version: 1, verified_only: false, can_be_declined: true };
    match purpose {
        "newsletter" => Rules { confirm_email: true, version: 2, ..base },
        "survey" => Rules { by_consent: false, ..base },
        "prizes" => Rules { verified_only: true, ..base },
        _ => Rules { by_consent: false, can_be_declined: false, ..base },
    }
}

fn model(
    all: &[Told],
    barrings: &Barrings,
    question: &ContactQuestion,
    point: Option<&PointStatus>,
    as_of: AsOf,
) -> ContactReason {
    let rules = rules(question.purpose.as_str());
    let seen: Vec<&Told> =
        all.iter().filter(|told| told.event.at <= as_of.valid && day(told.recorded) <= as_of.known).collect();
    let means_this = |event: &ConsentEvent, any_purpose: bool| {
        let scope = &event.scope;
        (scope.purpose == Some(question.purpose.clone()) || scope.purpose.is_none() && any_purpose)
            && (scope.channel == Some(question.channel) || scope.channel.is_none())
            && (scope.contact_point == Some(question.contact_point) || scope.contact_point.is_none())
    };
    let times = |kind: ConsentKind, any_purpose: bool| -> Vec<Timestamp> {
        let said = seen.iter().filter(|told| !told.unknown && told.event.kind == kind);
        said.filter(|told| means_this(&told.event, any_purpose)).map(|told| told.event.at).collect()
    };
    let in_force = |on: ConsentKind, off: ConsentKind, any_purpose: bool| {
        times(on, any_purpose).into_iter().any(|at| times(off, any_purpose).into_iter().all(|lifted| lifted <= at))
    };

    // Barred addresses.
    if point.is_some() {
        let bars: Vec<_> = barrings
            .iter()
            .filter(|(channel, _, at, recorded)| {
                channel.is_none_or(|channel| channel == question.channel)
                    && day(*at) <= as_of.valid
                    && day(*recorded) <= as_of.known
            })
            .collect();
        let last = bars.iter().map(|one| one.2).max();
        if bars.iter().any(|one| Some(one.2) == last && !one.1) {
            return ContactReason::Suppressed;
        }
    }
    if seen.iter().any(|told| told.unknown && means_this(&told.event, rules.can_be_declined)) {
        return ContactReason::Unreadable;
    }
    if in_force(Restricted, RestrictionLifted, true) {
        return ContactReason::Restricted;
    }
    if in_force(Objected, ObjectionLifted, rules.can_be_declined) {
        return ContactReason::Objected;
    }

    // Ends, and what was agreed to after the last of them.
    let mut ends = vec![(Withdrawn, ContactReason::Withdrawn), (Refused, ContactReason::Refused)];
    if rules.by_consent {
        ends.push((Expired, ContactReason::Expired));
    }
    let end = ends
        .iter()
        .filter_map(|(kind, reason)| {
            let at = times(*kind, rules.can_be_declined).into_iter().max()?;
            Some((at, std::cmp::Reverse(*reason)))
        })
        .max();
    let live: Vec<&ConsentEvent> = seen
        .iter()
        .filter(|told| !told.unknown && told.event.kind.opts_in())
        .map(|told| &told.event)
        .filter(|event| event.scope == question.scope() && end.is_none_or(|(at, _)| event.at > at))
        .collect();
    let must_confirm = rules.confirm_email && question.channel == Channel::Email;
    let declarations_before = |at: Timestamp| -> Vec<&ConsentEvent> {
        let before: Vec<_> = live.iter().copied().filter(|event| event.kind != Confirmed && event.at <= at).collect();
        let last = before.iter().map(|event| event.at).max();
        before.into_iter().filter(|event| Some(event.at) == last).collect()
    };
    // For every agreement: when it was made, and why it no longer counts.
    let mut agreements: Vec<(Timestamp, Option<ContactReason>)> = Vec::new();
    for event in &live {
        let meant: Vec<&ConsentEvent> = match event.kind {
            Granted | Imported if !must_confirm => vec![event],
            Confirmed => declarations_before(event.at),
            _ => continue,
        };
        let ran_out = |one: &&&ConsentEvent| one.kind == Requested && one.expires_at.is_some_and(|end| end <= event.at);
        if meant.is_empty() || meant.iter().any(|one| ran_out(&one)) {
            continue;
        }
        let ended = event.expires_at.is_some_and(|end| end <= as_of.valid)
            || meant.iter().any(|one| one.kind != Requested && one.expires_at.is_some_and(|end| end <= as_of.valid));
        let stale = meant.iter().any(|one| one.purpose_version.unwrap() < rules.version);
        let over = if ended {
            Some(ContactReason::Expired)
        } else if stale {
            Some(ContactReason::StaleNotice)
        } else {
            None
        };
        agreements.push((event.at, over));
    }
    let newest = agreements.iter().map(|one| one.0).max();
    let newest: Vec<_> = agreements.into_iter().filter(|one| Some(one.0) == newest).collect();
    let over = newest.iter().filter_map(|one| one.1).min();
    let end_reason = end.map(|(_, reason)| reason.0);
    let agreed = !newest.is_empty() && over.is_none();
    if newest.is_empty() {
        let waiting = if rules.by_consent { declarations_before(Timestamp::MAX) } else { Vec::new() };
        if !waiting.is_empty() {
            let ran_out = waiting.iter().any(|event| event.expires_at.is_some_and(|end| end <= as_of.valid));
            return if ran_out { ContactReason::Expired } else { ContactReason::Unconfirmed };
        }
        if let Some(reason) = end_reason {
            return reason;
        }
    } else if let Some(reason) = over
        && (rules.by_consent || end.is_some())
    {
        return reason;
    }

    // The contact point.
    let Some(point) = point else { return ContactReason::UnknownContactPoint };
    if point.customer != question.customer {
        return ContactReason::ForeignContactPoint;
    }
    if !point.channels.contains(&question.channel) {
        return ContactReason::WrongChannel;
    }
    if as_of.valid < point.valid.start || as_of.valid >= point.valid.end {
        return ContactReason::OutOfUse;
    }
    if point.bounced_at.is_some_and(|at| at <= as_of.valid) {
        return ContactReason::Bounced;
    }
    if rules.verified_only && point.verified_at.is_none_or(|at| at > as_of.valid) {
        return ContactReason::Unverified;
    }
    match (agreed, rules.by_consent) {
        (true, _) => ContactReason::Consented,
        (false, true) => ContactReason::NoBasis,
        (false, false) => ContactReason::OtherBasis,
    }
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn the_evaluator_agrees_with_the_model(
        (question, point) in any_question_and_point(),
        barrings in any_barrings(),
        all in any_told(),
        as_of in any_as_of(),
    ) {
        let point = point.map(|point| PointStatus { suppressions: suppressions(&barrings), ..point });
        let expected = model(&all, &barrings, &question, point.as_ref(), as_of);
        let decision = decide(&all, &question, point.as_ref(), as_of);
        prop_assert_eq!(decision.reason, expected);
        prop_assert_eq!(decision.allowed, expected.allows());
    }
}

/// Every history of up to so many events about one contact point, one a day.
#[test]
fn every_short_history_agrees_with_the_model() {
    let longest = if std::env::var_os("PROPTEST_CASES").is_some() { 5 } else { 3 };
    for (purpose, channel) in [("newsletter", Channel::Email), ("prizes", Channel::Sms), ("survey", Channel::Sms)] {
        let question = question(purpose, channel, 0);
        let point = good_point(0);
        let mut histories: Vec<Vec<ConsentKind>> = vec![Vec::new()];
        for _ in 0..=longest {
            let mut longer = Vec::new();
            for kinds in &histories {
                let all: Vec<Told> = kinds
                    .iter()
                    .zip(1..)
                    .map(|(kind, at)| {
                        told(ConsentEvent::about(*kind, &question, day(at)).notice(name("n")).origin(name("form")))
                    })
                    .collect();
                let as_of = AsOf::at(day(9));
                let decision = decide(&all, &question, Some(&point), as_of);
                assert_eq!(decision.reason, model(&with_version(&all), &Vec::new(), &question, Some(&point), as_of));
                longer.extend(
                    ConsentKind::ALL.iter().map(|kind| kinds.iter().copied().chain([*kind]).collect::<Vec<_>>()),
                );
            }
            histories = longer;
        }
    }
}

/// What recording fills in.
fn with_version(all: &[Told]) -> Vec<Told> {
    let mut all = all.to_vec();
    for told in &mut all {
        let purpose = told.event.scope.purpose.clone().unwrap();
        told.event.purpose_version.get_or_insert(rules(purpose.as_str()).version);
    }
    all
}

/// The random histories reach every answer, often enough for the comparison to mean something.
#[test]
fn the_random_histories_reach_every_reason() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let cases = (any_question_and_point(), any_told(), any_as_of());
    let mut seen = std::collections::BTreeMap::<ContactReason, u32>::new();
    for _ in 0..3_000 {
        let ((question, point), all, as_of) = cases.new_tree(&mut runner).unwrap().current();
        *seen.entry(decide(&all, &question, point.as_ref(), as_of).reason).or_default() += 1;
    }
    for reason in ContactReason::ALL {
        let impossible = matches!(reason, ContactReason::UnknownPurpose | ContactReason::ChannelNotCovered);
        assert!(impossible || seen.get(reason).is_some_and(|count| *count >= 15), "{reason}: {seen:?}");
    }
}
