//! A member of a programme, for tests: facts go in, decisions are applied, everything is audited.

use crm_core::base::{CountedIds, CustomerId, Env, Id, Money, Name, ProgrammeId, Timestamp};
use crm_core::fact::Projection;
use crm_core::loyalty::{
    Account, Adjustment, Balance, Cancellation, Definition, Ledger, PointsDecision, Programme, Purchase, Redemption,
    Refund,
};

pub fn at(text: &str) -> Timestamp {
    if text.len() == 10 { format!("{text}T12:00:00Z").parse().unwrap() } else { text.parse().unwrap() }
}

pub fn id(text: &str) -> Id {
    Id::derived("test", text)
}

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn eur(text: &str) -> Money {
    format!("{text} EUR").parse().unwrap()
}

/// A programme in Berlin with one unit and one rule, the rest as JSON.
pub fn definition(unit: &str, rules: &str, tiers: &str) -> Definition {
    let tiers = if tiers.is_empty() { String::new() } else { format!(r#","tiers": {tiers}"#) };
    let json = format!(
        r#"{{"name": "Club", "zone": "Europe/Berlin",
            "units": [{{"name": "points"{unit}}}], "rules": [{rules}]{tiers}}}"#
    );
    Definition::from_json(&json).unwrap()
}

pub const ONE_PER_EURO: &str = r#"{"name": "base", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}"#;

pub struct Club {
    pub programme: Programme,
    pub member: CustomerId,
    pub ledger: Ledger,
    pub now: Timestamp,
    ids: CountedIds,
}

impl Club {
    pub fn new(definition: Definition) -> Self {
        let programme = Programme::new(ProgrammeId::new(id("club")), definition, at("2020-01-01")).unwrap();
        Self {
            programme,
            member: CustomerId::new(id("anna")),
            ledger: Ledger::default(),
            now: at("2020-01-01"),
            ids: CountedIds::from(0),
        }
    }

    pub fn simple(unit: &str) -> Self {
        Self::new(definition(unit, ONE_PER_EURO, ""))
    }

    pub fn account(&self) -> Account<'_> {
        Account::new(&self.programme, self.member, &self.ledger)
    }

    /// Decides now, which is at least the instant given, and applies the decision.
    pub fn decide(
        &mut self,
        when: Timestamp,
        decide: impl FnOnce(&Account<'_>, &Env<'_>) -> crm_core::Result<PointsDecision>,
    ) -> crm_core::Result<PointsDecision> {
        self.now = self.now.max(when);
        let decision = {
            let env = Env::new(self.now, &self.ids);
            decide(&Account::new(&self.programme, self.member, &self.ledger), &env)?
        };
        let facts: Vec<_> = decision.movements.iter().map(crm_core::loyalty::Movement::to_fact).collect();
        for fact in &facts {
            assert!(self.ledger.movement(fact.id).is_none(), "a movement is written twice: {fact:?}");
            self.ledger.apply(fact);
        }
        assert_eq!(self.account().audit().unwrap(), [], "after {:#?}", decision.movements);
        Ok(decision)
    }

    pub fn purchase(&self, order: &str, when: &str, amount: &str) -> Purchase {
        Purchase::new(id(order), self.member, at(when), eur(amount))
    }

    pub fn buy(&mut self, order: &str, when: &str, amount: &str) -> i64 {
        let purchase = self.purchase(order, when, amount);
        self.decide(purchase.at, |account, env| account.earn(&purchase, env)).unwrap().points()
    }

    pub fn refund(&mut self, purchase: &Purchase, refunds: &[Refund]) -> i64 {
        let last = refunds.iter().map(|refund| refund.at).max().unwrap();
        self.decide(last, |account, env| account.refund(purchase, refunds, env)).unwrap().points()
    }

    pub fn redeem(&mut self, redemption: &str, when: &str, points: i64) -> crm_core::Result<PointsDecision> {
        let redemption = Redemption { id: id(redemption), member: self.member, unit: None, points, at: at(when) };
        self.decide(redemption.at, |account, env| account.redeem(&redemption, env))
    }

    pub fn cancel(&mut self, redemption: &str, when: &str, points: Option<i64>) -> crm_core::Result<PointsDecision> {
        let cancellation = Cancellation {
            id: id(&format!("cancel {redemption} {when}")),
            redemption: id(redemption),
            points,
            at: at(when),
        };
        self.decide(cancellation.at, |account, env| account.cancel(&cancellation, env))
    }

    pub fn adjust(&mut self, adjustment: &str, when: &str, points: i64) -> crm_core::Result<PointsDecision> {
        let adjustment = Adjustment {
            id: id(adjustment),
            member: self.member,
            unit: None,
            points,
            at: at(when),
            reason: name("goodwill"),
        };
        self.decide(adjustment.at, |account, env| account.adjust(&adjustment, env))
    }

    pub fn settle(&mut self, when: &str) -> PointsDecision {
        self.decide(at(when), |account: &Account<'_>, env| account.settle(env)).unwrap()
    }

    pub fn balance(&self, when: &str) -> Balance {
        self.account().balance(None, at(when)).unwrap()
    }

    pub fn available(&self, when: &str) -> i64 {
        self.balance(when).available
    }
}

pub fn refund(refund: &str, order: &str, when: &str, amount: &str) -> Refund {
    Refund { id: id(refund), purchase: id(order), at: at(when), amount: eur(amount), lines: Vec::new() }
}
