//! What the product's policy is to reach, and whether it does.

use crate::{population::Market, queue::Patience, summary::Summary};

/// Lift to reach, by arrivals per second. At fewer there is hardly a choice to make.
const LIFTS: [(f64, f64); 2] = [(0.5, 1.25), (2.0, 1.45)];
/// In seconds.
const MEAN_WAIT: f64 = 10.0;
/// In seconds.
const P95_WAIT: f64 = 25.0;
/// As a share.
const LEAVE: f64 = 0.1;
/// Of what the matcher sees of people once it has learned.
pub const SIGHT: &str = "warm";

/// One case of the table.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub market: Market,
    pub patience: Patience,
    pub per_second: f64,
}

impl Case {
    /// Whether missing a goal is a failure. In the other cases whoever is of the more frequent gender waits for long, whatever the
    /// policy: random pairing misses the waits there, too.
    fn is_held(self) -> bool {
        match (self.market, self.patience) {
            (Market::Mixed, _) => true,
            (Market::TwoSided, Patience::Memoryless) => self.per_second >= 2.0,
            (Market::TwoSided, Patience::Fixed) => false,
        }
    }
}

/// The goals that a case misses, in words; `None` where it has none.
fn missed(per_second: f64, reached: &Summary) -> Option<Vec<String>> {
    let is_this = |rate: f64| (rate - per_second).abs() < f64::EPSILON;
    let (_, lift) = LIFTS.into_iter().find(|(rate, _)| is_this(*rate))?;
    let goals = [
        (
            reached.lift >= lift,
            format!("lift {:.3} of {lift}", reached.lift),
        ),
        (
            reached.mean_wait <= MEAN_WAIT,
            format!("mean wait {:.1} of {MEAN_WAIT} s", reached.mean_wait),
        ),
        (
            reached.p95_wait <= P95_WAIT,
            format!("p95 wait {:.1} of {P95_WAIT} s", reached.p95_wait),
        ),
        (
            reached.leave <= LEAVE,
            format!(
                "{:.1} % leave, of {} %",
                reached.leave * 100.0,
                LEAVE * 100.0
            ),
        ),
    ];
    let missed = goals.into_iter().filter(|(is_reached, _)| !is_reached);
    Some(missed.map(|(_, told)| told).collect())
}

/// A line for each case that has goals, and whether all that are held are met.
pub fn verdict(cases: &[(Case, Summary)]) -> (Vec<String>, bool) {
    let mut all_met = true;
    let mut lines = Vec::new();
    for (case, reached) in cases {
        let Some(missed) = missed(case.per_second, reached) else {
            continue;
        };
        let said = match (missed.is_empty(), case.is_held()) {
            (true, _) => "met".to_owned(),
            (false, true) => format!("MISSED: {}", missed.join(", ")),
            (false, false) => format!("missed, as is known: {}", missed.join(", ")),
        };
        all_met &= missed.is_empty() || !case.is_held();
        let Case {
            market,
            patience,
            per_second,
        } = case;
        lines.push(format!("{market:?}, {patience:?}, {per_second}/s: {said}"));
    }
    (lines, all_met)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REACHED: Summary = Summary {
        lift: 1.25,
        lift_interval: 0.0,
        mean_wait: 10.0,
        p95_wait: 25.0,
        leave: 0.1,
    };

    fn case(market: Market, per_second: f64) -> Case {
        Case {
            market,
            patience: Patience::Fixed,
            per_second,
        }
    }

    #[test]
    fn each_goal_that_is_missed_fails_and_is_named() {
        let fails = |per_second, reached| {
            let (lines, all_met) = verdict(&[(case(Market::Mixed, per_second), reached)]);
            assert_eq!(lines.len(), 1);
            (!all_met).then(|| lines[0].clone())
        };
        assert_eq!(fails(0.5, REACHED), None);
        let worse = [
            (2.0, REACHED, "lift 1.250 of 1.45"),
            (
                0.5,
                Summary {
                    mean_wait: 10.1,
                    ..REACHED
                },
                "mean wait 10.1 of 10 s",
            ),
            (
                0.5,
                Summary {
                    p95_wait: 25.1,
                    ..REACHED
                },
                "p95 wait 25.1 of 25 s",
            ),
            (
                0.5,
                Summary {
                    leave: 0.11,
                    ..REACHED
                },
                "11.0 % leave, of 10 %",
            ),
        ];
        for (per_second, reached, told) in worse {
            let line = fails(per_second, reached).expect(told);
            assert!(line.contains(told), "{line}");
        }
    }

    #[test]
    fn a_case_whose_misses_are_known_is_told_and_does_not_fail() {
        let late = Summary {
            p95_wait: 72.0,
            ..REACHED
        };
        let (lines, all_met) = verdict(&[
            (case(Market::TwoSided, 0.5), late),
            (case(Market::Mixed, 0.1), late),
        ]);
        assert!(all_met);
        assert_eq!(
            lines.len(),
            1,
            "at 0.1/s nothing is to be reached: {lines:?}"
        );
        assert!(lines[0].contains("missed, as is known"));
    }
}
