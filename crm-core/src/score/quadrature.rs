//! Integrals without closed forms.

/// Gauss and Legendre's rule with 20 nodes on `[-1, 1]`: the positive nodes and their weights (Abramowitz & Stegun,
/// table 25.4).
#[allow(clippy::excessive_precision, reason = "tables keep the digits of their source")]
const GAUSS_20: [(f64, f64); 10] = [
    (0.076526521133497333755, 0.152753387130725850698),
    (0.227785851141645078080, 0.149172986472603746788),
    (0.373706088715419560673, 0.142096109318382051329),
    (0.510867001950827098004, 0.131688638449176626898),
    (0.636053680726515025453, 0.118194531961518417312),
    (0.746331906460150792614, 0.101930119817240435037),
    (0.839116971822218823395, 0.083276741576704748725),
    (0.912234428251325905868, 0.062672048334109063570),
    (0.963971927277913791268, 0.040601429800386941331),
    (0.993128599185094924786, 0.017614007139152118312),
];

/// The same rule on `[0, 1]`: nodes and weights.
pub(crate) const GAUSS: [(f64, f64); 20] = {
    let mut nodes = [(0.0, 0.0); 20];
    let mut i = 0;
    while i < 10 {
        let (x, w) = GAUSS_20[i];
        nodes[i] = (0.5 - 0.5 * x, 0.5 * w);
        nodes[19 - i] = (0.5 + 0.5 * x, 0.5 * w);
        i += 1;
    }
    nodes
};

/// Steps are halved until two sums agree to this.
const TOLERANCE: f64 = 1e-13;
const LEVELS: u32 = 9;

/// The integral of `f` from 0 to `end`, whose derivatives may be infinite at either end.
///
/// The hyperbolic tangent of a hyperbolic sine carries the range to the whole line, where the trapezoidal rule converges
/// faster than any power of the step (Takahasi & Mori, "Double exponential formulas for numerical integration",
/// Publications of RIMS 9, 1974).
pub(crate) fn finite_range(end: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    use std::f64::consts::FRAC_PI_2;
    refine(3.4, |y| {
        let u = FRAC_PI_2 * y.sinh();
        // The share of the range on the left of the node, all of whose digits are kept near 0.
        let share = 1.0 / (1.0 + (-2.0 * u).exp());
        let weight = FRAC_PI_2 * y.cosh() / u.cosh().powi(2) / 2.0;
        end * weight * f(end * share)
    })
}

/// The integral of `e^-t f(t)` from 0 without end, for an `f` that grows more slowly than the exponential falls.
///
/// The substitution is `t = e^(y - e^-y)` (Takahasi & Mori, as above).
pub(crate) fn with_decay(mut f: impl FnMut(f64) -> f64) -> f64 {
    refine(4.2, |y| {
        let small = (-y).exp();
        let t = (y - small).exp();
        if t > 700.0 || t == 0.0 { 0.0 } else { (-t).exp() * f(t) * t * (1.0 + small) }
    })
}

/// The trapezoidal rule from `-reach` to `reach` with ever smaller steps.
fn refine(reach: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut sum = f(0.0);
    let mut last = f64::NAN;
    for level in 0..=LEVELS {
        let step = 0.5 / f64::from(1 << level);
        let stride = if level == 0 { 1 } else { 2 };
        let mut n = 1;
        while f64::from(n) * step <= reach {
            let y = f64::from(n) * step;
            sum += f(y) + f(-y);
            n += stride;
        }
        let value = sum * step;
        if (value - last).abs() <= TOLERANCE * value.abs() {
            return value;
        }
        last = value;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(ours: f64, expected: f64) {
        assert!((ours - expected).abs() <= 2e-13 * expected.abs(), "{ours} instead of {expected}");
    }

    #[test]
    fn known_integrals() {
        close(finite_range(2.0, |x| x * x), 8.0 / 3.0);
        close(finite_range(1.0, f64::sqrt), 2.0 / 3.0);
        close(finite_range(30.0, |x| (-x).exp()), -(-30_f64).exp_m1());
        close(finite_range(1.0, |x| -x.ln()), 1.0);
        close(with_decay(|_| 1.0), 1.0);
        close(with_decay(|t| t * t * t), 6.0);
        close(with_decay(f64::sqrt), std::f64::consts::PI.sqrt() / 2.0);
        // Integral of e^-t ln(1 + t): e E1(1).
        close(with_decay(f64::ln_1p), 0.596_347_362_323_194_1);
    }

    #[test]
    fn gauss_integrates_polynomials_of_degree_39() {
        for power in [0, 1, 2, 20, 39] {
            let integral = GAUSS.iter().map(|(x, w)| w * x.powi(power)).sum::<f64>();
            close(integral, 1.0 / f64::from(power + 1));
        }
    }
}
