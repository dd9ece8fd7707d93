//! The text model with its real files: `WEBCHAT_TEST_TEXT_MODEL`, else the folder that `scripts/fetch-text-model` makes.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test ends where its ground is missing, and tells what it measured"
)]

mod biographies;

use std::fs;

use domain::matching::TextMode;
use webchat_tests::text_model::folder;
use webchat_text_model::{TOKENIZER_FILE, TextModelError, Texts, WEIGHTS_FILE};

fn likeness(texts: &Texts, one: &str, other: &str) -> f64 {
    let vector = |text| texts.vector(text).expect("a text with words");
    vector(one).likeness(&vector(other)).expect("one way")
}

#[test]
fn texts_of_one_meaning_are_alike_without_a_common_word() {
    let model = Texts::open(&folder(), true).expect("the model");
    assert_eq!(model.mode(), TextMode::WordLlama);
    for (text, like, unlike) in [
        ("I play the violin", "music is my life", "I repair old cars"),
        (
            "hiking in the Alps",
            "mountains and trails",
            "board games at night",
        ),
        (
            "I love cooking for friends",
            "a good dinner with people",
            "programming in Rust",
        ),
    ] {
        let (near, far) = (likeness(&model, text, like), likeness(&model, text, unlike));
        assert!(near > far + 0.05, "{text}: {near} {far}");
    }
}

#[test]
fn a_text_without_words_has_no_vector_and_any_other_has_one() {
    let model = Texts::open(&folder(), true).expect("the model");
    assert_eq!(model.vector(" \n "), None);
    for text in [
        "x",
        "Việt Nam",
        "日本語",
        "🙂",
        &"long ".repeat(10_000),
        "\u{0}\u{feff}",
    ] {
        let vector = model.vector(text).expect("a vector");
        assert!(
            vector
                .likeness(&vector)
                .is_some_and(|same| (same - 1.0).abs() < 1e-6)
        );
    }
}

#[test]
fn without_the_files_texts_are_compared_by_spelling_unless_the_model_is_required() {
    let empty = tempfile::tempdir().expect("a folder");
    let texts = Texts::open(empty.path(), false).expect("texts");
    assert_eq!(texts.mode(), TextMode::HashedNgrams);
    assert!(texts.vector("tea").is_some());
    let refused = Texts::open(empty.path(), true).expect_err("nothing is there");
    assert!(
        refused.to_string().contains("scripts/fetch-text-model"),
        "{refused}"
    );
}

#[test]
fn damaged_files_are_refused_and_never_taken_for_missing_ones() {
    for (damaged, whole) in [
        (WEIGHTS_FILE, TOKENIZER_FILE),
        (TOKENIZER_FILE, WEIGHTS_FILE),
    ] {
        let copy = tempfile::tempdir().expect("a folder");
        fs::copy(folder().join(whole), copy.path().join(whole)).expect("a copy");
        fs::write(copy.path().join(damaged), b"{ not it").expect("a file");
        let refused = Texts::open(copy.path(), false).expect_err("damaged");
        assert!(
            matches!(refused, TextModelError::Damaged { .. }),
            "{refused}"
        );
        assert!(refused.to_string().contains(damaged), "{refused}");
    }
}
