//! Distribution functions: normal, chi-square, Student.
//!
//! Sources: Abramowitz & Stegun, "Handbook of Mathematical Functions", 6.5.29 and 6.5.31 (incomplete gamma function),
//! 26.2.23 (a first guess at a quantile), 26.5.8 (incomplete beta function), 26.7.1 (Student); the continued fractions are
//! evaluated by Lentz's method.

use super::special::ln_gamma;

const ENOUGH: f64 = 1e-16;
const TINY: f64 = 1e-300;

/// The probability that a chi-square variate exceeds a value.
pub(crate) fn chi_square_above(value: f64, degrees: f64) -> f64 {
    if value <= 0.0 { 1.0 } else { gamma_above(degrees / 2.0, value / 2.0) }
}

/// The probability that a normal variate exceeds a value.
pub(crate) fn normal_above(z: f64) -> f64 {
    let beyond = 0.5 * gamma_above(0.5, 0.5 * z * z);
    if z >= 0.0 { beyond } else { 1.0 - beyond }
}

/// The probability that a normal variate is further from 0 than a value.
pub(crate) fn normal_beyond(z: f64) -> f64 {
    if z == 0.0 { 1.0 } else { gamma_above(0.5, 0.5 * z * z) }
}

/// The value that a normal variate exceeds with a probability between 0 and 1.
pub(crate) fn normal_quantile_above(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile_above(1.0 - p);
    }
    let t = (-2.0 * p.ln()).sqrt();
    let (above, below) =
        (2.515517 + t * (0.802853 + t * 0.010328), 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    let mut z = t - above / below;
    for _ in 0..4 {
        // Halley's method on the logarithm-free form.
        let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
        let step = (normal_above(z) - p) / density;
        z += step / (1.0 - 0.5 * z * step);
    }
    z
}

/// How many standard deviations an interval of a level reaches to either side: 1.96 for 0.95.
pub(crate) fn reach(level: f64) -> f64 {
    normal_quantile_above((1.0 - level) / 2.0)
}

/// The same for Student's distribution.
pub(crate) fn student_reach(level: f64, degrees: f64) -> f64 {
    let outside = |t: f64| beta_below(degrees / 2.0, 0.5, degrees / (degrees + t * t));
    let (mut low, mut high) = (0.0, 1.0);
    while outside(high) > 1.0 - level && high < 1e150 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if outside(middle) > 1.0 - level { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The regularised upper incomplete gamma function.
fn gamma_above(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut part, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while part > ENOUGH * sum {
            n += 1.0;
            part *= x / n;
            sum += part;
        }
        return (1.0 - front * sum).max(0.0);
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / TINY, 1.0 / b);
    let mut fraction = d;
    for i in 1..10_000 {
        let i = f64::from(i);
        let numerator = i * (a - i);
        b += 2.0;
        d = 1.0 / away(b + numerator * d);
        c = away(b + numerator / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() < ENOUGH * 2.0 {
            break;
        }
    }
    front * fraction
}

/// The regularised incomplete beta function.
fn beta_below(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_below(b, a, 1.0 - x);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp() / a;
    let (mut c, mut d) = (1.0, 1.0 / away(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = fraction;
        for numerator in [even, odd] {
            d = 1.0 / away(1.0 + numerator * d);
            c = away(1.0 + numerator / c);
            fraction *= c * d;
        }
        if (fraction / before - 1.0).abs() < ENOUGH * 2.0 {
            break;
        }
    }
    front * fraction
}

fn away(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

#[cfg(test)]
#[allow(clippy::excessive_precision, reason = "the digits of the source")]
mod tests {
    use super::*;
    use crate::score::testing::close;

    #[test]
    fn values_of_the_tables() {
        // mpmath 1.3, 30 digits.
        close(normal_above(1.959963984540054), 0.025, 1e-14);
        close(normal_above(-1.0), 0.841344746068542949, 1e-15);
        close(normal_above(8.0), 6.22096057427178e-16, 1e-13);
        close(chi_square_above(3.841458820694124, 1.0), 0.05, 1e-14);
        close(chi_square_above(16.79, 1.0), 4.17527513891978767e-5, 1e-13);
        close(chi_square_above(5.0, 8.0), 0.757576133133065963, 1e-14);
        close(chi_square_above(0.01, 3.0), 0.999734834941344390, 1e-15);
        close(reach(0.95), 1.95996398454005424, 1e-14);
        close(reach(0.9), 1.64485362695147264, 1e-14);
        close(normal_quantile_above(1e-12), 7.03448382530113193, 1e-12);
        close(student_reach(0.95, 10.0), 2.22813885198627475, 1e-12);
        close(student_reach(0.99, 1.0), 63.6567411628715810, 1e-12);
        assert_eq!((normal_beyond(0.0), chi_square_above(0.0, 2.0), normal_above(0.0)), (1.0, 1.0, 0.5));
    }

    #[test]
    fn quantiles_undo_probabilities() {
        for p in [1e-9, 0.001, 0.2, 0.5, 0.7, 0.999] {
            close(normal_above(normal_quantile_above(p)), p, 1e-12);
        }
    }
}
