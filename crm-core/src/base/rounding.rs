//! Rounding of exact ratios to whole numbers.

use super::worded;

worded! {
    /// How a number between two whole numbers becomes one of them. The words are those of `java.math.RoundingMode`.
    pub enum Rounding: "rounding" {
        /// Towards zero.
        Down = "down",
        /// Away from zero.
        Up = "up",
        /// Towards minus infinity.
        Floor = "floor",
        /// Towards plus infinity.
        Ceiling = "ceiling",
        /// To the nearer one; from the middle, towards zero.
        HalfDown = "half_down",
        /// To the nearer one; from the middle, away from zero.
        HalfUp = "half_up",
        /// To the nearer one; from the middle, to the even one.
        HalfEven = "half_even",
    }
}

impl Rounding {
    /// `numerator / denominator` as a whole number; nothing when the denominator is 0 or the quotient does not fit.
    ///
    /// ```
    /// use crm_core::base::Rounding;
    ///
    /// assert_eq!(Rounding::HalfEven.divide(5, 2), Some(2));
    /// assert_eq!(Rounding::HalfUp.divide(-5, 2), Some(-3));
    /// assert_eq!(Rounding::Down.divide(5, 0), None);
    /// ```
    pub fn divide(self, numerator: i128, denominator: i128) -> Option<i128> {
        let cut = numerator.checked_div(denominator)?;
        // Cannot overflow where the division did not.
        let rest = numerator % denominator;
        if rest == 0 {
            return Some(cut);
        }
        let negative = (numerator < 0) != (denominator < 0);
        let from_half = rest.unsigned_abs().cmp(&(denominator.unsigned_abs() - rest.unsigned_abs()));
        let away = match self {
            Self::Down => false,
            Self::Up => true,
            Self::Floor => negative,
            Self::Ceiling => !negative,
            Self::HalfDown => from_half.is_gt(),
            Self::HalfUp => from_half.is_ge(),
            Self::HalfEven => from_half.is_gt() || from_half.is_eq() && cut % 2 != 0,
        };
        match (away, negative) {
            (false, _) => Some(cut),
            (true, true) => cut.checked_sub(1),
            (true, false) => cut.checked_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The table in the documentation of `java.math.RoundingMode`, inputs 5.5, 2.5, 1.6, 1.1, 1.0 and their negatives.
    #[test]
    fn as_in_the_table_of_java() {
        let inputs = [55, 25, 16, 11, 10, -10, -11, -16, -25, -55];
        for (rounding, expected) in [
            (Rounding::Up, [6, 3, 2, 2, 1, -1, -2, -2, -3, -6]),
            (Rounding::Down, [5, 2, 1, 1, 1, -1, -1, -1, -2, -5]),
            (Rounding::Ceiling, [6, 3, 2, 2, 1, -1, -1, -1, -2, -5]),
            (Rounding::Floor, [5, 2, 1, 1, 1, -1, -2, -2, -3, -6]),
            (Rounding::HalfUp, [6, 3, 2, 1, 1, -1, -1, -2, -3, -6]),
            (Rounding::HalfDown, [5, 2, 2, 1, 1, -1, -1, -2, -2, -5]),
            (Rounding::HalfEven, [6, 2, 2, 1, 1, -1, -1, -2, -2, -6]),
        ] {
            assert_eq!(inputs.map(|tenths| rounding.divide(tenths, 10).unwrap()), expected, "{rounding:?}");
            assert_eq!(inputs.map(|tenths| rounding.divide(-tenths, -10).unwrap()), expected, "{rounding:?}");
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        for rounding in Rounding::ALL.iter().copied() {
            assert_eq!(rounding.divide(i128::MIN, -1), None);
            assert_eq!(rounding.divide(1, 0), None);
            assert_eq!(rounding.divide(i128::MIN, 1), Some(i128::MIN));
            assert_eq!(rounding.divide(i128::MIN, i128::MIN), Some(1));
            assert_eq!(rounding.divide(i128::MAX, i128::MAX), Some(1));
        }
    }

    proptest! {
        #[test]
        fn never_further_than_one_and_exact_when_whole(n: i64, d in any::<i64>().prop_filter("zero", |d| *d != 0)) {
            let (n, d) = (i128::from(n), i128::from(d));
            for rounding in Rounding::ALL.iter().copied() {
                let whole = rounding.divide(n, d).unwrap();
                let error = (whole * d - n).abs();
                prop_assert!(error < d.abs());
                if matches!(rounding, Rounding::HalfUp | Rounding::HalfDown | Rounding::HalfEven) {
                    prop_assert!(error * 2 <= d.abs());
                }
            }
        }
    }
}
