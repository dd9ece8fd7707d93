//! Principal components: the eigenvectors of a covariance.

/// Sweeps of rotations, each of which at least halves what is off the diagonal; far more than such small matrices need.
const SWEEPS: u8 = 30;

/// A direction, of length 1, and the variance along it.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    pub variance: f64,
    pub direction: Vec<f64>,
}

/// The eigenvectors of a symmetric matrix by Jacobi's rotations, the one of most variance first. The largest number of each
/// is positive, so that the same matrix gives the same numbers.
pub fn components(mut matrix: Vec<Vec<f64>>) -> Vec<Component> {
    let size = matrix.len();
    let unit = |row: usize| (0..size).map(move |column| f64::from(u8::from(column == row)));
    // Row by row one direction.
    let mut directions: Vec<Vec<f64>> = (0..size).map(|row| unit(row).collect()).collect();
    for _ in 0..SWEEPS {
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut matrix, &mut directions, p, q);
            }
        }
    }
    let mut found: Vec<Component> = directions
        .into_iter()
        .enumerate()
        .map(|(place, direction)| Component {
            variance: matrix[place][place],
            direction: turned(direction),
        })
        .collect();
    found.sort_by(|one, other| other.variance.total_cmp(&one.variance));
    found
}

/// Makes the cell `(p, q)` of the matrix 0.
fn rotate(matrix: &mut [Vec<f64>], directions: &mut [Vec<f64>], p: usize, q: usize) {
    if matrix[p][q] == 0.0 {
        return;
    }
    let half = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
    let tangent = half.signum() / (half.abs() + (half * half + 1.0).sqrt());
    let cosine = (tangent * tangent + 1.0).sqrt().recip();
    let sine = tangent * cosine;
    let turn = |x: f64, y: f64| (cosine * x - sine * y, sine * x + cosine * y);
    for row in matrix.iter_mut() {
        (row[p], row[q]) = turn(row[p], row[q]);
    }
    for rows in [matrix, directions] {
        for column in 0..rows[p].len() {
            (rows[p][column], rows[q][column]) = turn(rows[p][column], rows[q][column]);
        }
    }
}

fn turned(direction: Vec<f64>) -> Vec<f64> {
    let largest =
        direction.iter().fold(
            0.0_f64,
            |largest, x| if x.abs() > largest.abs() { *x } else { largest },
        );
    direction
        .into_iter()
        .map(|x| x * largest.signum())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_the_sum_of_its_components() {
        let matrix = vec![
            vec![4.0, 1.0, -2.0, 0.5],
            vec![1.0, 3.0, 0.0, -1.0],
            vec![-2.0, 0.0, 5.0, 0.3],
            vec![0.5, -1.0, 0.3, 1.0],
        ];
        let found = components(matrix.clone());
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].variance >= pair[1].variance)
        );
        for (row, cells) in matrix.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let of =
                    |one: &Component| one.variance * one.direction[row] * one.direction[column];
                let sum: f64 = found.iter().map(of).sum();
                assert!(
                    (sum - cell).abs() < 1e-12,
                    "{row} {column}: {sum} for {cell}"
                );
                let both = found[row].direction.iter().zip(&found[column].direction);
                let dot: f64 = both.map(|(x, y)| x * y).sum();
                assert!((dot - f64::from(u8::from(row == column))).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_largest_number_of_a_component_is_positive() {
        let found = components(vec![vec![2.0, -1.0], vec![-1.0, 1.0]]);
        let largest = |one: &Component| {
            one.direction
                .iter()
                .fold(0.0, |x: f64, y| if y.abs() > x.abs() { *y } else { x })
        };
        assert!(found.iter().map(largest).all(|number| number > 0.0));
    }
}
