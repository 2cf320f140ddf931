//! Items that the same customers buy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::basket::Baskets;
use super::{Because, Recommendation};
use crate::base::{Error, Result};
use crate::score::parallel::{map_parts, ranges};

/// How alike two items are, from the customers who bought them and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Similarity {
    /// The cosine of the angle between the two columns of counts.
    #[default]
    Cosine,
    /// The cosine after the square roots of counts were weighted by `ln(N / (1 + n))`, where `n` of the `N` items were
    /// bought by the customer: who buys everything says little.
    TfIdf,
    /// The product of columns whose counts were weighted by Okapi BM25 (S. Robertson, H. Zaragoza, "The Probabilistic
    /// Relevance Framework: BM25 and Beyond", 2009), with items as documents and customers as terms.
    Bm25 {
        /// How soon more purchases of the same item stop to matter; 1.2 is usual.
        k1: f64,
        /// How much popular items are held back, 0 to 1; 0.75 is usual.
        b: f64,
    },
    /// How many times more often the two are bought by the same customer than if they had nothing to do with each other.
    Lift,
}

/// How similar items are sought.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ItemOptions {
    /// How alike two items are.
    pub similarity: Similarity,
    /// How many neighbours of an item are kept.
    pub neighbours: u32,
    /// How many customers must have bought both items.
    pub together: u32,
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    pub threads: usize,
}

impl Default for ItemOptions {
    /// The cosine, 20 neighbours, one customer in common, one thread.
    fn default() -> Self {
        Self { similarity: Similarity::Cosine, neighbours: 20, together: 1, threads: 1 }
    }
}

/// An item that is like another one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// The item's index.
    pub item: u32,
    /// How alike they are.
    pub similarity: f64,
    /// How many customers bought both.
    pub together: u32,
}

/// The items that are most like one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemNeighbours {
    /// The item's index.
    pub item: u32,
    /// How many customers bought it.
    pub customers: u64,
    /// The items most like it, the most similar first.
    pub neighbours: Vec<Neighbour>,
}

/// Which items go together: G. Linden, B. Smith, J. York, "Amazon.com recommendations: item-to-item collaborative
/// filtering", IEEE Internet Computing 7(1), 2003; M. Deshpande, G. Karypis, "Item-based top-N recommendation algorithms",
/// ACM TOIS 22(1), 2004.
///
/// ```
/// use crm_core::score::{ItemModel, ItemOptions, RecommendOptions};
///
/// // Three customers who bought coffee (1) and filters (2), one of whom also bought tea (3).
/// let model = ItemModel::fit(&[0, 0, 1, 1, 2, 2, 2], &[1, 2, 1, 2, 1, 2, 3], &ItemOptions::default())?;
/// let wanted = model.recommend(&[1], &RecommendOptions::default());
/// assert_eq!(wanted.iter().map(|item| item.item).collect::<Vec<_>>(), [2, 3]);
/// assert_eq!(wanted[0].because[0].item, 1);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemModel {
    /// How alike two items are.
    pub similarity: Similarity,
    /// How many customers were looked at.
    pub customers: u64,
    /// The items, by rising index.
    pub items: Vec<ItemNeighbours>,
}

/// What is recommended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecommendOptions {
    /// How many items at most.
    pub count: u32,
    /// Whether items that the customer has may be recommended.
    pub owned: bool,
    /// The items that may be recommended (in stock, allowed, agreed to); none for all.
    pub eligible: Option<Vec<u32>>,
}

impl Default for RecommendOptions {
    /// Ten items that the customer does not have.
    fn default() -> Self {
        Self { count: 10, owned: false, eligible: None }
    }
}

impl ItemModel {
    /// Finds the items that go together, from one row for each order line.
    ///
    /// Time and memory grow with the square of the number of different items of a customer.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the columns differ in length, or a parameter is out of range; [`Error::InsufficientData`]
    /// without rows.
    pub fn fit(customer: &[u32], item: &[u32], options: &ItemOptions) -> Result<Self> {
        options.check()?;
        let baskets = Baskets::new(customer, item)?;
        if baskets.things.is_empty() {
            return Err(Error::insufficient("items", "nobody bought anything"));
        }
        let owners = baskets.owners();
        let table = Table::new(&baskets, &owners, options.similarity);
        let parts = map_parts(ranges(baskets.things.len(), options.threads), |range| {
            let mut memory = Memory::new(baskets.things.len());
            range.map(|item| table.neighbours(item, &mut memory, options)).collect::<Vec<_>>()
        });
        let neighbours = parts.into_iter().flatten();
        let items = baskets.things.iter().zip(&owners).zip(neighbours).map(|((&item, &customers), near)| {
            let neighbours =
                near.into_iter().map(|near| Neighbour { item: baskets.things[near.item as usize], ..near });
            ItemNeighbours { item, customers, neighbours: neighbours.collect() }
        });
        Ok(Self { similarity: options.similarity, customers: baskets.len() as u64, items: items.collect() })
    }

    /// The items most like one item; nothing for an item that was never bought.
    pub fn like(&self, item: u32) -> &[Neighbour] {
        let at = self.items.partition_point(|entry| entry.item < item);
        self.items.get(at).filter(|entry| entry.item == item).map_or(&[], |entry| &entry.neighbours)
    }

    /// What a customer with these items may want: each item is like some of the customer's, and as strongly recommended
    /// as those likenesses add up to. Equal scores are in the order of the items' indices.
    pub fn recommend(&self, owned: &[u32], options: &RecommendOptions) -> Vec<Recommendation> {
        let mut owned = owned.to_vec();
        owned.sort_unstable();
        owned.dedup();
        let allowed = options.eligible.as_ref().map(|items| {
            let mut items = items.clone();
            items.sort_unstable();
            items
        });
        let may = |item: u32| {
            (options.owned || owned.binary_search(&item).is_err())
                && allowed.as_ref().is_none_or(|items| items.binary_search(&item).is_ok())
        };
        let mut wanted: BTreeMap<u32, Vec<Because>> = BTreeMap::new();
        for &own in &owned {
            for near in self.like(own).iter().filter(|near| may(near.item)) {
                wanted.entry(near.item).or_default().push(Because { item: own, part: near.similarity });
            }
        }
        let mut wanted: Vec<Recommendation> = wanted
            .into_iter()
            .map(|(item, mut because)| {
                because.sort_by(|a, b| b.part.total_cmp(&a.part).then(a.item.cmp(&b.item)));
                Recommendation { item, score: because.iter().map(|because| because.part).sum(), because }
            })
            .collect();
        wanted.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
        wanted.truncate(options.count as usize);
        wanted
    }
}

impl ItemOptions {
    fn check(&self) -> Result<()> {
        match self.similarity {
            Similarity::Bm25 { k1, b } if !(k1 > 0.0 && k1.is_finite() && (0.0..=1.0).contains(&b)) => {
                Err(Error::invalid("similarity", "k1 is positive and b lies between 0 and 1"))
            }
            _ => Ok(()),
        }
    }
}

/// Weighted purchases, by customer and by item.
struct Table {
    /// The items of each customer with their weights.
    rows: Vec<Vec<(u32, f64)>>,
    /// The customers of each item with the item's weight.
    columns: Vec<Vec<(u32, f64)>>,
    /// What a sum of products is divided by, for each item.
    scale: Vec<f64>,
    /// What every sum is multiplied by.
    factor: f64,
}

impl Table {
    fn new(baskets: &Baskets, owners: &[u64], similarity: Similarity) -> Self {
        let items = owners.len() as f64;
        let mut totals = vec![0.0; owners.len()];
        for &(item, count) in baskets.iter().flatten() {
            totals[item as usize] += count;
        }
        let mean = totals.iter().sum::<f64>() / items;
        let weigh = |items_of_customer: usize, item: u32, count: f64| {
            // Customers who bought more than all items but one would weigh less than nothing.
            let rare = (items / (1.0 + items_of_customer as f64)).ln().max(0.0);
            match similarity {
                Similarity::Cosine => count,
                Similarity::Lift => 1.0,
                Similarity::TfIdf => count.sqrt() * rare,
                Similarity::Bm25 { k1, b } => {
                    let length = 1.0 - b + b * totals[item as usize] / mean;
                    count * (k1 + 1.0) / (k1 * length + count) * rare
                }
            }
        };
        let mut columns: Vec<Vec<(u32, f64)>> = owners.iter().map(|&n| Vec::with_capacity(n as usize)).collect();
        let mut rows = Vec::with_capacity(baskets.len());
        for (customer, basket) in (0..).zip(baskets.iter()) {
            let row: Vec<(u32, f64)> =
                basket.iter().map(|&(item, count)| (item, weigh(basket.len(), item, count))).collect();
            for &(item, weight) in &row {
                columns[item as usize].push((customer, weight));
            }
            rows.push(row);
        }
        let norm = |column: &Vec<(u32, f64)>| column.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        let (scale, factor) = match similarity {
            Similarity::Cosine | Similarity::TfIdf => (columns.iter().map(norm).collect(), 1.0),
            Similarity::Bm25 { .. } => (vec![1.0; owners.len()], 1.0),
            Similarity::Lift => (owners.iter().map(|&n| n as f64).collect(), baskets.len() as f64),
        };
        Self { rows, columns, scale, factor }
    }

    /// The items most like one item, whose places stand for their indices.
    fn neighbours(&self, item: usize, memory: &mut Memory, options: &ItemOptions) -> Vec<Neighbour> {
        for &(customer, weight) in &self.columns[item] {
            for &(other, other_weight) in &self.rows[customer as usize] {
                memory.add(other, weight * other_weight);
            }
        }
        let mut near = Vec::with_capacity(memory.touched.len());
        for (other, product, together) in memory.drain() {
            let similarity = self.factor * product / (self.scale[item] * self.scale[other as usize]);
            if other as usize != item && together >= options.together && similarity > 0.0 && similarity.is_finite() {
                near.push(Neighbour { item: other, similarity, together });
            }
        }
        let order = |a: &Neighbour, b: &Neighbour| b.similarity.total_cmp(&a.similarity).then(a.item.cmp(&b.item));
        let keep = options.neighbours as usize;
        if near.len() > keep && keep > 0 {
            near.select_nth_unstable_by(keep - 1, order);
        }
        near.truncate(keep);
        near.sort_unstable_by(order);
        near
    }
}

/// Sums for one item, of which only those touched are cleared.
struct Memory {
    sums: Vec<(f64, u32)>,
    touched: Vec<u32>,
}

impl Memory {
    fn new(items: usize) -> Self {
        Self { sums: vec![(0.0, 0); items], touched: Vec::new() }
    }

    fn add(&mut self, item: u32, product: f64) {
        let sum = &mut self.sums[item as usize];
        if sum.1 == 0 {
            self.touched.push(item);
        }
        sum.0 += product;
        sum.1 += 1;
    }

    fn drain(&mut self) -> impl Iterator<Item = (u32, f64, u32)> {
        let sums = &mut self.sums;
        self.touched.drain(..).map(|item| {
            let (product, together) = std::mem::take(&mut sums[item as usize]);
            (item, product, together)
        })
    }
}
