//! What a person is told of what was learned of them: what they could have worked out themselves.
//!
//! What the model believes of a person moves with what each other one has answered, and with what those have answered to others;
//! answers are private, and numbers that move with them tell them, however coarse they are and however many are told together. So
//! that is never told. What is told is made anew from what the person knows: the own answers, and those answers of others that the
//! outcome has shown.

use super::model::OwnOutcome;

impl OwnOutcome {
    /// What a member of a decided room sees of it, who wanted to keep it or did not. Who wanted to knows by what became of the
    /// room whether the other one did. So does who did not, where the room ended before its time: both have said so. Where
    /// the time `ran_out`, the other one may have said keep, or nothing, and nobody tells.
    pub fn seen(keeps: bool, other_keeps: bool, ran_out: bool) -> Self {
        let knows = keeps || !ran_out;
        Self {
            keeps,
            other_keeps: knows.then_some(other_keeps),
        }
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{
        super::model::{PersonBeliefs, tests::prior},
        *,
    };

    fn means(outcomes: &[(bool, bool, bool)]) -> [f64; 2] {
        let seen = |&(keeps, other_keeps, ran_out)| OwnOutcome::seen(keeps, other_keeps, ran_out);
        let believed = PersonBeliefs::of_own_outcomes(&prior(), outcomes.iter().map(seen));
        [believed.generosity.mean, believed.appeal.mean]
    }

    #[test]
    fn what_somebody_answered_who_is_not_known_to_have_said_anything_is_not_told() {
        let before = [(true, true, false), (true, false, true)];
        let after = |other_keeps| means(&[&before[..], &[(false, other_keeps, true)]].concat());
        assert_eq!(after(true), after(false));
        assert_ne!(after(true), means(&before), "the own answer is");
    }

    #[test]
    fn own_answers_and_known_ones_count() {
        let [generous, _] = means(&[(true, false, true); 3]);
        let [choosy, _] = means(&[(false, false, false); 3]);
        assert!(generous > 0.3 && choosy < -0.3, "{generous} {choosy}");
        let [_, liked] = means(&[(true, true, false); 3]);
        let [_, not_liked] = means(&[(true, false, true); 3]);
        assert!(liked > 0.1 && not_liked < -0.1, "{liked} {not_liked}");
    }
}
