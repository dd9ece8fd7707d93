//! The records of the speed-dating experiment, and what of them the model may read: neither gender nor faith.

use std::{collections::BTreeMap, path::Path};

use domain::{
    UserId,
    matching::model::{Portrait, Scales},
};
use serde_json::{Map, Value};

use crate::table::{Row, Table};

/// The number of a participant.
pub type Iid = i64;
/// Every participant by number.
pub type People = BTreeMap<Iid, Portrait>;

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

/// One date, and what both decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    pub wave: i64,
    pub m: Iid,
    pub f: Iid,
    /// The how-manieth date of the man's evening.
    pub order: i64,
    pub keep_m: bool,
    pub keep_f: bool,
    /// Whether both were in the first half of their evening.
    pub in_first_half: bool,
    /// Whether everybody had to say yes to half of the others.
    pub has_yes_budget: bool,
}

/// The person in the model.
pub fn user(iid: Iid) -> UserId {
    UserId(uuid::Uuid::from_u64_pair(0, iid.unsigned_abs()))
}

pub fn read_people(path: &Path) -> anyhow::Result<People> {
    let table = Table::read(path)?;
    let people = table.rows().map(|row| {
        let number = |column: &str| row.number(column);
        Ok((row.integer("iid")?, portrait(number)?))
    });
    people.collect()
}

/// The people of a wave, as replay.py sends them.
pub fn people_of_json(people: &[Map<String, Value>]) -> anyhow::Result<People> {
    let people = people.iter().map(|person| {
        let number = |column: &str| Ok(person.get(column).and_then(Value::as_f64));
        let iid = person.get("iid").and_then(Value::as_i64);
        let iid = iid.ok_or_else(|| anyhow::anyhow!("a person without `iid`"))?;
        Ok((iid, portrait(number)?))
    });
    people.collect()
}

pub fn read_dates(path: &Path) -> anyhow::Result<Vec<Date>> {
    let table = Table::read(path)?;
    let mut dates: Vec<Date> = table.rows().map(date).collect::<anyhow::Result<_>>()?;
    dates.sort_by_key(|date| (date.wave, date.order, date.m));
    Ok(dates)
}

/// The pairs of a table whose decisions may be blank.
pub fn read_pairs(path: &Path) -> anyhow::Result<Vec<(i64, Iid, Iid)>> {
    let table = Table::read(path)?;
    let pairs = table
        .rows()
        .map(|row| Ok((row.integer("wave")?, row.integer("m")?, row.integer("f")?)));
    pairs.collect()
}

fn date(row: Row<'_>) -> anyhow::Result<Date> {
    Ok(Date {
        wave: row.integer("wave")?,
        m: row.integer("m")?,
        f: row.integer("f")?,
        order: row.integer("order_m")?,
        keep_m: row.integer("dec_m")? == 1,
        keep_f: row.integer("dec_f")? == 1,
        in_first_half: row.text("phase")? == Some("history"),
        has_yes_budget: row.integer("budget_wave")? == 1,
    })
}

fn portrait(number: impl Fn(&str) -> anyhow::Result<Option<f64>>) -> anyhow::Result<Portrait> {
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
