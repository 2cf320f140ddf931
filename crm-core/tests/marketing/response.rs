//! Measured response.

use crm_core::base::{AsOf, CountedIds, Env};
use crm_core::fact::{Fact, Projection};
use crm_core::marketing::{
    Campaign, CampaignHistory, CampaignStep, MessageOutcome, ResponseTally, Share, Uplift, plan, record_outcomes,
};
use proptest::prelude::*;

use super::world::{appended, campaign, candidate, customer, day, history, name, policy, willing};

const WEEK: i64 = 7 * 24 * 3_600 * 1_000_000;

fn tally() -> ResponseTally {
    ResponseTally::new(campaign().id(), WEEK, AsOf::at(day(100)))
}

fn outcomes(steps: &[(u8, CampaignStep, i64)]) -> Vec<Fact> {
    let ids = CountedIds::from(1);
    let outcomes = steps.iter().map(|(n, step, at)| MessageOutcome::new(customer(*n), *step, day(*at)));
    appended(record_outcomes(&campaign(), outcomes, &Env::new(day(100), &ids)).unwrap())
}

#[test]
fn a_customer_responds_once_and_within_the_window() {
    use CampaignStep::{Delivered, Responded};
    let facts = outcomes(&[
        (1, Delivered, 11),
        (1, Responded, 11),
        (1, Responded, 12),
        (2, Delivered, 11),
        (2, Responded, 18),
        (3, Delivered, 11),
        (3, Responded, 10),
        (4, Responded, 12),
        (5, Delivered, 11),
        (5, Responded, 17),
    ]);
    let mut tally = tally();
    (0..10).for_each(|n| tally.add(&history(&facts, n)));
    assert_eq!((tally.delivered, tally.responders), (4, 2));
    assert_eq!(tally.rate(), Share::new(2, 4));
    assert_eq!(tally.uplift(), None);
}

#[test]
fn the_uplift_compares_all_who_were_planned_with_the_holdout() {
    let audience =
        plan(&campaign().holdout(5_000), &policy(), (0..40).map(willing).map(candidate), AsOf::at(day(9))).unwrap();
    let ids = CountedIds::from(1);
    let mut facts = appended(audience.record(&Env::new(day(9), &ids)));
    facts.extend(outcomes(
        &audience
            .contacts()
            .flat_map(|permit| {
                let n = (0..40).find(|n| customer(*n) == permit.customer()).unwrap();
                [(n, CampaignStep::Responded, 10)]
            })
            .collect::<Vec<_>>(),
    ));
    let mut tally = tally();
    (0..40).for_each(|n| tally.add(&history(&facts, n)));
    assert_eq!((tally.planned, tally.held_out), (audience.contacts().len() as u64, audience.held_out().len() as u64));
    let uplift = tally.uplift().unwrap();
    assert_eq!(uplift.difference, 1.0);
    assert!(uplift.low > 0.5);
}

#[test]
fn a_step_counts_for_its_own_campaign_and_from_its_own_instant() {
    let history = history(&outcomes(&[(1, CampaignStep::Delivered, 12), (1, CampaignStep::Delivered, 11)]), 1);
    let first = |campaign, as_of| history.first(campaign, CampaignStep::Delivered, as_of);
    let all_known = |valid| AsOf { valid: day(valid), known: day(100) };
    assert_eq!(first(campaign().id(), all_known(50)), Some(day(11)));
    assert_eq!(first(campaign().id(), all_known(10)), None);
    assert_eq!(first(campaign().id(), AsOf::at(day(50))), None, "learned on day 100");
    assert_eq!(first(Campaign::id_of(&name("another")), all_known(50)), None);
}

fn any_steps() -> impl Strategy<Value = Vec<(u8, CampaignStep, i64)>> {
    use CampaignStep::{Bounced, Clicked, Delivered, Opened, Responded};
    let step = proptest::sample::select(vec![Delivered, Opened, Clicked, Responded, Bounced]);
    proptest::collection::vec((0_u8..4, step, 10_i64..30), 0..20)
}

proptest! {
    #[test]
    fn a_history_is_a_fold_in_any_order_and_any_parts(steps in any_steps(), cut in any::<prop::sample::Index>()) {
        let mut facts = outcomes(&steps);
        let whole = CampaignHistory::fold(&facts);
        facts.reverse();
        prop_assert_eq!(&CampaignHistory::fold(&facts), &whole);
        let (left, right) = facts.split_at(if facts.is_empty() { 0 } else { cut.index(facts.len()) });
        let mut merged = CampaignHistory::fold(left);
        merged.merge(&CampaignHistory::fold(right));
        prop_assert_eq!(&merged, &whole);
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<CampaignHistory>(&json).unwrap(), whole);
    }

    #[test]
    fn counts_can_be_added_in_parts(steps in any_steps(), cut in 0_u8..4) {
        let facts = outcomes(&steps);
        let count = |customers: std::ops::Range<u8>| {
            let mut tally = tally();
            customers.for_each(|n| tally.add(&history(&facts, n)));
            tally
        };
        let mut parts = count(cut..4);
        parts.merge(&count(0..cut));
        prop_assert_eq!(parts, count(0..4));
    }

    #[test]
    fn an_interval_holds_its_share_and_narrows_with_more_people(count in 0_u64..500, more in 0_u64..500, times in 2_u64..20) {
        let of = count + more;
        prop_assume!(of > 0);
        let share = Share::new(count, of).unwrap();
        prop_assert!(0.0 <= share.low && share.low <= share.share && share.share <= share.high && share.high <= 1.0);
        let larger = Share::new(count * times, of * times).unwrap();
        prop_assert!(larger.high - larger.low < share.high - share.low);
        // What is true of the share is true of its complement, turned round.
        let rest = Share::new(more, of).unwrap();
        prop_assert!((rest.low - (1.0 - share.high)).abs() < 1e-12 && (rest.high - (1.0 - share.low)).abs() < 1e-12);
        let (forth, back) = (Uplift::between(share, rest), Uplift::between(rest, share));
        prop_assert!((forth.low + back.high).abs() < 1e-12 && forth.low <= forth.difference);
    }
}
