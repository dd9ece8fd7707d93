//! What is said of two who are brought together.

use super::*;

fn texts(the_match: &Match) -> Vec<&str> {
    let reasons = the_match.reasons.iter();
    reasons.map(|reason| reason.text.as_str()).collect()
}

#[test]
fn the_strongest_reason_comes_first_and_all_read_as_sentences() {
    let (one, other) = (person(30, "woman"), person(32, "man"));
    let parts = model::Parts {
        interests: 0.4,
        looking_for: -0.01,
    };
    let the_match = explained(&one, &other, &parts);
    let expected = [
        "You both like board games, books and chess.",
        "You both speak German and English.",
        "You are both looking for friendship.",
    ];
    assert_eq!(texts(&the_match), expected);
    let parts = model::Parts {
        looking_for: 0.9,
        ..parts
    };
    let other_order = explained(&one, &other, &parts);
    assert_eq!(
        texts(&other_order)[0],
        "You are both looking for friendship."
    );
}

#[test]
fn people_with_nothing_in_common_get_no_reason_and_a_general_question() {
    let other = Features {
        interests: values(&["yoga"]),
        looking_for: values(&["dating"]),
        languages: Vec::new(),
        ..person(60, "man")
    };
    let the_match = explained(&person(30, "woman"), &other, &model::Parts::default());
    assert!(the_match.reasons.is_empty());
    assert!(the_match.icebreaker.is_some() && the_match.icebreaker_topic.is_some());
}

#[test]
fn whoever_ticks_every_option_does_not_read_the_others_list() {
    let everything = Features {
        looking_for: values(crate::profile::LOOKING_FOR),
        languages: crate::profile::LANGUAGES
            .iter()
            .map(|(code, _)| (*code).to_owned())
            .collect(),
        ..Features::default()
    };
    let the_match = explained(&everything, &everything, &model::Parts::default());
    let reasons = the_match.reasons.iter();
    let named: Vec<usize> = reasons.map(|reason| reason.values.len()).collect();
    assert_eq!(named, [3, 3]);
}

#[test]
fn alike_interests_are_told_with_how_they_were_compared() {
    let words = TextVector::hashed("board games, books, chess").unwrap();
    let reasons = |words: [Option<&TextVector>; 2]| {
        let features = person(30, "woman");
        let [one, other] = words.map(|words| Side {
            words,
            ..side(&features, 1)
        });
        let reasons = explain(one, other, 0.25, &model::Parts::default()).reasons;
        let alike = reasons
            .into_iter()
            .find(|reason| reason.code == "alike_interests");
        alike.map(|reason| (reason.values, reason.text))
    };
    let text = "Your interests are alike as a whole (compared by spelling only).".to_owned();
    let expected = (vec!["hashed_ngrams".to_owned()], text);
    assert_eq!(reasons([Some(&words), Some(&words)]), Some(expected));
    let others = TextVector::hashed("yoga, travel").unwrap();
    assert_eq!(reasons([Some(&words), Some(&others)]), None);
    assert_eq!(reasons([Some(&words), None]), None);
    let by_model = TextVector::new(TextMode::WordLlama, 1, &[1.0; TEXT_DIMENSIONS]).unwrap();
    assert_eq!(
        reasons([Some(&words), Some(&by_model)]),
        None,
        "of another mode"
    );
}

#[test]
fn every_explanation_says_in_which_mode_texts_were_compared() {
    let mode = |words: [&TextVector; 2]| {
        let features = person(30, "woman");
        let [one, other] = words.map(|words| Side {
            words: Some(words),
            ..side(&features, 1)
        });
        explain(one, other, 0.25, &model::Parts::default()).text_mode
    };
    let [chess, yoga] = ["chess", "yoga"].map(|text| TextVector::hashed(text).unwrap());
    let by_model = TextVector::new(TextMode::WordLlama, 1, &[1.0; TEXT_DIMENSIONS]).unwrap();
    assert_eq!(
        mode([&chess, &yoga]).as_deref(),
        Some("hashed_ngrams"),
        "however unlike"
    );
    assert_eq!(mode([&by_model, &by_model]).as_deref(), Some("word_llama"));
    assert_eq!(mode([&chess, &by_model]), None, "of two modes");
}

#[test]
fn alike_bios_are_told_as_a_fact_and_only_where_both_have_one() {
    let bio = |numbers: &[f32]| {
        let values: Vec<f32> = numbers
            .iter()
            .copied()
            .cycle()
            .take(TEXT_DIMENSIONS)
            .collect();
        TextVector::new(TextMode::WordLlama, 1, &values).unwrap()
    };
    let reasons = |bios: [Option<&TextVector>; 2]| {
        let features = person(30, "woman");
        let [one, other] = bios.map(|bio| Side {
            bio,
            ..side(&features, 1)
        });
        let reasons = explain(one, other, 0.25, &model::Parts::default()).reasons;
        let last = reasons.last().expect("a reason").clone();
        (last.code == "alike_bios").then_some((last.values, last.text))
    };
    let (one, like, unlike) = (bio(&[1.0, 0.5]), bio(&[1.0, 0.4]), bio(&[-0.5, 1.0]));
    let text = "You describe yourselves in a similar way (compared by meaning).".to_owned();
    let expected = Some((vec!["word_llama".to_owned()], text));
    assert_eq!(reasons([Some(&one), Some(&like)]), expected);
    assert_eq!(reasons([Some(&one), Some(&unlike)]), None);
    assert_eq!(reasons([Some(&one), None]), None);
    assert_eq!(reasons([None, None]), None);
    let by_spelling = TextVector::hashed("I climb at weekends").unwrap();
    assert_eq!(reasons([Some(&one), Some(&by_spelling)]), None);
}

#[test]
fn not_every_couple_with_the_same_in_common_gets_the_same_question() {
    let features = person(30, "woman");
    let question = |ticket| {
        let (one, other) = (side(&features, ticket), side(&features, 0));
        explain(one, other, 0.25, &model::Parts::default()).icebreaker
    };
    let questions: std::collections::BTreeSet<_> = (0..10).map(question).collect();
    assert_eq!(questions.len(), features.interests.len());
}
