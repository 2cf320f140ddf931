//! A suite that cannot fail is worth nothing: every broken store below is caught, by the checks that are about its fault
//! and mostly by the comparison with the model as well.

mod broken;

use broken::Fault;
use crm_core::store::conformance::{self, Options, Outcome};

/// Each fault, a check that is about it, and whether the comparison with the model finds it as well.
const CASES: &[(Fault, &str, bool)] = &[
    (Fault::IgnoresPreconditions, "preconditions.another-version-is-a-conflict", true),
    (Fault::IgnoresPreconditions, "preconditions.a-taken-key-is-a-conflict", true),
    (Fault::IgnoresPreconditions, "preconditions.a-fact-more-is-a-conflict", true),
    (Fault::IgnoresPreconditions, "threads.unchanged-facts-admit-one-writer", true),
    (Fault::LastWriterWins, "records.a-stale-version-is-a-conflict", true),
    (Fault::LastWriterWins, "threads.writers-of-one-record-lose-nothing", true),
    (Fault::ChecksVersionsTooEarly, "threads.writers-of-one-record-lose-nothing", false),
    (Fault::NotAtomic, "atomicity.nothing-is-left-when-a-version-is-stale", true),
    (Fault::NotAtomic, "atomicity.nothing-is-left-when-a-fact-differs", true),
    (Fault::NotAtomic, "threads.readers-see-whole-commits", true),
    (Fault::RefusedTakesNumber, "commits.a-refused-commit-takes-no-number", true),
    (Fault::IgnoresChangeSetKeys, "idempotency.a-second-commit-under-a-key-writes-nothing", true),
    (Fault::IgnoresChangeSetKeys, "threads.one-change-set-key-is-committed-once", true),
    (Fault::HidesReplays, "idempotency.a-replay-gives-the-first-receipt", true),
    (Fault::IgnoresUnique, "keys.a-taken-key-is-a-conflict", true),
    (Fault::IgnoresUnique, "threads.a-unique-key-has-one-winner", true),
    (Fault::FoldsCase, "keys.are-compared-byte-by-byte", true),
    (Fault::AcceptsUndeclared, "declarations.are-needed-before-writing", false),
    (Fault::AcceptsOtherContent, "duplicates.another-content-is-a-conflict", true),
    (Fault::RoundsFloats, "values.float-in-a-declared-field", false),
    (Fault::TrimsTexts, "values.text-in-an-undeclared-field", false),
    (Fault::DropsLastOfPage, "pages.records-in-pages-of-every-size", true),
    (Fault::DropsLastOfPage, "pages.measures-in-pages-of-every-size", true),
    (Fault::EndsWithEmptyPage, "pages.facts-from-the-newest-end-without-an-empty-page", true),
    (Fault::NeverEnds, "pages.records-with-a-key-end-without-an-empty-page", true),
    (Fault::PagesByOffset, "pages.records-skip-nothing-while-others-write", false),
    (Fault::PagesByOffset, "pages.facts-from-the-oldest-skip-nothing-while-others-write", false),
    (Fault::PagesByOffset, "pages.records-go-on-behind-what-was-removed", false),
    (Fault::StartsAgainOnBadCursor, "pages.facts-as-recorded-refuse-what-is-no-cursor", false),
    (Fault::TakesLimitZero, "pages.records-refuse-a-limit-of-0", false),
    (Fault::IgnoresTests, "records.filters-agree-with-the-reference", true),
    (Fault::IgnoresKnown, "as-of.what-was-not-yet-known-is-left-out", true),
    (Fault::KnownIsExclusive, "as-of.the-instant-itself-is-known", true),
    (Fault::WindowIsClosed, "facts.are-found-by-half-open-windows", false),
    (Fault::IgnoresNames, "facts.are-found-by-name", true),
    (Fault::NewestIsOldest, "ordering.newest-is-oldest-backwards", true),
    (Fault::RecordedIsOldest, "ordering.recorded-is-the-order-of-commits", true),
    (Fault::MixesSubjects, "ordering.each-subject-from-its-oldest-fact", true),
    (Fault::TurnsTies, "ordering.facts-of-one-instant-follow-their-commits", true),
    (Fault::MeasuresWithFields, "facts.measures-leave-the-rest-out", true),
    (Fault::KeepsErasedFacts, "erasure.removes-the-subject-and-what-is-about-it", true),
    (Fault::ForgetsErasures, "erasure.refuses-facts-about-the-subject", true),
    (Fault::FeedKeepsErased, "erasure.takes-facts-out-of-the-feed", true),
    (Fault::FeedKeepsErased, "erasure.takes-removed-records-out-of-the-feed", true),
    (Fault::FeedLeavesEmptyOut, "feed.has-no-gaps", true),
    (Fault::ReadsInParts, "threads.readers-see-whole-commits", false),
    (Fault::StaysOpen, "lifecycle.a-suspended-store-is-closed", false),
    (Fault::SeesNoDamage, "verify.looks-at-everything", false),
    (Fault::SeesNoDamage, "verify.finds-a-text-that-is-kept", false),
    (Fault::PretendsToLast, "reopen.everything-is-there", true),
    (Fault::PretendsToLast, "reopen.erasures-are-remembered", true),
    (Fault::TellsValues, "manners.refusals-hold-no-values", false),
    (Fault::Panics, "records.load-follows-the-order-asked", true),
];

/// The reason why a check fails, if it does.
fn failure(fault: Fault, only: &str, rounds: u32) -> Option<String> {
    let options = Options { only: Some(only.into()), cases: 400, rounds, ..Options::default() };
    let report = conformance::run(&fault, &options);
    assert!(!report.checks.is_empty(), "there is no check {only}");
    report.failures().next().map(|check| match &check.outcome {
        Outcome::Failed(reason) => format!("{}: {reason}", check.name),
        _ => String::new(),
    })
}

#[test]
fn a_sound_store_that_differs_where_it_may_passes() {
    let report = conformance::run(&Fault::None, &Options { cases: 400, ..Options::default() });
    assert!(report.passed(), "{report}");
}

#[test]
fn every_fault_is_found_by_the_check_that_is_about_it() {
    for (fault, check, _) in CASES {
        // Races show in some runs only; a few more looks make a miss very unlikely.
        let found = [25, 25, 50, 100, 200, 400].iter().find_map(|rounds| failure(*fault, check, *rounds));
        assert!(found.is_some(), "{fault:?} passes {check}");
    }
}

#[test]
fn most_faults_are_found_by_the_comparison_with_the_model() {
    let mut faults: Vec<Fault> = Vec::new();
    for (fault, _, differential) in CASES {
        if *differential && !faults.contains(fault) {
            faults.push(*fault);
        }
    }
    for fault in faults {
        let found = failure(fault, "differential.", 1).unwrap_or_else(|| panic!("{fault:?} equals the model"));
        assert!(found.contains("step") || found.contains("panicked"), "{found}");
    }
}

#[test]
fn a_failing_sequence_is_made_short() {
    let reason = failure(Fault::IgnoresKnown, "differential.facts", 1).unwrap();
    let steps: usize = reason.split(" of ").nth(1).and_then(|rest| rest.split(':').next()?.parse().ok()).unwrap();
    // A fact that was learned of later, and the question.
    assert_eq!(steps, 2, "{reason}");
}

#[test]
fn the_same_seed_finds_the_same() {
    let run = |seed| conformance::run(&Fault::TurnsTies, &Options { seed, cases: 40, ..Options::default() });
    let (first, second) = (run(5), run(5));
    assert_eq!(first.failures().collect::<Vec<_>>(), second.failures().collect::<Vec<_>>());
}

#[test]
fn a_report_is_plain_data() {
    let options = Options { only: Some("keys.".into()), ..Options::default() };
    let report = conformance::run(&Fault::IgnoresUnique, &options);
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<conformance::Report>(&json).unwrap(), report);
    assert!(report.to_string().contains("FAILED  keys.a-taken-key-is-a-conflict"), "{report}");
    let read: Options = serde_json::from_str(r#"{"cases": 3, "only": "keys."}"#).unwrap();
    assert_eq!((read.cases, read.seed), (3, Options::default().seed));
}
