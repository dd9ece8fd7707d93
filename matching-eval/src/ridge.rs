//! Ridge logistic regression by Newton's method.

use crate::cholesky::Square;

const NEWTON_STEPS: u8 = 10;

/// One decision: the standardised features, then the person effects, as a sparse row.
pub struct Decision {
    pub features: Vec<(usize, f64)>,
    /// 1 or 0.
    pub yes: f64,
}

/// The most likely coefficients by Newton's method, and the variances of the first `weights` of them.
pub fn fit(rows: &[Decision], precisions: &[f64], weights: usize) -> (Vec<f64>, Vec<f64>) {
    let mut coefficients = vec![0.0; precisions.len()];
    let mut variances = Vec::new();
    for step in 1..=NEWTON_STEPS {
        let mut curvature = Square::diagonal(precisions);
        let mut slope: Vec<f64> = coefficients
            .iter()
            .zip(precisions)
            .map(|(c, p)| -c * p)
            .collect();
        for row in rows {
            let log_odds: f64 = row
                .features
                .iter()
                .map(|(place, x)| x * coefficients[*place])
                .sum();
            let p = (1.0 + (-log_odds).exp()).recip();
            curvature.add_outer(&row.features, p * (1.0 - p));
            for (place, x) in &row.features {
                slope[*place] += x * (row.yes - p);
            }
        }
        let factor = curvature.factor();
        for (coefficient, change) in coefficients.iter_mut().zip(factor.solve(&slope)) {
            *coefficient += change;
        }
        if step == NEWTON_STEPS {
            variances = (0..weights)
                .map(|place| factor.inverse_diagonal(place))
                .collect();
        }
    }
    (coefficients, variances)
}
