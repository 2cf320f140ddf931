//! Numbers that carry their first two derivatives, for likelihoods with few rows.

use std::ops::{Add, Mul, Sub};

use super::optimise::{Derivatives, Matrix};
use super::special::{digamma, ln_gamma, trigamma};

/// A number with its derivatives along `N` variables (a second-order dual number).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Jet<const N: usize> {
    pub(crate) value: f64,
    slopes: [f64; N],
    bends: [[f64; N]; N],
}

impl<const N: usize> Jet<N> {
    pub(crate) const fn constant(value: f64) -> Self {
        Self { value, slopes: [0.0; N], bends: [[0.0; N]; N] }
    }

    /// The variable in a place.
    pub(crate) fn variable(place: usize, value: f64) -> Self {
        let mut new = Self::constant(value);
        new.slopes[place] = 1.0;
        new
    }

    /// A function of this number, from its value and its first two derivatives here.
    pub(crate) fn apply(self, [value, first, second]: [f64; 3]) -> Self {
        Self {
            value,
            slopes: self.slopes.map(|slope| first * slope),
            bends: std::array::from_fn(|i| {
                std::array::from_fn(|j| first * self.bends[i][j] + second * self.slopes[i] * self.slopes[j])
            }),
        }
    }

    pub(crate) fn times(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            slopes: std::array::from_fn(|i| self.value * other.slopes[i] + other.value * self.slopes[i]),
            bends: std::array::from_fn(|i| {
                std::array::from_fn(|j| {
                    let crossed = self.slopes[i] * other.slopes[j] + other.slopes[i] * self.slopes[j];
                    self.value * other.bends[i][j] + other.value * self.bends[i][j] + crossed
                })
            }),
        }
    }

    pub(crate) fn exp(self) -> Self {
        self.apply([self.value.exp(); 3])
    }

    pub(crate) fn ln(self) -> Self {
        let inverse = 1.0 / self.value;
        self.apply([self.value.ln(), inverse, -inverse * inverse])
    }

    pub(crate) fn ln_gamma(self) -> Self {
        self.apply([ln_gamma(self.value), digamma(self.value), trigamma(self.value)])
    }

    /// `ln(1 - e^u)`, for `u < 0`.
    pub(crate) fn ln_one_minus_exp(self) -> Self {
        let left = -self.value.exp_m1();
        let slope = -self.value.exp() / left;
        self.apply([left.ln(), slope, slope / left])
    }

    /// Adds value, gradient and Hessian, one after the other, with a weight.
    pub(crate) fn add_to(&self, weight: f64, sums: &mut [f64]) {
        let parts = [self.value].into_iter().chain(self.slopes).chain(self.bends.into_iter().flatten());
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum += weight * part;
        }
    }

    /// Divides into value, gradient and Hessian.
    pub(crate) fn derivatives(self) -> Derivatives {
        Derivatives {
            value: self.value,
            gradient: self.slopes.to_vec(),
            hessian: Matrix::from_fn(N, |i, j| self.bends[i][j]),
        }
    }
}

/// The logarithm of a sum of exponentials.
pub(crate) fn ln_sum_exp<const N: usize>(parts: &[Jet<N>]) -> Jet<N> {
    let top = parts.iter().fold(f64::NEG_INFINITY, |top: f64, part| top.max(part.value));
    if top == f64::NEG_INFINITY {
        return Jet::constant(top);
    }
    let scaled = parts.iter().map(|&part| (part - Jet::constant(top)).exp());
    scaled.fold(Jet::constant(0.0), |sum, part| sum + part).ln() + Jet::constant(top)
}

impl<const N: usize> Add for Jet<N> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            slopes: std::array::from_fn(|i| self.slopes[i] + other.slopes[i]),
            bends: std::array::from_fn(|i| std::array::from_fn(|j| self.bends[i][j] + other.bends[i][j])),
        }
    }
}

impl<const N: usize> Sub for Jet<N> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + other * -1.0
    }
}

impl<const N: usize> Mul<f64> for Jet<N> {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            slopes: self.slopes.map(|slope| slope * factor),
            bends: self.bends.map(|row| row.map(|bend| bend * factor)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_functions() {
        const H: f64 = 1e-4;
        let f = |[x, y]: [Jet<2>; 2]| {
            ln_sum_exp(&[
                x.exp() + y,
                (x + y).ln(),
                (x * 2.0 - y).ln_gamma(),
                x.times(y),
                (y * -1.0).ln_one_minus_exp(),
            ])
        };
        let at = |x: f64, y: f64| f([Jet::variable(0, x), Jet::variable(1, y)]);
        let (x, y) = (1.3, 0.7);
        let here = at(x, y);
        for (i, (up, down)) in [(at(x + H, y), at(x - H, y)), (at(x, y + H), at(x, y - H))].iter().enumerate() {
            assert!((here.slopes[i] - (up.value - down.value) / (2.0 * H)).abs() < 1e-7);
            for j in 0..2 {
                assert!((here.bends[i][j] - (up.slopes[j] - down.slopes[j]) / (2.0 * H)).abs() < 1e-7);
            }
        }
        assert_eq!(ln_sum_exp::<1>(&[]).value, f64::NEG_INFINITY);
    }
}
