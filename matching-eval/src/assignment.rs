//! Who meets whom in a round: the exact assignment of the largest sum.

/// The column of every row such that as many as possible are allowed, and among those ways the sum is the largest; a row
/// that gets none has `None`. `worth(row, column)` lies in 0..=1 and is nothing where the two may not meet.
///
/// The Hungarian method with potentials (Kuhn 1955, Jonker & Volgenant 1987), O(n³).
pub fn assign(
    rows: usize,
    columns: usize,
    worth: &dyn Fn(usize, usize) -> Option<f64>,
) -> Vec<Option<usize>> {
    if rows > columns {
        let mut of_rows = vec![None; rows];
        let of_columns = assign(columns, rows, &|column, row| worth(row, column));
        for (column, row) in of_columns.into_iter().enumerate() {
            if let Some(row) = row {
                of_rows[row] = Some(column);
            }
        }
        return of_rows;
    }
    // One allowed pair more outweighs the worth of all.
    let allowed_bonus = 1.0 + f64::from(u32::try_from(rows).unwrap_or(u32::MAX));
    let cost = |row: usize, column: usize| -worth(row, column).map_or(0.0, |w| w + allowed_bonus);
    let taken_by = cheapest(rows, columns, cost);
    let mut of_rows = vec![None; rows];
    for (column, row) in taken_by.into_iter().enumerate() {
        if let Some(row) = row.filter(|&row| worth(row, column).is_some()) {
            of_rows[row] = Some(column);
        }
    }
    of_rows
}

/// The row of every column at the least cost; all rows get a column.
fn cheapest(rows: usize, columns: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<Option<usize>> {
    // Column `columns` stands for "the row that looks for a column".
    let mut taken_by: Vec<Option<usize>> = vec![None; columns + 1];
    let (mut of_row, mut of_column) = (vec![0.0; rows], vec![0.0; columns + 1]);
    for row in 0..rows {
        taken_by[columns] = Some(row);
        let mut at = columns;
        let mut least = vec![f64::INFINITY; columns];
        let mut came_from = vec![columns; columns];
        let mut visited = vec![false; columns + 1];
        while let Some(seeker) = taken_by[at] {
            visited[at] = true;
            let mut next = (f64::INFINITY, at);
            for column in (0..columns).filter(|&column| !visited[column]) {
                let reduced = cost(seeker, column) - of_row[seeker] - of_column[column];
                if reduced < least[column] {
                    (least[column], came_from[column]) = (reduced, at);
                }
                if least[column] < next.0 {
                    next = (least[column], column);
                }
            }
            for column in 0..=columns {
                match taken_by[column].filter(|_| visited[column]) {
                    Some(owner) => {
                        of_row[owner] += next.0;
                        of_column[column] -= next.0;
                    }
                    None if column < columns => least[column] -= next.0,
                    None => {}
                }
            }
            at = next.1;
        }
        while at != columns {
            let before = came_from[at];
            taken_by[at] = taken_by[before];
            at = before;
        }
    }
    taken_by.truncate(columns);
    taken_by
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_sum_wins_over_the_best_single_pair() {
        let worth = [[0.9, 0.8], [0.8, 0.1]];
        assert_eq!(assign(2, 2, &|r, c| Some(worth[r][c])), [Some(1), Some(0)]);
    }

    #[test]
    fn nobody_idles_who_could_meet_somebody_whatever_the_sum() {
        let worth = [[Some(1.0), Some(0.0)], [Some(0.9), None]];
        assert_eq!(assign(2, 2, &|r, c| worth[r][c]), [Some(1), Some(0)]);
    }

    #[test]
    fn with_more_rows_than_columns_the_others_get_none() {
        let worth = [[0.1], [0.7], [0.2]];
        assert_eq!(
            assign(3, 1, &|r, c| Some(worth[r][c])),
            [None, Some(0), None]
        );
        assert_eq!(assign(2, 2, &|_, _| None), [None, None]);
    }

    #[test]
    fn no_other_assignment_of_four_is_worth_more() {
        // A fixed table without order; all 24 assignments are compared.
        let worth = |r: usize, c: usize| {
            f64::from(u32::try_from((r * 7 + c * 13 + r * c * 5) % 17).unwrap_or(0)) / 17.0
        };
        let found: f64 = assign(4, 4, &|r, c| Some(worth(r, c)))
            .iter()
            .enumerate()
            .map(|(r, c)| worth(r, c.unwrap()))
            .sum();
        let mut best: f64 = 0.0;
        for code in 0..256 {
            let places = [code % 4, code / 4 % 4, code / 16 % 4, code / 64];
            let is_one_each = (0..4).all(|column| places.contains(&column));
            if is_one_each {
                best = best.max(places.iter().enumerate().map(|(r, c)| worth(r, *c)).sum());
            }
        }
        assert!((found - best).abs() < 1e-12);
    }
}
