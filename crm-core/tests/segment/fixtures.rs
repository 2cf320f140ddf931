//! What others get wrong: each a named test, with the wrong answer in its comment.

use crm_core::base::{DataClass, Id, Missing, Name, Stream, Timestamp, Value, ValueType, Zone};
use crm_core::fact::Fact;
use crm_core::segment::{
    Catalogue, Definitions, Evaluator, Event, Field, FieldKey, Layout, Program, Row, Severity, Truth, check, parse,
};

/// One customer, asked about at an instant in a zone.
struct Case {
    catalogue: Catalogue,
    segments: Definitions,
    fields: Vec<(&'static str, Value)>,
    facts: Vec<Fact>,
    id: Id,
    now: Timestamp,
    zone: Zone,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn case(now: &str, zone: &str) -> Case {
    let mut catalogue = Catalogue::new();
    for (name, value_type) in [
        ("x", ValueType::Int),
        ("text", ValueType::Text),
        ("country", ValueType::Text),
        ("seen", ValueType::Time),
        ("born", ValueType::Date),
        ("spent", ValueType::Money),
        ("big", ValueType::Int),
        ("customer.zone", ValueType::Text),
        ("customer.tags", ValueType::Texts),
    ] {
        let field = Field::new(Name::from_static(name), value_type, DataClass::Behaviour);
        catalogue.add(if value_type == ValueType::Texts { field.missing(Missing::Empty) } else { field }).unwrap();
    }
    let channel = Field::new(Name::from_static("channel"), ValueType::Text, DataClass::Behaviour);
    let order = Event::new(Name::from_static("order"), Stream::from_static("interaction")).with(channel);
    catalogue.add_event(order).unwrap();
    Case {
        catalogue,
        segments: Definitions::new(),
        fields: Vec::new(),
        facts: Vec::new(),
        id: Id::NIL,
        now: at(now),
        zone: Zone::new(zone).unwrap(),
    }
}

impl Case {
    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    fn order(mut self, when: &str, amount: &str) -> Self {
        let stream = Stream::from_static("interaction");
        let id = Id::derived("order", &self.facts.len().to_string());
        let mut fact = Fact::new(stream, id, self.id, at(when), Name::from_static("order"));
        fact.amount = amount.parse().ok();
        self.facts.push(fact);
        self.facts.sort_by_key(|fact| fact.at);
        self
    }

    fn evaluate<T>(&self, text: &str, with: impl Fn(&Evaluator<'_>, &Row<'_>) -> T) -> T {
        let mut layout = Layout::new();
        let program = Program::compile(&parse(text).unwrap(), &self.catalogue, &self.segments, &mut layout).unwrap();
        let value =
            |key: &FieldKey| self.fields.iter().find(|(name, _)| key.name == *name).map(|(_, value)| value.clone());
        let values: Vec<_> = layout.keys().iter().map(value).collect();
        let row = Row::new(self.id, &values, &self.facts).unwrap();
        with(&program.at(self.now, &self.zone), &row)
    }

    fn truth(&self, text: &str) -> Truth {
        self.evaluate(text, |evaluator, row| evaluator.truth(row))
    }

    #[track_caller]
    fn is(&self, text: &str, truth: Truth) {
        assert_eq!(self.truth(text), truth, "{text}\n{}", self.evaluate(text, |e, row| e.explain(row).render()));
    }
}

const NOON: &str = "2026-03-15T12:00:00Z";

/// JsonLogic: `null >= 0` is true, so that customers who never ordered are mailed for "ordered at most 90 days ago".
#[test]
fn a_missing_number_is_neither_more_nor_less_than_anything() {
    let nobody = case(NOON, "UTC");
    for text in
        ["x >= 0", "x < 0", "x = 0", "x != 0", "not x >= 0", "x <= 90", "x in {0}", "x not in {0}", "x between 0 and 9"]
    {
        nobody.is(text, Truth::Unknown);
    }
    nobody.is("x is missing", Truth::True);
    nobody.is("known(x >= 0)", Truth::False);
    nobody.is("coalesce(x, 0) >= 0", Truth::True);
}

/// SQL and most products: `country <> 'DE'` drops (or, in PostHog, includes) people without a country in silence.
#[test]
fn whoever_has_no_country_is_not_outside_of_germany() {
    let (nowhere, france) = (case(NOON, "UTC"), case(NOON, "UTC").with("country", "FR"));
    for text in ["country != \"DE\"", "not country = \"DE\"", "country not in {\"DE\"}"] {
        nowhere.is(text, Truth::Unknown);
        france.is(text, Truth::True);
        let findings = check(&parse(text).unwrap(), &nowhere.catalogue, &nowhere.segments);
        assert_eq!(findings[0].code, "W0305", "{text}");
        assert_eq!(findings[0].severity(), Severity::Warning);
    }
    let said = "country is missing or country != \"DE\"";
    nowhere.is(said, Truth::True);
    assert_eq!(check(&parse(said).unwrap(), &nowhere.catalogue, &nowhere.segments), []);
}

/// PostHog: one of two evaluators ignored the negation. Here the negation of every answer is the contrary answer.
#[test]
fn a_negation_is_the_contrary_of_what_it_negates() {
    let someone = case(NOON, "UTC").with("x", 5_i64).with("text", "a");
    for text in ["x > 5", "x >= 5", "x < 5", "x = 5", "text starts with \"a\"", "country = \"DE\"", "x is missing"] {
        assert_eq!(someone.truth(&format!("not ({text})")), !someone.truth(text), "{text}");
    }
}

/// Mautic's table of operators calls `lt` the negation of `gt`; of 5, neither `> 5` nor `< 5` is true.
#[test]
fn what_is_not_greater_is_less_or_equal() {
    let five = case(NOON, "UTC").with("x", 5_i64);
    five.is("not x > 5", Truth::True);
    five.is("x < 5", Truth::False);
    assert_eq!(parse("not x > 5").unwrap().version(), parse("x <= 5").unwrap().version());
}

/// Unomi narrows whole numbers to 32 bits.
#[test]
fn whole_numbers_have_64_bits() {
    let rich = case(NOON, "UTC").with("big", 5_000_000_000_i64);
    rich.is("big > 4999999999", Truth::True);
    rich.is("big = 705032704", Truth::False);
}

/// Dittofeed rounds event times to a tenth of the window, and so is wrong by up to a day (in 30 days: three).
#[test]
fn the_last_thirty_days_are_exact() {
    let now = case(NOON, "Europe/Berlin");
    let ordered = |when: &str| case(NOON, "Europe/Berlin").order(when, "1.00 EUR");
    now.is("never(order in last 30 days)", Truth::True);
    // 30 times 24 hours before, to the microsecond.
    ordered("2026-02-13T12:00:00Z").is("exists(order in last 30 days)", Truth::False);
    ordered("2026-02-13T12:00:00.000001Z").is("exists(order in last 30 days)", Truth::True);
    // What happens now has happened; what lies ahead has not.
    ordered(NOON).is("exists(order in last 30 days)", Truth::True);
    ordered("2026-03-15T12:00:00.000001Z").is("exists(order in last 30 days)", Truth::False);
    ordered("2026-03-15T12:00:00.000001Z").is("exists(order)", Truth::False);
}

/// EspoCRM: "today" ends a second early, so that an event at 23:59:59.5 is in no day.
#[test]
fn the_last_half_second_belongs_to_its_day() {
    let ordered = case("2026-03-02T00:00:00Z", "UTC").order("2026-03-01T23:59:59.500Z", "1.00 EUR");
    ordered.is("exists(order in yesterday)", Truth::True);
    ordered.is("exists(order in today)", Truth::False);
    ordered.is("exists(order in last 2 calendar days)", Truth::True);
    ordered.is("exists(order in last 1 calendar day)", Truth::False);
}

/// Mautic: "today" is that of UTC on one field and that of the instance on another of the same form.
#[test]
fn today_is_that_of_the_zone_that_is_named() {
    // 23:30 in Berlin, 07:30 on the next day in Tokyo.
    let ordered = case("2026-03-15T22:30:00Z", "Europe/Berlin").order("2026-03-15T15:30:00Z", "1.00 EUR");
    ordered.is("exists(order in today)", Truth::True);
    ordered.is("exists(order in today zone \"Asia/Tokyo\")", Truth::True);
    ordered.is("date(last(at of order)) = 2026-03-15", Truth::True);
    ordered.is("date(last(at of order), zone \"Asia/Tokyo\") = 2026-03-16", Truth::True);
    ordered.is("exists(order in yesterday zone \"Asia/Tokyo\")", Truth::False);
    let seen = case("2026-03-15T22:30:00Z", "UTC").with("seen", at("2026-03-15T14:30:00Z"));
    seen.is("seen in today", Truth::True);
    seen.is("seen in yesterday zone \"Asia/Tokyo\"", Truth::True);
}

/// PostHog mixes the zone of the project with UTC. Here the customer's own zone can be meant, with a declared fallback.
#[test]
fn a_customers_day_is_that_of_the_customers_zone() {
    let ask = |zone: Option<&str>, fallback: &str| {
        let base = case("2026-03-15T22:30:00Z", "UTC").with("seen", at("2026-03-15T14:30:00Z"));
        let own = if let Some(zone) = zone { base.with("customer.zone", zone) } else { base };
        own.truth(&format!("seen in today zone customer{fallback}"))
    };
    assert_eq!(ask(Some("Asia/Tokyo"), ""), Truth::False);
    assert_eq!(ask(Some("Europe/Berlin"), ""), Truth::True);
    assert_eq!(ask(None, ""), Truth::True);
    assert_eq!(ask(None, " else \"Asia/Tokyo\""), Truth::False);
    assert_eq!(ask(Some("Mars/Olympus"), " else \"Asia/Tokyo\""), Truth::False);
}

/// PostHog: "yesterday" includes today.
#[test]
fn days_meet_and_share_no_instant() {
    for zone in ["UTC", "America/Los_Angeles", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe"] {
        // The week in which the clocks of Los Angeles are put forward.
        for hours in 0..24 * 7 {
            let when = at("2026-03-05T00:00:00Z").saturating_add_micros(hours * 3_600_000_000);
            let seen = case("2026-03-09T05:00:00Z", zone).with("seen", when);
            let windows =
                ["yesterday", "today", "tomorrow", "until today - 1 calendar day", "from today + 2 calendar days"];
            let inside = windows.iter().filter(|window| seen.truth(&format!("seen in {window}")).is_true());
            assert_eq!(inside.count(), 1, "{zone} {when}");
        }
    }
}

/// A day of 23 hours and one of 25: exact days and calendar days differ, and say which they are.
#[test]
fn a_day_without_an_hour_is_still_a_day() {
    // 29 March 2026 has 23 hours in Berlin; now it is midnight at its end.
    let seen = |when: &str| case("2026-03-29T22:00:00Z", "Europe/Berlin").with("seen", at(when));
    seen("2026-03-28T23:00:00Z").is("seen in yesterday", Truth::True);
    seen("2026-03-28T22:59:59Z").is("seen in yesterday", Truth::False);
    seen("2026-03-28T22:59:59Z").is("seen in last 24 hours", Truth::True);
    seen("2026-03-28T22:30:00Z").is("seen < now - 1 calendar day", Truth::True);
    seen("2026-03-28T22:30:00Z").is("seen < now - 24 hours", Truth::False);
}

/// Months are of unequal length: 31 March less a month is the last day of February.
#[test]
fn a_month_back_stops_at_its_last_day() {
    let last_of_march =
        |born: &str| case("2026-03-31T12:00:00Z", "UTC").with("born", born.parse::<crm_core::base::Date>().unwrap());
    last_of_march("2026-02-28").is("born = today - 1 calendar month", Truth::True);
    last_of_march("2026-02-01").is("born in last 2 calendar months", Truth::True);
    last_of_march("2026-01-31").is("born in last 2 calendar months", Truth::False);
    last_of_march("2025-12-31").is("born in previous quarter", Truth::True);
    last_of_march("2026-01-01").is("born in previous quarter", Truth::False);
    last_of_march("2026-01-01").is("born in this year", Truth::True);
    last_of_march("2026-03-29").is("born in previous week", Truth::True);
    last_of_march("2026-03-30").is("born in this week", Truth::True);
}

/// Born on 29 February: a birthday every year, on the day that is asked for.
#[test]
fn a_leap_day_has_a_birthday_every_year() {
    let leap = |now: &str| case(now, "UTC").with("born", "2004-02-29".parse::<crm_core::base::Date>().unwrap());
    leap("2026-03-01T12:00:00Z").is("anniversary(born) in today", Truth::True);
    leap("2026-02-28T12:00:00Z").is("anniversary(born) in today", Truth::False);
    leap("2026-02-28T12:00:00Z").is("anniversary_february(born) in today", Truth::True);
    leap("2028-02-29T12:00:00Z").is("anniversary(born) in today", Truth::True);
    leap("2026-02-28T12:00:00Z").is("age(born) = 21 years", Truth::True);
    leap("2026-03-01T12:00:00Z").is("age(born) = 22 years", Truth::True);
    leap("2026-02-28T12:00:00Z").is("age_february(born) = 22 years", Truth::True);
    // Over the end of the year, and not on the day of birth itself.
    let january = |now: &str| case(now, "UTC").with("born", "2026-01-02".parse::<crm_core::base::Date>().unwrap());
    january("2026-12-28T12:00:00Z").is("anniversary(born) in next 7 calendar days", Truth::True);
    january("2026-12-26T12:00:00Z").is("anniversary(born) in next 7 calendar days", Truth::False);
    january("2026-01-02T12:00:00Z").is("anniversary(born) in today", Truth::False);
}

/// Unomi needs a count above zero even when the minimum is zero: "at most two, none included" cannot be said.
#[test]
fn no_events_count_as_none() {
    let nobody = case(NOON, "UTC");
    nobody.is("count(order) <= 2", Truth::True);
    nobody.is("count(order) = 0", Truth::True);
    nobody.is("sum(amount of order) = 0.00 EUR", Truth::True);
    nobody.is("sum(amount of order) < 1 JPY", Truth::True);
    for text in [
        "min(amount of order)",
        "max(amount of order)",
        "avg(amount of order)",
        "first(amount of order)",
        "last(amount of order)",
    ] {
        nobody.is(&format!("{text} >= 0.00 EUR"), Truth::Unknown);
        nobody.is(&format!("{text} is missing"), Truth::True);
    }
}

/// SQL adds amounts of two currencies as if they were one.
#[test]
fn amounts_of_two_currencies_have_no_sum() {
    let both = case(NOON, "UTC").order("2026-03-01T09:00:00Z", "60.00 EUR").order("2026-03-02T09:00:00Z", "60.00 USD");
    both.is("sum(amount of order) >= 100.00 EUR", Truth::Unknown);
    both.is("max(amount of order) >= 1.00 EUR", Truth::Unknown);
    both.is("sum(amount of order in from 2026-03-02) >= 60.00 USD", Truth::True);
    both.is("sum(amount of order in from 2026-03-02) >= 60.00 EUR", Truth::Unknown);
    case(NOON, "UTC")
        .with("spent", "5.00 USD".parse::<crm_core::base::Money>().unwrap())
        .is("spent >= 1.00 EUR", Truth::Unknown);
}

/// Floating-point totals drift: ten times 0.10 is 1.00, and a third of 100.00 is more than 33.33.
#[test]
fn money_is_exact() {
    let dimes = (0..10)
        .fold(case(NOON, "UTC"), |case, day| case.order(&format!("2026-03-0{}T09:00:00Z", day % 9 + 1), "0.10 EUR"));
    dimes.is("sum(amount of order) = 1.00 EUR", Truth::True);
    let third = case(NOON, "UTC")
        .order("2026-03-01T09:00:00Z", "33.33 EUR")
        .order("2026-03-02T09:00:00Z", "33.33 EUR")
        .order("2026-03-03T09:00:00Z", "33.34 EUR");
    third.is("avg(amount of order) > 33.33 EUR", Truth::True);
    third.is("avg(amount of order) < 33.34 EUR", Truth::True);
}

/// An order whose channel nobody knows may be one on the web: whoever has only such an order has neither surely ordered
/// there nor surely never done so. SQL counts it as not on the web.
#[test]
fn a_doubtful_event_makes_the_answer_unknown() {
    let doubtful = case(NOON, "UTC").order("2026-03-01T09:00:00Z", "60.00 EUR");
    doubtful.is("exists(order where channel = \"web\")", Truth::Unknown);
    doubtful.is("never(order where channel = \"web\")", Truth::Unknown);
    doubtful.is("count(order where channel = \"web\") <= 1", Truth::True);
    doubtful.is("count(order where channel = \"web\") > 1", Truth::False);
    doubtful.is("sum(amount of order where channel = \"web\") <= 60.00 EUR", Truth::True);
    doubtful.is("sum(amount of order where channel = \"web\") >= 60.00 EUR", Truth::Unknown);
}

/// Dittofeed hashes the segment's name: renaming a segment with a sample of a tenth draws another tenth.
#[test]
fn renaming_a_segment_moves_nobody() {
    let mut sample = case(NOON, "UTC");
    let expr = parse("bucket(\"spring\", 10000) < 1000").unwrap();
    sample.segments.set(Name::from_static("a tenth"), expr.clone());
    sample.segments.set(Name::from_static("renamed"), expr);
    let mut members = 0;
    for number in 0..2_000 {
        sample.id = Id::derived("customer", &number.to_string());
        let (old, new) = (sample.truth("segment(\"a tenth\")"), sample.truth("segment(\"renamed\")"));
        assert_eq!(old, new);
        members += u32::from(old.is_true());
        // A tenth of fewer buckets is the same tenth, and another salt draws independently.
        assert_eq!(old, sample.truth("bucket(\"spring\", 10) < 1"));
    }
    // Binomial with mean 200 and standard deviation 13.4.
    assert!((150..250).contains(&members), "{members}");
}

/// The bucket is the one that the reference describes: it must never change. Expected values from the C implementation
/// of XXH3 (python-xxhash 3, `xxh3_64_intdigest(salt + id) * n >> 64`).
#[test]
fn a_bucket_is_the_documented_hash() {
    let one = case(NOON, "UTC");
    let two = Case { id: "0198c0de-0000-7000-8000-0000000004d2".parse().unwrap(), ..case(NOON, "UTC") };
    for (customer, salt, of, bucket) in
        BUCKETS.map(|(nil, salt, of, bucket)| (if nil { &one } else { &two }, salt, of, bucket))
    {
        customer.is(&format!("bucket({salt:?}, {of}) = {bucket}"), Truth::True);
    }
}

/// Whether the id is nil, the salt, the number of buckets, the bucket.
const BUCKETS: [(bool, &str, u32, u32); 10] = [
    (true, "", 100, 81),
    (true, "spring-2026", 10_000, 1_470),
    (true, "größe", 7, 5),
    (true, LONG_SALT, 1_000, 981),
    (true, "spring-2026", u32::MAX, 631_608_234),
    (false, "", 100, 59),
    (false, "spring-2026", 10_000, 9_587),
    (false, "größe", 7, 4),
    (false, LONG_SALT, 1_000, 59),
    (false, "spring-2026", u32::MAX, 4_117_894_222),
];

/// 200 times `x`.
const LONG_SALT: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// Two unions of conditions that are each unknown: Kleene's logic does not guess that one of them must be true.
#[test]
fn the_unknown_is_not_argued_away() {
    let nobody = case(NOON, "UTC");
    nobody.is("x > 0 or x <= 0", Truth::Unknown);
    nobody.is("x > 0 and x <= 0", Truth::Unknown);
    nobody.is("x > 0 and false", Truth::False);
    nobody.is("x > 0 or true", Truth::True);
    nobody.is("at least 1 of (x > 0, country = \"DE\", true)", Truth::True);
    nobody.is("at least 2 of (x > 0, country = \"DE\", true)", Truth::Unknown);
    nobody.is("at least 2 of (x > 0, false, false)", Truth::False);
}

/// Tags that were never set are no tags, as the catalogue declares: that is known, not unknown.
#[test]
fn no_tags_are_an_empty_list() {
    let untagged = case(NOON, "UTC");
    untagged.is("customer.tags has \"vip\"", Truth::False);
    untagged.is("customer.tags has none {\"vip\"}", Truth::True);
    untagged.is("size(customer.tags) = 0", Truth::True);
}

/// A sealed value is there, and yet nobody can read it.
#[test]
fn a_sealed_value_is_unknown() {
    let sealed = case(NOON, "UTC").with("country", crm_core::base::Sealed::new(b"..."));
    sealed.is("country = \"DE\"", Truth::Unknown);
    sealed.is("country is missing", Truth::Unknown);
}
