//! Lifetime value: what customers will bring in, period by period, discounted to now.

use serde::{Deserialize, Serialize};

use super::distinct::Distinct;
use super::purchase::{PurchaseModel, check_table, finite};
use super::spend::expect_currency;
use super::{GammaGamma, Rate, Span, SummaryTable};
use crate::base::{Currency, Error, Result};

/// Over which periods and on what terms value is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueTerms {
    /// The length of a period, in the unit of the purchase model.
    pub period: Span,
    /// How many periods.
    pub periods: u32,
    /// The rate at which later money is worth less.
    pub discount: Rate,
    /// The share of the spend that is earned, 0 to 1; 1 for revenue.
    pub margin: f64,
}

impl ValueTerms {
    /// What one unit of money at the end of each period is worth now.
    fn factors(&self) -> Result<Vec<f64>> {
        if self.periods == 0 {
            return Err(Error::invalid("periods", "at least one is needed"));
        }
        if !(0.0..=1.0).contains(&self.margin) {
            return Err(Error::invalid("margin", "a share lies between 0 and 1"));
        }
        (1..=self.periods).map(|period| self.discount.discount(self.end_of(period))).collect()
    }

    fn end_of(&self, period: u32) -> Span {
        Span { length: self.period.length * f64::from(period), ..self.period }
    }
}

/// What one customer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LifetimeValue {
    /// The customer's index.
    pub customer: u32,
    /// The expected purchases over the whole horizon.
    pub purchases: f64,
    /// The expected purchases, each discounted from the end of its period.
    pub discounted_purchases: f64,
    /// The expected spend per purchase, in major units; none where the spend model has no mean.
    pub spend: Option<f64>,
    /// The discounted value, in major units: margin, spend and discounted purchases multiplied.
    pub value: Option<f64>,
}

/// What many customers are worth, and on what terms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueTable {
    /// The terms.
    pub terms: ValueTerms,
    /// The currency of spend and value.
    pub currency: Currency,
    /// One row for each row of the summary, in its order.
    pub rows: Vec<LifetimeValue>,
    /// The expected purchases in each period, customer by customer.
    pub purchases: Vec<f64>,
}

impl ValueTable {
    /// The cash flow of each period of the customer in a row, not discounted, in major units; none where the spend has
    /// no mean or there is no such row.
    pub fn flows(&self, row: usize) -> Option<Vec<f64>> {
        let periods = self.terms.periods as usize;
        let purchases = self.purchases.get(row * periods..(row + 1) * periods)?;
        let each = self.rows.get(row)?.spend? * self.terms.margin;
        Some(purchases.iter().map(|purchases| each * purchases).collect())
    }

    /// The discounted value of all customers whose value is known, in major units.
    pub fn total(&self) -> f64 {
        self.rows.iter().filter_map(|row| row.value).sum()
    }
}

/// The lifetime value of every customer of a summary.
///
/// The horizon is cut into periods. The cash flow of a period is `margin x expected spend per purchase x expected
/// purchases in the period`; it falls due at the end of the period and is discounted from there. Expected purchases come
/// from a [`PurchaseModel`], spend from [`GammaGamma`], which take the two for independent (Fader, Hardie & Lee, "RFM and CLV: Using
/// Iso-Value Curves for Customer Base Analysis", Journal of Marketing Research 42, 2005). All units are explicit: the
/// period in the unit of the purchase model, the discount rate per a unit of its own, money in the currency of both the
/// summary and the spend model.
///
/// ```
/// use crm_core::base::Currency;
/// use crm_core::score::{
///     BgNbd, GammaGamma, Rate, Span, SummaryOptions, TimeUnit, ValueTerms, lifetime_value, summarise,
/// };
///
/// let dollars = Currency::new("USD")?;
/// let options = SummaryOptions::new("1997-09-30".parse()?, TimeUnit::Weeks, dollars);
/// let day = "1997-01-01".parse::<crm_core::base::Date>()?.days();
/// let table = summarise(&[1, 1, 1], &[day, day + 17, day + 213], &[2_933, 2_973, 1_496], &options)?;
/// let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Weeks)?;
/// let spend = GammaGamma::new(6.25, 3.74, 15.44, dollars)?;
///
/// let year = ValueTerms { period: Span::weeks(4.0), periods: 13, discount: Rate::yearly(0.15), margin: 0.3 };
/// let value = lifetime_value(&table, &purchases, &spend, &year, 1)?;
/// let flows = value.flows(0).unwrap();
/// assert_eq!(flows.len(), 13);
/// assert!(flows[0] > flows[12]);
/// assert!((value.rows[0].value.unwrap() - 10.76).abs() < 0.01);
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// The result does not depend on the number of threads.
///
/// # Errors
/// [`Error::Invalid`] when the summary, the period or the spend model is in another unit or currency than the rest, or a
/// term is out of its range.
pub fn lifetime_value<M: PurchaseModel>(
    table: &SummaryTable,
    purchases: &M,
    spend: &GammaGamma,
    terms: &ValueTerms,
    threads: usize,
) -> Result<ValueTable> {
    spend.check()?;
    expect_currency(spend.currency, table.currency)?;
    terms.period.length_in(purchases.time_unit(), "period")?;
    let factors = terms.factors()?;
    let ends: Vec<f64> = (1..=terms.periods).map(|period| terms.end_of(period).length).collect();
    check_table(purchases, table)?;
    let distinct = Distinct::of(table);
    let by_history = distinct.map(threads, |history, memory: &mut M::Memory| {
        let until = purchases.purchases(history, &ends, memory);
        until.iter().try_for_each(|&until| finite(until).map(drop))?;
        Ok(Purchases::new(&until, &factors))
    })?;
    let mut value = ValueTable {
        terms: *terms,
        currency: table.currency,
        rows: Vec::with_capacity(table.rows.len()),
        purchases: Vec::with_capacity(table.rows.len() * ends.len()),
    };
    for (row, which) in table.rows.iter().zip(&distinct.of_row) {
        let expected = &by_history[*which as usize];
        let known = table.spend(row);
        let spend = spend.mean_given(known.repeats.into(), known.mean);
        value.purchases.extend_from_slice(&expected.each);
        value.rows.push(LifetimeValue {
            customer: row.customer,
            purchases: expected.all,
            discounted_purchases: expected.discounted,
            spend,
            value: spend.map(|spend| terms.margin * spend * expected.discounted),
        });
    }
    Ok(value)
}

/// Expected purchases by period, in all, and discounted.
struct Purchases {
    each: Vec<f64>,
    all: f64,
    discounted: f64,
}

impl Purchases {
    /// From the purchases until the end of each period, and what money due then is worth.
    fn new(until: &[f64], factors: &[f64]) -> Self {
        let (mut all, mut discounted) = (0.0, 0.0);
        let mut period = |(&until, factor): (&f64, &f64)| {
            // Rounding may take an increment of nothing below it.
            let each = (until - all).max(0.0);
            all = until;
            discounted += factor * each;
            each
        };
        let each = until.iter().zip(factors).map(&mut period).collect();
        Self { each, all, discounted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Date;
    use crate::score::{BgNbd, SummaryOptions, TimeUnit, summarise};

    const TERMS: ValueTerms =
        ValueTerms { period: Span::weeks(4.0), periods: 12, discount: Rate::yearly(0.15), margin: 0.3 };

    fn models() -> (BgNbd, GammaGamma) {
        let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Weeks).unwrap();
        (purchases, GammaGamma::new(6.25, 3.74, 15.44, Currency::USD).unwrap())
    }

    fn table() -> SummaryTable {
        let options = SummaryOptions::new(Date::from_days(272).unwrap(), TimeUnit::Weeks, Currency::USD);
        let customers = [1, 1, 1, 2, 3, 3, 9];
        let days = [0, 17, 213, 12, 100, 250, 272];
        summarise(&customers, &days, &[2_933, 2_973, 1_496, 1_000, 5_000, 0, 1_177], &options).unwrap()
    }

    #[test]
    fn value_is_the_discounted_sum_of_the_flows() {
        let (purchases, spend) = models();
        let value = lifetime_value(&table(), &purchases, &spend, &TERMS, 1).unwrap();
        for (at, (row, summary)) in value.rows.iter().zip(&table().rows).enumerate() {
            let history = table().history(summary);
            let expected = |weeks: f64| purchases.expected_purchases(&history, Span::weeks(weeks)).unwrap();
            let each = spend.expected_spend(&table().spend(summary)).unwrap().unwrap();
            let flows = value.flows(at).unwrap();
            let mut slow = 0.0;
            for (period, flow) in (1..).zip(&flows) {
                let weeks = 4.0 * f64::from(period);
                let due = 0.3 * each * (expected(weeks) - expected(weeks - 4.0));
                assert!((flow / due - 1.0).abs() < 1e-10);
                slow += due / 1.15_f64.powf(weeks * 7.0 / 365.2425);
            }
            assert!((row.value.unwrap() / slow - 1.0).abs() < 1e-12);
            assert!((row.purchases / expected(48.0) - 1.0).abs() < 1e-14);
        }
        assert!((value.total() - value.rows.iter().map(|row| row.value.unwrap()).sum::<f64>()).abs() < 1e-12);
        assert_eq!(value.flows(4), None);
        assert_eq!(lifetime_value(&table(), &purchases, &spend, &TERMS, 3).unwrap(), value);
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<ValueTable>(&json).unwrap(), value);
    }

    #[test]
    fn value_agrees_with_60_digits() {
        // The same sum with mpmath 1.4, from the hypergeometric form of the expectation.
        let (purchases, spend) = models();
        let row = lifetime_value(&table(), &purchases, &spend, &TERMS, 1).unwrap().rows[0];
        for (ours, expected) in [
            (row.purchases, 1.459441617116036),
            (row.discounted_purchases, 1.36800698130033),
            (row.spend.unwrap(), 24.65961286089239),
            (row.value.unwrap(), 10.120356764959256),
        ] {
            assert!((ours / expected - 1.0).abs() < 1e-13, "{ours} {expected}");
        }
    }

    #[test]
    fn without_interest_only_the_horizon_counts() {
        let (purchases, spend) = models();
        let value = |period, periods| {
            let terms = ValueTerms { period: Span::weeks(period), periods, discount: Rate::ZERO, margin: 1.0 };
            lifetime_value(&table(), &purchases, &spend, &terms, 1).unwrap().rows[0].value.unwrap()
        };
        assert!((value(1.0, 52) / value(52.0, 1) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn units_and_currencies_do_not_mix() {
        let (purchases, spend) = models();
        let of = |table: &SummaryTable, purchases: &BgNbd, spend: &GammaGamma, terms: &ValueTerms| {
            lifetime_value(table, purchases, spend, terms, 1).map(|value| value.rows.len())
        };
        assert_eq!(of(&table(), &purchases, &spend, &TERMS).unwrap(), 4);
        let in_days = table().in_unit(TimeUnit::Days);
        assert!(of(&in_days, &purchases, &spend, &TERMS).is_err());
        let months = ValueTerms { period: Span::days(30.0), ..TERMS };
        assert!(of(&table(), &purchases, &spend, &months).is_err());
        let euros = GammaGamma { currency: Currency::EUR, ..spend };
        assert!(of(&table(), &purchases, &euros, &TERMS).is_err());
        for bad in [
            ValueTerms { periods: 0, ..TERMS },
            ValueTerms { margin: 1.5, ..TERMS },
            ValueTerms { margin: f64::NAN, ..TERMS },
            ValueTerms { period: Span::weeks(-1.0), ..TERMS },
            ValueTerms { discount: Rate::yearly(-2.0), ..TERMS },
        ] {
            assert!(of(&table(), &purchases, &spend, &bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_spend_without_a_mean_has_no_value() {
        let (purchases, spend) = models();
        let heavy = GammaGamma { q: 0.9, ..spend };
        let value = lifetime_value(&table(), &purchases, &heavy, &TERMS, 1).unwrap();
        let known: Vec<bool> = value.rows.iter().map(|row| row.value.is_some()).collect();
        assert_eq!(known, [true, false, true, false]);
        assert_eq!(value.flows(1), None);
        assert!(value.rows[1].purchases > 0.0);
    }
}
