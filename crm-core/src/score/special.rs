//! Special functions of positive arguments, accurate to a few units in the last place.
//!
//! Sources: Abramowitz & Stegun, "Handbook of Mathematical Functions", 6.1.33 (the series about 2), 6.1.40, 6.3.18 and
//! 6.4.12 (the asymptotic series), 6.1.15, 6.3.5 and 6.4.6 (recurrences).

#![allow(clippy::excessive_precision, reason = "tables keep the digits of their source")]

use std::f64::consts::PI;

/// From here on the asymptotic series hold to full precision.
const ASYMPTOTIC: f64 = 10.0;

/// `1 - Euler's constant`.
const ONE_MINUS_EULER: f64 = 0.422_784_335_098_467_139_39;

/// `(-1)^k (zeta(k) - 1) / k` for k = 2, 3, ...
const ZETA: [f64; 26] = [
    0.32246703342411321824,
    -0.067352301053198095133,
    0.020580808427784547879,
    -0.0073855510286739852663,
    0.0028905103307415232858,
    -0.0011927539117032609771,
    0.00050966952474304242234,
    -0.00022315475845357937976,
    0.000099457512781808533715,
    -0.0000449262367381331417,
    0.000020507212775670691553,
    -9.439488275268395904e-6,
    4.3748667899074878042e-6,
    -2.0392157538013662368e-6,
    9.5514121304074198329e-7,
    -4.4924691987645660433e-7,
    2.1207184805554665869e-7,
    -1.0043224823968099609e-7,
    4.7698101693639805658e-8,
    -2.271109460894316491e-8,
    1.0838659214896954091e-8,
    -5.1834750419700466551e-9,
    2.4836745438024783172e-9,
    -1.1921401405860912074e-9,
    5.7313672416788620133e-10,
    -2.7595228851242331452e-10,
];

/// The Bernoulli numbers of even index from 2 on.
const BERNOULLI: [f64; 9] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
];

/// The natural logarithm of the gamma function, for `x > 0`; also near its zeros at 1 and 2 to full relative precision.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    if x < 0.5 {
        ln_gamma_near_2(x) - x.ln_1p() - x.ln()
    } else if x < 1.5 {
        ln_gamma_near_2(x - 1.0) - (x - 1.0).ln_1p()
    } else if x < ASYMPTOTIC {
        let (mut x, mut product) = (x, 1.0);
        while x >= 2.5 {
            x -= 1.0;
            product *= x;
        }
        ln_gamma_near_2(x - 2.0) + f64::ln(product)
    } else {
        let coefficients = (1..).zip(BERNOULLI).map(|(k, b)| b / f64::from(2 * k * (2 * k - 1)));
        (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + odd_series(coefficients, 1.0 / x)
    }
}

/// `ln_gamma(2 + w)` for `|w| <= 1/2`.
fn ln_gamma_near_2(w: f64) -> f64 {
    w * (ONE_MINUS_EULER + w * ZETA.iter().rev().fold(0.0, |sum, c| sum * w + c))
}

/// The derivative of [`ln_gamma`], for `x > 0`.
pub(crate) fn digamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < ASYMPTOTIC {
        shift += 1.0 / x;
        x += 1.0;
    }
    let coefficients = (1..).zip(BERNOULLI).map(|(k, b)| b / f64::from(2 * k));
    x.ln() - 0.5 / x - odd_series(coefficients, 1.0 / x) / x - shift
}

/// The second derivative of [`ln_gamma`], for `x > 0`.
pub(crate) fn trigamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < ASYMPTOTIC {
        shift += 1.0 / (x * x);
        x += 1.0;
    }
    let inverse = 1.0 / x;
    inverse + 0.5 * inverse * inverse + odd_series(BERNOULLI.into_iter(), inverse) * inverse * inverse + shift
}

/// `c1 y + c2 y^3 + c3 y^5 + ...`
fn odd_series(coefficients: impl Iterator<Item = f64>, y: f64) -> f64 {
    let (mut sum, mut power) = (0.0, y);
    for coefficient in coefficients {
        sum += coefficient * power;
        power *= y * y;
    }
    sum
}

/// `ln(1 + e^u)` without overflow, and its derivative `1 / (1 + e^-u)`.
pub(crate) fn softplus(u: f64) -> (f64, f64) {
    let small = (-u.abs()).exp();
    let inverse = 1.0 / (1.0 + small);
    (u.max(0.0) + small.ln_1p(), if u < 0.0 { small * inverse } else { inverse })
}

/// The logarithm of the rising factorial `(a)_n = a (a + 1) ... (a + n - 1)` with its first two derivatives in `a`,
/// for one `a` and rising `n`.
///
/// Differences of two logarithms of the gamma function lose digits when `a` is large or `n` small; the product does not.
/// Only long gaps between one `n` and the next are bridged by differences.
#[derive(Clone, Debug)]
pub(crate) struct Rising {
    a: f64,
    n: u32,
    /// The logarithm.
    pub(crate) ln: f64,
    /// Its first derivative in `a`.
    pub(crate) d1: f64,
    /// Its second derivative in `a`.
    pub(crate) d2: f64,
}

impl Rising {
    /// `(a)_0 = 1`.
    pub(crate) const fn new(a: f64) -> Self {
        Self { a, n: 0, ln: 0.0, d1: 0.0, d2: 0.0 }
    }

    /// Goes on to a greater `n`.
    pub(crate) fn advance(&mut self, n: u32) {
        const LONG: u32 = 64;
        // Small factors are taken one by one: there the differences would lose digits.
        while self.n < n && (n - self.n <= LONG || self.a + f64::from(self.n) <= 1.0) {
            let factor = self.a + f64::from(self.n);
            self.ln += factor.ln();
            self.d1 += 1.0 / factor;
            self.d2 -= 1.0 / (factor * factor);
            self.n += 1;
        }
        if self.n < n {
            let (from, to) = (self.a + f64::from(self.n), self.a + f64::from(n));
            self.ln += ln_gamma(to) - ln_gamma(from);
            self.d1 += digamma(to) - digamma(from);
            self.d2 += trigamma(to) - trigamma(from);
        }
        self.n = n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x, ln gamma, digamma, trigamma; computed with mpmath 1.4 to 50 digits at the exact binary value of x.
    const TABLE: [(f64, f64, f64, f64); 38] = [
        (1e-100, 230.25850929940456838, -9.9999999999999998001e+99, 9.9999999999999996002e+199),
        (1e-20, 46.051701859880913735, -1.0000000000000000549e+20, 1.0000000000000001097e+40),
        (1e-05, 11.512919692895825626, -100000.57719921567289, 10000000001.64490839),
        (0.001, 6.9071788853838536617, -1000.5755719318102797, 1000001.6425331958273),
        (0.1, 2.252712651734205902, -10.423754940411076232, 101.4332991507927477),
        (0.25, 1.2880225246980774574, -4.2274535333762654081, 17.197329154507110739),
        (0.49999, 0.57238457827170323581, -1.963559374884885043, 4.9349704933817049549),
        (0.5, 0.57236494292470008707, -1.9635100260214234794, 4.9348022005446793094),
        (0.75, 0.20328095143129537148, -1.0858608797864721696, 2.5418796476716064984),
        (0.999, 0.00057803853289138023817, -0.57886180210864542792, 1.6473414317770505536),
        (0.9999999, 5.7721574684441928263e-8, -0.57721582939495147942, 1.6449343072596394116),
        (1.0, 0.0, -0.57721566490153286061, 1.6449340668482264365),
        (1.0000001, -5.772155829918507097e-8, -0.57721550040813810031, 1.6449338264368781339),
        (1.25, -0.098271836421813161464, -0.22745353337626540809, 1.1973291545071107393),
        (1.4616321449683622, -0.1214862905358496081, -9.2412655217294275168e-17, 0.967672245447621255),
        (1.5, -0.12078223763524522235, 0.036489973978576520559, 0.93480220054467930942),
        (1.75, -0.084401121020485555958, 0.24747245354686116371, 0.76410186989382872062),
        (1.999, -0.00042246180069210728418, 0.42213919889235564562, 0.6453384277720444999),
        (1.9999999, -4.2278430309861298194e-8, 0.42278427060505839635, 0.64493410725960956168),
        (2.0, 0.0, 0.42278433509846713939, 0.64493406684822643647),
        (2.0000001, 4.2278436665324979232e-8, 0.4227843995918716981, 0.64493402643684834039),
        (2.25, 0.1248717148923965943, 0.57254646662373459191, 0.55732915450711073927),
        (2.49999, 0.28467583893103058831, 0.70315173705587191285, 0.49036011815194664245),
        (2.5, 0.28468287047291915963, 0.70315664064524318723, 0.49035775610023486497),
        (3.75, 1.4868155785934170555, 1.1825373886117962286, 0.30533985269025307549),
        (5.0, 3.1780538303479456196, 1.5061176684318004727, 0.22132295573711532536),
        (7.5, 7.5343642367587329552, 1.9467574842460867881, 0.14261589669670379977),
        (9.999, 12.799575780077413715, 2.2516474172057353142, 0.10517738667672886215),
        (10.0, 12.801827480081469611, 2.2517525890667211076, 0.10516633568168574612),
        (10.5, 13.940625219403763633, 2.3030010342976863753, 0.099916956059126733204),
        (12.25, 18.115669505710892619, 2.4641546551853689558, 0.085055142988163208079),
        (33.3, 82.603723581654943008, 3.4904672385202427773, 0.03048544409533888779),
        (100.0, 359.13420536957539878, 4.6001618527380874002, 0.010050166663333571395),
        (1234.5, 7550.5509010778948957, 7.1180162318279978433, 0.0008103727271269666527),
        (100000.0, 1051287.7089736568949, 11.512920464961895087, 0.000010000050000166666667),
        (100000000.0, 1742068066.1038347093, 18.420680738952365464, 1.0000000050000000167e-8),
        (1e+100, 2.2925850929940457206e+102, 230.25850929940456842, 9.999999999999999841e-101),
        (1e+300, 6.8977552789821374147e+302, 690.77552789821370526, 9.999999999999999475e-301),
    ];

    fn close(ours: f64, expected: f64, tolerance: f64) -> bool {
        (ours - expected).abs() <= tolerance * expected.abs()
    }

    #[test]
    fn special_functions_agree_with_50_digits() {
        for (x, ln, d1, d2) in TABLE {
            assert!(close(ln_gamma(x), ln, 8e-16), "ln_gamma({x}): {} {ln}", ln_gamma(x));
            let near_root = (d1 - digamma(x)).abs() < 1e-15;
            assert!(near_root || close(digamma(x), d1, 8e-16), "digamma({x}): {} {d1}", digamma(x));
            assert!(close(trigamma(x), d2, 8e-16), "trigamma({x}): {} {d2}", trigamma(x));
        }
    }

    #[test]
    fn recurrences_hold_where_one_method_meets_the_next() {
        for x in (1..4_000).map(|n| f64::from(n) / 200.0) {
            let scale = ln_gamma(x + 1.0).abs().max(x.ln().abs()).max(1.0);
            assert!((ln_gamma(x + 1.0) - ln_gamma(x) - x.ln()).abs() < 2e-15 * scale, "{x}");
            assert!((digamma(x + 1.0) - digamma(x) - 1.0 / x).abs() < 4e-15 * (1.0 + 1.0 / x), "{x}");
        }
    }

    #[test]
    fn rising_factorials_agree_with_differences() {
        for a in [0.2426, 1.0, 7.5, 400.0] {
            let mut rising = Rising::new(a);
            for n in [0, 1, 5, 64, 1_000, 1_001] {
                rising.advance(n);
                let to = a + f64::from(n);
                assert!((rising.ln - (ln_gamma(to) - ln_gamma(a))).abs() < 1e-14 * (1.0 + ln_gamma(to)), "{a} {n}");
                assert!((rising.d1 - (digamma(to) - digamma(a))).abs() < 1e-13, "{a} {n}");
                assert!((rising.d2 - (trigamma(to) - trigamma(a))).abs() < 1e-13, "{a} {n}");
            }
        }
    }

    #[test]
    fn softplus_does_not_overflow() {
        assert_eq!(softplus(800.0), (800.0, 1.0));
        assert_eq!(softplus(-800.0), (0.0, 0.0));
        assert_eq!(softplus(0.0), (2_f64.ln(), 0.5));
        let (value, slope) = softplus(-40.0);
        assert!(close(value, (-40_f64).exp(), 1e-15) && close(slope, (-40_f64).exp(), 1e-15));
    }
}
