//! Numbers on axes and in labels.

/// Round values from zero to at least `max`, four to six of them.
pub(super) fn ticks(max: f64) -> Vec<f64> {
    if !max.is_finite() || max <= 0.0 {
        return vec![0.0, 1.0];
    }
    let raw = max / 5.0;
    let magnitude = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * magnitude).find(|step| *step >= raw).unwrap_or(raw);
    let count = (max / step).ceil() as u32;
    (0..=count).map(|index| f64::from(index) * step).collect()
}

/// A number for people: thin spaces between thousands, and as many decimals as its size deserves.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let decimals = match value.abs() {
        size if size >= 1_000.0 || value.fract() == 0.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{:.decimals$}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    let sign = if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { "−" } else { "" };
    if part.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_or_beyond_the_data() {
        for max in [0.001, 1.0, 7.0, 99.0, 100.0, 101.0, 69_659.0, 2.5e9] {
            let ticks = ticks(max);
            assert!(ticks.last().is_some_and(|last| *last >= max && *last <= max * 1.6), "{max}: {ticks:?}");
            assert!((2..=8).contains(&ticks.len()), "{max}: {ticks:?}");
        }
        assert_eq!(ticks(f64::NAN).len(), 2);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(69_659.0), "69\u{202f}659");
        assert_eq!(number(-1_234.56), "−1\u{202f}235");
        assert_eq!(number(0.5), "0.500");
        assert_eq!(number(12.345), "12.35");
        assert_eq!(number(-0.0001), "0.000");
        assert_eq!(number(f64::INFINITY), "–");
    }
}
