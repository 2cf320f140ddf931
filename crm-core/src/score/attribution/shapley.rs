//! The Shapley value of channels.

use super::{Credits, Path};

/// The marginal worth of a channel in a coalition is that of the journeys which it completes; averaged over all orders
/// in which channels may join, each channel of a journey completes it equally often.
pub(super) fn credits<'a>(paths: &[Path<'a>]) -> Credits<'a> {
    let mut credits = Credits::new();
    for path in paths.iter().filter(|path| path.converted.is_some()) {
        let channels = path.different();
        for channel in &channels {
            *credits.entry(channel).or_default() += path.worth / channels.len() as f64;
        }
    }
    credits
}
