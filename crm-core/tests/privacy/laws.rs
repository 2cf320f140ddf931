//! The laws that the documentation states.

use crm_core::base::AsOf;
use crm_core::fact::Projection;
use crm_core::privacy::{
    ConsentHistory, ConsentKind, ContactFile, ContactPermit, ContactReason, SuppressionHistory, evaluate, find_permit,
};
use proptest::prelude::*;

use super::world::{
    anna, any_as_of, any_barrings, any_kind, any_question_and_point, any_told, any_told_of, cases, consent_stream, day,
    facts, history, policy, suppressions,
};

fn takes_away() -> impl Strategy<Value = ConsentKind> {
    use ConsentKind::{Expired, Objected, Refused, Restricted, Withdrawn};
    proptest::sample::select(vec![Withdrawn, Refused, Expired, Objected, Restricted])
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn taking_away_never_allows(
        (question, point) in any_question_and_point(),
        all in any_told(),
        more in any_told_of(takes_away()),
        as_of in any_as_of(),
    ) {
        let before = evaluate(&policy(), &question, &history(&all), point.as_ref(), as_of);
        let mut all = all;
        all.push(more);
        let after = evaluate(&policy(), &question, &history(&all), point.as_ref(), as_of);
        prop_assert!(before.allowed || !after.allowed, "{:?} became {:?}", before.reason, after.reason);
    }

    #[test]
    fn barring_never_allows(
        (question, point) in any_question_and_point(),
        all in any_told(),
        barrings in any_barrings(),
        (at, late, everywhere) in (0..8_i64, 0..3_i64, any::<bool>()),
        as_of in any_as_of(),
    ) {
        let Some(mut point) = point else { return Ok(()) };
        let consents = history(&all);
        point.suppressions = suppressions(&barrings);
        let before = evaluate(&policy(), &question, &consents, Some(&point), as_of);
        let mut barrings = barrings;
        barrings.push(((!everywhere).then_some(question.channel), false, at, at + late));
        point.suppressions = suppressions(&barrings);
        let after = evaluate(&policy(), &question, &consents, Some(&point), as_of);
        prop_assert!(before.allowed || !after.allowed);
    }

    #[test]
    fn what_is_learned_later_changes_no_earlier_answer(
        (question, point) in any_question_and_point(),
        all in any_told(),
        later in any_told(),
        as_of in any_as_of(),
    ) {
        let before = evaluate(&policy(), &question, &history(&all), point.as_ref(), as_of);
        let unknown_then = later.into_iter().filter(|told| day(told.recorded) > as_of.known);
        // Facts keep their ids: what comes later is appended behind.
        let all: Vec<_> = all.into_iter().chain(unknown_then).collect();
        let after = evaluate(&policy(), &question, &history(&all), point.as_ref(), as_of);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn a_history_is_a_fold_in_any_order_and_any_parts(
        all in any_told(),
        order in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        reverse in any::<bool>(),
    ) {
        let mut facts = facts(&all);
        let whole = ConsentHistory::fold(&facts);
        prop_assert_eq!(whole.len(), all.len());
        if !facts.is_empty() {
            let by = order.index(facts.len());
            facts.rotate_left(by);
            if reverse {
                facts.reverse();
            }
            let (left, right) = facts.split_at(cut.index(facts.len()));
            let (mut left, right) = (ConsentHistory::fold(left), ConsentHistory::fold(right));
            left.merge(&right);
            prop_assert_eq!(&left, &whole);
            left.merge(&right);
            prop_assert_eq!(&left, &whole);
        }
        prop_assert_eq!(ConsentHistory::fold(&facts), whole.clone());
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<ConsentHistory>(&json).unwrap(), whole);
    }

    #[test]
    fn barrings_are_a_fold_in_any_order_and_any_parts(barrings in any_barrings(), cut in any::<prop::sample::Index>()) {
        let whole = suppressions(&barrings);
        let mut reversed = barrings.clone();
        reversed.reverse();
        prop_assert_eq!(&suppressions(&reversed), &whole);
        if !barrings.is_empty() {
            let (left, right) = barrings.split_at(cut.index(barrings.len()));
            let mut merged: SuppressionHistory = suppressions(&right.to_vec());
            merged.merge(&suppressions(&left.to_vec()));
            prop_assert_eq!(merged, whole);
        }
    }

    #[test]
    fn a_permit_is_an_allowance_and_nothing_else(
        (question, point) in any_question_and_point(),
        all in any_told(),
        as_of in any_as_of(),
    ) {
        let consents = history(&all);
        let decision = evaluate(&policy(), &question, &consents, point.as_ref(), as_of);
        match ContactPermit::ask(&policy(), question.clone(), &consents, point.as_ref(), as_of) {
            Ok(permit) => {
                prop_assert!(decision.allowed);
                prop_assert_eq!(permit.proof(), decision.deciding);
                prop_assert_eq!(Some(permit.basis()), decision.basis);
                prop_assert!(permit.is_valid(as_of.valid));
                prop_assert!(decision.until.is_none_or(|until| !permit.is_valid(until)));
                let file = ContactFile { customer: anna(), consents, points: point.into_iter().collect() };
                let by_search = find_permit(&policy(), &file, &question.purpose, question.channel, as_of);
                prop_assert_eq!(by_search, Ok(permit));
            }
            Err(denied) => {
                prop_assert!(!decision.allowed);
                prop_assert_eq!(denied, decision);
            }
        }
    }

    #[test]
    fn every_denial_by_a_fact_names_it(
        (question, point) in any_question_and_point(),
        all in any_told(),
    ) {
        let as_of = AsOf::at(day(20));
        let facts = facts(&all);
        let consents = ConsentHistory::fold(&facts);
        let decision = evaluate(&policy(), &question, &consents, point.as_ref(), as_of);
        let kinds: &[&str] = match decision.reason {
            ContactReason::Unreadable => &["a_word_of_the_future"],
            ContactReason::Restricted => &["restricted"],
            ContactReason::Objected => &["objected"],
            ContactReason::Withdrawn => &["withdrawn"],
            ContactReason::Refused => &["refused"],
            ContactReason::Unconfirmed => &["requested", "granted", "imported"],
            ContactReason::Expired => &["expired", "requested", "granted", "imported", "confirmed"],
            ContactReason::StaleNotice | ContactReason::Consented => &["granted", "imported", "confirmed"],
            _ => &[],
        };
        let named = decision.deciding.map(|id| facts.iter().find(|fact| fact.id == id));
        match named {
            Some(Some(fact)) => {
                prop_assert!(kinds.contains(&fact.name.as_str()), "{} decided {}", fact.name, decision.reason);
                prop_assert_eq!(&fact.stream, &consent_stream());
            }
            Some(None) => prop_assert_eq!(decision.reason, ContactReason::Suppressed),
            None => prop_assert!(kinds.is_empty()),
        }
    }

    #[test]
    fn no_fact_of_the_room_is_undeclared(all in any_told(), _kind in any_kind()) {
        let mut registry = crm_core::base::Registry::new();
        for declaration in crm_core::privacy::declarations() {
            registry.declare(&declaration).unwrap();
        }
        for fact in facts(&all) {
            let target = crm_core::base::Target::Stream(fact.stream.clone());
            for (field, value) in fact.fields.iter() {
                let declared = registry.field(&target, field.as_str());
                prop_assert!(declared.is_some_and(|declared| value.fits(declared.value_type)), "{field}");
            }
        }
    }
}
