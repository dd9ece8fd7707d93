//! What the synthetic people and the two sights come to in the measures of the real data.

use crate::{
    dice::Dice,
    population::{Market, Person, SIGHTS, estimate, mutual},
    summary::count,
};

/// Pairs drawn.
const PAIRS: usize = 20_000;

/// Prints the share of mutual keeps and, for each sight, the AUC of the estimate and its correlation with what is so.
pub fn print() {
    println!("| sight | mutual keeps | AUC of mutual keeps | correlation of estimate and truth |");
    println!("|---|---|---|---|");
    for sight in SIGHTS {
        let mut dice = Dice::new(42);
        let mut drawn: Vec<(f64, f64, bool)> = Vec::with_capacity(PAIRS);
        for _ in 0..PAIRS {
            let mut born = || Person::born(Market::Mixed, &mut dice);
            let (one, other) = (born(), born());
            let truth = mutual(&one, &other);
            drawn.push((estimate(&one, &other, sight), truth, dice.share() < truth));
        }
        let kept = drawn.iter().filter(|(_, _, kept)| *kept).count();
        let (auc, correlation) = (auc(&mut drawn), correlation(&drawn));
        let share = count(kept) / count(PAIRS);
        println!(
            "| {} | {share:.3} | {auc:.3} | {correlation:.2} |",
            sight.name
        );
    }
}

/// The chance that a kept pair was estimated higher than one that was not (Mann and Whitney 1947; estimates differ).
fn auc(drawn: &mut [(f64, f64, bool)]) -> f64 {
    drawn.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let (mut lower, mut above) = (0usize, 0usize);
    for (_, _, kept) in drawn.iter() {
        if *kept {
            above += lower;
        } else {
            lower += 1;
        }
    }
    count(above) / (count(lower) * count(drawn.len() - lower))
}

fn correlation(drawn: &[(f64, f64, bool)]) -> f64 {
    let n = count(drawn.len());
    let mean = |of: fn(&(f64, f64, bool)) -> f64| drawn.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let product = mean(|it| it.0 * it.1) - x * y;
    let (xx, yy) = (
        mean(|it| it.0 * it.0) - x * x,
        mean(|it| it.1 * it.1) - y * y,
    );
    product / (xx * yy).sqrt()
}
