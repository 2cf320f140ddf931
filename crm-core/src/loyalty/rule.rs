//! Earning rules.

use serde::{Deserialize, Serialize};

use super::Cap;
use crate::base::{CalendarUnit, Money, Name, Period, Rounding, Text, Timestamp, worded};

/// One way to earn points.
///
/// Rules are considered in the order of their priority, the highest first, and of their names where priorities are
/// equal. The order in which they were written or edited never matters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, unique within the programme. Points that were earned name it for ever.
    pub name: Name,
    /// The unit that it awards; the programme's first if it names none.
    #[serde(default)]
    pub unit: Option<Name>,
    /// How many points it awards.
    pub earn: Earn,
    /// Its place among the rules; higher ones come first.
    #[serde(default)]
    pub priority: i32,
    /// Of all rules of one group only the first that applies awards points. A rule without a group stands alone.
    #[serde(default)]
    pub group: Option<Name>,
    /// What must be true for it to apply.
    #[serde(default)]
    pub when: When,
    /// Whether the multiplier of the member's tier applies to it.
    #[serde(default = "yes")]
    pub tiered: bool,
    /// The most that it awards one member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
    /// Whether the part of an amount that was paid with points counts, too.
    #[serde(default, skip_serializing_if = "is_no")]
    pub counts_points_paid: bool,
    /// Whether no rule after it is considered when it awards points.
    #[serde(default, skip_serializing_if = "is_no")]
    pub stop: bool,
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}

impl Rule {
    /// A rule that always applies.
    pub fn new(name: Name, earn: Earn) -> Self {
        Self {
            name,
            unit: None,
            earn,
            priority: 0,
            group: None,
            when: When::default(),
            tiered: true,
            caps: Vec::new(),
            counts_points_paid: false,
            stop: false,
        }
    }
}

/// How many points a rule awards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Earn {
    /// Points for every so much of the amount: of all eligible lines together, rounded once, after the tier's
    /// multiplier.
    PerAmount {
        /// The points.
        points: u32,
        /// For how much money. The rule does not apply to purchases in another currency.
        per: Money,
        /// What becomes of a part of a point.
        #[serde(default = "down")]
        rounding: Rounding,
        /// Which amount counts.
        #[serde(default)]
        basis: AmountBasis,
    },
    /// Points for every eligible item.
    PerItem {
        /// The points.
        points: u32,
    },
    /// Points for the purchase, however large.
    PerPurchase {
        /// The points.
        points: u32,
    },
    /// Points for joining the programme.
    SignUp {
        /// The points.
        points: u32,
    },
    /// A share of what other rules award for the same purchase, rounded down: 100 percent doubles the points. The rules
    /// must be considered before it, by a higher priority or an earlier name.
    Bonus {
        /// The share.
        percent: u32,
        /// The rules.
        of: Vec<Name>,
    },
    /// Points for an [activity](super::Activity): a review, a birthday, the referral of a friend.
    PerActivity {
        /// Which one, in a word of the host's.
        activity: Name,
        /// The points.
        points: u32,
    },
    /// Points whenever something has been done so many times within a period. Everything counts for one award only.
    Mission {
        /// The points.
        points: u32,
        /// What counts: an activity; purchases if none is named.
        #[serde(default)]
        activity: Option<Name>,
        /// How many times.
        times: u32,
        /// Within which period, that ends with the last time; ever if none is named.
        #[serde(default)]
        within: Option<Period>,
    },
    /// Points whenever something has been done in so many calendar periods in a row, at least once in each. Every period
    /// counts for one award only.
    Streak {
        /// The points.
        points: u32,
        /// What counts: an activity; purchases if none is named.
        #[serde(default)]
        activity: Option<Name>,
        /// How many periods in a row.
        periods: u32,
        /// Which periods of the programme's zone.
        unit: CalendarUnit,
    },
}

const fn down() -> Rounding {
    Rounding::Down
}

worded! {
    /// Which amount of a line counts.
    #[derive(Default)]
    pub enum AmountBasis: "basis" {
        /// What was charged.
        #[default]
        Charged = "charged",
        /// What it would have cost without discounts, where the line says it; else what was charged.
        List = "list",
    }
}

/// What must be true for a rule to apply.
///
/// A line is eligible when it passes the tests of category and product. The part of a purchase that is on no line
/// belongs to no category and is no product.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// Only lines of these categories, unless empty.
    pub categories: Vec<Text>,
    /// No lines of these categories.
    pub except_categories: Vec<Text>,
    /// Only lines of these products, unless empty.
    pub products: Vec<Text>,
    /// No lines of these products.
    pub except_products: Vec<Text>,
    /// Only when the eligible lines come to this charged amount or more.
    pub minimum: Option<Money>,
    /// Only for members in one of these tiers, unless empty.
    pub tiers: Vec<Name>,
    /// Only for purchases at this instant or later.
    pub from: Option<Timestamp>,
    /// Only for purchases before this instant.
    pub until: Option<Timestamp>,
    /// Only for the first purchase that is known of the member.
    #[serde(skip_serializing_if = "is_no")]
    pub first_purchase: bool,
    /// Only lines for which this expression of the segment language is true, with the fields of
    /// [`filter_catalogue`](super::filter_catalogue): `purchase.weekday = "sunday" and line.amount >= 5.00 EUR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Text>,
}

impl When {
    /// Whether every line is eligible, whatever it is.
    pub(super) fn takes_all_lines(&self) -> bool {
        self.filter.is_none()
            && self.categories.is_empty()
            && self.except_categories.is_empty()
            && self.products.is_empty()
            && self.except_products.is_empty()
    }

    /// Whether a line with this category and product passes the tests of both.
    pub(super) fn takes(&self, category: Option<&Text>, product: Option<&Text>) -> bool {
        let one_of = |list: &[Text], text: Option<&Text>| text.is_some_and(|text| list.contains(text));
        (self.categories.is_empty() || one_of(&self.categories, category))
            && (self.products.is_empty() || one_of(&self.products, product))
            && !one_of(&self.except_categories, category)
            && !one_of(&self.except_products, product)
    }
}
