//! What members earned: programmes with point units, earning rules and tiers, on a ledger of lots.
//!
//! A [`Programme`] is data, in published [versions](Version) that never change. Points live in lots: each award opens
//! one, with its own instants of availability and expiry. What happens to points is a [`Movement`], a fact that names
//! its lot, its cause and the version in force; a balance is never stored, only added up. An [`Account`] joins a
//! programme and one member's [`Ledger`]: its decisions say which movements are to be written, and its answers (balance,
//! tier, statement) are read from those that were. [`replay()`] makes all movements of a whole history at once, and
//! [`LiabilityFold`] adds up what all members hold.
//!
//! Which lots a redemption takes, what expires and what a refund takes back follow from what happened, in the order of
//! time, not from the order in which it was heard of. What is heard of late is answered by movements that correct what
//! was written, at the instant at which they should have been; nothing is edited. [`Account::audit`] works everything
//! out again and names each promise that a ledger breaks.
//!
//! ```
//! use crm_core::base::{CountedIds, CustomerId, Env, Id, ProgrammeId, Window};
//! use crm_core::fact::Projection;
//! use crm_core::loyalty::{Account, Definition, Ledger, MovementKind, Programme, Purchase, Redemption};
//!
//! let definition = Definition::from_json(r#"{
//!     "name": "Book club", "zone": "Europe/Berlin",
//!     "units": [{"name": "points", "expiry": {"end_of": {"unit": "year", "plus": 1}}}],
//!     "rules": [{"name": "base", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}],
//!     "tiers": {"basis": {"spend": {"currency": "EUR"}}, "window": {"calendar": "year"}, "keep": 1,
//!               "tiers": [{"name": "silver", "threshold": 10000, "multiplier": 150}]}
//! }"#)?;
//! let programme = Programme::new(ProgrammeId::new(Id::derived("doc", "club")), definition, "2026-01-01T00:00:00Z".parse()?)?;
//! let anna = CustomerId::new(Id::derived("doc", "anna"));
//! let ids = CountedIds::from(1);
//! let env = Env::new("2026-06-01T00:00:00Z".parse()?, &ids);
//! let mut ledger = Ledger::default();
//!
//! for (order, at, amount) in [("A", "2026-03-01T09:00:00Z", "120.00 EUR"), ("B", "2026-04-01T09:00:00Z", "10.00 EUR")] {
//!     let purchase = Purchase::new(Id::derived("shop", order), anna, at.parse()?, amount.parse()?);
//!     let decision = Account::new(&programme, anna, &ledger).earn(&purchase, &env)?;
//!     // A host commits `decision.changes(..)`, and folds what it has read back.
//!     decision.movements.iter().for_each(|movement| ledger.apply(&movement.to_fact()));
//! }
//! let redemption = Redemption {
//!     id: Id::derived("shop", "mug"), member: anna, unit: None, points: 100, at: "2026-05-01T09:00:00Z".parse()?,
//! };
//! let decision = Account::new(&programme, anna, &ledger).redeem(&redemption, &env)?;
//! decision.movements.iter().for_each(|movement| ledger.apply(&movement.to_fact()));
//!
//! let account = Account::new(&programme, anna, &ledger);
//! // 120 points, and 10 times 1.5 in silver, less 100.
//! assert_eq!(account.balance(None, env.now)?.available, 35);
//! assert_eq!(account.tier(env.now)?.and_then(|tier| tier.tier), Some("silver".parse()?));
//! let may = Window::new("2026-05-01T00:00:00Z".parse()?, "2026-06-01T00:00:00Z".parse()?)?;
//! let statement = account.statement(None, may)?;
//! assert_eq!((statement.opening.available, statement.lines[0].kind, statement.closing.available), (135, MovementKind::Redeemed, 35));
//! assert!(account.audit()?.is_empty());
//! # Ok::<(), crm_core::Error>(())
//! ```

mod account;
mod almanac;
mod assess;
mod audit;
mod book;
mod cap;
mod catching_up;
mod check;
mod climb;
mod code;
mod deeds;
mod earning;
mod eligible;
mod fields;
mod filter;
mod giving;
mod holding;
mod ladder;
mod ledger;
mod liability;
mod movement;
mod pass;
mod past;
mod programme;
mod purchase;
mod refunding;
mod replay;
mod reporting;
mod reward;
mod rule;
mod settle;
mod shopping;
mod simulate;
mod spending;
mod standing;
mod statement;
mod tier;
mod transcript;
mod unit;
mod voucher;
mod what_if;

pub use account::{Account, PointsDecision, Refusal};
pub use assess::{Contribution, RuleOutcome};
pub use audit::{Invariant, Violation};
pub use cap::{Cap, CapPer};
pub use deeds::Deeds;
pub use fields::{POINTS, PROGRAMME_KIND, REWARD_TALLY, VOUCHER, catalogue, declarations};
pub use filter::filter_catalogue;
pub use giving::audit_transfers;
pub use ladder::{Basis, Ladder, Qualifying, Tier};
pub use ledger::{Balance, Ledger, Lot};
pub use liability::{Liability, LiabilityFold, LiabilityMonth, Totals};
pub use movement::{Movement, MovementKind};
pub use programme::{Definition, Programme, Version, publish};
pub use purchase::{
    Activity, Adjustment, Cancellation, Capture, Join, Purchase, PurchaseLine, Redemption, Refund, RefundLine,
    Reservation, Transfer,
};
pub use replay::{History, Replay, replay};
pub use reporting::{BreakageEstimate, ProgrammeReport, TierFlow, report};
pub use reward::{Reward, RewardOffer, RewardOutcome, Shelf};
pub use rule::{AmountBasis, Earn, Rule, When};
pub use shopping::Shopping;
pub use simulate::{Simulation, UnitPoints};
pub use standing::{Expiring, Standing};
pub use statement::{LotShare, Statement, StatementLine};
pub use tier::{TierChange, TierGoal, TierStanding};
pub use unit::{Cost, Expiry, Shortfall, SpendOrder, Unit};
pub use voucher::{Claim, Claimed, RewardTally, Voucher, VoucherUse};
pub use what_if::{MemberDifference, TierShift, UnitDifference, WhatIf, what_if};
