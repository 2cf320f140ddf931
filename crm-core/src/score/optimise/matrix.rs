//! Small symmetric matrices.

/// A square matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) n: usize,
    entries: Vec<f64>,
}

impl Matrix {
    /// The matrix whose entry in row `i` and column `j` is `entry(i, j)`.
    pub(crate) fn from_fn(n: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        Self { n, entries: (0..n * n).map(|at| entry(at / n, at % n)).collect() }
    }

    pub(crate) fn get(&self, i: usize, j: usize) -> f64 {
        self.entries[i * self.n + j]
    }

    pub(crate) fn times(&self, x: &[f64]) -> Vec<f64> {
        self.entries.chunks_exact(self.n).map(|row| dot(row, x)).collect()
    }

    /// The solution of `self x = rhs`; none unless the matrix is positive definite. (Cholesky's decomposition.)
    pub(crate) fn solve(&self, rhs: &[f64]) -> Option<Vec<f64>> {
        let mut lower = self.clone();
        let n = self.n;
        for j in 0..n {
            for i in j..n {
                let product: f64 = (0..j).map(|k| lower.get(i, k) * lower.get(j, k)).sum();
                let rest = self.get(i, j) - product;
                lower.entries[i * n + j] = if i > j {
                    rest / lower.get(j, j)
                } else if rest > 0.0 && rest.is_finite() {
                    rest.sqrt()
                } else {
                    return None;
                };
            }
        }
        let mut x = rhs.to_vec();
        for i in 0..n {
            let product: f64 = (0..i).map(|k| lower.get(i, k) * x[k]).sum();
            x[i] = (x[i] - product) / lower.get(i, i);
        }
        for i in (0..n).rev() {
            let product: f64 = (i + 1..n).map(|k| lower.get(k, i) * x[k]).sum();
            x[i] = (x[i] - product) / lower.get(i, i);
        }
        x.iter().all(|value| value.is_finite()).then_some(x)
    }

    /// The inverse; none unless the matrix is positive definite.
    pub(crate) fn inverse(&self) -> Option<Self> {
        let unit = |j: usize| (0..self.n).map(|i| if i == j { 1.0 } else { 0.0 }).collect::<Vec<_>>();
        let columns = (0..self.n).map(|j| self.solve(&unit(j))).collect::<Option<Vec<_>>>()?;
        Some(Self::from_fn(self.n, |i, j| f64::midpoint(columns[j][i], columns[i][j])))
    }

    /// The eigenvalues, rising. (Jacobi's rotations.)
    pub(crate) fn eigenvalues(&self) -> Vec<f64> {
        const SWEEPS: usize = 30;
        let n = self.n;
        let mut a = self.clone();
        for _ in 0..SWEEPS {
            for p in 0..n {
                for q in p + 1..n {
                    a.rotate(p, q);
                }
            }
        }
        let mut values: Vec<f64> = (0..n).map(|i| a.get(i, i)).collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    /// The rotation that makes the entry `(p, q)` zero.
    fn rotate(&mut self, p: usize, q: usize) {
        let off = self.get(p, q);
        if off == 0.0 {
            return;
        }
        let theta = (self.get(q, q) - self.get(p, p)) / (2.0 * off);
        let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
        let c = 1.0 / t.hypot(1.0);
        let s = t * c;
        let n = self.n;
        for k in 0..n {
            let (kp, kq) = (self.get(k, p), self.get(k, q));
            self.entries[k * n + p] = c * kp - s * kq;
            self.entries[k * n + q] = s * kp + c * kq;
        }
        for k in 0..n {
            let (pk, qk) = (self.get(p, k), self.get(q, k));
            self.entries[p * n + k] = c * pk - s * qk;
            self.entries[q * n + k] = s * pk + c * qk;
        }
    }
}

/// The sum of products.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Matrix {
        let entries = [[4.0, 2.0, -2.0], [2.0, 10.0, 2.0], [-2.0, 2.0, 5.0]];
        Matrix::from_fn(3, |i, j| entries[i][j])
    }

    #[test]
    fn solving_undoes_multiplication() {
        let x = [1.0, -2.0, 3.5];
        let solved = example().solve(&example().times(&x)).unwrap();
        assert!(solved.iter().zip(x).all(|(a, b)| (a - b).abs() < 1e-14), "{solved:?}");
        let inverse = example().inverse().unwrap();
        let product = inverse.times(&example().times(&x));
        assert!(product.iter().zip(x).all(|(a, b)| (a - b).abs() < 1e-14), "{product:?}");
    }

    #[test]
    fn indefinite_matrices_are_not_solved() {
        let saddle = Matrix::from_fn(2, |i, j| if i == j { [1.0, -1.0][i] } else { 0.0 });
        assert_eq!(saddle.solve(&[1.0, 1.0]), None);
        assert_eq!(saddle.eigenvalues(), [-1.0, 1.0]);
        assert_eq!(Matrix::from_fn(2, |_, _| f64::NAN).solve(&[1.0, 1.0]), None);
    }

    #[test]
    fn eigenvalues_have_the_trace_and_the_determinant() {
        let values = example().eigenvalues();
        assert!((values.iter().sum::<f64>() - 19.0).abs() < 1e-13);
        // det = 4 (50 - 4) - 2 (10 + 4) - 2 (4 + 20) = 108
        assert!((values.iter().product::<f64>() - 108.0).abs() < 1e-11, "{values:?}");
        // A matrix with known values: 1 and 3.
        let known = Matrix::from_fn(2, |i, j| if i == j { 2.0 } else { 1.0 }).eigenvalues();
        assert!((known[0] - 1.0).abs() < 1e-15 && (known[1] - 3.0).abs() < 1e-15);
    }
}
