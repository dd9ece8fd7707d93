//! When a person is told what was learned of them: only where no single answer of somebody else can be read from it.
//!
//! What is believed of a person moves with what each other one has answered, and answers are private. So it is told as it
//! was when the last answers that the person does not know were enough to hide each among the others. Answers that the
//! person knows hide nothing: whoever takes them away sees the others.

use serde::{Deserialize, Serialize};

use super::model::PersonBeliefs;
use crate::Timestamp;

/// So many answers hide each other.
pub const HIDDEN_TOGETHER: u64 = 5;

/// What a person has been told, and what waits to be.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Telling {
    /// Outcomes of the person that the model has learned.
    pub outcomes: u64,
    /// Those of them since the last telling of which the person does not know what the other one answered.
    pub hidden: u64,
    /// When the first outcome was decided.
    pub since: Option<Timestamp>,
    /// The last telling.
    pub told: Option<Told>,
}

/// What was believed of a person when it was told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The beliefs.
    pub beliefs: PersonBeliefs,
    /// From so many outcomes.
    pub outcomes: u64,
    /// The version of the model.
    pub model_version: u64,
}

/// Whether a member of a decided room, who wanted to keep it or did not, knows if the other one did. Who wanted to knows it by what
/// became of the room. So does who did not, where the room ended before its time: both have said so. Where the time `ran_out`, the
/// other one may have said keep, or nothing, and nobody tells.
pub const fn knows_the_answer(keeps: bool, ran_out: bool) -> bool {
    keeps || !ran_out
}

impl Telling {
    /// The model has learned an outcome of the person, who `knows` what the other one answered ([`knows_the_answer`]) or does not.
    pub fn count(&mut self, knows: bool, decided_at: Timestamp) {
        self.outcomes += 1;
        self.hidden += u64::from(!knows);
        self.since = Some(self.since.map_or(decided_at, |since| since.min(decided_at)));
    }

    /// What is believed after everything that was counted: told now, if it gives no answer away.
    pub fn tell(&mut self, beliefs: PersonBeliefs, model_version: u64) {
        if self.hidden == 0 || self.hidden >= HIDDEN_TOGETHER {
            self.hidden = 0;
            self.told = Some(Told {
                beliefs,
                outcomes: self.outcomes,
                model_version,
            });
        }
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{super::model::Belief, *};

    fn beliefs(mean: f64) -> PersonBeliefs {
        let belief = Belief {
            mean,
            variance: 1.0,
        };
        PersonBeliefs {
            generosity: belief,
            appeal: belief,
        }
    }

    /// One outcome after the other.
    fn told_after(outcomes: &[(bool, f64)]) -> Option<Told> {
        let mut telling = Telling::default();
        for (version, (knows, mean)) in (1..).zip(outcomes) {
            telling.count(*knows, Timestamp(1_000 * version));
            telling.tell(beliefs(*mean), version.unsigned_abs());
        }
        telling.told
    }

    #[test]
    fn what_somebody_answered_is_not_told_whatever_it_was() {
        for known_before in [&[][..], &[(true, 0.5), (true, 0.7)]] {
            let after = |mean| told_after(&[known_before, &[(false, mean)]].concat());
            assert_eq!(after(-0.2), after(0.47));
            assert_eq!(after(-0.2), told_after(known_before));
        }
    }

    #[test]
    fn five_answers_hide_each_other_and_the_next_ones_wait_again() {
        let four = [(false, 0.1); 4];
        assert_eq!(told_after(&four), None);
        let five = [&four[..], &[(false, 0.3)]].concat();
        let told = told_after(&five).expect("told");
        assert_eq!((told.beliefs, told.outcomes), (beliefs(0.3), 5));
        let six = [&five[..], &[(true, 0.9)], &[(false, 0.6)]].concat();
        let told = told_after(&six).expect("told");
        assert_eq!(
            (told.beliefs, told.outcomes),
            (beliefs(0.9), 6),
            "a known one hides nothing"
        );
    }

    #[test]
    fn an_answer_that_is_known_says_nothing_of_an_earlier_one() {
        let told = |mean| told_after(&[(false, mean), (true, mean + 0.2)]);
        assert_eq!((told(-0.2), told(0.47)), (None, None));
    }
}
