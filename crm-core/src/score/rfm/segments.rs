//! Named segments of the score space, as data.

use serde::{Deserialize, Serialize};

use super::RfmRow;
use crate::base::Name;

/// A named box of scores. Bounds are inclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RfmSegment {
    /// The name.
    pub name: Name,
    /// The lowest and highest score for recency.
    pub r: (u8, u8),
    /// The lowest and highest score for frequency.
    pub f: (u8, u8),
    /// The lowest and highest score for monetary value.
    pub m: (u8, u8),
}

impl RfmSegment {
    const fn new(name: &'static str, r: (u8, u8), f: (u8, u8), m: (u8, u8)) -> Self {
        Self { name: Name::from_static(name), r, f, m }
    }

    /// Whether the scores lie in the box.
    pub fn matches(&self, row: &RfmRow) -> bool {
        let within = |bounds: (u8, u8), score: u8| bounds.0 <= score && score <= bounds.1;
        within(self.r, row.r) && within(self.f, row.f) && within(self.m, row.m)
    }

    /// Ten segments on recency and frequency. Every customer is in exactly one.
    ///
    /// They are the cells of the grid that is in common use among practitioners; money plays no part, so that the
    /// segment says how customers behave and the monetary score says what that is worth.
    pub fn defaults() -> Vec<Self> {
        let any = (1, 5);
        vec![
            Self::new("champions", (5, 5), (4, 5), any),
            Self::new("loyal", (3, 4), (4, 5), any),
            Self::new("potential loyalist", (4, 5), (2, 3), any),
            Self::new("new", (5, 5), (1, 1), any),
            Self::new("promising", (4, 4), (1, 1), any),
            Self::new("needs attention", (3, 3), (3, 3), any),
            Self::new("about to sleep", (3, 3), (1, 2), any),
            Self::new("at risk", (1, 2), (3, 4), any),
            Self::new("cannot lose", (1, 2), (5, 5), any),
            Self::new("hibernating", (1, 2), (1, 2), any),
        ]
    }

    /// The segments of pymc-marketing 0.19: lists of scores from 1 to 4, most of them for one triple. Scores that are in
    /// no list belong to *Other*.
    pub fn pymc_marketing() -> Vec<Self> {
        const LISTS: [(&str, &[u16]); 5] = [
            ("Premium Customer", &[334, 443, 444, 344, 434, 433, 343, 333]),
            ("Repeat Customer", &[244, 234, 232, 332, 143, 233, 243]),
            ("Top Spender", &[424, 414, 144, 314, 324, 124, 224, 423, 413, 133, 323, 313, 134]),
            ("At Risk Customer", &[422, 223, 212, 122, 222, 132, 322, 312, 412, 123, 214]),
            ("Inactive Customer", &[411, 111, 113, 114, 112, 211, 311]),
        ];
        let digit = |code: u16, unit: u16| {
            let score = (code / unit % 10) as u8;
            (score, score)
        };
        let triple =
            |name: &'static str| move |&code: &u16| Self::new(name, digit(code, 100), digit(code, 10), digit(code, 1));
        let listed = LISTS.iter().flat_map(|&(name, codes)| codes.iter().map(triple(name)));
        listed.chain([Self::new("Other", (1, 5), (1, 5), (1, 5))]).collect()
    }

    /// The segments that the manual of the R package `rfm` 0.3 uses. The boxes overlap (the first match wins) and leave
    /// gaps: some customers are in none.
    pub fn r_package() -> Vec<Self> {
        vec![
            Self::new("Champions", (4, 5), (4, 5), (4, 5)),
            Self::new("Loyal Customers", (2, 5), (3, 5), (3, 5)),
            Self::new("Potential Loyalist", (3, 5), (1, 3), (1, 3)),
            Self::new("New Customers", (4, 5), (1, 1), (1, 1)),
            Self::new("Promising", (3, 4), (1, 1), (1, 1)),
            Self::new("Need Attention", (2, 3), (2, 3), (2, 3)),
            Self::new("About To Sleep", (2, 3), (1, 2), (1, 2)),
            Self::new("At Risk", (1, 2), (2, 5), (2, 5)),
            Self::new("Can't Lose Them", (1, 1), (4, 5), (4, 5)),
            Self::new("Lost", (1, 2), (1, 2), (1, 2)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(segments: &[RfmSegment], r: u8, f: u8, m: u8) -> Vec<&str> {
        let row = RfmRow { customer: 0, recency_days: 0, frequency: 0, monetary_minor: 0.0, r, f, m, segment: None };
        segments.iter().filter(|segment| segment.matches(&row)).map(|segment| segment.name.as_str()).collect()
    }

    #[test]
    fn every_score_is_in_exactly_one_default_segment() {
        let segments = RfmSegment::defaults();
        for r in 1..=5 {
            for f in 1..=5 {
                for m in 1..=5 {
                    assert_eq!(matching(&segments, r, f, m).len(), 1, "{r}{f}{m}");
                }
            }
        }
        assert_eq!(matching(&segments, 5, 5, 1), ["champions"]);
        assert_eq!(matching(&segments, 1, 5, 5), ["cannot lose"]);
        assert_eq!(matching(&segments, 5, 1, 3), ["new"]);
        assert_eq!(matching(&segments, 1, 1, 1), ["hibernating"]);
    }

    #[test]
    fn lists_of_scores_do_not_overlap() {
        let segments = RfmSegment::pymc_marketing();
        for r in 1..=4 {
            for f in 1..=4 {
                for m in 1..=4 {
                    let names = matching(&segments, r, f, m);
                    assert!(names.len() <= 2 && names.last() == Some(&"Other"), "{r}{f}{m}: {names:?}");
                }
            }
        }
        assert_eq!(matching(&segments, 4, 4, 4)[0], "Premium Customer");
        assert_eq!(matching(&segments, 1, 1, 4)[0], "Inactive Customer");
        assert_eq!(matching(&segments, 2, 2, 1), ["Other"]);
    }

    #[test]
    fn the_first_match_wins_among_overlapping_segments() {
        let segments = RfmSegment::r_package();
        assert_eq!(matching(&segments, 5, 5, 5)[..2], ["Champions", "Loyal Customers"]);
        assert!(matching(&segments, 1, 1, 5).is_empty());
    }
}
