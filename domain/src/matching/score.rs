//! How well two people suit each other, and why.

use super::{Features, Match, MatchReason, icebreaker::icebreaker};
use crate::profile::language_name;

/// What the parts weigh against each other; together 1.
const INTERESTS_WEIGHT: f64 = 0.5;
const LOOKING_FOR_WEIGHT: f64 = 0.25;
const AGE_WEIGHT: f64 = 0.25;
/// What is left of the score where both named languages and none is common, and where one named none.
const NO_COMMON_LANGUAGE: f64 = 0.2;
const LANGUAGE_NOT_SAID: f64 = 0.7;
/// How strong a common language speaks for a match, beside the weights above.
const LANGUAGE_REASON_WEIGHT: f64 = 0.2;
/// The age difference, in years, at which the age part has halved.
const AGE_HALVES_AT_YEARS: f64 = 8.0;
/// Up to this age difference, in years, the age is named as a reason.
const SIMILAR_AGE_YEARS: u8 = 3;

/// What the score reads of a person: each list sorted, each value once. Made once a person, used for many pairs.
#[derive(Debug)]
pub(super) struct Traits<'a> {
    age: u8,
    interests: Vec<&'a str>,
    looking_for: Vec<&'a str>,
    languages: Vec<&'a str>,
}

impl<'a> Traits<'a> {
    pub(super) fn of(features: &'a Features) -> Self {
        Self {
            age: features.age,
            interests: sorted(&features.interests),
            looking_for: sorted(&features.looking_for),
            languages: sorted(&features.languages),
        }
    }
}

/// How well two people suit each other, from 0 to 1, with the reasons and a first question.
///
/// Symmetric, and deterministic: the same features always give the same match. Option values that this version does not
/// know count like any others. The score is
/// `language × (0.5 · cosine(interests) + 0.25 · overlap(looking_for) + 0.25 / (1 + years apart / 8))`, to four decimals.
pub fn score(a: &Features, b: &Features) -> Match {
    let (one, other) = (Traits::of(a), Traits::of(b));
    let shared_interests: Vec<&str> = shared(&one.interests, &other.interests).collect();
    Match {
        score: compatibility(&one, &other),
        icebreaker: Some(icebreaker(
            &shared_interests,
            one.age.wrapping_add(other.age),
        )),
        reasons: reasons(&one, &other, &shared_interests),
    }
}

/// The score alone.
pub(super) fn compatibility(one: &Traits<'_>, other: &Traits<'_>) -> f64 {
    let parts = INTERESTS_WEIGHT * cosine(&one.interests, &other.interests)
        + LOOKING_FOR_WEIGHT * overlap(&one.looking_for, &other.looking_for)
        + AGE_WEIGHT * age_proximity(one.age, other.age);
    let score = parts * language_factor(&one.languages, &other.languages);
    // Four decimals are plenty, and such a number survives JSON unchanged.
    (score * 10_000.0).round() / 10_000.0
}

fn reasons(one: &Traits<'_>, other: &Traits<'_>, shared_interests: &[&str]) -> Vec<MatchReason> {
    let goals: Vec<&str> = shared(&one.looking_for, &other.looking_for).collect();
    let languages: Vec<&str> = shared(&one.languages, &other.languages).collect();
    let spoken: Vec<&str> = languages.iter().map(|code| language_name(code)).collect();
    let mut found = Vec::new();
    if !shared_interests.is_empty() {
        let strength = INTERESTS_WEIGHT * cosine(&one.interests, &other.interests);
        let text = format!("You both like {}.", listed(shared_interests));
        found.push((strength, reason("shared_interests", shared_interests, text)));
    }
    if !goals.is_empty() {
        let strength = LOOKING_FOR_WEIGHT * overlap(&one.looking_for, &other.looking_for);
        let text = format!("You are both looking for {}.", listed(&goals));
        found.push((strength, reason("shared_looking_for", &goals, text)));
    }
    if !languages.is_empty() {
        let text = format!("You both speak {}.", listed(&spoken));
        let strength = LANGUAGE_REASON_WEIGHT;
        found.push((strength, reason("shared_languages", &languages, text)));
    }
    if one.age.abs_diff(other.age) <= SIMILAR_AGE_YEARS {
        let strength = AGE_WEIGHT * age_proximity(one.age, other.age) / 2.0;
        let text = "You are close in age.".to_owned();
        found.push((strength, reason("similar_age", &[], text)));
    }
    found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    found.into_iter().map(|(_, reason)| reason).collect()
}

fn reason(code: &str, values: &[&str], text: String) -> MatchReason {
    MatchReason {
        code: code.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        text,
    }
}

/// `board games, chess and travel`.
fn listed(values: &[&str]) -> String {
    let words: Vec<String> = values.iter().map(|value| value.replace('_', " ")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

/// Common interests against the geometric mean of both counts: naming everything does not make one fit everybody.
fn cosine(one: &[&str], other: &[&str]) -> f64 {
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    count(shared(one, other).count()) / (count(one.len()) * count(other.len())).sqrt()
}

/// Common values against the shorter list; halfway where one named none.
fn overlap(one: &[&str], other: &[&str]) -> f64 {
    match one.len().min(other.len()) {
        0 => 0.5,
        shorter => count(shared(one, other).count()) / count(shorter),
    }
}

fn age_proximity(one: u8, other: u8) -> f64 {
    1.0 / (1.0 + f64::from(one.abs_diff(other)) / AGE_HALVES_AT_YEARS)
}

fn language_factor(one: &[&str], other: &[&str]) -> f64 {
    if one.is_empty() || other.is_empty() {
        return LANGUAGE_NOT_SAID;
    }
    match shared(one, other).next() {
        Some(_) => 1.0,
        None => NO_COMMON_LANGUAGE,
    }
}

fn sorted(values: &[String]) -> Vec<&str> {
    let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn shared<'a>(one: &[&'a str], other: &[&str]) -> impl Iterator<Item = &'a str> {
    one.iter()
        .copied()
        .filter(|value| other.binary_search(value).is_ok())
}

fn count(items: usize) -> f64 {
    u32::try_from(items).map_or(f64::MAX, f64::from)
}
