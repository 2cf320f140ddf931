//! Units of time, so that a model fitted in weeks is never asked about days.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};

/// The unit in which a summary, a model and a horizon count time.
///
/// Every unit is a fixed number of days. Months and years are the means of the Gregorian calendar (400 years are
/// 146,097 days), not civil months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Days.
    Days,
    /// Seven days.
    Weeks,
    /// 30.436875 days.
    Months,
    /// 365.2425 days.
    Years,
}

impl TimeUnit {
    /// How many days one unit has.
    pub const fn days(self) -> f64 {
        match self {
            Self::Days => 1.0,
            Self::Weeks => 7.0,
            Self::Months => 30.436875,
            Self::Years => 365.2425,
        }
    }

    /// The plural name in English.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
        }
    }

    /// Refuses another unit.
    pub(crate) fn expect(self, found: Self, field: &'static str) -> Result<()> {
        if self == found {
            Ok(())
        } else {
            Err(Error::invalid(field, format!("counted in {found}, but {self} are expected; convert it on purpose")))
        }
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A length of time and its unit: the horizon of a forecast, the age of a customer.
///
/// ```
/// use crm_core::score::{Span, TimeUnit};
///
/// let year = Span::weeks(52.0);
/// assert_eq!(year.to(TimeUnit::Days), Span::days(364.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// How many units.
    pub length: f64,
    /// The unit.
    pub unit: TimeUnit,
}

impl Span {
    /// A number of units.
    pub const fn new(length: f64, unit: TimeUnit) -> Self {
        Self { length, unit }
    }

    /// A number of days.
    pub const fn days(length: f64) -> Self {
        Self::new(length, TimeUnit::Days)
    }

    /// A number of weeks.
    pub const fn weeks(length: f64) -> Self {
        Self::new(length, TimeUnit::Weeks)
    }

    /// The same length in another unit.
    #[must_use]
    pub fn to(self, unit: TimeUnit) -> Self {
        if unit == self.unit { self } else { Self { length: self.length * self.unit.days() / unit.days(), unit } }
    }

    /// The number of units, when the unit is the expected one and the length is neither negative nor infinite.
    ///
    /// # Errors
    /// [`Error::Invalid`] otherwise.
    pub fn length_in(self, unit: TimeUnit, field: &'static str) -> Result<f64> {
        unit.expect(self.unit, field)?;
        if self.length >= 0.0 && self.length.is_finite() {
            Ok(self.length)
        } else {
            Err(Error::invalid(field, "a length of time is neither negative nor infinite"))
        }
    }
}

/// A rate of interest for one unit of time: 0.15 per year.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The rate, 0.15 for 15 %.
    pub rate: f64,
    /// What it is for.
    pub per: TimeUnit,
}

impl Rate {
    /// No interest.
    pub const ZERO: Self = Self { rate: 0.0, per: TimeUnit::Years };

    /// A yearly rate.
    pub const fn yearly(rate: f64) -> Self {
        Self { rate, per: TimeUnit::Years }
    }

    /// What one unit of money due after `delay` is worth now: `(1 + rate)^-delay`, the delay counted in the rate's unit.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the rate is not above -1 or not finite.
    pub fn discount(self, delay: Span) -> Result<f64> {
        if !self.rate.is_finite() || self.rate <= -1.0 {
            return Err(Error::invalid("rate", "a rate lies above -1"));
        }
        Ok((-delay.to(self.per).length * self.rate.ln_1p()).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_never_taken_for_another() {
        assert_eq!(Span::weeks(39.0).length_in(TimeUnit::Weeks, "horizon").unwrap(), 39.0);
        let error = Span::days(39.0).length_in(TimeUnit::Weeks, "horizon").unwrap_err();
        assert_eq!(error.to_string(), "horizon: counted in days, but weeks are expected; convert it on purpose");
        assert!(Span::weeks(-1.0).length_in(TimeUnit::Weeks, "horizon").is_err());
        assert!(Span::weeks(f64::NAN).length_in(TimeUnit::Weeks, "horizon").is_err());
    }

    #[test]
    fn conversion_goes_through_days() {
        assert_eq!(Span::new(1.0, TimeUnit::Years).to(TimeUnit::Months).length, 12.0);
        assert_eq!(Span::days(10.5).to(TimeUnit::Weeks).length, 1.5);
        assert_eq!(Span::weeks(0.1).to(TimeUnit::Weeks).length, 0.1);
    }

    #[test]
    fn a_yearly_rate_discounts_weeks() {
        let year_in_weeks = Span::new(1.0, TimeUnit::Years).to(TimeUnit::Weeks);
        let factor = Rate::yearly(0.15).discount(year_in_weeks).unwrap();
        assert!((factor - 1.0 / 1.15).abs() < 1e-15);
        assert_eq!(Rate::ZERO.discount(Span::weeks(52.0)).unwrap(), 1.0);
        assert!(Rate::yearly(-1.0).discount(Span::weeks(1.0)).is_err());
    }
}
