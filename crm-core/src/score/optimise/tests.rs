use super::*;

/// A function with its derivatives by central differences, precise enough for these tests.
struct Numeric<F>(F);

impl<F: Fn(&[f64]) -> f64> Objective for Numeric<F> {
    fn derivatives(&self, at: &[f64]) -> Derivatives {
        const H: f64 = 1e-4;
        let n = at.len();
        let moved = |moves: &[(usize, f64)]| {
            let mut point = at.to_vec();
            for &(i, by) in moves {
                point[i] += by;
            }
            (self.0)(&point)
        };
        let gradient = (0..n).map(|i| (moved(&[(i, H)]) - moved(&[(i, -H)])) / (2.0 * H)).collect();
        let hessian = Matrix::from_fn(n, |i, j| {
            let corner = |a: f64, b: f64| moved(&[(i, a * H), (j, b * H)]);
            (corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0)) / (4.0 * H * H)
        });
        Derivatives { value: (self.0)(at), gradient, hessian }
    }
}

fn maximum(function: impl Fn(&[f64]) -> f64, starts: &[Vec<f64>]) -> Maximum {
    maximise(&Numeric(function), starts, &["x", "y"], 1_000.0)
}

#[test]
fn a_curved_valley_is_followed_to_its_end() {
    // Rosenbrock's function, upside down.
    let banana = |at: &[f64]| -(100.0 * (at[1] - at[0] * at[0]).powi(2) + (1.0 - at[0]).powi(2));
    let found = maximum(banana, &[vec![-1.2, 1.0]]);
    assert!((found.at[0] - 1.0).abs() < 1e-5 && (found.at[1] - 1.0).abs() < 1e-5, "{found:?}");
    assert_eq!(found.convergence.status, FitStatus::Converged);
    assert_eq!(found.convergence.starts, 1);
    // Its Hessian at the maximum has the eigenvalues 1001.6 and 0.3994.
    assert!((found.convergence.condition / 2508.0 - 1.0).abs() < 0.01, "{found:?}");
}

#[test]
fn an_inflexion_is_no_maximum() {
    let found = maximum(|at| -(at[0] - 3.0).powi(4).min(50.0) - (at[1] + 1.0).cosh(), &[vec![0.0, 0.0]]);
    assert!((found.at[1] + 1.0).abs() < 1e-4);
    assert!((found.at[0] - 3.0).abs() < 0.1, "{found:?}");
}

#[test]
fn other_starting_points_are_tried_where_the_function_is_undefined() {
    let cliff = |at: &[f64]| if at[0] < 0.0 { f64::NAN } else { -(at[0] - 2.0).powi(2) - at[1] * at[1] };
    let found = maximum(cliff, &[vec![-5.0, 0.0], vec![1.0, 1.0]]);
    assert_eq!((found.convergence.status, found.convergence.starts), (FitStatus::Converged, 2));
    assert!((found.at[0] - 2.0).abs() < 1e-7);
}

#[test]
fn the_simplex_helps_when_no_start_has_a_slope() {
    let plateau = |at: &[f64]| if at[0] < 0.0 { f64::NAN } else { -(at[0] - 2.0).powi(2) - at[1] * at[1] };
    let found = maximum(plateau, &[vec![-0.3, 0.0]]);
    assert_eq!(found.convergence.status, FitStatus::Converged, "{found:?}");
}

#[test]
fn a_ridge_is_called_a_ridge() {
    // Only the sum is known.
    let found = maximum(|at| -(at[0] + at[1] - 1.0).powi(2), &[vec![0.0, 0.0]]);
    assert_eq!(found.convergence.status, FitStatus::Ridge, "{found:?}");
    assert!(found.convergence.warnings.contains(&FitWarning::IllConditioned));
    // The maximum lies at infinity.
    let found = maximum(|at| -(-at[0]).exp() - at[1] * at[1], &[vec![0.0, 0.0]]);
    assert_eq!(found.convergence.status, FitStatus::Ridge, "{found:?}");
    assert!(found.convergence.warnings.contains(&FitWarning::Edge(Name::from_static("x"))), "{found:?}");
}

#[test]
fn nothing_found_is_said() {
    let found = maximum(|_| f64::NAN, &[vec![0.0, 0.0]]);
    assert_ne!(found.convergence.status, FitStatus::Converged);
}
