//! Attribution: which touches get the credit for what followed.

mod markov;
mod rules;
mod shapley;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Name, Result, Timestamp};

/// One contact on the way to a conversion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// The channel or the campaign.
    pub channel: Name,
    /// When.
    pub at: Timestamp,
}

/// What happened to one customer, from the first touch on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// The touches, in the order in which they happened.
    pub touches: Vec<Touch>,
    /// When the customer converted; none when it did not.
    pub converted: Option<Timestamp>,
    /// What the conversion counts: 1, or its value in a unit of the caller's.
    pub worth: f64,
}

/// How credit is given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributionRule {
    /// All to the first touch.
    First,
    /// All to the last touch.
    Last,
    /// The same to every touch.
    Linear,
    /// The less, the longer before the conversion: half for each half-life.
    TimeDecay {
        /// The half-life in days.
        half_life_days: f64,
    },
    /// Shares for the first and the last touch; the rest is divided evenly among those between.
    Position {
        /// The share of the first touch.
        first: f64,
        /// The share of the last touch.
        last: f64,
    },
    /// By how many conversions would be lost without the channel, in a first-order Markov chain of channels (E. Anderl, I.
    /// Becker, F. von Wangenheim, J. Schumann, "Mapping the customer journey", International Journal of Research in
    /// Marketing 33(3), 2016). Journeys that did not convert count as well.
    Markov,
    /// By the Shapley value of the channels, where a set of channels is worth the conversions of the journeys that need no
    /// other (K. Zhao, S. Mahboobi, S. Bagheri, "Shapley value methods for attribution modeling in online advertising",
    /// 2018). For that game the value has a simple form: each conversion is divided evenly among the different channels of
    /// its journey.
    Shapley,
}

/// What one channel is credited with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelCredit {
    /// The channel.
    pub channel: Name,
    /// What it is credited with, in the unit of [`Journey::worth`].
    pub credit: f64,
    /// Its share of all credit; the shares add up to 1.
    pub share: f64,
    /// In how many journeys it occurs.
    pub journeys: u64,
}

/// Who gets the credit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// The channels, by name.
    pub channels: Vec<ChannelCredit>,
    /// The worth of all conversions with a touch before them: the sum of the credits.
    pub worth: f64,
    /// The worth of conversions without a touch, for which nobody gets credit.
    pub untouched: f64,
}

/// Divides the worth of conversions among the channels that led to them.
///
/// Only touches up to the conversion count. Channels come out in the order of their names, so the result does not depend
/// on the order of the journeys but for rounding.
///
/// ```
/// use crm_core::base::{Name, Timestamp};
/// use crm_core::score::{AttributionRule, Journey, Touch, attribute};
///
/// let hour = |n: i64| Timestamp::from_micros(n * 3_600_000_000);
/// let touch = |name: &str, n| Ok::<_, crm_core::Error>(Touch { channel: Name::new(name)?, at: hour(n)? });
/// let touches = vec![touch("advert", 0)?, touch("letter", 30)?, touch("letter", 50)?];
/// let journey = Journey { touches, converted: Some(hour(60)?), worth: 90.0 };
///
/// let linear = attribute(&[journey.clone()], &AttributionRule::Linear)?;
/// assert!((linear.channels[0].credit - 30.0).abs() < 1e-12 && (linear.channels[1].credit - 60.0).abs() < 1e-12);
/// let shapley = attribute(&[journey], &AttributionRule::Shapley)?;
/// assert_eq!(shapley.channels[0].credit, 45.0);
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::InsufficientData`] when no conversion has a touch before it; [`Error::Invalid`] for touches out of order, a
/// negative worth, or terms of the rule that are out of range.
pub fn attribute(journeys: &[Journey], rule: &AttributionRule) -> Result<Attribution> {
    rule.check()?;
    let mut paths = Vec::with_capacity(journeys.len());
    let mut untouched = 0.0;
    for (row, journey) in (1..).zip(journeys) {
        let path = Path::of(journey).map_err(|reason| Error::invalid("journeys", format!("row {row}: {reason}")))?;
        if path.touches.is_empty() {
            untouched += if path.converted.is_some() { path.worth } else { 0.0 };
        } else {
            paths.push(path);
        }
    }
    let worth: f64 = paths.iter().filter(|path| path.converted.is_some()).map(|path| path.worth).sum();
    if worth <= 0.0 {
        return Err(Error::insufficient("attribution", "no conversion has a touch before it"));
    }
    let mut credits = match rule {
        AttributionRule::Markov => markov::credits(&paths, worth)?,
        AttributionRule::Shapley => shapley::credits(&paths),
        rule => rules::credits(&paths, rule),
    };
    let mut channels: BTreeMap<&Name, u64> = BTreeMap::new();
    for path in &paths {
        for channel in path.different() {
            *channels.entry(channel).or_default() += 1;
        }
    }
    let channel = |(channel, journeys): (&Name, u64)| {
        let credit = credits.remove(channel).unwrap_or(0.0);
        ChannelCredit { channel: channel.clone(), credit, share: credit / worth, journeys }
    };
    let channels = channels.into_iter().map(channel).collect();
    Ok(Attribution { channels, worth, untouched })
}

/// A journey with the touches that count.
struct Path<'a> {
    touches: &'a [Touch],
    converted: Option<Timestamp>,
    worth: f64,
}

impl<'a> Path<'a> {
    fn of(journey: &'a Journey) -> std::result::Result<Self, &'static str> {
        if !(journey.worth >= 0.0 && journey.worth.is_finite()) {
            return Err("a worth is 0 or more");
        }
        if !journey.touches.is_sorted_by_key(|touch| touch.at) {
            return Err("touches come in the order of time");
        }
        let count = journey
            .converted
            .map_or(journey.touches.len(), |at| journey.touches.partition_point(|touch| touch.at <= at));
        Ok(Self { touches: &journey.touches[..count], converted: journey.converted, worth: journey.worth })
    }

    /// The different channels, in the order of their names.
    fn different(&self) -> Vec<&'a Name> {
        let mut channels: Vec<&Name> = self.touches.iter().map(|touch| &touch.channel).collect();
        channels.sort_unstable();
        channels.dedup();
        channels
    }
}

type Credits<'a> = BTreeMap<&'a Name, f64>;
