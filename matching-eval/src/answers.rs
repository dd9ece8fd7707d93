//! What participants answered before their evening, and what of it the model may read: neither gender nor faith. Nobody was asked
//! for the ages that they wish to meet; all are taken to have set a wish that excludes nobody, so that their own ages count.

use std::collections::BTreeMap;

use domain::matching::model::{Portrait, Scales};

/// Their interests, and what the same one is called in a profile.
const INTERESTS: [(&str, &str); 17] = [
    ("sports", "sports"),
    ("tvsports", "watching_sports"),
    ("exercise", "fitness"),
    ("dining", "dining"),
    ("museums", "museums"),
    ("art", "art"),
    ("hiking", "hiking"),
    ("gaming", "gaming"),
    ("clubbing", "clubbing"),
    ("reading", "books"),
    ("tv", "series"),
    ("theater", "theatre"),
    ("movies", "movies"),
    ("concerts", "concerts"),
    ("music", "music"),
    ("shopping", "shopping"),
    ("yoga", "yoga"),
];
/// Their words for what people wish and how they see themselves; `shar` has no self-description.
const WORDS: [(&str, &str); 6] = [
    ("attr", "attractive"),
    ("sinc", "sincere"),
    ("intel", "intelligent"),
    ("fun", "fun"),
    ("amb", "ambitious"),
    ("shar", "shared_interests"),
];
/// Their codes of `goal`, from 1.
const GOALS: [&str; 6] = [
    "fun",
    "friendship",
    "dating",
    "relationship",
    "curiosity",
    "other",
];
/// Their codes of `field_cd`, what somebody studies, from 1.
const FIELDS: [&str; 18] = [
    "law",
    "mathematics",
    "social_sciences",
    "medicine",
    "engineering",
    "writing",
    "history",
    "business",
    "education",
    "natural_sciences",
    "social_work",
    "undergraduate",
    "politics",
    "film",
    "fine_arts",
    "languages",
    "architecture",
    "other",
];
/// Their codes of `career_c`, what somebody wants to become, from 1.
const CAREERS: [&str; 17] = [
    "law",
    "research",
    "psychology",
    "medicine",
    "engineering",
    "arts",
    "business",
    "real_estate",
    "international",
    "undecided",
    "social_work",
    "speech_therapy",
    "politics",
    "sports",
    "other",
    "journalism",
    "architecture",
];
/// Their habits: the lowest and highest answer, as "never" and "always".
const HABITS: [(&str, &str, f64, f64); 3] = [
    ("exphappy", "optimism", 1.0, 10.0),
    ("go_out", "going_out", 7.0, 1.0),
    ("date_freq", "dating", 7.0, 1.0),
];

/// A participant, from the number that stands in each column.
pub fn portrait(number: impl Fn(&str) -> anyhow::Result<Option<f64>>) -> anyhow::Result<Portrait> {
    let scales = |pairs: &[(String, &str)], from: f64, to: f64| -> anyhow::Result<Scales> {
        let mut scales = Scales::new();
        for (column, name) in pairs {
            if let Some(answer) = number(column)? {
                scales.insert((*name).to_owned(), (answer - from) / (to - from));
            }
        }
        Ok(scales)
    };
    let words = |suffix: &str, words: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
        let named = words.iter();
        named
            .map(|(word, name)| (format!("{word}{suffix}"), *name))
            .collect()
    };
    let mut habits = Scales::new();
    for (column, name, never, always) in HABITS {
        if let Some(answer) = number(column)? {
            habits.insert(name.to_owned(), (answer - never) / (always - never));
        }
    }
    let coded = |column: &str, options: &[&'static str]| -> anyhow::Result<Option<String>> {
        let option = number(column)?.and_then(|code| option(options, code));
        Ok(option.map(str::to_owned))
    };
    let mut background = BTreeMap::new();
    for (column, name, options) in [
        ("field_cd", "field", FIELDS.as_slice()),
        ("career_c", "career", &CAREERS),
    ] {
        background.extend(coded(column, options)?.map(|option| (name.to_owned(), option)));
    }
    Ok(Portrait {
        age: number("age")?,
        interests: scales(&words("", &INTERESTS), 1.0, 10.0)?,
        wishes: scales(&words("1_1", &WORDS), 0.0, 100.0)?,
        assumed_wishes: scales(&words("2_1", &WORDS), 0.0, 100.0)?,
        self_view: scales(&words("3_1", &WORDS[..5]), 1.0, 10.0)?,
        habits,
        goals: coded("goal", &GOALS)?.into_iter().collect(),
        languages: Default::default(),
        background,
    })
}

/// What a code that counts from 1 stands for.
fn option(options: &[&'static str], code: f64) -> Option<&'static str> {
    let numbered = (1_u32..).map(f64::from).zip(options);
    let mut named = numbered.filter(|(number, _)| *number == code);
    named.next().map(|(_, option)| *option)
}

/// The interests, as a profile calls them.
pub fn interests() -> impl Iterator<Item = &'static str> {
    INTERESTS.iter().map(|(_, name)| *name)
}

/// The words for wishes; the first five are those of self-descriptions, too.
pub fn words() -> [&'static str; 6] {
    WORDS.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_from_one_and_a_code_of_nothing_says_nothing() {
        assert_eq!(option(&GOALS, 1.0), Some("fun"));
        assert_eq!(option(&GOALS, 6.0), Some("other"));
        for code in [0.0, 1.5, 7.0, f64::NAN] {
            assert_eq!(option(&GOALS, code), None);
        }
    }

    #[test]
    fn an_answer_in_numbers_is_what_it_stands_for() {
        let answers = [("goal", 4.0), ("field_cd", 1.0), ("career_c", 17.0)];
        let answer = |column: &str| {
            let found = answers.into_iter().find(|(name, _)| *name == column);
            Ok(found.map(|(_, code)| code))
        };
        let portrait = portrait(answer).unwrap();
        assert!(portrait.goals.contains("relationship"));
        assert_eq!(portrait.background["field"], "law");
        assert_eq!(portrait.background["career"], "architecture");
    }
}
