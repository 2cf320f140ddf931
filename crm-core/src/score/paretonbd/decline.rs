//! The one integral of Pareto/NBD.
//!
//! `I = Int from u to w of (alpha+y)^-p (beta+y)^-q dy`. The closed form takes a difference of two hypergeometric
//! functions, which cancel; the integrand is positive and smooth. With `c` the lesser of `alpha` and `beta` and
//! `y = (c+u) e^v - c` the logarithm of the integrand is concave in `v`, its range short even where `y` spans orders of
//! magnitude, and Gauss and Legendre's rule with 20 nodes is exact to nearly all digits of a double. The range ends
//! where the integrand has fallen below `e^-38` of its beginning.

use crate::score::quadrature::GAUSS;

const FALLEN: f64 = -38.0;

/// The integrand, in terms of `v`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decline {
    /// The exponent of the lesser of the two scales, and that of the other.
    lesser: f64,
    greater: f64,
    /// The lesser scale at the beginning.
    start: f64,
    /// The other scale less the lesser one.
    gap: f64,
    /// The range of `v`.
    whole: f64,
}

/// Where the integrand is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    Start,
    End,
}

/// One node of the rule.
pub(super) struct Node {
    /// The logarithm of the integrand relative to the anchor, with the derivative of `y`.
    pub(super) ln: f64,
    /// The weight of the node.
    pub(super) weight: f64,
    /// The lesser scale plus `y`, its logarithm relative to the anchor, and the same of the other scale.
    pub(super) lesser: f64,
    pub(super) ln_lesser: f64,
    pub(super) greater: f64,
    pub(super) ln_greater: f64,
}

impl Decline {
    /// The scales are those at the beginning of the range, `alpha+u` and `beta+u`; `length` is `w-u`.
    pub(super) fn new(p: f64, q: f64, alpha: f64, beta: f64, length: f64) -> Self {
        let (lesser, greater, start, gap) =
            if alpha <= beta { (p, q, alpha, beta - alpha) } else { (q, p, beta, alpha - beta) };
        Self { lesser, greater, start, gap, whole: (length / start).ln_1p() }
    }

    /// The logarithm of the integrand relative to its beginning.
    fn fallen(&self, v: f64) -> f64 {
        (1.0 - self.lesser) * v - self.greater * (self.start * v.exp_m1() / (self.start + self.gap)).ln_1p()
    }

    /// The range of `v` that counts. Newton's method comes down on the place from the far side, because the logarithm is
    /// concave; wherever it stops is safe.
    fn range(&self) -> f64 {
        let mut v = self.whole;
        for _ in 0..8 {
            let value = self.fallen(v) - FALLEN;
            if value > -3.0 {
                break;
            }
            let scale = self.start * v.exp();
            v -= value / (1.0 - self.lesser - self.greater * scale / (scale + self.gap));
        }
        v
    }

    pub(super) fn nodes(&self, anchor: Anchor) -> impl Iterator<Item = Node> {
        let Self { lesser: p, greater: q, start, gap, whole } = *self;
        let end = start * whole.exp();
        let (at, scale) = if anchor == Anchor::End { (whole, end) } else { (0.0, start) };
        let range = self.range();
        GAUSS.iter().map(move |&(share, weight)| {
            let v = range * share;
            let lesser = start * v.exp();
            let greater = lesser + gap;
            let ln_lesser = v - at;
            let ln_greater = ((lesser - scale) / (scale + gap)).ln_1p();
            let ln = v - p * ln_lesser - q * ln_greater;
            Node { ln, weight: weight * range * start, lesser, ln_lesser, greater, ln_greater }
        })
    }

    /// The logarithm of the integral relative to the anchor; minus infinity for no length.
    pub(super) fn ln_integral(&self, anchor: Anchor) -> f64 {
        let mut nodes = [(0.0, 0.0); GAUSS.len()];
        for (kept, node) in nodes.iter_mut().zip(self.nodes(anchor)) {
            *kept = (node.ln, node.weight);
        }
        let top = nodes.iter().fold(f64::NEG_INFINITY, |top: f64, node| top.max(node.0));
        top + nodes.iter().map(|(ln, weight)| weight * (ln - top).exp()).sum::<f64>().ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_one_scale_have_a_closed_form() {
        for (p, q, scale, length) in [(0.6, 1.4, 10.0, 30.0), (2000.0, 1.5, 4.0, 38.0), (0.2, 0.3, 0.05, 500.0)] {
            let n: f64 = p + q - 1.0;
            // Int from 0 to length of ((scale)/(scale+y))^(n+1) dy
            let expected = scale / n * -(-n * f64::ln_1p(length / scale)).exp_m1();
            let ours = Decline::new(p, q, scale, scale, length).ln_integral(Anchor::Start).exp();
            assert!((ours / expected - 1.0).abs() < 1e-13, "{ours} {expected}");
        }
        assert_eq!(Decline::new(1.0, 2.0, 3.0, 4.0, 0.0).ln_integral(Anchor::End), f64::NEG_INFINITY);
    }

    #[test]
    fn the_anchors_agree() {
        let decline = Decline::new(2.5, 1.6, 10.0, 12.0, 30.0);
        let between = 2.5 * f64::ln(40.0 / 10.0) + 1.6 * f64::ln(42.0 / 12.0);
        let difference = decline.ln_integral(Anchor::End) - decline.ln_integral(Anchor::Start);
        assert!((difference - between).abs() < 1e-13);
    }
}
