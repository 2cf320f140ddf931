//! Millions of purchases in columns to one row per customer.
//!
//! Every purchase becomes one integer: customer, day, amount, from the top, each in as few bits as the data need, so
//! that sorting integers groups purchases by customer and day. First the integers are dealt into buckets by the upper
//! bits of the customer, then every bucket is sorted and folded while it fits the processor's cache. Threads share the
//! rows in the first step and the buckets in the second.

use std::ops::{BitOr, Range, Shl, Shr};

use super::fold::Folder;
use super::{DayTotal, Refunds, SummaryOptions, SummaryTable};
use crate::base::{Date, Error, Result, checkpoint};
use crate::score::parallel::{map_parts, ranges};

/// Rows that a bucket should hold: few enough for the second-level cache of small machines.
const BUCKET_ROWS: usize = 8_192;
/// The most buckets are `2^11`: more would not fit the processor's address cache while rows are dealt.
const MAX_BUCKET_BITS: u32 = 11;

/// Summarises purchases given as columns of equal length, in any order.
///
/// The summary is the sufficient statistic of the purchase models: `x` repeat purchases on distinct days, the last of
/// them at `t_x`, observed until `T`, all counted from the customer's first purchase (Fader, Hardie & Lee, "Counting
/// Your Customers the Easy Way", Marketing Science 24, 2005). All numbers are whole days and whole minor units, so a
/// summary does not depend on the order of the purchases, on how they were split over threads, or on rounding.
///
/// * **Days.** A day is a number on the caller's grid, usually the civil day in one named zone
///   ([`SummaryOptions::zone`]). All purchases of one day are one purchase.
/// * **Refunds** are amounts below zero; what becomes of them is a choice ([`Refunds`]). An amount of zero is a purchase.
/// * **As of.** The last day that is looked at is an argument. What lies after it is left out and counted.
///
/// [`PurchaseState`](super::PurchaseState) is the same as a mergeable state of one customer.
///
/// `day` counts days since 1970-01-01 on the grid of [`SummaryOptions::zone`], `minor` is in minor units of
/// [`SummaryOptions::currency`]. The result depends neither on the order of the rows nor on the number of threads. Extra
/// memory is 8 bytes a row (16 when customer, day and amount need more than 63 bits together) and 48 bytes a customer.
///
/// ```
/// use crm_core::base::{Currency, Date};
/// use crm_core::score::{SummaryOptions, TimeUnit, summarise};
///
/// let day = |text: &str| text.parse::<Date>().map(Date::days);
/// let customer = [7, 7, 7, 4];
/// let days = [day("2026-03-15")?, day("2026-01-04")?, day("2026-03-15")?, day("2026-02-01")?];
/// let minor = [1_500, 9_900, 500, 2_000];
/// let options = SummaryOptions::new("2026-03-29".parse()?, TimeUnit::Weeks, Currency::new("EUR")?);
/// let table = summarise(&customer, &days, &minor, &options)?;
///
/// let seven = &table.rows[1];
/// assert_eq!((seven.customer, seven.repeats, seven.orders), (7, 1, 3));
/// assert_eq!((seven.repeat_minor, seven.total_minor), (2_000, 11_900));
/// let history = table.history(seven);
/// assert_eq!((history.recency, history.age), (10.0, 12.0));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Invalid`] when the columns differ in length, a day is outside the years 1 to 9999, the holdout ends before
/// `as_of`, or an amount is negative under [`Refunds::Error`]; [`Error::OutOfRange`] when a customer's sum exceeds `i64`.
pub fn summarise(customer: &[u32], day: &[i32], minor: &[i64], options: &SummaryOptions) -> Result<SummaryTable> {
    options.check()?;
    if customer.len() != day.len() || customer.len() != minor.len() {
        return Err(Error::invalid("columns", "customer, day and amount differ in length"));
    }
    let rows = Columns { customer, day, minor };
    let parts = ranges(customer.len(), options.threads);
    let extents = map_parts(parts.clone(), |part| rows.extent(part));
    let Some(extent) = extents.into_iter().flatten().reduce(Extent::join) else {
        return Ok(SummaryTable::empty(options));
    };
    Date::from_days(extent.day.0)?;
    Date::from_days(extent.day.1)?;
    if options.refunds == Refunds::Error && extent.minor.0 < 0 {
        let last_day = options.last_day().days();
        if let Some(row) = day.iter().zip(minor).position(|(&day, &minor)| minor < 0 && day <= last_day) {
            let reason = format!("row {}: the amount is negative, and refunds are not allowed", row + 1);
            return Err(Error::invalid("minor", reason));
        }
    }
    let layout = Layout::new(&extent, customer.len());
    if layout.bits() < u64::BITS {
        group::<u64>(&rows, &parts, &layout, options)
    } else {
        group::<u128>(&rows, &parts, &layout, options)
    }
}

/// The columns.
struct Columns<'a> {
    customer: &'a [u32],
    day: &'a [i32],
    minor: &'a [i64],
}

impl Columns<'_> {
    fn extent(&self, part: Range<usize>) -> Option<Extent> {
        let (days, amounts) = (&self.day[part.clone()], &self.minor[part.clone()]);
        Some(Extent {
            customer: *self.customer[part].iter().max()?,
            day: (*days.iter().min()?, *days.iter().max()?),
            minor: (*amounts.iter().min()?, *amounts.iter().max()?),
        })
    }

    fn iter(&self, part: Range<usize>) -> impl Iterator<Item = (u32, i32, i64)> {
        let (customer, day) = (&self.customer[part.clone()], &self.day[part.clone()]);
        customer.iter().zip(day).zip(&self.minor[part]).map(|((&customer, &day), &minor)| (customer, day, minor))
    }
}

/// The greatest customer and the ranges of days and amounts.
#[derive(Clone, Copy)]
struct Extent {
    customer: u32,
    day: (i32, i32),
    minor: (i64, i64),
}

impl Extent {
    fn join(self, other: Self) -> Self {
        Self {
            customer: self.customer.max(other.customer),
            day: (self.day.0.min(other.day.0), self.day.1.max(other.day.1)),
            minor: (self.minor.0.min(other.minor.0), self.minor.1.max(other.minor.1)),
        }
    }
}

/// An integer that holds one purchase.
trait Key:
    Copy
    + Default
    + Ord
    + Send
    + Sync
    + From<u64>
    + BitOr<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
{
    /// The lower 64 bits.
    fn low(self) -> u64;
}

impl Key for u64 {
    fn low(self) -> u64 {
        self
    }
}

impl Key for u128 {
    fn low(self) -> u64 {
        self as u64
    }
}

/// Where customer, day and amount lie in a key.
struct Layout {
    day_min: i32,
    minor_min: i64,
    day_bits: u32,
    minor_bits: u32,
    /// Bits of the customer that are in the key; the bits above number the bucket.
    customer_bits: u32,
    buckets: usize,
}

impl Layout {
    fn new(extent: &Extent, rows: usize) -> Self {
        let bits = |span: u64| u64::BITS - span.leading_zeros();
        let bucket_bits = (rows / BUCKET_ROWS).checked_ilog2().map_or(0, |log| (log + 1).min(MAX_BUCKET_BITS));
        let customer_bits = bits(extent.customer.into()).saturating_sub(bucket_bits);
        Self {
            day_min: extent.day.0,
            minor_min: extent.minor.0,
            day_bits: bits(u64::from(extent.day.1.abs_diff(extent.day.0))),
            minor_bits: bits(extent.minor.1.abs_diff(extent.minor.0)),
            customer_bits,
            buckets: Self::bucket_of(extent.customer, customer_bits) + 1,
        }
    }

    const fn bits(&self) -> u32 {
        self.customer_bits + self.day_bits + self.minor_bits
    }

    fn bucket_of(customer: u32, customer_bits: u32) -> usize {
        (u64::from(customer) >> customer_bits) as usize
    }

    fn bucket(&self, customer: u32) -> usize {
        Self::bucket_of(customer, self.customer_bits)
    }

    fn pack<K: Key>(&self, customer: u32, day: i32, minor: i64) -> K {
        let customer = u64::from(customer) & mask(self.customer_bits);
        let day = u64::from(day.abs_diff(self.day_min));
        let minor = minor.abs_diff(self.minor_min);
        (((K::from(customer) << self.day_bits) | K::from(day)) << self.minor_bits) | K::from(minor)
    }

    /// Customer and day, for comparing only.
    fn group<K: Key>(&self, key: K) -> K {
        key >> self.minor_bits
    }

    fn customer<K: Key>(&self, bucket: usize, key: K) -> u32 {
        let low = (key >> (self.day_bits + self.minor_bits)).low();
        (((bucket as u64) << self.customer_bits) | low) as u32
    }

    fn day<K: Key>(&self, key: K) -> i32 {
        let day = (key >> self.minor_bits).low() & mask(self.day_bits);
        self.day_min.wrapping_add_unsigned(day as u32)
    }

    fn minor<K: Key>(&self, key: K) -> i64 {
        self.minor_min.wrapping_add_unsigned(key.low() & mask(self.minor_bits))
    }
}

const fn mask(bits: u32) -> u64 {
    if bits >= u64::BITS { u64::MAX } else { (1 << bits) - 1 }
}

/// The rows of one thread, dealt into buckets.
struct Dealt<K> {
    keys: Vec<K>,
    /// Where each bucket starts, and where the last one ends.
    starts: Vec<usize>,
}

impl<K: Key> Dealt<K> {
    fn new(rows: &Columns, part: Range<usize>, layout: &Layout) -> Self {
        let mut starts = vec![0; layout.buckets + 1];
        for &customer in &rows.customer[part.clone()] {
            starts[layout.bucket(customer) + 1] += 1;
        }
        for bucket in 0..layout.buckets {
            starts[bucket + 1] += starts[bucket];
        }
        let mut keys = vec![K::default(); part.len()];
        let mut next = starts.clone();
        for (customer, day, minor) in rows.iter(part) {
            let slot = &mut next[layout.bucket(customer)];
            keys[*slot] = layout.pack(customer, day, minor);
            *slot += 1;
        }
        Self { keys, starts }
    }

    fn bucket(&self, bucket: usize) -> &[K] {
        &self.keys[self.starts[bucket]..self.starts[bucket + 1]]
    }
}

fn group<K: Key>(
    rows: &Columns,
    parts: &[Range<usize>],
    layout: &Layout,
    options: &SummaryOptions,
) -> Result<SummaryTable> {
    let dealt = map_parts(parts.to_vec(), |part| Dealt::<K>::new(rows, part, layout));
    let shares = shares(&dealt, layout.buckets, parts.len());
    let folded = map_parts(shares, |buckets| fold_buckets(&dealt, buckets, layout, options));
    drop(dealt);
    let mut table = SummaryTable::empty(options);
    for part in folded {
        let part = part?;
        table.dropped.add(&part.dropped);
        if table.rows.is_empty() {
            (table.rows, table.holdout) = (part.rows, part.holdout);
        } else {
            table.rows.extend(part.rows);
            table.holdout.extend(part.holdout);
        }
    }
    Ok(table)
}

/// Parts the buckets so that every part has about as many rows.
fn shares<K: Key>(dealt: &[Dealt<K>], buckets: usize, parts: usize) -> Vec<Range<usize>> {
    let before: Vec<usize> = (0..=buckets).map(|bucket| dealt.iter().map(|part| part.starts[bucket]).sum()).collect();
    let border = |part: usize| before.partition_point(|&rows| rows < before[buckets] / parts * part).min(buckets);
    (0..parts).map(|part| border(part)..if part + 1 == parts { buckets } else { border(part + 1) }).collect()
}

fn fold_buckets<'a, K: Key>(
    dealt: &[Dealt<K>],
    buckets: Range<usize>,
    layout: &Layout,
    options: &'a SummaryOptions,
) -> Result<Folder<'a>> {
    let mut folder = Folder::new(options);
    let mut keys = Vec::new();
    let total = Some(buckets.len() as u64);
    for (done, bucket) in buckets.enumerate() {
        checkpoint(done as u64, total)?;
        keys.clear();
        for part in dealt {
            keys.extend_from_slice(part.bucket(bucket));
        }
        keys.sort_unstable();
        let customer = |key: K| layout.customer(bucket, key);
        for purchases in keys.chunk_by(|&a, &b| customer(a) == customer(b)) {
            let days = purchases.chunk_by(|&a, &b| layout.group(a) == layout.group(b)).map(|keys| {
                let mut total = DayTotal::new(layout.day(keys[0]));
                for &key in keys {
                    total.add(layout.minor(key));
                }
                total
            });
            folder.customer(customer(purchases[0]), days)?;
        }
    }
    Ok(folder)
}
