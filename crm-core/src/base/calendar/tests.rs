use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3_600_000_000;

fn hours(text: &str) -> OpeningHours {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn office(zone: &str) -> Calendar {
    Calendar::weekdays(Zone::new(zone).unwrap(), hours("09:00-17:00")).unwrap()
}

fn any_hours() -> impl Strategy<Value = Vec<OpeningHours>> {
    let time = (0..96_i64).prop_map(|quarter| TimeOfDay::from_micros(quarter * HOUR / 4).unwrap());
    vec((time.clone(), time).prop_map(|(opens, closes)| OpeningHours { opens, closes }), 0..3)
}

/// Days around changes of the clocks in 2025 and 2026, so that a few exceptions matter.
fn any_day() -> impl Strategy<Value = Date> {
    (20_100..20_800).prop_map(|days| Date::from_days(days).unwrap())
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    let span = 20_100 * MICROS_PER_DAY..20_800 * MICROS_PER_DAY;
    prop_oneof![
        span.clone().prop_map(|micros| Timestamp::from_micros(micros).unwrap()),
        span.prop_map(|micros| Timestamp::from_micros(micros / HOUR * HOUR).unwrap()),
    ]
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let zones = ["UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "America/Sao_Paulo"];
    let zone = (0..zones.len()).prop_map(move |index| Zone::new(zones[index]).unwrap());
    let weekday = (0..7_usize).prop_map(|index| Weekday::ALL[index]);
    (zone, btree_map(weekday, any_hours(), 0..7), btree_map(any_day(), any_hours(), 0..4))
        .prop_filter_map("open", |(zone, week, days)| Calendar::new(zone, week, days).ok())
}

proptest! {
    #[test]
    fn skipping_weeks_changes_nothing(calendar in any_calendar(), a in any_instant(), b in any_instant()) {
        prop_assert_eq!(calendar.elapsed_business(a, b), if a < b { calendar.walk(a, b) } else { -calendar.walk(b, a) });
    }

    #[test]
    fn adding_is_the_inverse_of_measuring(calendar in any_calendar(), start in any_instant(), micros in 0..2_000 * HOUR) {
        if let Ok(due) = calendar.add_business(start, micros) {
            prop_assert!(due >= start);
            prop_assert_eq!(calendar.elapsed_business(start, due), micros);
            if due > start {
                // The first such instant.
                prop_assert_eq!(calendar.elapsed_business(start, due.saturating_add_micros(-1)), micros - 1);
            }
        } else {
            prop_assert_eq!(calendar.per_week, 0);
            prop_assert!(calendar.elapsed_business(start, at("2200-01-01T00:00:00Z")) < micros);
        }
    }

    #[test]
    fn measures_add_up(
        calendar in any_calendar(), a in any_instant(), b in any_instant(), c in any_instant(),
    ) {
        let elapsed = |from, to| calendar.elapsed_business(from, to);
        prop_assert_eq!(elapsed(a, b) + elapsed(b, c), elapsed(a, c));
        prop_assert!(elapsed(a, b).abs() <= b.micros_since(a).abs());
    }

    #[test]
    fn an_instant_is_open_when_time_counts(calendar in any_calendar(), at in any_instant()) {
        let next = at.saturating_add_micros(1);
        prop_assert_eq!(calendar.is_open(at), calendar.elapsed_business(at, next) == 1);
        if let Ok(open) = calendar.next_open(at) {
            prop_assert!(open >= at && calendar.is_open(open));
            prop_assert_eq!(calendar.elapsed_business(at, open), 0);
            prop_assert_eq!(calendar.is_open(at), open == at);
        }
    }

    /// Against a definition that knows no windows: a clock that is never changed shows a time within the hours.
    #[test]
    fn open_is_what_the_clock_says(calendar in any_calendar(), at in any_instant()) {
        let calendar = Calendar { zone: Zone::UTC, ..calendar };
        let now = Zone::UTC.civil(at);
        let today = |h: &OpeningHours| h.opens <= now.time && (h.over_midnight() || now.time < h.closes);
        let yesterday = |h: &OpeningHours| h.over_midnight() && now.time < h.closes;
        let expected = calendar.hours(now.date).iter().any(today)
            || calendar.hours(now.date.saturating_add_days(-1)).iter().any(yesterday);
        prop_assert_eq!(calendar.is_open(at), expected);
    }

    #[test]
    fn always_open_is_time(a in any_instant(), b in any_instant()) {
        let calendar = Calendar::always(Zone::new("Europe/Berlin").unwrap()).unwrap();
        prop_assert_eq!(calendar.elapsed_business(a, b), b.micros_since(a));
    }

    #[test]
    fn calendars_survive_json(calendar in any_calendar()) {
        let json = serde_json::to_string(&calendar).unwrap();
        prop_assert_eq!(serde_json::from_str::<Calendar>(&json).unwrap(), calendar);
    }
}

#[test]
fn the_ends_of_the_calendar() {
    let calendar = office("America/New_York");
    let due = calendar.add_business(Timestamp::MIN, 40 * HOUR).unwrap();
    assert_eq!(calendar.elapsed_business(Timestamp::MIN, due), 40 * HOUR);
    let late = Timestamp::MAX.saturating_add_days(-400);
    let left = calendar.elapsed_business(late, Timestamp::MAX);
    assert!(calendar.add_business(late, left).is_ok());
    for too_much in [left + 1, i64::MAX] {
        assert_eq!(calendar.add_business(late, too_much), Err(Error::out_of_range("business_time")));
    }
    assert!(calendar.next_open(Timestamp::MAX).is_err());
}

/// 2026-11-21 is a Saturday.
#[test]
fn an_hour_asked_for_at_the_weekend_is_due_on_monday_at_ten() {
    let calendar = office("Europe/Berlin");
    for asked in ["2026-11-21T14:00:00Z", "2026-11-21T19:00:00Z", "2026-11-22T12:00:00Z", "2026-11-23T08:00:00Z"] {
        assert_eq!(calendar.add_business(at(asked), HOUR).unwrap(), at("2026-11-23T09:00:00Z"), "{asked}");
    }
    // Friday 16:30: half an hour then, half an hour on Monday.
    assert_eq!(calendar.add_business(at("2026-11-20T15:30:00Z"), HOUR).unwrap(), at("2026-11-23T08:30:00Z"));
    // What fits exactly is due at closing time.
    assert_eq!(calendar.add_business(at("2026-11-20T15:00:00Z"), HOUR).unwrap(), at("2026-11-20T16:00:00Z"));
    assert_eq!(calendar.add_business(at("2026-11-21T14:00:00Z"), 0).unwrap(), at("2026-11-21T14:00:00Z"));
}

#[test]
fn opening_is_inside_and_closing_is_not() {
    let calendar = office("UTC");
    let open = |text| calendar.is_open(at(text));
    assert!(!open("2026-11-23T08:59:59.999999Z") && open("2026-11-23T09:00:00Z"));
    assert!(open("2026-11-23T16:59:59.999999Z") && !open("2026-11-23T17:00:00Z"));
    assert_eq!(calendar.next_open(at("2026-11-23T17:00:00Z")).unwrap(), at("2026-11-24T09:00:00Z"));
    assert_eq!(calendar.next_open(at("2026-11-23T10:00:00Z")).unwrap(), at("2026-11-23T10:00:00Z"));
}

#[test]
fn nights_in_which_the_clocks_change() {
    let zone = Zone::new("Europe/Berlin").unwrap();
    let night = [(Weekday::Saturday, vec![hours("22:00-06:00")])].into();
    let calendar = Calendar::new(zone.clone(), night, BTreeMap::new()).unwrap();
    let length = |from: &str, to: &str| {
        let window = zone.days(day(from), day(to));
        calendar.elapsed_business(window.start, window.end) / HOUR
    };
    assert_eq!(length("2026-03-21", "2026-03-22"), 8);
    assert_eq!(length("2026-03-28", "2026-03-29"), 7);
    assert_eq!(length("2026-10-24", "2026-10-25"), 9);
    // The office hours of the Monday after are eight as ever.
    let office = office("Europe/Berlin");
    assert_eq!(office.add_business(at("2026-03-28T12:00:00Z"), HOUR).unwrap(), at("2026-03-30T08:00:00Z"));
}

#[test]
fn hours_inside_the_gap_are_lost() {
    let zone = Zone::new("Europe/Berlin").unwrap();
    let week = [(Weekday::Sunday, vec![hours("02:15-02:45")])].into();
    let calendar = Calendar::new(zone.clone(), week, BTreeMap::new()).unwrap();
    let opened = |date: &str| {
        let window = zone.day(day(date));
        calendar.elapsed_business(window.start, window.end)
    };
    assert_eq!((opened("2026-03-22"), opened("2026-03-29")), (HOUR / 2, 0));
}

#[test]
fn exceptions_replace_the_hours_of_their_day() {
    let calendar = office("UTC")
        .with_day(day("2026-12-25"), &[])
        .and_then(|calendar| calendar.with_day(day("2026-12-26"), &[hours("10:00-12:00"), hours("13:00-14:00")]))
        .unwrap();
    assert!(!calendar.is_open(at("2026-12-25T10:00:00Z")));
    let due = calendar.add_business(at("2026-12-24T16:00:00Z"), 4 * HOUR).unwrap();
    assert_eq!(due, at("2026-12-26T14:00:00Z"));
    let json = serde_json::to_value(&calendar).unwrap();
    assert_eq!(json["zone"], "UTC");
    assert_eq!(json["week"]["monday"][0], "09:00:00-17:00:00");
    assert_eq!(json["days"]["2026-12-25"], serde_json::json!([]));
}

#[test]
fn hours_that_overlap_count_once() {
    let week = [(Weekday::Monday, vec![hours("08:00-12:00"), hours("10:00-14:00"), hours("22:00-02:00")])];
    let mut week = BTreeMap::from(week);
    week.insert(Weekday::Tuesday, vec![hours("01:00-03:00")]);
    let calendar = Calendar::new(Zone::UTC, week, BTreeMap::new()).unwrap();
    assert_eq!(calendar.per_week, (6 + 5) * HOUR);
}

#[test]
fn what_is_never_open_is_refused() {
    assert!(Calendar::new(Zone::UTC, BTreeMap::new(), BTreeMap::new()).is_err());
    assert!(Calendar::new(Zone::UTC, [(Weekday::Monday, vec![])].into(), BTreeMap::new()).is_err());
    assert!(serde_json::from_str::<Calendar>(r#"{"zone":"UTC","week":{"monday":[]}}"#).is_err());
    assert!(serde_json::from_str::<Calendar>(r#"{"zone":"UTC","week":{"monday":["9-17"]}}"#).is_err());
    let once = Calendar::new(Zone::UTC, BTreeMap::new(), [(day("2026-11-23"), vec![hours("09:00-10:00")])].into());
    let once = once.unwrap();
    assert_eq!(once.add_business(Timestamp::MIN, HOUR).unwrap(), at("2026-11-23T10:00:00Z"));
    assert_eq!(once.add_business(Timestamp::MIN, HOUR + 1), Err(Error::out_of_range("business_time")));
    assert!(once.next_open(at("2026-11-23T10:00:00Z")).is_err());
    assert!(office("UTC").add_business(Timestamp::EPOCH, -1).is_err());
}

#[test]
fn hours_as_text() {
    assert_eq!(hours("00:00-24:00"), OpeningHours::ALL_DAY);
    for bad in ["", "09:00", "09:00-", "-17:00", "09:00–17:00", "24:00-09:00", "9-17"] {
        assert!(bad.parse::<OpeningHours>().is_err(), "{bad}");
    }
}
