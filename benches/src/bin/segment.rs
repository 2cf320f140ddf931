//! Segments over columns against a loop written by hand, polars and `DuckDB`; what incremental work saves.
//!
//! `segment [CUSTOMERS]`: how many customers there are, 1,000,000 unless told otherwise, with ten events each.
#![allow(clippy::unwrap_used, reason = "a benchmark may stop at the first error")]

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use crm_benches::peer::{Peer, write_column};
use crm_benches::{Bars, Must, Rng, folder, in_turn, time};
use crm_core::Crm;
use crm_core::base::{Currency, Date, Id, Money, Name, Timestamp, Value, Zone};
use crm_core::crm::SegmentView;
use crm_core::customer::NewCustomer;
use crm_core::fact::Fact;
use crm_core::interaction::{INTERACTION, NewInteraction};
use crm_core::segment::{Catalogue, Columns, Definitions, Evaluator, Field, Layout, Program, Row, parse};

const EVENTS: usize = 10;
const NOW: &str = "2026-03-31T12:00:00Z";
const COUNTRIES: [&str; 12] = ["DE", "AT", "CH", "FR", "IT", "ES", "PL", "NL", "BE", "DK", "SE", "NO"];
const TIERS: [&str; 4] = ["gold", "silver", "bronze", "none"];
const FIVE: &str = "customer.country in {\"DE\", \"AT\", \"CH\"} and customer.score >= 40 \
    and customer.birth_date < 1990-01-01 and (customer.tier = \"gold\" or customer.vip)";
const WINDOW: &str = "count(order in last 90 days) >= 2 and sum(amount of order in last 365 days) >= 250.00 EUR";

fn main() -> ExitCode {
    let customers: usize = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().unwrap());
    let mut bars = Bars::default();
    columns(&mut bars, customers);
    many_segments(&mut bars);
    refresh(&mut bars, customers / 10);
    bars.verdict()
}

fn catalogue() -> Catalogue {
    use crm_core::base::{DataClass::Behaviour, ValueType};
    let mut catalogue = Catalogue::standard().unwrap();
    for (name, value_type) in
        [("customer.score", ValueType::Int), ("customer.tier", ValueType::Text), ("customer.vip", ValueType::Bool)]
    {
        catalogue.add(Field::new(Name::from_static(name), value_type, Behaviour)).unwrap();
    }
    catalogue
}

/// Customers and events in plain columns; what is missing is the greatest code or the least number.
struct Shop {
    country: Vec<u8>,
    tier: Vec<u8>,
    vip: Vec<u8>,
    score: Vec<i64>,
    born: Vec<i32>,
    at: Vec<i64>,
    is_order: Vec<u8>,
    minor: Vec<i64>,
}

impl Shop {
    fn new(customers: usize) -> Self {
        let mut rng = Rng::new(11);
        let now: Timestamp = NOW.parse().unwrap();
        let first: Date = "1940-01-01".parse().unwrap();
        let mut shop = Self {
            country: Vec::new(),
            tier: Vec::new(),
            vip: Vec::new(),
            score: Vec::new(),
            born: Vec::new(),
            at: Vec::new(),
            is_order: Vec::new(),
            minor: Vec::new(),
        };
        for _ in 0..customers {
            let missing = |rng: &mut Rng| rng.below(25) == 0;
            shop.country.push(if missing(&mut rng) { 255 } else { rng.below(12) as u8 });
            shop.tier.push(if missing(&mut rng) { 255 } else { rng.below(4) as u8 });
            shop.vip.push(if missing(&mut rng) { 255 } else { rng.below(2) as u8 });
            shop.score.push(if missing(&mut rng) { i64::MIN } else { rng.below(100) as i64 });
            shop.born.push(if missing(&mut rng) { i32::MIN } else { first.days() + rng.below(25_000) as i32 });
            let mut ages: Vec<i64> = (0..EVENTS).map(|_| rng.below(730 * 86_400) as i64).collect();
            ages.sort_unstable_by(|a, b| b.cmp(a));
            for age in ages {
                shop.at.push(now.as_micros() - age * 1_000_000);
                shop.is_order.push(u8::from(rng.below(3) > 0));
                shop.minor.push(100 + rng.below(20_000) as i64);
            }
        }
        shop
    }

    fn write(&self, folder: &Path) {
        let bytes = |name: &str, column: &[u8]| write_column(folder, name, column.iter().map(|one| [*one])).unwrap();
        bytes("country.u8", &self.country);
        bytes("tier.u8", &self.tier);
        bytes("vip.u8", &self.vip);
        bytes("is_order.u8", &self.is_order);
        let long = |name: &str, column: &[i64]| {
            write_column(folder, name, column.iter().map(|one| one.to_le_bytes())).unwrap();
        };
        long("score.i64", &self.score);
        long("at.i64", &self.at);
        long("minor.i64", &self.minor);
        write_column(folder, "born.i32", self.born.iter().map(|one| one.to_le_bytes())).unwrap();
    }

    fn columns(&self, layout: &Layout) -> Columns {
        let eur = Currency::new("EUR").unwrap();
        let (order, visit) = (Name::from_static("order"), Name::from_static("visit"));
        let mut columns = Columns::new(layout.keys().len(), &[]);
        for row in 0..self.country.len() {
            let id = Id::derived("customer", &row.to_string());
            let value = |name: &str| match name {
                "customer.country" => COUNTRIES.get(usize::from(self.country[row])).map(|own| Value::from(*own)),
                "customer.tier" => TIERS.get(usize::from(self.tier[row])).map(|own| Value::from(*own)),
                "customer.vip" => (self.vip[row] < 2).then(|| Value::from(self.vip[row] == 1)),
                "customer.score" => (self.score[row] > i64::MIN).then(|| Value::from(self.score[row])),
                "customer.birth_date" => Date::from_days(self.born[row]).ok().map(Value::from),
                _ => None,
            };
            let values: Vec<_> = layout.keys().iter().map(|key| value(key.name.as_str())).collect();
            let facts = (row * EVENTS..(row + 1) * EVENTS).map(|event| {
                let name = if self.is_order[event] == 1 { &order } else { &visit };
                let at = Timestamp::from_micros(self.at[event]).unwrap();
                let mut fact = Fact::new(INTERACTION, Id::NIL, id, at, name.clone());
                fact.amount = Some(Money::new(self.minor[event], eur));
                fact
            });
            columns.set(id, &values, &facts.collect::<Vec<_>>()).unwrap();
        }
        columns
    }

    /// The five questions as somebody writes them who knows the columns by heart.
    fn by_hand(&self) -> usize {
        let born = "1990-01-01".parse::<Date>().unwrap().days();
        let mut members = 0;
        for row in 0..self.country.len() {
            let fits = (self.country[row] < 3)
                && (self.score[row] >= 40)
                && (self.born[row] != i32::MIN && self.born[row] < born)
                && (self.tier[row] == 0 || self.vip[row] == 1);
            members += usize::from(fits);
        }
        members
    }
}

fn columns(bars: &mut Bars, customers: usize) {
    let shop = Shop::new(customers);
    let folder = folder().unwrap();
    shop.write(folder.path());
    let mut layout = Layout::new();
    let catalogue = catalogue();
    let mut compile =
        |text: &str| Program::compile(&parse(text).unwrap(), &catalogue, &Definitions::new(), &mut layout).unwrap();
    let (five, window) = (compile(FIVE), compile(WINDOW));
    let columns = shop.columns(&layout);
    let now = NOW.parse().unwrap();
    let (five, window) = (five.at(now, &Zone::UTC), window.at(now, &Zone::UTC));
    let cores = std::thread::available_parallelism().unwrap().get();
    let count = |evaluator: &Evaluator<'_>, threads| evaluator.count_in(&columns, threads).unwrap();
    let millis =
        |evaluator: &Evaluator<'_>, threads| time(|| _ = black_box(count(evaluator, threads))).as_secs_f64() * 1e3;

    assert_eq!(count(&five, 1), shop.by_hand() as u64, "the loop written by hand finds the same members");
    let hand = || time(|| _ = black_box(shop.by_hand())).as_secs_f64() * 1e3;
    let (ours, theirs) = in_turn(15, || millis(&five, 1), hand);
    bars.compare("segment-five-leaves-loop", "ms", ours, theirs, Must::AtMost(4.0));

    for (bar, job, evaluator, threads) in [
        ("segment-five-leaves-polars", "filter-polars", &five, 1),
        ("segment-five-leaves-duckdb", "filter-duckdb", &five, 1),
        ("segment-window-polars", "window-polars", &window, cores),
        ("segment-window-duckdb", "window-duckdb", &window, cores),
    ] {
        let mut peer = Peer::start(job, folder.path()).unwrap();
        let answer = peer.run().unwrap().1;
        let (members, bytes) = answer.split_once(' ').unwrap();
        assert_eq!(members, count(evaluator, threads).to_string(), "{job} finds the same members");
        let theirs = || peer.run().unwrap().0 * 1e3;
        let (ours, theirs) = in_turn(9, || millis(evaluator, threads), theirs);
        bars.compare(bar, "ms", ours, theirs, Must::AtMost(1.0));
        if job == "window-polars" {
            let megabytes = |bytes: f64| bytes / 1e6;
            let theirs = megabytes(bytes.parse().unwrap());
            bars.compare("segment-memory", "MB", megabytes(columns.bytes() as f64), theirs, Must::AtMost(1.5));
        }
    }
}

/// Two hundred segments of one customer.
fn many_segments(bars: &mut Bars) {
    let catalogue = catalogue();
    let mut layout = Layout::new();
    let names = ["order", "refund", "visit", "message", "call", "note", "payment"];
    let programs: Vec<Program> = (0..200)
        .map(|number| {
            // Few segments look at calls; most look at fields or at other events.
            let event = if number % 20 == 0 { "call" } else { names[number % 3] };
            let text = format!(
                "customer.score >= {} and (count({event} in last {} days) >= {} or customer.country = \"DE\")",
                number % 40,
                7 + number % 90,
                1 + number % 3
            );
            Program::compile(&parse(&text).unwrap(), &catalogue, &Definitions::new(), &mut layout).unwrap()
        })
        .collect();
    let now: Timestamp = NOW.parse().unwrap();
    let mut rng = Rng::new(5);
    let mut facts: Vec<Fact> = (0..60)
        .map(|_| {
            let at = now.saturating_add_micros(-(rng.below(120 * 86_400) as i64) * 1_000_000);
            Fact::new(INTERACTION, Id::NIL, Id::NIL, at, Name::from_static(names[rng.below(7) as usize]))
        })
        .collect();
    facts.sort_by_key(|fact| fact.at);
    let values: Vec<Option<Value>> = layout
        .keys()
        .iter()
        .map(|key| match key.name.as_str() {
            "customer.score" => Some(Value::from(60_i64)),
            _ => Some(Value::from("FR")),
        })
        .collect();
    let row = Row::new(Id::NIL, &values, &facts).unwrap();
    let evaluators: Vec<_> = programs.iter().map(|program| program.at(now, &Zone::UTC)).collect();
    let call = (INTERACTION, Name::from_static("call"));
    let all = || time(|| (0..200).for_each(|_| evaluators.iter().for_each(|one| _ = black_box(one.is_member(&row)))));
    // Which segments look at an event is known beforehand.
    let concerned: Vec<&Evaluator<'_>> = evaluators
        .iter()
        .zip(&programs)
        .filter(|(_, program)| program.reads().events.contains(&call))
        .map(|(evaluator, _)| evaluator)
        .collect();
    let some = || time(|| (0..200).for_each(|_| concerned.iter().for_each(|one| _ = black_box(one.is_member(&row)))));
    let (ours, theirs) = in_turn(25, || some().as_secs_f64() * 5e3, || all().as_secs_f64() * 5e3);
    bars.compare("segment-one-event-of-200", "us", ours, theirs, Must::AtMost(0.05));

    let next =
        || time(|| (0..200).for_each(|_| evaluators.iter().for_each(|one| _ = black_box(one.next_change(&row)))));
    let (ours, theirs) = in_turn(25, || next().as_secs_f64() * 5e3, || all().as_secs_f64() * 5e3);
    bars.compare("segment-next-change-200", "us", ours, theirs, Must::AtMost(3.0));
}

/// Columns that take in a thousand changes against columns that are read anew.
fn refresh(bars: &mut Bars, customers: usize) {
    let crm = Crm::in_memory().unwrap();
    let mut ids = Vec::new();
    for _ in 0..customers.div_ceil(10_000) {
        let new: Vec<_> = (0..10_000).map(|_| NewCustomer::person("Somebody")).collect();
        ids.extend(crm.customers().create_all(&new).unwrap().into_iter().map(|created| created.id));
    }
    let at: Timestamp = crm.now().saturating_add_days(-1);
    let order = |id| NewInteraction::order(id, at, "5.00 EUR".parse().unwrap());
    for chunk in ids.chunks(10_000) {
        crm.interactions().record_all(&chunk.iter().map(|id| order(*id)).collect::<Vec<_>>()).unwrap();
    }
    let segments = crm.segments();
    segments.load_columns(1).unwrap();
    let mut turn = 0;
    let fresh = || {
        turn += 1;
        let touched: Vec<_> = ids.iter().skip(turn * 7).step_by(ids.len() / 1_000).map(|id| order(*id)).collect();
        crm.interactions().record_all(&touched).unwrap();
        time(|| _ = black_box(segments.columns_info().unwrap())).as_secs_f64() * 1e3
    };
    let (ours, theirs) =
        in_turn(5, fresh, || time(|| _ = black_box(segments.load_columns(1).unwrap())).as_secs_f64() * 1e3);
    bars.compare("segment-refresh-1000", "ms", ours, theirs, Must::AtMost(0.01));
    println!("note: {} customers in columns, {ours:.1} ms for 1,000 changes", ids.len());
    let view = SegmentView::at(crm.now());
    println!("note: {} of them bought", segments.matching("exists(order)", &view).unwrap().len());
}
