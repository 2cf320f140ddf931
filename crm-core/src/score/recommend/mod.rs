//! Recommendation: what customers may want next, and because of what.

mod again;
mod basket;
mod growth;
mod items;
mod rules;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use again::{BoughtAgain, Popularity, bought_again, popularity};
pub use growth::{FrequentSets, ItemSet, frequent_sets};
pub use items::{ItemModel, ItemNeighbours, ItemOptions, Neighbour, RecommendOptions, Similarity};
pub use rules::{AssociationRule, RuleOptions, association_rules};

/// An item that a customer may want.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// The item's index.
    pub item: u32,
    /// How strongly it is recommended: the sum of the reasons' parts. Only scores of one model compare.
    pub score: f64,
    /// The customer's own items that speak for it, the strongest first.
    pub because: Vec<Because>,
}

/// One item of the customer's that speaks for another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Because {
    /// The item's index.
    pub item: u32,
    /// Its part of the score.
    pub part: f64,
}
