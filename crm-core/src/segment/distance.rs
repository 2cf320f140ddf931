//! How far two places are from each other.

use super::ast::Distance;

/// The mean radius of the earth in kilometres: (2a + b) / 3 of the ellipsoid WGS 84 (IUGG, *R1*).
const RADIUS: f64 = 6371.0088;

/// Kilometres along the great circle between two places in degrees; nothing for a place that is not on the earth.
///
/// The haversine formula (R. W. Sinnott, *Virtues of the Haversine*, Sky & Telescope 68, 1984), which is exact for near
/// places too. The earth is no sphere: the result is off by half a percent at most.
pub(super) fn kilometres((latitude, longitude): (f64, f64), (to_latitude, to_longitude): (f64, f64)) -> Option<f64> {
    if !Distance::is_place(latitude, longitude) {
        return None;
    }
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let along = latitude.to_radians().cos() * to_latitude.to_radians().cos();
    let share = half(latitude, to_latitude) + along * half(longitude, to_longitude);
    Some(2.0 * RADIUS * share.clamp(0.0, 1.0).sqrt().asin())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quarters of a great circle, and of places that are near, the length of a minute of arc.
    #[test]
    fn great_circles_have_their_length() {
        let quarter = RADIUS * std::f64::consts::FRAC_PI_2;
        for (from, to) in [((0.0, 0.0), (90.0, 0.0)), ((0.0, 0.0), (0.0, 90.0)), ((0.0, 135.0), (0.0, -135.0))] {
            assert!((kilometres(from, to).unwrap() - quarter).abs() < 1e-9);
        }
        assert!((kilometres((90.0, 0.0), (-90.0, 77.0)).unwrap() - 2.0 * quarter).abs() < 1e-9);
        let minute = quarter / (90.0 * 60.0);
        assert!((kilometres((52.5, 13.4), (52.5 + 1.0 / 60.0, 13.4)).unwrap() - minute).abs() < 1e-9);
        // Across the date line it is not far.
        assert!((kilometres((0.0, 179.5), (0.0, -179.5)).unwrap() - 60.0 * minute).abs() < 1e-9);
        assert_eq!(kilometres((1.0, 2.0), (1.0, 2.0)), Some(0.0));
        assert_eq!(kilometres((90.1, 0.0), (0.0, 0.0)), None);
        assert_eq!(kilometres((0.0, f64::NAN), (0.0, 0.0)), None);
    }
}
