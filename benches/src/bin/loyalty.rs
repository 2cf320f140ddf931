//! Loyalty: a history replayed, a decision, redemptions of many at once, and what a movement takes in memory.
#![allow(clippy::unwrap_used, reason = "a benchmark may stop at the first error")]

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crm_benches::{Bars, Must, Rng, folder, in_turn, machine, time};
use crm_core::base::{CustomerId, Id, Money, ProgrammeId, Text, Timestamp, Zone};
use crm_core::customer::NewCustomer;
use crm_core::fact::Fact;
use crm_core::loyalty::{Definition, History, Programme, Purchase, PurchaseLine, Redemption, filter_catalogue, replay};
use crm_core::segment::{Definitions, Layout, Program, Subject, ValueRef, parse};
use crm_core::{Crm, Error};
use crm_sqlite::Sqlite;
use rusqlite::{Connection, TransactionBehavior, params};

const ORDERS: usize = 1_000_000;
const MEMBERS: u64 = 100_000;
const CATEGORIES: [&str; 6] = ["food", "drinks", "garden", "toys", "books", "gift_card"];

fn main() -> ExitCode {
    let mut bars = Bars::default();
    machine::keep_to(2).unwrap();
    million_orders(&mut bars);
    decision(&mut bars);
    redemptions(&mut bars);
    bars.verdict()
}

/// Ten rules: a point for every euro, more for some categories, and for large orders.
const TEN_RULES: &str = r#"{
    "name": "Shop", "zone": "Europe/Berlin", "units": [{"name": "points"}],
    "rules": [
        {"name": "a", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}, "when": {"except_categories": ["gift_card"]}},
        {"name": "b", "earn": {"per_amount": {"points": 1, "per": "2.00 EUR"}}, "when": {"categories": ["food"]}},
        {"name": "c", "earn": {"per_amount": {"points": 2, "per": "3.00 EUR"}}, "when": {"categories": ["drinks"]}},
        {"name": "d", "earn": {"per_amount": {"points": 1, "per": "5.00 EUR"}}, "when": {"categories": ["garden"]}},
        {"name": "e", "earn": {"per_amount": {"points": 3, "per": "7.00 EUR"}}, "when": {"categories": ["toys"]}},
        {"name": "f", "earn": {"per_item": {"points": 2}}, "when": {"categories": ["books"]}},
        {"name": "g", "earn": {"per_purchase": {"points": 10}}, "when": {"minimum": "50.00 EUR"}},
        {"name": "h", "earn": {"per_purchase": {"points": 25}}, "when": {"minimum": "90.00 EUR"}},
        {"name": "i", "earn": {"per_amount": {"points": 1, "per": "9.00 EUR", "rounding": "half_up"}}},
        {"name": "j", "earn": {"per_purchase": {"points": 1}}}
    ]
}"#;

fn programme(json: &str) -> Programme {
    let id = ProgrammeId::new(Id::derived("bench", "programme"));
    Programme::new(id, Definition::from_json(json).unwrap(), "2020-01-01T00:00:00Z".parse().unwrap()).unwrap()
}

fn purchases() -> Vec<Purchase> {
    let mut rng = Rng::new(7);
    let start = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
    let eur = "0.00 EUR".parse::<Money>().unwrap().currency();
    let mut id = |space: u64| {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&Rng::new(space).bits().to_be_bytes());
        bytes[8..].copy_from_slice(&rng.bits().to_be_bytes());
        (Id::from_bytes(bytes), rng.bits())
    };
    let order = |number: u64| {
        let (own, random) = id(number);
        let member = CustomerId::new(Id::from_bytes(u128::from(Rng::new(random % MEMBERS).bits()).to_be_bytes()));
        let line = |shift: u32, number: u32| {
            let cents = (random >> shift) as i64 % 6_000;
            PurchaseLine {
                category: Some(CATEGORIES[(random >> (shift + 13)) as usize % CATEGORIES.len()].into()),
                quantity: 1 + (random >> shift) as i64 % 3,
                ..PurchaseLine::new(number, Money::new(cents, eur))
            }
        };
        let lines = [line(3, 1), line(29, 2)];
        let amount = lines[0].amount.checked_add(lines[1].amount).unwrap();
        let [one, two] = lines;
        Purchase::new(own, member, start.saturating_add_micros(number as i64 * 60_000_000), amount).line(one).line(two)
    };
    (0..ORDERS as u64).map(order).collect()
}

/// What a loop makes of the orders that was written for these rules: points and balances, no lots, nothing to be told.
fn by_hand(purchases: &[Purchase]) -> (i64, HashMap<CustomerId, i64>) {
    let mut balances: HashMap<CustomerId, i64> = HashMap::with_capacity(MEMBERS as usize);
    let mut sum = 0;
    for purchase in purchases {
        let (mut all, mut plain, mut cents, mut books) = (0, 0, [0_i64; 6], 0);
        for line in &purchase.lines {
            let minor = line.amount.minor();
            all += minor;
            let place = CATEGORIES.iter().position(|own| line.category.as_deref() == Some(own));
            if let Some(place) = place {
                cents[place] += minor;
                if place == 4 {
                    books += line.quantity;
                }
            }
            if place != Some(5) {
                plain += minor;
            }
        }
        let points = plain / 100
            + cents[0] / 200
            + cents[1] * 2 / 300
            + cents[2] / 500
            + cents[3] * 3 / 700
            + books * 2
            + if all >= 5_000 { 10 } else { 0 }
            + if all >= 9_000 { 25 } else { 0 }
            + (all * 2 + 900) / 1_800
            + 1;
        sum += points;
        *balances.entry(purchase.member).or_default() += points;
    }
    (sum, balances)
}

fn million_orders(bars: &mut Bars) {
    let purchases = purchases();
    let programme = programme(TEN_RULES);
    let until: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    let history = History { purchases: &purchases, ..History::default() };
    let before = resident();
    let replayed = replay(&programme, history, until).unwrap();
    let after = resident();
    let (mut movements, mut points) = (0_u64, 0);
    let mut balances: HashMap<CustomerId, i64> = HashMap::new();
    for movement in replayed.movements() {
        let movement = movement.unwrap();
        movements += 1;
        points += movement.points;
        *balances.entry(movement.member).or_default() += movement.points;
    }
    drop(replayed);
    assert_eq!((points, balances), by_hand(&purchases), "the loop and the ledger agree");
    println!("note: {ORDERS} orders make {movements} movements");
    if let (Some(before), Some(after)) = (before, after) {
        bars.compare("replay-bytes-per-movement", "B", (after - before) / movements as f64, 300.0, Must::AtMost(1.0));
    }
    let ours = || time(|| drop(black_box(replay(&programme, history, until).unwrap()))).as_secs_f64();
    let theirs = || time(|| drop(black_box(by_hand(&purchases)))).as_secs_f64();
    let (ours, theirs) = in_turn(5, ours, theirs);
    bars.compare("replay-million-orders", "s", ours, theirs, Must::AtMost(5.0));
}

/// The memory that this process holds, in bytes; Linux only.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? * 1024.0)
}

/// A line in the eyes of a filter.
struct Line<'a> {
    purchase: &'a Purchase,
    bought: &'a PurchaseLine,
    fields: &'a [Text],
}

impl Subject for Line<'_> {
    fn id(&self) -> Id {
        self.purchase.id
    }

    fn field(&self, slot: usize) -> Option<ValueRef<'_>> {
        match &*self.fields[slot] {
            "line.category" => self.bought.category.as_ref().map(|text| ValueRef::Text(text)),
            "line.amount" => Some(ValueRef::Money(self.bought.amount)),
            "purchase.amount" => Some(ValueRef::Money(self.purchase.amount)),
            _ => None,
        }
    }

    fn facts(&self) -> &[Fact] {
        &[]
    }
}

/// One order of ten lines, and fifty rules with a filter each.
fn decision(bars: &mut Bars) {
    const TIMES: usize = 2_000;
    let filter = |number: usize| {
        let category = CATEGORIES[number % CATEGORIES.len()];
        format!("line.category = \"{category}\" and line.amount >= {number}.00 EUR and purchase.amount >= 10.00 EUR")
    };
    let rules: Vec<String> = (0..50)
        .map(|number| {
            let text = filter(number).replace('"', "\\\"");
            format!(
                r#"{{"name": "rule {number}", "earn": {{"per_amount": {{"points": 1, "per": "1.00 EUR"}}}},
                    "when": {{"filter": "{text}"}}}}"#
            )
        })
        .collect();
    let json = r#"{"name": "Shop", "zone": "Europe/Berlin", "units": [{"name": "points"}], "rules": [RULES]}"#;
    let programme = programme(&json.replace("RULES", &rules.join(",")));
    let at = "2026-03-01T12:00:00Z".parse().unwrap();
    let eur = "0.00 EUR".parse::<Money>().unwrap().currency();
    let mut purchase =
        Purchase::new(Id::derived("bench", "order"), CustomerId::new(Id::NIL), at, Money::new(30_000, eur));
    for number in 0..10_u32 {
        let category = Some(CATEGORIES[number as usize % CATEGORIES.len()].into());
        purchase = purchase.line(PurchaseLine { category, ..PurchaseLine::new(number + 1, Money::new(3_000, eur)) });
    }
    let version = programme.at(at).unwrap();
    let catalogue = filter_catalogue().unwrap();
    let zone = Zone::new("Europe/Berlin").unwrap();
    let programs: Vec<(Program, Vec<Text>)> = (0..50)
        .map(|number| {
            let mut layout = Layout::new();
            let expr = parse(&filter(number)).unwrap();
            let program = Program::compile(&expr, &catalogue, &Definitions::new(), &mut layout).unwrap();
            (program, layout.keys().iter().map(|key| Text::from(key.name.as_str())).collect())
        })
        .collect();
    let alone = || {
        let mut eligible = 0;
        for (program, fields) in &programs {
            let evaluator = program.at(at, &zone);
            let lines = purchase.lines.iter().map(|line| Line { purchase: &purchase, bought: line, fields });
            eligible += lines.filter(|line| evaluator.is_member(line)).count();
        }
        eligible
    };
    println!("note: the fifty filters take {} lines", alone());
    let micros = |work: &dyn Fn()| time(|| (0..TIMES).for_each(|_| work())).as_secs_f64() * 1e6 / TIMES as f64;
    let ours = || micros(&|| drop(black_box(version.simulate(&purchase, None).unwrap())));
    let theirs = || micros(&|| _ = black_box(alone()));
    let (ours, theirs) = in_turn(9, ours, theirs);
    bars.compare("decide-10-lines-50-rules", "us", ours, theirs, Must::AtMost(2.0));
}

const WRITERS: usize = 8;
const EACH: usize = 25;

/// Eight threads redeem from one file: each from the account of a member of its own, and all from one that has too little.
fn redemptions(bars: &mut Bars) {
    let ours = || {
        let folder = folder().unwrap();
        let path = folder.path().join("ours.db");
        let crm = Crm::open(Sqlite::open(&path).unwrap()).unwrap();
        let id = ProgrammeId::new(Id::derived("bench", "programme"));
        let definition = Definition::from_json(
            r#"{"name": "Shop", "zone": "UTC", "units": [{"name": "points"}],
                "rules": [{"name": "base", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}]}"#,
        );
        crm.loyalty().publish(id, &definition.unwrap(), "2020-01-01T00:00:00Z".parse().unwrap()).unwrap();
        let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let join = |number: usize| {
            let member = crm.customers().create(NewCustomer::person(&format!("Member {number}"))).unwrap().id;
            let points = if number == WRITERS { WRITERS * EACH / 2 } else { EACH };
            let amount = format!("{points}.00 EUR").parse().unwrap();
            crm.loyalty()
                .earn(id, &Purchase::new(Id::derived("bench", &number.to_string()), member, at, amount))
                .unwrap();
            member
        };
        let members: Vec<CustomerId> = (0..=WRITERS).map(join).collect();
        let granted = AtomicUsize::new(0);
        let elapsed = time(|| {
            thread::scope(|scope| {
                for writer in 0..WRITERS {
                    let (crm, members, granted) = (crm.clone(), &members, &granted);
                    scope.spawn(move || {
                        for nth in 0..EACH {
                            for member in [members[writer], members[WRITERS]] {
                                let own = Id::derived("bench", &format!("{writer}/{nth}/{member}"));
                                let redemption = Redemption { id: own, member, unit: None, points: 1, at };
                                let act = || crm.loyalty().redeem(id, &redemption);
                                let outcome = std::iter::repeat_with(act);
                                let mut outcome = outcome.skip_while(|one| matches!(one, Err(Error::Conflict(_))));
                                match outcome.next().unwrap() {
                                    Ok(_) => drop(granted.fetch_add(1, Ordering::Relaxed)),
                                    Err(error) => assert_eq!(error.code().as_str(), "denied", "{error}"),
                                }
                            }
                        }
                    });
                }
            });
        });
        let standings = crm.loyalty().standings(id, "2026-02-01T00:00:00Z".parse().unwrap()).unwrap();
        let left: i64 = standings.values().map(|one| one.balance.available).sum();
        let granted = granted.into_inner();
        assert_eq!((left, granted), (0, WRITERS * EACH + WRITERS * EACH / 2), "no movement is lost, none is double");
        assert!(crm.loyalty().audit(id).unwrap().is_empty());
        granted as f64 / elapsed.as_secs_f64()
    };
    let theirs = || bare(&folder().unwrap().path().join("theirs.db")).unwrap();
    let (ours, theirs) = in_turn(3, ours, theirs);
    bars.compare("redeem-8-writers", "/s", ours, theirs, Must::AtLeast(0.5));
}

/// The same by hand: a balance in a row, read and written in one transaction, with a row for the redemption.
fn bare(path: &Path) -> rusqlite::Result<f64> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(60))?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        Ok(connection)
    };
    open()?.execute_batch(
        "CREATE TABLE balance (member INTEGER PRIMARY KEY, points INTEGER NOT NULL);
         CREATE TABLE redemption (id TEXT PRIMARY KEY, member INTEGER NOT NULL, points INTEGER NOT NULL);",
    )?;
    for member in 0..=WRITERS {
        let points = if member == WRITERS { WRITERS * EACH / 2 } else { EACH };
        open()?.execute("INSERT INTO balance VALUES (?, ?)", params![member as i64, points as i64])?;
    }
    let granted = AtomicUsize::new(0);
    let elapsed = time(|| {
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (open, granted) = (&open, &granted);
                scope.spawn(move || {
                    let mut connection = open().unwrap();
                    for nth in 0..EACH {
                        for member in [writer, WRITERS] {
                            let set = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
                            let points: i64 = set
                                .query_row("SELECT points FROM balance WHERE member = ?", [member as i64], |row| {
                                    row.get(0)
                                })
                                .unwrap();
                            if points == 0 {
                                continue;
                            }
                            let own = format!("{writer}/{nth}/{member}");
                            set.execute("INSERT INTO redemption VALUES (?, ?, 1)", params![own, member as i64])
                                .unwrap();
                            set.execute("UPDATE balance SET points = points - 1 WHERE member = ?", [member as i64])
                                .unwrap();
                            set.commit().unwrap();
                            granted.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
    });
    Ok(granted.into_inner() as f64 / elapsed.as_secs_f64())
}
