//! Symmetric positive definite systems of equations.

/// A square matrix, row by row.
pub struct Square {
    pub size: usize,
    cells: Vec<f64>,
}

impl Square {
    pub fn diagonal(values: &[f64]) -> Self {
        let size = values.len();
        let mut matrix = Self {
            size,
            cells: vec![0.0; size * size],
        };
        for (place, value) in values.iter().enumerate() {
            matrix.cells[place * size + place] = *value;
        }
        matrix
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.cells[row * self.size..(row + 1) * self.size]
    }

    /// Adds `weight · x · xᵀ` to the lower half; `x` is sparse, its places in ascending order.
    pub fn add_outer(&mut self, x: &[(usize, f64)], weight: f64) {
        for (position, &(row, value)) in x.iter().enumerate() {
            for &(column, other) in &x[..=position] {
                self.cells[row * self.size + column] += weight * value * other;
            }
        }
    }

    /// The lower factor of Cholesky, of a matrix whose lower half is given.
    pub fn factor(mut self) -> Factor {
        for row in 0..self.size {
            for column in 0..=row {
                let dot: f64 = dot(&self.row(row)[..column], &self.row(column)[..column]);
                let rest = self.row(row)[column] - dot;
                let value = if row == column {
                    rest.sqrt()
                } else {
                    rest / self.row(column)[column]
                };
                self.cells[row * self.size + column] = value;
            }
        }
        Factor(self)
    }
}

/// The lower factor of a matrix.
pub struct Factor(Square);

impl Factor {
    /// `A⁻¹ b`.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = self.solve_lower(b);
        for row in (0..self.0.size).rev() {
            let value = x[row] / self.0.row(row)[row];
            x[row] = value;
            for (earlier, cell) in x[..row].iter_mut().zip(self.0.row(row)) {
                *earlier -= value * cell;
            }
        }
        x
    }

    /// The cell of `A⁻¹` on the diagonal at `place`.
    pub fn inverse_diagonal(&self, place: usize) -> f64 {
        let mut unit = vec![0.0; self.0.size];
        unit[place] = 1.0;
        let half = self.solve_lower(&unit);
        dot(&half, &half)
    }

    fn solve_lower(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for row in 0..self.0.size {
            let (done, rest) = x.split_at_mut(row);
            rest[0] = (rest[0] - dot(done, &self.0.row(row)[..row])) / self.0.row(row)[row];
        }
        x
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_solves_its_system_and_the_inverse_agrees() {
        let rows = [
            [(0, 1.0), (1, 2.0), (2, -1.0)],
            [(0, 0.5), (1, -1.0), (2, 3.0)],
        ];
        let mut matrix = Square::diagonal(&[1.0, 2.0, 3.0]);
        for row in &rows {
            matrix.add_outer(row, 0.7);
        }
        let factor = matrix.factor();
        let x = factor.solve(&[1.0, 2.0, 3.0]);
        let by_hand = |place: usize| {
            let of_rows: f64 = rows
                .iter()
                .map(|row| 0.7 * row[place].1 * (0..3).map(|n| row[n].1 * x[n]).sum::<f64>())
                .sum();
            [1.0, 2.0, 3.0][place] * x[place] + of_rows
        };
        for (place, wanted) in [1.0, 2.0, 3.0].into_iter().enumerate() {
            assert!((by_hand(place) - wanted).abs() < 1e-12);
            let mut unit = [0.0; 3];
            unit[place] = 1.0;
            assert!((factor.solve(&unit)[place] - factor.inverse_diagonal(place)).abs() < 1e-12);
        }
    }
}
