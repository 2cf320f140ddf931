//! The conformance corpus: cases in the form of scenarios, which every language replays through its own API.
//!
//! The answers are those of the slow and obvious interpreter, and of [`by_hand`](crate::by_hand) those that were worked
//! out by hand; the explanations are those of the evaluator. `CRM_WRITE_CORPUS=1` writes the files anew.

use std::path::Path;

use crm_core::base::{Date, Id, Money, Name, Timestamp, Value, Zone};
use crm_core::fact::Fact;
use crm_core::interaction::INTERACTION;
use crm_core::segment::{Catalogue, Definitions, FieldKey, Layout, Program, Row, Truth, check, parse};
use serde_json::{Value as Json, json};

use crate::by_hand;
use crate::oracle::Oracle;
use crate::world::Customer;

/// An event: name, instant, amount, and further properties.
type Event = (&'static str, Timestamp, &'static str, Vec<(&'static str, Value)>);

struct Case {
    text: String,
    now: Timestamp,
    zone: &'static str,
    fields: Vec<(&'static str, Value)>,
    facts: Vec<Event>,
    /// The answer, where it was worked out by hand.
    answer: Option<bool>,
}

impl Case {
    fn new(text: impl Into<String>, now: &str, zone: &'static str) -> Self {
        Self { text: text.into(), now: now.parse().unwrap(), zone, fields: Vec::new(), facts: Vec::new(), answer: None }
    }

    fn field(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    fn order(mut self, at: Timestamp, amount: &'static str) -> Self {
        self.facts.push(("order", at, amount, Vec::new()));
        self
    }

    /// The step of a scenario, with the answer of the oracle.
    fn step(&self, catalogue: &Catalogue) -> Json {
        let expr = parse(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.text));
        let findings = check(&expr, catalogue, &Definitions::new());
        assert!(findings.iter().all(|one| one.code.as_str().starts_with('W')), "{}: {findings:?}", self.text);
        let id = Id::derived("corpus", "anna");
        let mut facts: Vec<Fact> = self.facts.iter().enumerate().map(|(place, event)| fact(place, event)).collect();
        facts.sort_by_key(|fact| fact.at);
        let fields = self.fields.iter().map(|(name, value)| (FieldKey::plain(Name::from_static(name)), value.clone()));
        let customer = Customer { id, fields: fields.collect(), facts };
        let zone = Zone::new(self.zone).unwrap();
        let none = Definitions::new();
        let oracle = Oracle { catalogue, segments: &none, customer: &customer, now: self.now, zone: &zone };
        let truth = oracle.truth(&expr);
        if let Some(answer) = self.answer {
            assert_eq!(truth, Truth::from(answer), "{} at {} in {}: {:?}", self.text, self.now, self.zone, self.facts);
        }
        let mut layout = Layout::new();
        let program = Program::compile(&expr, catalogue, &none, &mut layout).unwrap();
        let values = customer.row(&layout);
        let row = Row::new(id, &values, &customer.facts).unwrap();
        let explanation = program.at(self.now, &zone).explain(&row);
        assert_eq!(explanation.truth, truth, "{}", self.text);
        let mut trial = json!({"text": self.text, "now": self.now, "zone": self.zone, "customer": id});
        if !self.fields.is_empty() {
            trial["fields"] = self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect();
        }
        if !self.facts.is_empty() {
            trial["facts"] = self.facts.iter().map(event_json).collect();
        }
        json!({"call": "segments.try_out", "with": {"trial": trial}, "gives": {"truth": truth, "words": explanation.render()}})
    }
}

/// Cases of which the answer was worked out by hand, which the oracle must have found, too.
fn by_hand() -> Vec<Case> {
    let mut cases = Vec::new();
    for (zone, now, orders) in by_hand::ORDERS {
        for (at, window, inside) in *orders {
            let case =
                Case::new(format!("exists(order in {window})"), now, zone).order(at.parse().unwrap(), "5.00 EUR");
            cases.push(Case { answer: Some(*inside), ..case });
        }
    }
    for (zone, now, field, value, text, answer) in by_hand::ASKED {
        let case = Case::new(*text, now, zone);
        let case = match value.parse::<Date>() {
            Ok(date) => case.field(field, date),
            Err(_) => case.field(field, value.parse::<Timestamp>().unwrap()),
        };
        cases.push(Case { answer: Some(*answer), ..case });
    }
    cases
}

fn fact(place: usize, (name, at, amount, fields): &Event) -> Fact {
    let id = Id::derived("corpus", &place.to_string());
    let mut fact = Fact::new(INTERACTION, id, Id::NIL, *at, Name::from_static(name));
    fact.amount = amount.parse().ok();
    for (name, value) in fields {
        fact.fields.set(Name::from_static(name), value.clone());
    }
    fact
}

fn event_json((name, at, amount, fields): &Event) -> Json {
    let mut json = json!({"name": name, "at": at});
    if let Ok(amount) = amount.parse::<Money>() {
        json["amount"] = serde_json::to_value(amount).unwrap();
    }
    if !fields.is_empty() {
        json["fields"] = fields.iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect();
    }
    json
}

/// Instants and zones where calendars go wrong.
const MOMENTS: [(&str, &str); 16] = [
    // Clocks are put forward and back.
    ("2026-03-29T01:00:00Z", "Europe/Berlin"),
    ("2026-10-25T00:30:00Z", "Europe/Berlin"),
    ("2026-10-25T01:30:00Z", "Europe/Berlin"),
    ("2026-03-08T10:00:00Z", "America/Los_Angeles"),
    ("2026-11-01T09:30:00Z", "America/Los_Angeles"),
    // By half an hour.
    ("2026-04-04T15:00:00Z", "Australia/Lord_Howe"),
    ("2026-10-03T15:30:00Z", "Australia/Lord_Howe"),
    // Hours that are not whole, and days that have begun long since or not yet.
    ("2025-12-31T18:15:00Z", "Asia/Kathmandu"),
    ("2026-01-01T03:29:59Z", "America/St_Johns"),
    ("2025-12-31T10:00:00Z", "Pacific/Kiritimati"),
    ("2026-06-30T12:00:00Z", "Pacific/Apia"),
    ("2026-01-01T11:59:59.999999Z", "Pacific/Pago_Pago"),
    // Leap days and ends of years.
    ("2024-02-29T12:00:00Z", "UTC"),
    ("2024-02-29T15:00:00Z", "Asia/Tokyo"),
    ("2025-12-31T23:59:59.999999Z", "UTC"),
    ("2027-01-03T23:30:00Z", "UTC"),
];

const DAY: i64 = 86_400_000_000;

fn windows() -> Vec<Case> {
    const WINDOWS: [&str; 16] = [
        "today",
        "yesterday",
        "this week",
        "previous week",
        "previous month",
        "this quarter",
        "previous year",
        "last 3 calendar days",
        "last 2 calendar months",
        "last 24 hours",
        "last 1 calendar week",
        "from today - 1 calendar month until today",
        "until today - 1 calendar year",
        "this year starting april",
        "previous quarter starting february",
        "last 2 calendar weeks starting sunday",
    ];
    let mut cases = Vec::new();
    for (moment, (now, zone)) in MOMENTS.iter().enumerate() {
        let at: Timestamp = now.parse().unwrap();
        let zoned = Zone::new(zone).unwrap();
        let midnight = zoned.start_of_day(zoned.date(at));
        let month = zoned.start_of_day(zoned.date(at).start_of(crm_core::base::CalendarUnit::Month));
        let edges = [midnight, month, at.saturating_add_micros(-DAY), midnight.saturating_add_micros(-7 * DAY), at];
        for (number, window) in WINDOWS.iter().enumerate() {
            let edge = edges[(moment + number) % edges.len()].saturating_add_micros(-((number % 2) as i64));
            cases.push(Case::new(format!("exists(order in {window})"), now, zone).order(edge, "5.00 EUR"));
            if (moment + number) % 3 == 0 && !window.contains("hours") {
                let date = zoned.date(edge);
                cases.push(Case::new(format!("purchases.last in {window}"), now, zone).field("purchases.last", date));
            }
        }
        for (number, text) in [
            "customer.created_at older than 1 calendar month",
            "customer.created_at in last 1 calendar month",
            "customer.created_at >= now - 24 hours",
            "customer.created_at > now - 1 calendar day",
            "hour(customer.created_at) < 12",
            "weekday(customer.created_at) = 1",
        ]
        .iter()
        .enumerate()
        {
            let edge = edges[(moment + number) % edges.len()];
            cases.push(Case::new(*text, now, zone).field("customer.created_at", edge));
        }
    }
    cases
}

fn birthdays() -> Vec<Case> {
    let mut cases = Vec::new();
    for born in ["2004-02-29", "1990-12-31", "2000-01-01"] {
        for now in ["2025-02-28T12:00:00Z", "2025-03-01T00:00:00Z", "2024-02-29T00:00:00Z", "2025-12-31T23:59:59Z"] {
            for text in [
                "anniversary(customer.birth_date) in next 2 calendar days",
                "anniversary_february(customer.birth_date) in today",
                "age(customer.birth_date) >= 21",
                "age_february(customer.birth_date) between 20 and 24",
                "month(customer.birth_date) = month(today)",
            ] {
                let born: Date = born.parse().unwrap();
                cases.push(Case::new(text, now, "Europe/Berlin").field("customer.birth_date", born));
            }
        }
    }
    cases
}

fn logic() -> Vec<Case> {
    let mut cases = Vec::new();
    for country in [None, Some("DE"), Some("FR")] {
        for text in [
            "customer.country = \"DE\"",
            "customer.country != \"DE\"",
            "not customer.country = \"DE\"",
            "customer.country in {\"DE\", \"AT\"}",
            "customer.country not in {\"DE\", \"AT\"}",
            "customer.country is missing",
            "customer.country is missing or customer.country != \"DE\"",
            "known(customer.country = \"DE\")",
            "coalesce(customer.country, \"DE\") = \"DE\"",
            "customer.country = \"de\" ci",
            "customer.country matches \"^(DE|AT)$\"",
            "customer.country = \"DE\" or true",
            "customer.country = \"DE\" and false",
            "at least 2 of (customer.country = \"DE\", customer.country != \"FR\", rfm.recency >= 3)",
            "not (customer.country = \"DE\" and rfm.recency >= 3)",
            "customer.country = \"DE\" or rfm.recency >= 3",
            "purchases.count = 0",
            "purchases.total >= 0.00 EUR and customer.country is present",
            "customer.tags has none {\"vip\"}",
            "size(customer.tags) = 0 and not customer.country = \"FR\"",
        ] {
            let case = Case::new(text, "2026-03-15T12:00:00Z", "UTC");
            cases.push(if let Some(country) = country { case.field("customer.country", country) } else { case });
        }
    }
    cases
}

fn events() -> Vec<Case> {
    let web = |channel: Option<&'static str>| channel.map(|channel| ("channel", Value::from(channel))).into_iter();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let histories: [Vec<Event>; 4] = [
        Vec::new(),
        vec![("order", at("2026-03-10T09:00:00Z"), "10.00 EUR", web(Some("web")).collect())],
        vec![
            ("visit", at("2026-02-01T09:00:00Z"), "", web(Some("web")).collect()),
            ("order", at("2026-02-01T20:00:00Z"), "50.00 EUR", web(Some("store")).collect()),
            ("refund", at("2026-02-03T09:00:00Z"), "-50.00 EUR", Vec::new()),
            ("order", at("2026-03-14T12:00:00Z"), "30.00 EUR", web(None).collect()),
        ],
        vec![
            ("order", at("2026-01-05T09:00:00Z"), "10.00 EUR", web(Some("web")).collect()),
            ("order", at("2026-02-13T12:00:00Z"), "", web(Some("web")).collect()),
            ("order", at("2026-03-01T09:00:00Z"), "20.00 USD", web(Some("app")).collect()),
            ("visit", at("2026-03-15T12:00:00Z"), "", Vec::new()),
            ("order", at("2026-03-15T12:00:00.000001Z"), "99.00 EUR", Vec::new()),
        ],
    ];
    let mut cases = Vec::new();
    for facts in histories {
        for text in [
            "count(order) = 0",
            "count(order in last 30 days) >= 1",
            "sum(amount of order | refund) >= 30.00 EUR",
            "sum(amount of order in last 30 days) > 0.00 EUR",
            "avg(amount of order where channel = \"web\") = 10.00 EUR",
            "max(amount of order) < 60.00 EUR",
            "min(amount of order) is missing",
            "distinct(channel of order) >= 2",
            "first(at of order) in previous month",
            "last(channel of order) != \"web\"",
            "nth(2, amount of order) is present",
            "nth(-1, at of order) in last 2 days",
            "rate(30 days, order in last 90 days) >= 0.5",
            "exists(order where channel = \"web\")",
            "never(order where channel = \"web\")",
            "count(order where channel != \"web\") >= 1",
            "sequence(visit -> order, within 24 hours)",
            "sequence(order -> order, without refund, gap 45 days)",
            "steps(order -> visit -> refund) >= 2",
            "stopped(order for 10 days)",
            "resumed(order after 20 days in last 5 days)",
            "regular(order in 2 of last 10 weeks)",
            "exists(visit in today) and never(order in today)",
            "count(any event in last 40 days) between 1 and 3",
        ] {
            let case = Case::new(text, "2026-03-15T12:00:00Z", "Europe/Berlin");
            cases.push(Case { facts: facts.clone(), ..case });
        }
    }
    for salt in ["spring", "summer", "übung", ""] {
        for bound in [100, 500, 9_000] {
            cases.push(Case::new(format!("bucket(\"{salt}\", 10000) < {bound}"), "2026-03-15T12:00:00Z", "UTC"));
        }
    }
    cases
}

#[test]
fn the_corpus_has_the_answers_of_the_oracle() {
    let catalogue = Catalogue::standard().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut total = 0;
    for (name, about, cases) in [
        ("segments-corpus-calendar", "Where calendars go wrong, worked out by hand.", by_hand()),
        ("segments-corpus-windows", "Windows of time where calendars go wrong.", windows()),
        ("segments-corpus-birthdays", "Ages and anniversaries, those of a leap day among them.", birthdays()),
        ("segments-corpus-logic", "What is missing is neither true nor false.", logic()),
        ("segments-corpus-events", "Measures, sequences and habits of events, and samples.", events()),
    ] {
        total += cases.len();
        let steps: Vec<Json> = cases.iter().map(|case| case.step(&catalogue)).collect();
        let answers = |truth: &str| steps.iter().filter(|step| step["gives"]["truth"] == truth).count();
        assert!(answers("true") > 5 && answers("false") > 5, "{name} has answers of both sorts");
        // One step a line, so that a change shows what it changes.
        let lines: Vec<String> = steps.iter().map(|step| format!("    {step}")).collect();
        let text = format!(
            "{{\n  \"name\": {},\n  \"about\": {},\n  \"now\": \"2026-01-01T00:00:00Z\",\n  \"steps\": [\n{}\n  ]\n}}\n",
            json!(name),
            json!(about),
            lines.join(",\n")
        );
        let path = folder.join(format!("{name}.json"));
        if std::env::var_os("CRM_WRITE_CORPUS").is_some() {
            std::fs::write(&path, text).unwrap();
        } else {
            assert!(std::fs::read_to_string(&path).unwrap() == text, "{name}: CRM_WRITE_CORPUS=1 writes it anew");
        }
    }
    assert!(total >= 400, "only {total} cases");
}
