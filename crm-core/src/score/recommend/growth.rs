//! Sets of items that are often bought together.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::basket::Baskets;
use crate::base::{Error, Result};

/// More sets than this help nobody.
const MOST_SETS: usize = 1_000_000;

/// Items that were bought together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemSet {
    /// The items' indices, rising.
    pub items: Vec<u32>,
    /// In how many baskets all of them are.
    pub baskets: u64,
}

/// The sets that are in enough baskets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrequentSets {
    /// How many baskets there are.
    pub baskets: u64,
    /// The sets, in the order of their items.
    pub sets: Vec<ItemSet>,
}

/// Finds all sets of up to `most` items that are in at least `least` baskets, from one row for each order line.
///
/// The method is FP-growth: J. Han, J. Pei, Y. Yin, "Mining frequent patterns without candidate generation", SIGMOD 2000.
///
/// ```
/// use crm_core::score::frequent_sets;
///
/// let found = frequent_sets(&[0, 0, 1, 1, 1, 2], &[7, 8, 7, 8, 9, 7], 2, 3)?;
/// let sets: Vec<_> = found.sets.iter().map(|set| (set.items.as_slice(), set.baskets)).collect();
/// assert_eq!(sets, [(&[7][..], 3), (&[7, 8][..], 2), (&[8][..], 2)]);
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Invalid`] when the columns differ in length, or for a least of 0; [`Error::InsufficientData`] without rows;
/// [`Error::OutOfRange`] for more than a million sets: then ask for more baskets.
pub fn frequent_sets(basket: &[u32], item: &[u32], least: u64, most: u32) -> Result<FrequentSets> {
    if least == 0 {
        return Err(Error::invalid("least", "one basket is needed at least"));
    }
    let baskets = Baskets::new(basket, item)?;
    if baskets.things.is_empty() {
        return Err(Error::insufficient("frequent_sets", "there are no baskets"));
    }
    let owners = baskets.owners();
    // The most frequent items come first on every path, so that paths share their beginnings.
    let mut order: Vec<u32> =
        (0..baskets.things.len() as u32).filter(|&thing| owners[thing as usize] >= least).collect();
    order.sort_by_key(|&thing| (std::cmp::Reverse(owners[thing as usize]), thing));
    let mut rank = vec![u32::MAX; baskets.things.len()];
    for (at, &thing) in (0..).zip(&order) {
        rank[thing as usize] = at;
    }
    let mut tree = Tree::new(order.len());
    for own in baskets.iter() {
        let mut path: Vec<u32> =
            own.iter().map(|&(thing, _)| rank[thing as usize]).filter(|&at| at != u32::MAX).collect();
        path.sort_unstable();
        tree.add(&path, 1);
    }
    let mut growth = Growth { least, most: most as usize, found: Vec::new(), suffix: Vec::new() };
    growth.grow(&tree)?;
    let name = |ranks: Vec<u32>| {
        let mut items: Vec<u32> = ranks.into_iter().map(|at| baskets.things[order[at as usize] as usize]).collect();
        items.sort_unstable();
        items
    };
    let mut sets: Vec<ItemSet> =
        growth.found.into_iter().map(|(ranks, baskets)| ItemSet { items: name(ranks), baskets }).collect();
    sets.sort_unstable();
    Ok(FrequentSets { baskets: baskets.len() as u64, sets })
}

/// Paths that share their beginnings.
struct Tree {
    nodes: Vec<Node>,
    /// The child of a node for an item.
    children: HashMap<(u32, u32), u32>,
    /// The nodes of each item.
    of_item: Vec<Vec<u32>>,
}

struct Node {
    item: u32,
    parent: u32,
    count: u64,
}

impl Tree {
    fn new(items: usize) -> Self {
        let root = Node { item: u32::MAX, parent: 0, count: 0 };
        Self { nodes: vec![root], children: HashMap::new(), of_item: vec![Vec::new(); items] }
    }

    fn add(&mut self, path: &[u32], count: u64) {
        let mut at = 0;
        for &item in path {
            let next = self.nodes.len() as u32;
            let child = *self.children.entry((at, item)).or_insert(next);
            if child == next {
                self.nodes.push(Node { item, parent: at, count: 0 });
                self.of_item[item as usize].push(next);
            }
            self.nodes[child as usize].count += count;
            at = child;
        }
    }

    /// The items before a node, from the root on.
    fn path_to(&self, node: u32, path: &mut Vec<u32>) {
        path.clear();
        let mut at = self.nodes[node as usize].parent;
        while at != 0 {
            path.push(self.nodes[at as usize].item);
            at = self.nodes[at as usize].parent;
        }
        path.reverse();
    }
}

struct Growth {
    least: u64,
    most: usize,
    found: Vec<(Vec<u32>, u64)>,
    /// The items that every set found now contains.
    suffix: Vec<u32>,
}

impl Growth {
    /// Finds the sets that consist of the suffix and items of the tree.
    fn grow(&mut self, tree: &Tree) -> Result<()> {
        if self.suffix.len() >= self.most {
            return Ok(());
        }
        for item in (0..tree.of_item.len() as u32).rev() {
            let nodes = &tree.of_item[item as usize];
            let count: u64 = nodes.iter().map(|&node| tree.nodes[node as usize].count).sum();
            if count < self.least {
                continue;
            }
            if self.found.len() >= MOST_SETS {
                return Err(Error::out_of_range("frequent sets"));
            }
            self.suffix.push(item);
            self.found.push((self.suffix.clone(), count));
            let before = self.conditional(tree, item);
            self.grow(&before)?;
            self.suffix.pop();
        }
        Ok(())
    }

    /// The paths that lead to an item, without what is too rare among them.
    fn conditional(&self, tree: &Tree, item: u32) -> Tree {
        let nodes = &tree.of_item[item as usize];
        let (mut counts, mut path) = (vec![0; item as usize], Vec::new());
        for &node in nodes {
            tree.path_to(node, &mut path);
            for &before in &path {
                counts[before as usize] += tree.nodes[node as usize].count;
            }
        }
        let mut smaller = Tree::new(item as usize);
        for &node in nodes {
            tree.path_to(node, &mut path);
            path.retain(|&before| counts[before as usize] >= self.least);
            smaller.add(&path, tree.nodes[node as usize].count);
        }
        smaller
    }
}
