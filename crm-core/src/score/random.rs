//! Reproducible random numbers.

/// A stream of random numbers that its seed determines: the same on every run (Vigna's splitmix64, 2015).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// One of many streams of a seed.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut first = Self(seed);
        let start = first.bits();
        Self(start ^ stream.wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Above 0 and below 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// With mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    /// With mean 0 and variance 1 (Box & Muller, 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        (2.0 * self.exponential()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// A gamma variate with scale 1 (Marsaglia & Tsang, "A simple method for generating gamma variables", ACM TOMS 26,
    /// 2000).
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let normal = self.normal();
            let v = (1.0 + normal / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * normal * normal + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_distributions() {
        const N: u32 = 40_000;
        let moments = |draw: &dyn Fn(&mut Random) -> f64| {
            let mut random = Random::new(7, 1);
            let draws: Vec<f64> = (0..N).map(|_| draw(&mut random)).collect();
            let mean = draws.iter().sum::<f64>() / f64::from(N);
            (mean, draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / f64::from(N))
        };
        let expected = [
            (moments(&Random::uniform), 0.5, 1.0 / 12.0),
            (moments(&Random::exponential), 1.0, 1.0),
            (moments(&Random::normal), 0.0, 1.0),
            (moments(&|random| random.gamma(0.3)), 0.3, 0.3),
            (moments(&|random| random.gamma(40.0)), 40.0, 40.0),
        ];
        for ((m, v), mean, variance) in expected {
            assert!((m - mean).abs() < 5.0 * (variance / f64::from(N)).sqrt(), "{m} {mean}");
            assert!((v / variance - 1.0).abs() < 0.1, "{v} {variance}");
        }
    }

    #[test]
    fn streams_differ_and_repeat() {
        let first = |seed, stream| Random::new(seed, stream).uniform();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(1, 3));
        assert_ne!(first(1, 2), first(2, 2));
    }
}
