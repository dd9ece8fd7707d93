//! What is told of two biographies, measured on made-up ones.

use std::collections::BTreeSet;

use domain::{
    matching::{ALIKE_BIOS_FROM, TextVector},
    profile::BIO_MAX_CHARS,
};
use webchat_tests::text_model::folder;
use webchat_text_model::{BIOGRAPHY_WORDS_MIN, Texts};

use super::likeness;

/// How many biographies are joined, from short ones to nearly the longest that a profile takes.
const LENGTHS: std::ops::RangeInclusive<usize> = 1..=4;
/// Themes that are joined are so far from each other in the file.
const STEP: usize = 5;
/// How a printed table counts: at and around the likeness from which two are called alike.
const STEPS: [f64; 4] = [0.25, 0.3, ALIKE_BIOS_FROM, 0.4];

struct Biography {
    theme: &'static str,
    language: &'static str,
    text: &'static str,
}

fn biographies() -> Vec<Biography> {
    let lines = include_str!("biographies.txt").lines();
    let told = lines.filter(|line| !line.starts_with('#'));
    told.map(|line| {
        let mut parts = line.splitn(3, '|');
        let mut part = || parts.next().expect("theme, language, text");
        Biography {
            theme: part(),
            language: part(),
            text: part(),
        }
    })
    .collect()
}

/// Biographies in one language, each of so many themes, and which themes these are.
fn joined(language: &str, length: usize) -> Vec<(BTreeSet<&'static str>, String)> {
    let all = biographies();
    let mut spoken: Vec<&Biography> = all.iter().filter(|b| b.language == language).collect();
    spoken.sort_by_key(|b| b.theme);
    let mut themes: Vec<Vec<&Biography>> = Vec::new();
    for one in spoken {
        match themes
            .last_mut()
            .filter(|theme| theme[0].theme == one.theme)
        {
            Some(theme) => theme.push(one),
            None => themes.push(vec![one]),
        }
    }
    let versions = themes.iter().map(Vec::len).min().unwrap_or(0);
    let places = (0..themes.len()).flat_map(|first| (0..versions).map(move |v| (first, v)));
    places
        .map(|(first, version)| {
            let chosen = (0..length).map(|n| themes[(first + n * STEP) % themes.len()][version]);
            let chosen: Vec<&Biography> = chosen.collect();
            let text: Vec<&str> = chosen.iter().map(|one| one.text).collect();
            (chosen.iter().map(|one| one.theme).collect(), text.join(" "))
        })
        .collect()
}

/// Likeness of those about the same things, and of those about others.
fn measured(texts: &Texts, told: &[(BTreeSet<&str>, String)]) -> [Vec<f64>; 2] {
    let vectors: Vec<_> = told
        .iter()
        .filter_map(|(themes, text)| Some((themes, vector_of(texts, text)?)))
        .collect();
    let (mut same, mut other) = (Vec::new(), Vec::new());
    for (place, (themes, vector)) in vectors.iter().enumerate() {
        for (others, to) in &vectors[..place] {
            let likeness = vector.likeness(to).expect("one way");
            if themes == others {
                same.push(likeness);
            } else if themes.is_disjoint(others) {
                other.push(likeness);
            }
        }
    }
    [same, other]
}

/// By spelling no biography has a vector, so the table makes its own.
fn vector_of(texts: &Texts, text: &str) -> Option<TextVector> {
    match texts {
        Texts::Model(_) => texts.biography(text),
        Texts::Hashed => texts.vector(text),
    }
}

/// How many of a hundred reach it.
#[expect(clippy::cast_precision_loss, reason = "there are some thousand pairs")]
fn per_cent(likenesses: &[f64], from: f64) -> f64 {
    let reach = likenesses.iter().filter(|likeness| **likeness >= from);
    reach.count() as f64 * 100.0 / likenesses.len() as f64
}

#[test]
fn biographies_about_other_things_are_hardly_ever_called_alike() {
    let model = Texts::open(&folder(), true).expect("the model");
    eprintln!("| themes | by | pairs | {STEPS:?}: alike of the same things / of others, % |");
    for length in LENGTHS {
        let told = joined("en", length);
        for (by, texts) in [("model", &model), ("n-grams", &Texts::Hashed)] {
            let [same, other] = measured(texts, &told);
            let cells = STEPS.map(|from| {
                format!(
                    "{:.0} / {:.1}",
                    per_cent(&same, from),
                    per_cent(&other, from)
                )
            });
            let pairs = (same.len(), other.len());
            eprintln!("| {length} | {by} | {pairs:?} | {} |", cells.join(" | "));
        }
        let [same, other] = measured(&model, &told);
        assert!(
            per_cent(&other, ALIKE_BIOS_FROM) <= 0.2,
            "of {length} themes"
        );
        let told_apart = per_cent(&same, ALIKE_BIOS_FROM) > per_cent(&other, ALIKE_BIOS_FROM);
        assert!(told_apart, "of {length} themes: the reason never comes");
    }
}

#[test]
fn a_language_that_the_model_knows_in_pieces_only_has_no_likeness() {
    let model = Texts::open(&folder(), true).expect("the model");
    let share = |language: &str| {
        let told = joined(language, 1);
        let known = told
            .iter()
            .filter(|(_, text)| model.biography(text).is_some());
        (known.count(), told.len())
    };
    assert_eq!(share("de"), (0, 12));
    assert_eq!(share("vi"), (0, 12));
    let (known, all) = share("en");
    assert!(known * 10 >= all * 8, "{known} of {all} in English");
    // This is what it is spared: all of them are alike.
    let climbs = "Cuối tuần tôi hay đi leo núi hoặc tập ở phòng leo núi trong nhà.";
    let reads = "Tôi đọc sách nhiều quá nên ngủ ít. Hãy giới thiệu cho tôi một cuốn.";
    assert!(likeness(&model, climbs, reads) > ALIKE_BIOS_FROM + 0.2);
}

#[test]
fn empty_short_long_and_strange_biographies_break_nothing() {
    let model = Texts::open(&folder(), true).expect("the model");
    let endless = "I climb, cook, read and sleep in old trains near the sea. ".repeat(2_000);
    assert!(endless.len() > 100 * BIO_MAX_CHARS);
    assert!(model.biography(&endless).is_some());
    let again_and_again = "me ".repeat(BIO_MAX_CHARS);
    for nothing in [
        "",
        " \n\t ",
        "divorced",
        "Just ask me",
        &again_and_again,
        "🙂🙃🙂🙃🙂🙃🙂🙃🙂🙃",
        "\u{0}\u{feff}\u{202e}\u{200b}",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}",
        "!!! ??? ... ---",
        "1 1 1 1 1 1 1 1 1",
        "週末は友達と山に登ります。料理と読書が好きです。",
    ] {
        assert_eq!(model.biography(nothing), None, "{nothing:?}");
    }
    let words: Vec<&str> = "the old cook reads long books near water"
        .split(' ')
        .collect();
    assert_eq!(words.len(), BIOGRAPHY_WORDS_MIN);
    assert!(model.biography(&words.join(" ")).is_some());
    assert_eq!(model.biography(&words[1..].join(" ")), None);
}

#[test]
fn by_spelling_alone_nothing_is_said_of_biographies() {
    for one in biographies() {
        assert_eq!(Texts::Hashed.biography(one.text), None, "{}", one.text);
    }
}
