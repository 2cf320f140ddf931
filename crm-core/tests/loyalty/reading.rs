//! Statements, standings, liability, and audits of damaged ledgers.

use crm_core::base::{AsOf, Channel, CountedIds, CustomerId, Env, FieldDecl, Registry, Timestamp, Window};
use crm_core::change::{Change, Precondition};
use crm_core::fact::Fact;
use crm_core::interaction::{Line, NewInteraction, RefundedLine};
use crm_core::loyalty::{
    Account, History, Invariant, Ledger, LiabilityFold, Movement, MovementKind, Purchase, Redemption, RefundLine,
    Refusal, Shopping, Violation, catalogue, declarations, replay,
};

use crate::club::{Club, at, eur, id, refund};

/// January: 100 earned. February: 30 spent, 50 earned, 20 of January's taken back. They expire at the end of the next
/// month.
fn spring() -> Club {
    let mut club = Club::simple(
        r#", "expiry": {"end_of": {"unit": "month", "plus": 1}}, "cost": {"amount": "1.00 EUR", "points": 100},
            "breakage": 2500"#,
    );
    club.buy("A", "2026-01-10", "100.00");
    club.redeem("R", "2026-02-05", 30).unwrap();
    club.buy("B", "2026-02-10", "50.00");
    let purchase = club.purchase("A", "2026-01-10", "100.00");
    club.refund(&purchase, &[refund("X", "A", "2026-02-12", "20.00")]);
    club
}

fn window(start: &str, end: &str) -> Window {
    Window::new(at(start), at(end)).unwrap()
}

#[test]
fn a_statement_tells_what_moved_and_why() {
    let club = spring();
    let february = club.account().statement(None, window("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")).unwrap();
    assert_eq!((february.opening.available, february.closing.available), (100, 50));
    let lines: Vec<_> = february.lines.iter().map(|line| (line.kind, line.points, line.total, line.cause)).collect();
    let lot = february.lines[0].lots[0].lot;
    assert_eq!(
        lines,
        [
            (MovementKind::Redeemed, -30, 70, id("R")),
            (MovementKind::Earned, 50, 120, id("B")),
            (MovementKind::Reversed, -20, 100, id("X")),
            // The clock: what was left of January's points, at the end of February in Berlin.
            (MovementKind::Expired, -50, 50, lot),
        ]
    );
    assert_eq!(february.lines[3].at, at("2026-02-28T23:00:00Z"));
    assert_eq!(february.lines[1].rule.as_ref().unwrap().as_str(), "base");
    assert_eq!(club.ledger.movement(lot).unwrap().cause, id("A"), "every point leads back to a purchase");
    assert_eq!(february.expiring.len(), 1);
    assert_eq!((february.expiring[0].at, february.expiring[0].points), (at("2026-03-31T22:00:00Z"), 50));
    assert!(club.account().statement(None, window("2026-02-01", "2026-02-01")).is_err());
}

#[test]
fn statements_that_follow_each_other_agree() {
    let club = spring();
    let months = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"];
    let statements: Vec<_> =
        months.windows(2).map(|pair| club.account().statement(None, window(pair[0], pair[1])).unwrap()).collect();
    for pair in statements.windows(2) {
        assert_eq!(pair[0].closing, pair[1].opening);
    }
    for statement in &statements {
        let moved: i64 = statement.lines.iter().map(|line| line.points).sum();
        assert_eq!(statement.opening.total() + moved, statement.closing.total());
    }
}

#[test]
fn the_liability_of_a_programme() {
    let club = spring();
    let fold = |when: &str, movements: &mut dyn Iterator<Item = &Movement>| {
        let mut fold = LiabilityFold::new(&club.programme, None, at(when)).unwrap();
        movements.for_each(|movement| fold.add(movement));
        fold
    };
    let liability = fold("2026-02-20", &mut club.ledger.movements()).finish().unwrap();
    let months: Vec<_> =
        liability.months.iter().map(|month| (month.month.unwrap().to_string(), month.points, month.cost)).collect();
    // 50 left of January's points and 50 of February's, at a cent each, of which a quarter is never redeemed.
    assert_eq!(
        months,
        [("2026-02-01".to_owned(), 50, Some(eur("0.38"))), ("2026-03-01".to_owned(), 50, Some(eur("0.37")))]
    );
    assert_eq!(liability.cost, Some(eur("0.75")), "the months add up");
    let totals = liability.totals;
    assert_eq!((totals.earned, totals.redeemed, totals.reversed, totals.expired), (150, 30, 20, 0));
    assert_eq!((totals.outstanding, totals.pending, totals.owed), (100, 0, 0));
    // Nobody has written that January's points expired; they count no longer all the same.
    let later = fold("2026-03-02", &mut club.ledger.movements()).finish().unwrap();
    assert_eq!((later.totals.expired, later.totals.outstanding, later.months.len()), (50, 50, 1));
    // In parts, in another order.
    let mut parts = fold("2026-02-20", &mut club.ledger.movements().skip(2));
    parts.merge(&fold("2026-02-20", &mut club.ledger.movements().take(2)));
    assert_eq!(parts.finish().unwrap(), liability);
}

#[test]
fn what_is_owed_is_no_liability() {
    let mut club = Club::simple(r#", "shortfall": "owe""#);
    club.buy("A", "2026-01-10", "100.00");
    club.redeem("R", "2026-01-11", 100).unwrap();
    let purchase = club.purchase("A", "2026-01-10", "100.00");
    club.refund(&purchase, &[refund("X", "A", "2026-01-12", "100.00")]);
    let mut fold = LiabilityFold::new(&club.programme, None, at("2026-01-13")).unwrap();
    club.ledger.movements().for_each(|movement| fold.add(movement));
    let totals = fold.finish().unwrap().totals;
    assert_eq!((totals.owed, totals.outstanding, totals.reversed, totals.redeemed), (100, 0, 100, 100));
    assert_eq!(totals.earned + totals.adjusted + totals.owed, totals.redeemed + totals.reversed);
}

#[test]
fn a_standing_answers_the_catalogue() {
    let mut club = Club::new(crate::club::definition(
        r#", "pending": {"days": 14}, "expiry": {"after_day": {"days": 40}}"#,
        crate::club::ONE_PER_EURO,
        r#"{"basis": "purchases", "window": {"calendar": "year"}, "tiers": [
            {"name": "guest", "threshold": 1}, {"name": "friend", "threshold": 3}]}"#,
    ));
    club.buy("A", "2026-01-01", "100.00");
    club.buy("B", "2026-01-20", "30.00");
    let standing = club.account().standing(at("2026-01-25")).unwrap();
    assert_eq!((standing.balance.available, standing.balance.pending, standing.expiring_soon), (100, 30, 100));
    assert_eq!(standing.expiring[0].at, at("2026-02-10T23:00:00Z"));
    let fields = standing.fields();
    for (name, value) in fields.iter() {
        let field = catalogue().into_iter().find(|field| field.name == *name).expect("a field of the catalogue");
        assert!(value.fits(field.value_type), "{name}");
    }
    assert_eq!(fields.len(), catalogue().len());
    assert_eq!(fields.get("loyalty.tier").unwrap().as_text(), Some("guest"));
    assert_eq!(fields.get("loyalty.to_next_tier").unwrap().as_int(), Some(1));
    assert_eq!(fields.get("loyalty.tier_ends").unwrap().as_time(), Some(at("2026-12-31T23:00:00Z")));
}

#[test]
fn everything_stored_is_declared() {
    let mut registry = Registry::new();
    for declaration in declarations() {
        registry.declare(&declaration).unwrap();
    }
    let fields: Vec<FieldDecl> = declarations().into_iter().flat_map(|declaration| declaration.fields).collect();
    assert!(fields.iter().all(|field| !field.doc.is_empty() && !field.purposes.is_empty()));
    let club = spring();
    let target = &declarations()[0].target;
    for movement in club.ledger.movements() {
        for (name, value) in movement.to_fact().fields.iter() {
            assert!(value.fits(registry.field(target, name.as_str()).expect("declared").value_type));
        }
    }
    let mut all = crm_core::segment::Catalogue::new();
    for field in catalogue() {
        assert!(!field.doc.is_empty() && field.moves);
        all.add(field).unwrap();
    }
}

#[test]
fn as_it_was_known_then() {
    let mut club = Club::simple("");
    club.buy("A", "2026-01-10", "100.00");
    club.now = at("2026-03-01");
    club.buy("B", "2026-01-20", "50.00");
    let seen = |known: &str| {
        let view = AsOf { valid: at("2026-01-31"), known: at(known) };
        club.ledger.as_of(view).balance(club.programme.id, &crate::club::name("points"), view.valid).available
    };
    assert_eq!((seen("2026-01-31"), seen("2026-03-01")), (100, 150));
}

#[test]
fn the_interactions_of_a_shop_are_caught_up_with() {
    let interaction = |new: NewInteraction, known: &[Fact]| {
        let ids = CountedIds::from(known.len() as u64);
        let env = Env::new(at("2026-03-01"), &ids);
        let (recorded, changes) = crm_core::interaction::record(&[new], known, &Registry::new(), &env).unwrap();
        let facts = changes.changes.into_iter();
        let facts = facts.filter_map(|change| if let Change::Append(fact) = change { Some(fact) } else { None });
        (recorded[0], facts.collect::<Vec<Fact>>())
    };
    let rules = r#"{"name": "books", "earn": {"per_amount": {"points": 2, "per": "1.00 EUR"}},
        "when": {"categories": ["books"]}}, {"name": "items", "earn": {"per_item": {"points": 1}}}"#;
    let mut club = Club::new(crate::club::definition("", rules, ""));
    let order = NewInteraction::order(club.member, at("2026-01-10"), eur("50.00"))
        .line(Line::new("novel", 2, eur("20.00")).category("books"))
        .line(Line::new("mug", 1, eur("30.00")));
    let (order, mut facts) = interaction(order, &[]);
    let mut back = NewInteraction::refund(order, club.member, at("2026-01-20"), eur("10.00"));
    back.refunded = vec![RefundedLine { line: 1, quantity: 1, amount: eur("10.00") }];
    facts.extend(interaction(back, &facts).1);
    let mut visit = NewInteraction::visit(club.member, at("2026-01-21"), Channel::Web);
    visit.quantity = Some(3);
    facts.extend(interaction(visit, &facts).1);
    facts.reverse();
    let shopping = Shopping::from_facts(&facts).unwrap();
    assert_eq!((shopping.purchases.len(), shopping.refunds.len(), shopping.left_out.len()), (1, 1, 0));
    assert_eq!(shopping.purchases[0].lines.len(), 2);
    assert_eq!(shopping.refunds[0].lines[0].amount, eur("10.00"));
    let caught_up = |club: &mut Club| {
        let decide = |account: &Account<'_>, env: &Env<'_>| {
            account.catch_up(&shopping.purchases, &shopping.refunds, env.now, env)
        };
        club.decide(at("2026-02-01"), decide).unwrap()
    };
    // 40 for the books and 3 for the items; half of the books came back, and a fifth of the money.
    assert_eq!(caught_up(&mut club).points(), 40 + 3 - 20 - 1);
    assert!(caught_up(&mut club).movements.is_empty());
}

#[test]
fn what_is_refused_does_not_stop_the_rest() {
    let club = Club::simple("");
    let bought = |order: &str, day: &str, amount: &str| Purchase {
        amount: amount.parse().unwrap(),
        ..club.purchase(order, day, "0")
    };
    let purchases = [bought("A", "2026-01-10", "10.00 EUR"), bought("B", "2026-01-11", "10.00 USD")];
    let mut odd = refund("X", "A", "2026-01-12", "1.00");
    odd.lines = vec![RefundLine { number: 7, amount: eur("1.00") }];
    let refunds = [odd, refund("Y", "A", "2026-01-13", "5.00"), refund("Z", "C", "2026-01-13", "5.00")];
    let redemption =
        |name: &str, points| Redemption { id: id(name), member: club.member, unit: None, points, at: at("2026-01-20") };
    let redemptions = [redemption("R", 5), redemption("S", 1)];
    let history = History { purchases: &purchases, refunds: &refunds, redemptions: &redemptions, ..History::default() };
    let replay = replay(&club.programme, history, at("2026-02-01")).unwrap();
    let refused = |refused: &[Refusal]| {
        let mut all: Vec<_> = refused.iter().map(|one| (one.cause, one.error.code().as_str())).collect();
        all.sort_unstable();
        all
    };
    // Of two redemptions at one instant, the one with the smaller id comes first.
    let second = id("R").max(id("S"));
    let (left, short) = if second == id("S") { (0, "S") } else { (4, "R") };
    let mut expected = vec![(id("B"), "invalid"), (id("X"), "invalid"), (id("Z"), "not-found"), (id(short), "denied")];
    expected.sort_unstable();
    assert_eq!(refused(replay.refused()), expected);
    let total: i64 = replay.movements().map(|movement| movement.unwrap().points).sum();
    assert_eq!(total, left);
    // Also when there is a ledger already.
    let mut club = Club::simple("");
    for purchases in [&purchases[1..], &purchases[..]] {
        let decide = |account: &Account<'_>, env: &Env<'_>| account.catch_up(purchases, &refunds, env.now, env);
        club.decide(at("2026-01-10"), |account, env| account.join(at("2026-01-10"), env)).unwrap();
        let decision = club.decide(at("2026-02-01"), decide).unwrap();
        assert_eq!(refused(&decision.refused).len(), if purchases.len() == 1 { 1 } else { 2 });
    }
    assert_eq!(club.available("2026-02-01"), 5);
}

#[test]
fn a_replay_is_written_in_whole_members() {
    let club = Club::simple("");
    let member = |number: usize| CustomerId::new(id(&format!("member {}", number / 3)));
    let purchases: Vec<Purchase> = (0..30)
        .map(|number| Purchase::new(id(&format!("order {number}")), member(number), at("2026-01-10"), eur("5.00")))
        .collect();
    let history = History { purchases: &purchases, ..History::default() };
    let replay = replay(&club.programme, history, at("2026-02-01")).unwrap();
    let sets: Vec<_> = replay.change_sets(7, at("2026-03-01"), 8).map(Result::unwrap).collect();
    assert_eq!(sets.iter().map(|set| set.changes.len()).collect::<Vec<_>>(), [6; 5]);
    assert!(sets.iter().all(|set| set.require.len() == 2 && set.at == at("2026-03-01")));
    assert!(
        sets.iter().flat_map(|set| &set.require).all(|one| matches!(one, Precondition::Unchanged { since: 7, .. }))
    );
    assert_eq!(replay.change_sets(7, at("2026-03-01"), 1).count(), 10, "a member is never cut");
}

/// The promises that a change to one movement breaks.
fn broken(club: &Club, pick: impl Fn(&Movement) -> bool, change: impl Fn(&mut Movement)) -> Vec<Invariant> {
    let mut changed = 0;
    let ledger: Ledger = club
        .ledger
        .movements()
        .cloned()
        .map(|mut movement| {
            if changed == 0 && pick(&movement) {
                changed = 1;
                change(&mut movement);
            }
            movement
        })
        .collect();
    assert_eq!(changed, 1);
    let violations: Vec<Violation> = Account::new(&club.programme, club.member, &ledger).audit().unwrap();
    assert!(violations.iter().all(|one| !one.facts.is_empty() || one.invariant == Invariant::Derivation));
    violations.into_iter().map(|one| one.invariant).collect()
}

#[test]
fn an_audit_names_what_is_wrong() {
    let mut club = spring();
    club.settle("2026-06-01");
    assert_eq!(club.account().audit().unwrap(), []);
    let earned = |one: &Movement| one.kind == MovementKind::Earned && one.cause == id("A");
    let of = |kind| move |one: &Movement| one.kind == kind;
    let later = |at: Option<Timestamp>| at.map(|at| at.saturating_add_days(1));
    assert_eq!(broken(&club, earned, |one| one.id = id("forged"))[0], Invariant::Identity);
    assert!(broken(&club, earned, |one| one.points = 10).contains(&Invariant::Conservation));
    assert!(broken(&club, earned, |one| one.points = 10).contains(&Invariant::Solvency));
    assert!(broken(&club, earned, |one| one.points = 10).contains(&Invariant::Refund));
    assert!(broken(&club, earned, |one| one.points = 1_000).contains(&Invariant::Derivation));
    assert_eq!(broken(&club, of(MovementKind::Redeemed), |one| one.points = -3), [Invariant::Derivation]);
    assert_eq!(broken(&club, of(MovementKind::Expired), |one| one.points = -1), [Invariant::Derivation]);
    assert_eq!(
        broken(&club, of(MovementKind::Expired), |one| one.expires_at = later(one.expires_at))[0],
        Invariant::Life
    );
    assert_eq!(broken(&club, earned, |one| one.version = 7)[0], Invariant::Readable);
    assert_eq!(broken(&club, earned, |one| one.member = CustomerId::new(id("berta")))[0], Invariant::Readable);
    let paid_back = of(MovementKind::Reversed);
    assert_eq!(broken(&club, paid_back, |one| one.amount = None), [Invariant::Money]);
    club.cancel("R", "2026-06-02", None).unwrap();
    let twice = |one: &mut Movement| one.points *= 2;
    assert!(broken(&club, of(MovementKind::Restored), twice).contains(&Invariant::Cancellation));
}
