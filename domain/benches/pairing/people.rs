//! A pool like one of a busy hour, and a model like the one that learns.

use uuid::Uuid;
use webchat_domain::{
    TicketId, Timestamp, UserId,
    matching::{
        Candidate, Features,
        model::{Prior, Scoring},
        pairing::{Pairable, Scorer},
    },
    profile::{INTERESTS, LOOKING_FOR},
};

pub const NOW: Timestamp = Timestamp(1_795_000_000_000);
/// Features of each direction of the synthetic model.
pub const FEATURES: &str = "40 features";
const WIDTH: usize = 40;

/// The model with the shipped weights.
pub fn shipped() -> Scoring {
    let weights = include_str!("../../../config/matching-weights.toml");
    let prior: Prior = toml::from_str(weights).unwrap();
    Scoring::new(&prior, None).unwrap()
}

/// SplitMix64: the same people in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> usize {
        usize::try_from(self.next() % bound).unwrap()
    }

    fn some(&mut self, options: &[&str], most: u64) -> Vec<String> {
        let count = self.below(most + 1);
        (0..count)
            .map(|_| options[self.below(options.len() as u64)].to_owned())
            .collect()
    }
}

/// People of 18 to 67, most of them with a wish of gender, half of them with one of age, and up to ten interests each.
pub fn pool(size: usize) -> Vec<Candidate> {
    let mut dice = Dice(7);
    (0..size).map(|number| person(number, &mut dice)).collect()
}

fn person(number: usize, dice: &mut Dice) -> Candidate {
    let id = Uuid::from_u128(number as u128 + 1);
    let gender = ["woman", "man", "woman", "man", "non_binary"][dice.below(5)];
    let wanted = match dice.below(10) {
        0..6 => vec![if gender == "woman" { "man" } else { "woman" }.to_owned()],
        6 => vec![gender.to_owned()],
        _ => Vec::new(),
    };
    let age = 18 + u8::try_from(dice.below(50)).unwrap();
    let has_age_wish = dice.below(2) == 0;
    let features = Features {
        age,
        gender: gender.to_owned(),
        preferred_genders: wanted,
        age_min: has_age_wish.then(|| age.saturating_sub(10).max(18)),
        age_max: has_age_wish.then_some(age + 10),
        interests: dice.some(INTERESTS, 10),
        looking_for: dice.some(LOOKING_FOR, 2),
        languages: dice.some(&["en", "de", "fr", "es"], 2),
    };
    Candidate {
        user: UserId(id),
        ticket: TicketId(id),
        joined_at: Timestamp(NOW.0 - dice.below(30_000) as i64),
        features,
    }
}

/// Both directions: a logistic of forty features of the two, generosity of one and appeal of the other; their product.
pub struct Synthetic {
    people: Vec<[f32; WIDTH]>,
    weights: [f32; WIDTH],
}

impl Synthetic {
    pub fn new(size: usize) -> Self {
        let mut dice = Dice(11);
        let mut number = || dice.below(2_001) as f32 / 1_000.0 - 1.0;
        let weights = std::array::from_fn(|_| number() * 0.5);
        let people = (0..size)
            .map(|_| std::array::from_fn(|_| number()))
            .collect();
        Self { people, weights }
    }

    fn direction(&self, from: &[f32; WIDTH], to: &[f32; WIDTH]) -> f32 {
        let terms = from.iter().zip(to).zip(&self.weights);
        let sum: f32 = terms.map(|((from, to), weight)| weight * from * to).sum();
        1.0 / (1.0 + (-(sum + from[0] + to[1])).exp())
    }
}

impl Scorer for Synthetic {
    fn score(&self, pair: Pairable) -> f32 {
        let [one, other] = pair.ranks().map(|rank| &self.people[rank as usize]);
        self.direction(one, other) * self.direction(other, one)
    }

    fn usual(&self, rank: u32) -> f32 {
        let person = &self.people[rank as usize];
        let logistic = |log_odds: f32| 1.0 / (1.0 + (-log_odds).exp());
        logistic(person[0]) * logistic(person[1])
    }
}
