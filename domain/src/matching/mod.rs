//! Who is brought together: the features of a person, the hard filters, the score, and the pairing.
//!
//! Pure: the pool and the time come in as values, pairs come out. See `README.md` beside this file.

mod census;
mod explanation;
mod filter;
mod icebreaker;
mod learned;
pub mod model;
pub mod pairing;
#[cfg(test)]
mod properties;
mod telling;
#[cfg(test)]
mod tests;
mod text;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use census::{COUNTED_BY, COUNTED_FROM, Census};
pub use explanation::{ALIKE_BIOS_FROM, Side, explain};
pub use filter::{ADULT_AGE, FilterName, Filtered, has_age_wish, may_meet, same_age_group};
pub use learned::{Learned, in_words};
pub use pairing::{Candidate, Described, Packed, Policy, Proposal, RecentScores, pair};
pub use text::{DIMENSIONS as TEXT_DIMENSIONS, TextMode, TextVector};

/// What matching knows of a person, as it was when the person joined the queue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Features {
    /// Full years when it was written; where it is matched by, when it is looked at.
    pub age: u8,
    /// The person's gender, from the profile's options.
    pub gender: String,
    /// Genders that the person wants to meet; empty: no preference.
    pub preferred_genders: Vec<String>,
    /// Youngest age that the person wants to meet.
    pub age_min: Option<u8>,
    /// Oldest age that the person wants to meet.
    pub age_max: Option<u8>,
    /// What the person likes, from the profile's options.
    pub interests: Vec<String>,
    /// What the person is looking for, from the profile's options.
    pub looking_for: Vec<String>,
    /// Languages that the person speaks, from the profile's options; empty: not said.
    pub languages: Vec<String>,
}

/// One thing that two people who are brought together have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MatchReason {
    /// Stable code, for example `shared_interests`.
    pub code: String,
    /// The profile options that it is about, for example the interests that both named.
    pub values: Vec<String>,
    /// The reason as an English sentence.
    pub text: String,
}

/// What the matchmaker says of two people that it brings together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Match {
    /// The probability that both will want to keep each other, 0 to 1, as the model sees it by both profiles alone.
    pub score: f64,
    /// What they have in common: first what moves the score most towards a match.
    pub reasons: Vec<MatchReason>,
    /// A first question that both can answer, in English.
    pub icebreaker: Option<String>,
    /// What it is about, so that a client can ask it in the person's language: an interest of the profile's options, or the name of
    /// one of the questions for everybody. Matches of earlier releases have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icebreaker_topic: Option<String>,
    /// The mode in which what the two like was compared as texts, by its name, so that a mode of a later release is no error.
    /// Absent where nothing was compared: theirs differ in mode or version, or one has no vector; and in matches of earlier releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_mode: Option<String>,
}
