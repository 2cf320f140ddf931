use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::score::testing::close;

/// Customer and item of each line.
const LINES: [(u32, u32); 12] =
    [(1, 10), (1, 20), (1, 20), (2, 10), (2, 20), (2, 30), (3, 10), (3, 40), (4, 20), (4, 10), (5, 30), (5, 40)];

fn columns(lines: &[(u32, u32)]) -> (Vec<u32>, Vec<u32>) {
    lines.iter().copied().unzip()
}

fn fit(lines: &[(u32, u32)], similarity: Similarity) -> ItemModel {
    let (customer, item) = columns(lines);
    ItemModel::fit(&customer, &item, &ItemOptions { similarity, ..ItemOptions::default() }).unwrap()
}

fn similarity(model: &ItemModel, a: u32, b: u32) -> f64 {
    model.like(a).iter().find(|near| near.item == b).map_or(0.0, |near| near.similarity)
}

/// Weights of every customer and item, as one would write them on paper.
fn by_hand(lines: &[(u32, u32)], kind: Similarity, a: u32, b: u32) -> f64 {
    let mut counts: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for &line in lines {
        *counts.entry(line).or_default() += 1.0;
    }
    let customers: BTreeSet<u32> = lines.iter().map(|line| line.0).collect();
    let items: BTreeSet<u32> = lines.iter().map(|line| line.1).collect();
    let n = items.len() as f64;
    let count = |c: u32, i: u32| counts.get(&(c, i)).copied().unwrap_or(0.0);
    let total = |i: u32| customers.iter().map(|&c| count(c, i)).sum::<f64>();
    let rare = |c: u32| (n / (1.0 + items.iter().filter(|&&i| count(c, i) > 0.0).count() as f64)).ln().max(0.0);
    let weight = |c: u32, i: u32| match kind {
        Similarity::Cosine => count(c, i),
        Similarity::Lift => count(c, i).min(1.0),
        Similarity::TfIdf => count(c, i).sqrt() * rare(c),
        Similarity::Bm25 { k1, b } => {
            let length = 1.0 - b + b * total(i) / (lines.len() as f64 / n);
            count(c, i) * (k1 + 1.0) / (k1 * length + count(c, i)) * rare(c)
        }
    };
    let dot = |a: u32, b: u32| customers.iter().map(|&c| weight(c, a) * weight(c, b)).sum::<f64>();
    match kind {
        Similarity::Cosine | Similarity::TfIdf => {
            let norms = (dot(a, a) * dot(b, b)).sqrt();
            if norms > 0.0 { dot(a, b) / norms } else { 0.0 }
        }
        Similarity::Bm25 { .. } => dot(a, b),
        Similarity::Lift => dot(a, b) * customers.len() as f64 / (dot(a, a) * dot(b, b)),
    }
}

const KINDS: [Similarity; 4] =
    [Similarity::Cosine, Similarity::TfIdf, Similarity::Bm25 { k1: 1.2, b: 0.75 }, Similarity::Lift];

#[test]
fn similarities_are_those_by_hand() {
    for kind in KINDS {
        let model = fit(&LINES, kind);
        for a in [10, 20, 30, 40] {
            for b in [10, 20, 30, 40] {
                if a != b {
                    close(similarity(&model, a, b), by_hand(&LINES, kind, a, b), 1e-13);
                }
            }
        }
    }
    // Item 10 has the counts 1, 1, 1, 1 and item 20 the counts 2, 1, 0, 1.
    close(similarity(&fit(&LINES, Similarity::Cosine), 10, 20), 4.0 / 24_f64.sqrt(), 1e-15);
    close(similarity(&fit(&LINES, Similarity::Lift), 10, 20), 3.0 * 5.0 / (4.0 * 3.0), 1e-15);
}

#[test]
fn every_recommendation_names_its_reasons() {
    let model = fit(&LINES, Similarity::Cosine);
    let wanted = model.recommend(&[20, 40, 20], &RecommendOptions::default());
    assert_eq!(wanted.iter().map(|item| item.item).collect::<Vec<_>>(), [10, 30]);
    for item in &wanted {
        assert!(!item.because.is_empty() && item.because.iter().all(|because| [20, 40].contains(&because.item)));
        close(item.score, item.because.iter().map(|because| because.part).sum(), 1e-15);
        assert!(item.because.windows(2).all(|pair| pair[0].part >= pair[1].part));
    }
    let only = RecommendOptions { eligible: Some(vec![30]), ..RecommendOptions::default() };
    assert_eq!(model.recommend(&[20, 40], &only).len(), 1);
    let again = RecommendOptions { owned: true, count: 1, ..RecommendOptions::default() };
    assert_eq!(model.recommend(&[20, 10], &again).len(), 1);
    assert!(model.recommend(&[], &again).is_empty() && model.recommend(&[77], &again).is_empty());
}

#[test]
fn options_are_kept() {
    let (customer, item) = columns(&LINES);
    let few = ItemModel::fit(&customer, &item, &ItemOptions { neighbours: 1, ..ItemOptions::default() }).unwrap();
    assert!(few.items.iter().all(|entry| entry.neighbours.len() == 1));
    let often = ItemModel::fit(&customer, &item, &ItemOptions { together: 3, ..ItemOptions::default() }).unwrap();
    assert_eq!(often.like(10).iter().map(|near| (near.item, near.together)).collect::<Vec<_>>(), [(20, 3)]);
    let bad = ItemOptions { similarity: Similarity::Bm25 { k1: f64::NAN, b: 0.5 }, ..ItemOptions::default() };
    assert!(ItemModel::fit(&customer, &item, &bad).is_err());
    assert!(ItemModel::fit(&customer, &item[1..], &ItemOptions::default()).is_err());
    assert_eq!(ItemModel::fit(&[], &[], &ItemOptions::default()).unwrap_err().code().as_str(), "insufficient-data");
    let threads = ItemModel::fit(&customer, &item, &ItemOptions { threads: 3, ..ItemOptions::default() }).unwrap();
    assert_eq!(threads, fit(&LINES, Similarity::Cosine));
    let json = serde_json::to_string(&threads).unwrap();
    assert_eq!(serde_json::from_str::<ItemModel>(&json).unwrap(), threads);
}

#[test]
fn yardsticks_count() {
    let (customer, item) = columns(&LINES);
    let popular = popularity(&customer, &item).unwrap();
    assert_eq!(popular.iter().map(|item| item.item).collect::<Vec<_>>(), [10, 20, 30, 40]);
    assert_eq!((popular[1].customers, popular[1].lines, popular[1].share), (3, 4, 0.6));
    let again = bought_again(&[1, 1, 1, 2, 3, 3], &[7, 7, 7, 7, 8, 8], &[0, 0, 10, 5, 1, 5]).unwrap();
    let seven = again.iter().find(|item| item.item == 7).unwrap();
    assert_eq!((seven.customers, seven.again, seven.gap_days), (2, 1, Some(10.0)));
    assert_eq!(again[0].item, 8);
    assert!(
        popularity(&[], &[]).is_err() && bought_again(&[], &[], &[]).is_err() && bought_again(&[1], &[], &[]).is_err()
    );
}

#[test]
fn rules_have_their_measures() {
    // mlxtend's example of bread, butter and milk by hand: A in 3 of 5, B in 4 of 5, both in 3 of 5.
    let baskets = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (4, 2), (5, 9)];
    let (basket, item) = columns(&baskets);
    let options = RuleOptions { support: 0.2, confidence: 0.01, items: 2 };
    let rules = association_rules(&basket, &item, &options).unwrap();
    let ab = rules.iter().find(|rule| rule.given == [1] && rule.then == 2).unwrap();
    close(ab.support, 0.6, 1e-15);
    close(ab.lift, 1.0 / 0.8, 1e-15);
    close(ab.leverage, 0.6 - 0.48, 1e-12);
    assert_eq!((ab.confidence, ab.conviction), (1.0, None));
    // P(B | A) = 1, P(B | not A) = 1/2.
    close(ab.zhang, 0.5, 1e-12);
    let ba = rules.iter().find(|rule| rule.given == [2] && rule.then == 1).unwrap();
    close(ba.confidence, 0.75, 1e-15);
    close(ba.conviction.unwrap(), 0.4 / 0.25, 1e-12);
    // P(A | B) = 3/4, P(A | not B) = 0.
    close(ba.zhang, 1.0, 1e-12);
    assert!(association_rules(&basket, &item, &RuleOptions { support: 0.0, ..options }).is_err());
    assert!(frequent_sets(&basket, &item, 0, 2).is_err());
    assert_eq!(frequent_sets(&[], &[], 1, 2).unwrap_err().code().as_str(), "insufficient-data");
}

/// Every set of items, counted.
fn slowly(lines: &[(u32, u32)], least: u64, most: u32) -> Vec<ItemSet> {
    let mut baskets: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for &(basket, item) in lines {
        baskets.entry(basket).or_default().insert(item);
    }
    let items: Vec<u32> = lines.iter().map(|line| line.1).collect::<BTreeSet<_>>().into_iter().collect();
    let mut found = Vec::new();
    for bits in 1_u32..1 << items.len() {
        let set: Vec<u32> = (0..items.len()).filter(|i| bits >> i & 1 == 1).map(|i| items[i]).collect();
        let count = baskets.values().filter(|basket| set.iter().all(|item| basket.contains(item))).count() as u64;
        if set.len() <= most as usize && count >= least {
            found.push(ItemSet { items: set, baskets: count });
        }
    }
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn growth_finds_every_set(
        lines in prop::collection::vec((0_u32..12, 0_u32..8), 1..60), least in 1_u64..5, most in 1_u32..6,
    ) {
        let (basket, item) = columns(&lines);
        let found = frequent_sets(&basket, &item, least, most).unwrap();
        prop_assert_eq!(found.sets, slowly(&lines, least, most));
    }

    #[test]
    fn similarities_are_symmetric_and_those_by_hand(lines in prop::collection::vec((0_u32..9, 0_u32..7), 2..60)) {
        for kind in KINDS {
            let model = fit(&lines, kind);
            for entry in &model.items {
                for near in &entry.neighbours {
                    let expected = by_hand(&lines, kind, entry.item, near.item);
                    prop_assert!((near.similarity - expected).abs() < 1e-11 * expected.max(1.0));
                    prop_assert!((similarity(&model, near.item, entry.item) - near.similarity).abs() < 1e-12 * expected.max(1.0));
                }
            }
        }
    }
}
