//! What was learned of one person, in plain words for that person.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Belief, PersonBeliefs};

/// From how many standard deviations of people on somebody is called different from most.
const DIFFERENT_FROM: f64 = 0.5;
const VERY_DIFFERENT_FROM: f64 = 1.25;
/// Numbers are told in such steps: with all their digits, whoever knows the model reads from them who has answered what.
const STEP: f64 = 0.5;

/// One thing that was learned of a person, as a number and in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Learned {
    /// How the person differs from the average of people with such a profile, in log-odds of a yes, in steps of .5; 0: not at all.
    pub value: f64,
    /// The standard deviation of what is believed, up to the next .5: how uncertain the value is.
    pub uncertainty: f64,
    /// The value in a sentence.
    pub text: String,
}

/// How readily the person says yes, and how readily others say yes to the person. `generosity_to_appeal` and the beliefs
/// are those of the model; `prior` is what is believed of somebody who is new.
pub fn in_words(
    beliefs: PersonBeliefs,
    prior: PersonBeliefs,
    generosity_to_appeal: f64,
) -> [Learned; 2] {
    let appeal = |of: PersonBeliefs| Belief {
        mean: of.appeal.mean + generosity_to_appeal * of.generosity.mean,
        variance: of.appeal.variance
            + generosity_to_appeal * generosity_to_appeal * of.generosity.variance,
    };
    let generosity = learned(beliefs.generosity, prior.generosity, |how, than| {
        format!("You keep {how} conversations {than} most people.")
    });
    let appeal = learned(appeal(beliefs), appeal(prior), |how, than| {
        format!("Others keep {how} conversations with you {than} with most people.")
    });
    [generosity, appeal]
}

fn learned(belief: Belief, prior: Belief, sentence: impl Fn(&str, &str) -> String) -> Learned {
    // Not -0.
    let value = (belief.mean / STEP).round() * STEP + 0.0;
    let deviation = value / prior.variance.max(f64::MIN_POSITIVE).sqrt();
    let text = match deviation {
        _ if belief == prior => "Nothing was learned yet.".to_owned(),
        _ if deviation.abs() < DIFFERENT_FROM => sentence("about as many", "as"),
        VERY_DIFFERENT_FROM.. => sentence("many more", "than"),
        DIFFERENT_FROM.. => sentence("more", "than"),
        _ if deviation <= -VERY_DIFFERENT_FROM => sentence("far fewer", "than"),
        _ => sentence("fewer", "than"),
    };
    Learned {
        value,
        uncertainty: (belief.variance.max(0.0).sqrt() / STEP).ceil() * STEP,
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beliefs(generosity: f64, appeal: f64) -> PersonBeliefs {
        let belief = |mean, variance| Belief { mean, variance };
        PersonBeliefs {
            generosity: belief(generosity, 0.3),
            appeal: belief(appeal, 0.2),
        }
    }

    fn new() -> PersonBeliefs {
        let belief = |variance| Belief {
            mean: 0.0,
            variance,
        };
        PersonBeliefs {
            generosity: belief(1.44),
            appeal: belief(1.0),
        }
    }

    fn texts(of: PersonBeliefs) -> [String; 2] {
        in_words(of, new(), -0.3).map(|learned| learned.text)
    }

    #[test]
    fn of_somebody_new_nothing_is_said() {
        let [generosity, appeal] = texts(new());
        assert_eq!(generosity, "Nothing was learned yet.");
        assert_eq!(appeal, generosity);
    }

    #[test]
    fn what_was_learned_reads_as_a_sentence() {
        assert_eq!(
            texts(beliefs(0.1, 0.1)),
            [
                "You keep about as many conversations as most people.",
                "Others keep about as many conversations with you as with most people."
            ]
        );
        assert_eq!(
            texts(beliefs(2.0, -0.3)),
            [
                "You keep many more conversations than most people.",
                "Others keep fewer conversations with you than with most people."
            ]
        );
    }

    #[test]
    fn numbers_are_told_in_steps() {
        for mean in [-3.1, -0.26, -0.24, 0.0, 0.7, 1.3] {
            for learned in in_words(beliefs(mean, -mean / 3.0), new(), -0.3) {
                assert_eq!((learned.value * 2.0).fract(), 0.0, "{learned:?}");
                assert_eq!((learned.uncertainty * 2.0).fract(), 0.0, "{learned:?}");
            }
        }
    }

    #[test]
    fn appeal_takes_in_what_goes_with_generosity() {
        let [_, appeal] = in_words(beliefs(2.0, 0.0), new(), -0.3);
        assert_eq!((appeal.value, appeal.uncertainty), (-0.5, 0.5));
    }
}
