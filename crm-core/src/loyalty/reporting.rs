//! Reports: how a programme did in a window.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::{Cost, Ledger, MovementKind, Programme};
use crate::base::{CustomerId, Error, Money, Name, ProgrammeId, Result, Rounding, Timestamp, Window};

/// How a programme did in a window, in one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProgrammeReport {
    /// The programme.
    pub programme: ProgrammeId,
    /// The unit.
    pub unit: Name,
    /// The window.
    pub window: Window,
    /// Points that rules awarded, and those that were given by hand.
    pub issued: i64,
    /// Points that refunds took back, those that members owe included.
    pub reversed: i64,
    /// Points that were spent, or taken by hand, less those that were given back.
    pub redeemed: i64,
    /// Points that expired.
    pub expired: i64,
    /// What the redeemed points cost, if the unit says what points cost.
    pub cost: Option<Money>,
    /// Redeemed points for each point that was issued and not reversed; nothing if there is none.
    pub redemption_rate: Option<f64>,
    /// Members who had any movement before the window ended.
    pub members: u64,
    /// Members who earned or spent in the window.
    pub active: u64,
    /// Members who spent in the window.
    pub redeeming: u64,
    /// How many members were in which tier when the window began, and in which when it ended: those who stayed included.
    pub tiers: Vec<TierFlow>,
    /// The share of points that are never spent, estimated from the points whose life was over when the window ended;
    /// nothing if fewer than two members had any.
    pub breakage: Option<BreakageEstimate>,
}

/// Members who went from one tier to another, or stayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierFlow {
    /// The tier when the window began; nothing below the first.
    pub from: Option<Name>,
    /// The tier when it ended.
    pub to: Option<Name>,
    /// How many.
    pub members: u64,
}

/// The share of points that are never spent, with its uncertainty.
///
/// Members, not points, are what varies: one member's points are spent or forgotten together. The share is the ratio of two
/// sums over members, and its interval follows from how members differ from it (Cochran, *Sampling Techniques*, third
/// edition, section 6.4: the variance of a ratio estimate).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BreakageEstimate {
    /// Expired points for each point whose life is over.
    pub rate: f64,
    /// The lower end of its 95 % interval; not below 0.
    pub low: f64,
    /// The upper end; not above 1.
    pub high: f64,
    /// The points whose life is over.
    pub points: i64,
    /// The members who had them.
    pub members: u64,
}

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

impl BreakageEstimate {
    /// The estimate from the expired points and all points whose life is over, member by member.
    fn of(ended: &[(i64, i64)]) -> Option<Self> {
        let count = ended.len() as f64;
        let points: i64 = ended.iter().map(|(_, all)| all).sum();
        if ended.len() < 2 || points == 0 {
            return None;
        }
        let whole = points as f64;
        let rate = ended.iter().map(|(expired, _)| *expired as f64).sum::<f64>() / whole;
        let off = |(expired, all): &(i64, i64)| (*expired as f64 - rate * *all as f64).powi(2);
        let variance = count / (count - 1.0) * ended.iter().map(off).sum::<f64>() / (whole * whole);
        let reach = Z * variance.sqrt();
        let (low, high) = ((rate - reach).max(0.0), (rate + reach).min(1.0));
        Some(Self { rate, low, high, points, members: ended.len() as u64 })
    }
}

/// How a programme did in a window, in a unit or the first one, from the ledgers of all its members.
///
/// # Errors
/// [`Error::Invalid`] for an empty window, or when the programme has no such unit.
pub fn report<'a>(
    programme: &Programme,
    unit: Option<&Name>,
    window: Window,
    ledgers: impl IntoIterator<Item = (CustomerId, &'a Ledger)>,
) -> Result<ProgrammeReport> {
    if window.is_empty() {
        return Err(Error::invalid("window", "empty"));
    }
    let last = window.end.saturating_add_micros(-1);
    let unit = programme.governing(last)?.definition.unit(unit)?;
    let mut report = ProgrammeReport {
        programme: programme.id,
        unit: unit.name.clone(),
        window,
        issued: 0,
        reversed: 0,
        redeemed: 0,
        expired: 0,
        cost: None,
        redemption_rate: None,
        members: 0,
        active: 0,
        redeeming: 0,
        tiers: Vec::new(),
        breakage: None,
    };
    let mut flows: BTreeMap<(Option<Name>, Option<Name>), u64> = BTreeMap::new();
    let mut ended = Vec::new();
    for (member, ledger) in ledgers {
        let account = Account::new(programme, member, ledger);
        if !account.programme_movements().any(|one| one.at <= last) {
            continue;
        }
        let settled = account.settled(last)?;
        report.add(&settled);
        let before = window.start.saturating_add_micros(-1).max(Timestamp::MIN);
        let tier = |at| Ok::<_, Error>(account.tier(at)?.and_then(|standing| standing.tier));
        *flows.entry((tier(before)?, tier(last)?)).or_default() += 1;
        let over = settled.lots(programme.id, &report.unit, last);
        let over = over.iter().filter(|lot| lot.expires_at.is_some_and(|end| end <= last));
        let sums = over
            .fold((0, 0), |(expired, all), lot| (expired + lot.expired, all + lot.expired + lot.redeemed + lot.repaid));
        if sums.1 > 0 {
            ended.push(sums);
        }
    }
    let flow = |((from, to), members)| TierFlow { from, to, members };
    report.tiers = flows.into_iter().map(flow).collect();
    report.breakage = BreakageEstimate::of(&ended);
    let kept = report.issued - report.reversed;
    report.redemption_rate = (kept > 0).then(|| report.redeemed as f64 / kept as f64);
    report.cost = unit.cost.map(|cost| cost_of(cost, report.redeemed)).transpose()?;
    Ok(report)
}

impl ProgrammeReport {
    /// Takes in the movements of one more member.
    fn add(&mut self, settled: &Ledger) {
        self.members += 1;
        let (mut earned, mut spent) = (false, false);
        for one in settled.wallet(self.programme, &self.unit).filter(|one| self.window.contains(one.at)) {
            let points = one.points;
            match one.kind {
                MovementKind::Earned => {
                    self.issued += points;
                    earned = true;
                }
                MovementKind::Adjusted if one.opens() => self.issued += points,
                MovementKind::Expired => self.expired -= points,
                MovementKind::Waived
                | MovementKind::Confirmed
                | MovementKind::Repaid
                | MovementKind::Settled
                | MovementKind::Transferred
                | MovementKind::Received => {}
                _ if one.sets_aside() => {}
                _ if one.takes_back() => self.reversed -= points,
                kind => {
                    self.redeemed -= points;
                    spent |= kind == MovementKind::Redeemed;
                }
            }
        }
        self.active += u64::from(earned || spent);
        self.redeeming += u64::from(spent);
    }
}

/// What points cost, rounded to the even minor unit.
fn cost_of(cost: Cost, points: i64) -> Result<Money> {
    let exact = i128::from(points).checked_mul(cost.amount.minor().into());
    let minor = exact.and_then(|exact| Rounding::HalfEven.divide(exact, i128::from(cost.points)));
    let minor = minor.and_then(|minor| i64::try_from(minor).ok()).ok_or(Error::out_of_range("cost"))?;
    Ok(Money::new(minor, cost.amount.currency()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breakage_is_a_ratio_over_members() {
        // Worked by hand: 30 of 100 expired; residuals 0 - 15, 30 - 15; variance 2 * 450 / 10,000.
        let estimate = BreakageEstimate::of(&[(0, 50), (30, 50)]).unwrap();
        assert!((estimate.rate - 0.3).abs() < 1e-12);
        let reach = Z * (2.0 * 450.0 / 10_000.0_f64).sqrt();
        assert_eq!((estimate.low, estimate.high), (0.0, (0.3 + reach).min(1.0)));
        assert_eq!((estimate.points, estimate.members), (100, 2));
        assert_eq!(BreakageEstimate::of(&[(5, 10)]), None);
        assert_eq!(BreakageEstimate::of(&[]), None);
        // Members who are all alike leave no doubt.
        let alike = BreakageEstimate::of(&[(1, 4), (2, 8), (5, 20)]).unwrap();
        assert!((alike.high - alike.low).abs() < 1e-12);
    }
}
