//! Measured response: what part of those who were contacted did what the campaign was made for, and how sure that is.

use serde::{Deserialize, Serialize};

use super::history::{CampaignHistory, CampaignStep};
use crate::base::{AsOf, CampaignId, Timestamp};

/// The standard normal quantile of 0.975, for intervals that hold the truth 95 times in 100.
const Z: f64 = 1.959_963_984_540_054;

/// A measured share with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// How many did it.
    pub count: u64,
    /// Out of how many.
    pub of: u64,
    /// The share, `count / of`.
    pub share: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Share {
    /// The share with the score interval of Wilson (1927), as given by Newcombe, Statistics in Medicine 17 (1998)
    /// 857-872, method 3. `None` when there is nobody to measure, or more did it than there are.
    ///
    /// ```
    /// use crm_core::marketing::Share;
    ///
    /// // Newcombe (1998), table I: 81 of 263.
    /// let share = Share::new(81, 263).unwrap();
    /// assert_eq!(format!("{:.4} to {:.4}", share.low, share.high), "0.2553 to 0.3662");
    /// assert_eq!(Share::new(0, 0), None);
    /// ```
    pub fn new(count: u64, of: u64) -> Option<Self> {
        if of == 0 || count > of {
            return None;
        }
        let (r, n) = (count as f64, of as f64);
        let p = r / n;
        let middle = 2.0 * r + Z * Z;
        let spread = Z * (Z * Z + 4.0 * r * (1.0 - p)).sqrt();
        let width = 2.0 * (n + Z * Z);
        let low = if count == 0 { 0.0 } else { (middle - spread) / width };
        let high = if count == of { 1.0 } else { (middle + spread) / width };
        Some(Self { count, of, share: p, low, high })
    }
}

/// The difference of two shares with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Uplift {
    /// The first share less the second.
    pub difference: f64,
    /// The lower end of the interval. Above zero: there is an effect.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Uplift {
    /// The difference of two independent shares, with the interval of Newcombe, Statistics in Medicine 17 (1998)
    /// 873-890, method 10, which combines the two score intervals.
    pub fn between(treated: Share, control: Share) -> Self {
        let difference = treated.share - control.share;
        let down = (treated.share - treated.low).hypot(control.high - control.share);
        let up = (treated.high - treated.share).hypot(control.share - control.low);
        Self { difference, low: difference - down, high: difference + up }
    }
}

/// The counts of one campaign's response, to be added up over customers in any order and in parts.
///
/// A customer responds when they do so within a time of the step that is measured from: the delivery, or, where those
/// who were planned are compared with those who were held out, the plan. Each customer counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseTally {
    /// The campaign.
    pub campaign: CampaignId,
    /// How long after a step a response counts, in microseconds; exclusive.
    pub within_micros: i64,
    /// The point of view.
    pub as_of: AsOf,
    /// Who got the message.
    pub delivered: u64,
    /// Who of them responded.
    pub responders: u64,
    /// Who was to be contacted.
    pub planned: u64,
    /// Who of them responded, contacted or not.
    pub planned_responders: u64,
    /// Who was left out on purpose.
    pub held_out: u64,
    /// Who of them responded all the same.
    pub held_out_responders: u64,
}

impl ResponseTally {
    /// Nobody yet.
    pub const fn new(campaign: CampaignId, within_micros: i64, as_of: AsOf) -> Self {
        Self {
            campaign,
            within_micros,
            as_of,
            delivered: 0,
            responders: 0,
            planned: 0,
            planned_responders: 0,
            held_out: 0,
            held_out_responders: 0,
        }
    }

    /// Counts one customer.
    pub fn add(&mut self, history: &CampaignHistory) {
        let first = |step| history.first(self.campaign, step, self.as_of);
        let responded = |from: Timestamp| {
            let until = from.saturating_add_micros(self.within_micros);
            history.times(self.campaign, CampaignStep::Responded, self.as_of).any(|at| from <= at && at < until)
        };
        let count = |step| first(step).map_or((0, 0), |from| (1, u64::from(responded(from))));
        let (delivered, responders) = count(CampaignStep::Delivered);
        let (held_out, held_out_responders) = count(CampaignStep::HeldOut);
        let (planned, planned_responders) = count(CampaignStep::Planned);
        self.delivered += delivered;
        self.responders += responders;
        self.planned += planned;
        self.planned_responders += planned_responders;
        self.held_out += held_out;
        self.held_out_responders += held_out_responders;
    }

    /// Adds the counts of other customers.
    pub const fn merge(&mut self, other: &Self) {
        self.delivered += other.delivered;
        self.responders += other.responders;
        self.planned += other.planned;
        self.planned_responders += other.planned_responders;
        self.held_out += other.held_out;
        self.held_out_responders += other.held_out_responders;
    }

    /// The response rate: responders of those to whom the message was delivered.
    pub fn rate(&self) -> Option<Share> {
        Share::new(self.responders, self.delivered)
    }

    /// What the campaign brought about: the response of all who were planned, less that of the holdout.
    pub fn uplift(&self) -> Option<Uplift> {
        let planned = Share::new(self.planned_responders, self.planned)?;
        Share::new(self.held_out_responders, self.held_out).map(|held_out| Uplift::between(planned, held_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 0.000_05
    }

    #[test]
    fn intervals_are_the_published_ones() {
        // Newcombe (1998) 857-872, table I, method 3.
        for (count, of, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let share = Share::new(count, of).unwrap();
            assert!(close(share.low, low) && close(share.high, high), "{share:?}");
        }
    }

    #[test]
    fn differences_have_the_published_intervals() {
        // Newcombe (1998) 873-890, table II, method 10.
        for ((a, m), (b, n), low, high) in
            [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 10), 0.6075, 1.0)]
        {
            let uplift = Uplift::between(Share::new(a, m).unwrap(), Share::new(b, n).unwrap());
            assert!(close(uplift.low, low) && close(uplift.high, high), "{uplift:?}");
        }
    }
}
