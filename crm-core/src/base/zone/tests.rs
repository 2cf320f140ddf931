use proptest::prelude::*;

use super::*;

/// Zones with daylight saving time of an hour, of half an hour and none; with changes at midnight; far from Greenwich
/// on both sides; one that crossed the date line; one whose clocks are put back over midnight.
const ZONES: [&str; 12] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Beirut",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "America/St_Johns",
    "Africa/Monrovia",
];

fn zone(name: &str) -> Zone {
    Zone::new(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn any_zone() -> impl Strategy<Value = Zone> {
    (0..ZONES.len()).prop_map(|index| zone(ZONES[index]))
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        1 => Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros(),
        4 => 0_i64..4_000_000_000_000_000,
        1 => Just(Timestamp::MIN.as_micros()),
        1 => Just(Timestamp::MAX.as_micros()),
    ]
    .prop_map(|micros| Timestamp::from_micros(micros).unwrap())
}

fn any_civil() -> impl Strategy<Value = Civil> {
    any_instant().prop_map(|at| Zone::UTC.civil(at))
}

proptest! {
    #[test]
    fn clocks_and_instants_agree(zone in any_zone(), at in any_instant()) {
        let civil = zone.civil(at);
        let back = zone.instant(civil);
        // Later only at the ends of the calendar, earlier only when the clocks show the time twice.
        if back != at {
            let hours = at.micros_since(back).abs() / 3_600_000_000;
            let at_an_end = civil.date == Date::MIN || civil.date == Date::MAX;
            prop_assert!(at_an_end || (zone.civil(back) == civil && back < at && hours <= 24), "{zone} {at} {back}");
        }
    }

    #[test]
    fn reaching_a_later_time_never_comes_first(zone in any_zone(), one in any_civil(), minutes in 0..4_000_i64) {
        let other = Civil::from_micros(one.micros() + minutes * 60_000_000);
        prop_assert!(zone.first_instant(one) <= zone.first_instant(other));
        prop_assert!(zone.first_instant(one) <= zone.instant(one));
    }

    #[test]
    fn a_clock_has_reached_what_it_was_asked_for(zone in any_zone(), civil in any_civil()) {
        let first = zone.first_instant(civil);
        if civil.date > Date::MIN && first < Timestamp::MAX {
            prop_assert!(zone.civil(first) >= civil);
            prop_assert!(zone.civil(first.saturating_add_micros(-1)) < civil);
        }
    }

    #[test]
    fn windows_that_follow_each_other_meet(zone in any_zone(), at in any_instant()) {
        let date = zone.date(at);
        for unit in CalendarUnit::ALL.iter().copied() {
            let (window, last) = (zone.window(date, unit), date.end_of(unit));
            prop_assert!(window.start <= window.end);
            if last < Date::MAX {
                prop_assert_eq!(window.end, zone.window(last.saturating_add_days(1), unit).start);
            }
            // Clocks that are put back over midnight (Newfoundland until 2011) give an hour to both days.
            let back_over_midnight = zone.name() == "America/St_Johns";
            prop_assert!(window.contains(at) || at == Timestamp::MAX || back_over_midnight, "{zone} {at} {window:?}");
        }
    }

    #[test]
    fn a_month_later_is_the_same_time_of_the_day(zone in any_zone(), at in any_instant(), months in -500..500) {
        let moved = zone.add(at, Period::months(months));
        let (before, after) = (zone.civil(at), zone.civil(moved));
        if moved > Timestamp::MIN && moved < Timestamp::MAX && after.date > Date::MIN && before.date > Date::MIN {
            let expected = Civil { date: before.date.saturating_add_months(months), ..before };
            let skipped = matches!(zone.offset(expected), AmbiguousOffset::Gap { .. });
            prop_assert!(after == expected || skipped);
        }
        prop_assert_eq!(zone.add(at, Period::default()), at);
    }
}

/// The rules of summer time in the EU, Directive 2000/84/EC: 01:00 UTC on the last Sundays of March and October.
#[test]
fn summer_time_in_berlin() {
    let berlin = zone("Europe/Berlin");
    assert_eq!(berlin.civil(at("2026-03-29T00:59:59Z")).to_string(), "2026-03-29T01:59:59");
    assert_eq!(berlin.civil(at("2026-03-29T01:00:00Z")).to_string(), "2026-03-29T03:00:00");
    let instant = |text: &str| berlin.instant(text.parse().unwrap());
    assert_eq!(instant("2026-03-29T02:30"), at("2026-03-29T01:30:00Z"));
    assert_eq!(instant("2026-10-25T02:30"), at("2026-10-25T00:30:00Z"));
    assert_eq!(berlin.first_instant("2026-03-29T02:30".parse().unwrap()), at("2026-03-29T01:00:00Z"));
    let hours = |date| {
        let window = berlin.day(day(date));
        window.end.micros_since(window.start) / 3_600_000_000
    };
    assert_eq!((hours("2026-03-29"), hours("2026-03-30"), hours("2026-10-25")), (23, 24, 25));
}

#[test]
fn days_without_midnight_begin_later() {
    // Brazil put its clocks forward at midnight until 2018; Lebanon and Egypt still do.
    assert_eq!(zone("America/Sao_Paulo").start_of_day(day("2018-11-04")), at("2018-11-04T03:00:00Z"));
    assert_eq!(zone("Asia/Beirut").start_of_day(day("2024-03-31")), at("2024-03-30T22:00:00Z"));
    assert_eq!(zone("Africa/Cairo").start_of_day(day("2024-04-26")), at("2024-04-25T22:00:00Z"));
}

#[test]
fn a_skipped_day_is_empty() {
    // Samoa crossed the date line at the end of 29 December 2011.
    let apia = zone("Pacific/Apia");
    assert!(apia.day(day("2011-12-30")).is_empty());
    assert_eq!(apia.day(day("2011-12-29")).end, apia.day(day("2011-12-31")).start);
}

#[test]
fn a_midnight_that_comes_twice_begins_its_day_once() {
    // Cuba puts its clocks back from 01:00 to 00:00.
    let havana = zone("America/Havana");
    let window = havana.day(day("2025-11-02"));
    assert_eq!(window.start, at("2025-11-02T04:00:00Z"));
    assert_eq!(window.end.micros_since(window.start), 25 * 3_600_000_000);
}

#[test]
fn months_are_added_on_the_wall() {
    let berlin = zone("Europe/Berlin");
    let moved = |from: &str, period| berlin.add(at(from), period).to_string();
    assert_eq!(moved("2026-01-31T11:00:00Z", Period::months(1)), "2026-02-28T11:00:00Z");
    assert_eq!(moved("2026-02-28T11:00:00Z", Period::months(1)), "2026-03-28T11:00:00Z");
    assert_eq!(moved("2026-03-28T11:00:00Z", Period::days(1)), "2026-03-29T10:00:00Z");
    assert_eq!(moved("2026-03-28T01:30:00Z", Period::days(1)), "2026-03-29T01:30:00Z");
    // The second 02:30 of the night stays the second.
    assert_eq!(moved("2026-10-25T01:30:00Z", Period::days(0)), "2026-10-25T01:30:00Z");
}

#[test]
fn names() {
    assert_eq!(zone("europe/BERLIN").name(), "Europe/Berlin");
    assert_eq!(zone("utc"), Zone::UTC);
    assert_eq!(Zone::UTC.name(), "UTC");
    assert_ne!(zone("Europe/Kyiv"), zone("Europe/Kiev"));
    for bad in ["", "Berlin", "Etc/Unknown", "CEST", "+01:00", "Europe/Berlin ", "../etc/passwd", "\0"] {
        assert!(Zone::new(bad).is_err(), "{bad}");
    }
    assert_eq!(serde_json::to_string(&zone("Asia/Kolkata")).unwrap(), "\"Asia/Kolkata\"");
    assert!(serde_json::from_str::<Zone>("\"Mars/Olympus\"").is_err());
    let version = Zone::tzdb_version();
    assert!(version.len() == 5 && version.starts_with("20"), "{version}");
}
