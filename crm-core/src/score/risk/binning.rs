//! How characteristics are put into bins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bins::{Bin, BinOf, Binning};
use crate::base::{Error, Name, Result};

/// How numbers are put into bins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BinOptions {
    /// Into how many bins of equal size numbers are put first.
    pub fine: u32,
    /// How many bins are left at most, missing values aside.
    pub most: u32,
    /// The least share of all cases that a bin holds.
    pub share: f64,
}

impl Default for BinOptions {
    /// Twenty fine bins, eight at most, one case in twenty.
    fn default() -> Self {
        Self { fine: 20, most: 8, share: 0.05 }
    }
}

/// Puts numbers into bins whose share of bad only rises or only falls; numbers that are missing (NaN) into one of their
/// own.
///
/// Fine bins of equal size are joined with their neighbours until the share of bad is monotone (pool adjacent violators;
/// R. Barlow et al., "Statistical Inference under Order Restrictions", 1972), in the direction that keeps more
/// information; then until each holds enough cases and there are no more than allowed, where the least is lost.
///
/// ```
/// use crm_core::base::Name;
/// use crm_core::score::{BinOptions, bin_numbers};
///
/// let months: Vec<f64> = (0..200).map(f64::from).collect();
/// let bad: Vec<bool> = (0..200).map(|n| n % 4 < n / 50).collect();
/// let binning = bin_numbers(Name::new("months")?, &months, &bad, &BinOptions::default())?;
/// assert!(binning.bins.windows(2).all(|pair| pair[0].bad_rate() < pair[1].bad_rate()));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Invalid`] when the columns differ in length, a number is infinite, or an option is out of range;
/// [`Error::InsufficientData`] unless there are good and bad.
pub fn bin_numbers(name: Name, values: &[f64], bad: &[bool], options: &BinOptions) -> Result<Binning> {
    check(values.len(), bad)?;
    if options.fine == 0 || options.most == 0 || !(0.0..1.0).contains(&options.share) {
        return Err(Error::invalid("options", "one bin at least, and a share from 0 to below 1, are needed"));
    }
    if let Some(row) = values.iter().position(|value| value.is_infinite()) {
        return Err(Error::invalid_at(&name, format!("row {}: must not be infinite", row + 1)));
    }
    let mut known: Vec<(f64, bool)> = Vec::with_capacity(values.len());
    let mut missing = Group::default();
    for (&value, &bad) in values.iter().zip(bad) {
        if value.is_nan() { missing.add(bad) } else { known.push((value, bad)) }
    }
    known.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let fine = fine(&known, options.fine as usize);
    let totals = fine.iter().fold(missing, |all, group| all.joined(group));
    let rising = monotone(fine.clone(), |before, after| before.rate() < after.rate());
    let falling = monotone(fine, |before, after| before.rate() > after.rate());
    let information = |groups: &[Group]| groups.iter().map(|group| group.information(&totals)).sum::<f64>();
    let mut groups = if information(&rising) >= information(&falling) { rising } else { falling };
    let least = options.share * values.len() as f64;
    while let Some(small) = groups.iter().position(|group| group.cases() < least).filter(|_| groups.len() > 1) {
        let left = small > 0
            && (small + 1 == groups.len() || lost(&groups, small - 1, &totals) <= lost(&groups, small, &totals));
        join(&mut groups, if left { small - 1 } else { small });
    }
    while groups.len() > options.most as usize {
        let cheapest = (0..groups.len() - 1)
            .min_by(|&a, &b| lost(&groups, a, &totals).total_cmp(&lost(&groups, b, &totals)))
            .unwrap_or(0);
        join(&mut groups, cheapest);
    }
    let mut bins = Vec::with_capacity(groups.len() + 1);
    let mut above = None;
    for (at, group) in groups.iter().enumerate() {
        let up_to = (at + 1 < groups.len()).then_some(group.up_to);
        bins.push(Bin::new(BinOf::Range { above, up_to }, group.good, group.bad));
        above = up_to;
    }
    if missing.cases() > 0.0 {
        bins.push(Bin::new(BinOf::Missing, missing.good, missing.bad));
    }
    Ok(Binning::weigh(name, bins))
}

/// Puts every category into a bin of its own, and missing ones into another.
///
/// # Errors
/// [`Error::Invalid`] when the columns differ in length; [`Error::InsufficientData`] unless there are good and bad.
pub fn bin_categories(name: Name, values: &[Option<Name>], bad: &[bool]) -> Result<Binning> {
    check(values.len(), bad)?;
    let mut groups: BTreeMap<Option<&Name>, Group> = BTreeMap::new();
    for (value, &bad) in values.iter().zip(bad) {
        groups.entry(value.as_ref()).or_default().add(bad);
    }
    let missing = groups.remove(&None);
    let bin = |of, group: Group| Bin::new(of, group.good, group.bad);
    let categories = groups.into_iter().filter_map(|(value, group)| Some(bin(BinOf::Category(value?.clone()), group)));
    let bins = categories.chain(missing.map(|group| bin(BinOf::Missing, group))).collect();
    Ok(Binning::weigh(name, bins))
}

fn check(rows: usize, bad: &[bool]) -> Result<()> {
    if rows != bad.len() {
        return Err(Error::invalid("bad", "the columns differ in length"));
    }
    if !bad.contains(&true) || !bad.contains(&false) {
        return Err(Error::insufficient("binning", "good and bad cases are needed"));
    }
    Ok(())
}

/// Cases whose numbers lie next to each other.
#[derive(Clone, Copy, Default)]
struct Group {
    good: f64,
    bad: f64,
    /// The greatest number.
    up_to: f64,
}

impl Group {
    fn add(&mut self, bad: bool) {
        *(if bad { &mut self.bad } else { &mut self.good }) += 1.0;
    }

    fn cases(&self) -> f64 {
        self.good + self.bad
    }

    fn rate(&self) -> f64 {
        self.bad / self.cases()
    }

    fn joined(&self, next: &Self) -> Self {
        Self { good: self.good + next.good, bad: self.bad + next.bad, up_to: next.up_to }
    }

    fn information(&self, totals: &Self) -> f64 {
        let more = if self.good == 0.0 || self.bad == 0.0 { 0.5 } else { 0.0 };
        let (good, bad) = ((self.good + more) / totals.good, (self.bad + more) / totals.bad);
        (good - bad) * (good / bad).ln()
    }
}

/// Groups of nearly equal size that never part equal numbers.
fn fine(sorted: &[(f64, bool)], parts: usize) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut done = 0;
    for same in sorted.chunk_by(|a, b| a.0 == b.0) {
        // A group is full when it holds its part of those seen so far.
        let full = done * parts >= groups.len() * sorted.len();
        if groups.is_empty() || full {
            groups.push(Group::default());
        }
        if let Some(group) = groups.last_mut() {
            for &(_, bad) in same {
                group.add(bad);
            }
            group.up_to = same[0].0;
        }
        done += same.len();
    }
    groups
}

/// Joins neighbours that are not in order.
fn monotone(groups: Vec<Group>, ordered: impl Fn(&Group, &Group) -> bool) -> Vec<Group> {
    let mut kept: Vec<Group> = Vec::with_capacity(groups.len());
    for mut group in groups {
        while let Some(before) = kept.pop_if(|before| !ordered(before, &group)) {
            group = before.joined(&group);
        }
        kept.push(group);
    }
    kept
}

/// The information that is lost when a group is joined with the next.
fn lost(groups: &[Group], at: usize, totals: &Group) -> f64 {
    let (one, two) = (&groups[at], &groups[at + 1]);
    one.information(totals) + two.information(totals) - one.joined(two).information(totals)
}

fn join(groups: &mut Vec<Group>, at: usize) {
    groups[at] = groups[at].joined(&groups[at + 1]);
    groups.remove(at + 1);
}
