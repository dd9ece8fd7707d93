//! Why two are brought together, in plain words.

use super::{
    Features, Match, MatchReason, TextMode, TextVector, icebreaker::icebreaker, model::Parts,
};
use crate::{TicketId, profile::language_name};

/// From which likeness on the interests of two people, as texts, are called alike. Of random pairs with five interests each
/// one in 25 reaches it, by either mode: `docs/MATCHING.md`.
const ALIKE_FROM: f64 = 0.5;

/// From which likeness on two biographies are called alike: of made-up ones about different things one pair in a thousand
/// reaches it (`text-model/tests/model/biographies.rs`).
pub const ALIKE_BIOS_FROM: f64 = 0.35;

/// How many goals a reason names, and how many languages. Nobody sees these lists of the other one before both know each other better,
/// so whoever ticks every option learns so many of the other's, and no more.
const NAMED_AT_MOST: usize = 3;

/// One side of a match, as it is explained.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The person's ticket. It says nothing of the person, so the question is drawn by it.
    pub ticket: TicketId,
    /// What the person has said.
    pub features: &'a Features,
    /// The person's interests as a text.
    pub words: Option<&'a TextVector>,
    /// The person's biography as a text.
    pub bio: Option<&'a TextVector>,
}

/// What is said of two people who are brought together with this score.
///
/// Neither reasons nor question tell anything of the ages, which nobody is shown. The score, which the ages move where both have
/// set a wish for an age, has two decimals: of new people a year more or less moves it by less than one step, and tells something
/// only where it lies between two steps. Reasons name what both have in common and nothing that only one of them has said; of biographies not even that, as neither
/// sees the other's yet: only that they are alike. Those whose part of the score speaks for
/// the pair come first, the strongest before the others.
pub fn explain(one: Side<'_>, other: Side<'_>, score: f64, parts: &Parts) -> Match {
    let (a, b) = (one.features, other.features);
    let shared_interests = shared(&a.interests, &b.interests);
    let (topic, question) = icebreaker(&shared_interests, spread([one, other]));
    Match {
        // With more decimals, whoever knows the weights reads the other's age from it. Such a number survives JSON unchanged.
        score: (score.clamp(0.0, 1.0) * 100.0).round() / 100.0,
        icebreaker: Some(question.to_owned()),
        icebreaker_topic: Some(topic.to_owned()),
        reasons: reasons(one, other, &shared_interests, parts),
        text_mode: common_mode(one.words, other.words),
    }
}

/// The mode of both texts, where they can be compared at all. Everybody who waits has named interests, so it says nothing of the two.
fn common_mode(one: Option<&TextVector>, other: Option<&TextVector>) -> Option<String> {
    let (one, other) = (one?, other?);
    one.likeness(other).map(|_| one.mode.to_string())
}

/// A number that differs from couple to couple, the same from both sides.
fn spread(sides: [Side<'_>; 2]) -> u64 {
    let [one, other] = sides.map(|side| side.ticket.0.as_u64_pair().1);
    one ^ other
}

fn reasons(
    one: Side<'_>,
    other: Side<'_>,
    shared_interests: &[&str],
    parts: &Parts,
) -> Vec<MatchReason> {
    let (a, b) = (one.features, other.features);
    let mut goals = shared(&a.looking_for, &b.looking_for);
    goals.truncate(NAMED_AT_MOST);
    let mut languages = shared(&a.languages, &b.languages);
    languages.truncate(NAMED_AT_MOST);
    let spoken: Vec<&str> = languages.iter().map(|code| language_name(code)).collect();
    let mut found = Vec::new();
    if !shared_interests.is_empty() {
        let text = format!("You both like {}.", listed(shared_interests));
        found.push((
            parts.interests,
            reason("shared_interests", shared_interests, text),
        ));
    }
    if !goals.is_empty() {
        let text = format!("You are both looking for {}.", listed(&goals));
        found.push((
            parts.looking_for,
            reason("shared_looking_for", &goals, text),
        ));
    }
    if !languages.is_empty() {
        let text = format!("You both speak {}.", listed(&spoken));
        // Who has none in common does not meet, so it is no part of the score.
        found.push((0.0, reason("shared_languages", &languages, text)));
    }
    found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let interests = compared(one.words, other.words, ALIKE_FROM).map(|(mode, how)| {
        let text = format!("Your interests are alike as a whole ({how}).");
        reason("alike_interests", &[&mode], text)
    });
    let bios = compared(one.bio, other.bio, ALIKE_BIOS_FROM).map(|(mode, how)| {
        let text = format!("You describe yourselves in a similar way ({how}).");
        reason("alike_bios", &[&mode], text)
    });
    // Likeness of texts is no part of the score, and comes last.
    found
        .into_iter()
        .map(|(_, reason)| reason)
        .chain(interests)
        .chain(bios)
        .collect()
}

/// How two texts were compared, in the mode's name and in words, where they are alike.
fn compared(
    one: Option<&TextVector>,
    other: Option<&TextVector>,
    alike_from: f64,
) -> Option<(String, &'static str)> {
    let (one, other) = (one?, other?);
    if one.likeness(other)? < alike_from {
        return None;
    }
    let how = match one.mode {
        TextMode::WordLlama => "compared by meaning",
        TextMode::HashedNgrams => "compared by spelling only",
    };
    Some((one.mode.to_string(), how))
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

/// What both name, sorted, each once.
fn shared<'a>(one: &'a [String], other: &[String]) -> Vec<&'a str> {
    let both = one.iter().filter(|value| other.contains(value));
    let mut both: Vec<&str> = both.map(String::as_str).collect();
    both.sort_unstable();
    both.dedup();
    both
}
