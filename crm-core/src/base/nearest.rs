//! Which known word was probably meant.

/// The word that looks most like `word`, if one looks alike at all; of several, the first. Case and everything but
/// letters and digits are left out of the comparison.
///
/// The measure is the optimal string alignment distance (insertions, deletions, replacements and swaps of neighbours);
/// a third of the letters may differ.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = fold(word);
    let distances = known.into_iter().filter_map(|candidate| {
        let folded = fold(candidate);
        let allowed = word.len().max(folded.len()) / 3;
        // The distance is at least the difference in length, so most candidates need no table.
        if folded.is_empty() || word.len().abs_diff(folded.len()) > allowed {
            return None;
        }
        let distance = distance(&word, &folded);
        (distance <= allowed).then_some((distance, candidate))
    });
    distances.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Only the beginning of very long words is compared, so that the cost is bounded.
const LONGEST: usize = 64;

fn fold(word: &str) -> Vec<char> {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(LONGEST).collect()
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut two_back = vec![0; b.len() + 1];
    let mut back: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = back[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(back[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(two_back[j - 2] + 1);
            }
        }
        two_back = std::mem::replace(&mut back, row);
    }
    back[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(word: &str) -> Vec<char> {
        word.chars().collect()
    }

    #[test]
    fn distances_count_single_mistakes() {
        for (a, b, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("date", "dtae", 1), ("ca", "abc", 3)] {
            assert_eq!(distance(&chars(a), &chars(b)), expected, "{a} {b}");
            assert_eq!(distance(&chars(b), &chars(a)), expected, "{b} {a}");
        }
    }

    #[test]
    fn the_likeliest_word_is_found_or_none() {
        let columns = ["customer_id", "date", "number_of_cds", "dollar_value"];
        assert_eq!(nearest("CustomerID", columns), Some("customer_id"));
        assert_eq!(nearest("dtae", columns), Some("date"));
        assert_eq!(nearest("value", columns), None);
        assert_eq!(nearest("", columns), None);
        assert_eq!(nearest("date", ["", "---"]), None);
    }
}
