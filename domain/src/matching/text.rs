//! What people write, as directions in a space in which like texts lie close together.
//!
//! A vector belongs to the way in which it was made. There are two: the text model, which knows words, and hashed
//! character n-grams, which know only spelling and need nothing but this file. Vectors of different ways, or of
//! different versions of one, are never compared: their numbers mean different things.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use utoipa::ToSchema;

/// Numbers in a vector.
pub const DIMENSIONS: usize = 256;
/// Lengths of the hashed n-grams, in characters, word ends included.
const NGRAM_LENGTHS: std::ops::RangeInclusive<usize> = 3..=5;
const HASHED_NGRAMS_VERSION: u16 = 1;

/// How a text became a vector.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TextMode {
    /// WordLlama's vectors of tokens, averaged.
    WordLlama,
    /// Hashed character n-grams.
    HashedNgrams,
}

impl fmt::Display for TextMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WordLlama => "word_llama",
            Self::HashedNgrams => "hashed_ngrams",
        })
    }
}

/// A text's direction. Its numbers are rounded to 8 bits, so that it is 256 bytes, and likeness is the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextVector {
    /// How it was made.
    pub mode: TextMode,
    /// The version of that way.
    pub version: u16,
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    values: Vec<i8>,
}

impl TextVector {
    /// From 256 numbers of any scale. `None` where there is no direction: all are zero, one is not finite, or their number
    /// is another.
    pub fn new(mode: TextMode, version: u16, values: &[f32]) -> Option<Self> {
        let largest = values
            .iter()
            .fold(0.0_f32, |largest, v| largest.max(v.abs()));
        let is_direction = values.iter().all(|value| value.is_finite()) && largest > 0.0;
        if values.len() != DIMENSIONS || !is_direction {
            return None;
        }
        let scale = f32::from(i8::MAX) / largest;
        let values = values.iter().map(|value| rounded(value * scale)).collect();
        Some(Self {
            mode,
            version,
            values,
        })
    }

    /// The text by its hashed n-grams: words in lower case with marked ends, each n-gram of 3 to 5 characters adds 1 or -1
    /// at a place that its hash names (Weinberger et al., "Feature hashing for large scale multitask learning", 2009).
    /// `None` for a text without a letter or digit.
    pub fn hashed(text: &str) -> Option<Self> {
        let mut values = vec![0.0; DIMENSIONS];
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric());
        for word in words.filter(|word| !word.is_empty()) {
            let marked: Vec<char> = std::iter::once('<')
                .chain(word.chars())
                .chain(std::iter::once('>'))
                .collect();
            for length in NGRAM_LENGTHS {
                for ngram in marked.windows(length) {
                    let hash = fnv1a(ngram);
                    let sign = if hash & (1 << 32) == 0 { 1.0 } else { -1.0 };
                    values[place(hash)] += sign;
                }
            }
        }
        Self::new(TextMode::HashedNgrams, HASHED_NGRAMS_VERSION, &values)
    }

    /// How alike two texts are: the cosine, from -1 to 1. `None` where the vectors were made in different ways.
    pub fn likeness(&self, other: &Self) -> Option<f64> {
        if (self.mode, self.version) != (other.mode, other.version) {
            return None;
        }
        let norms = dot(&self.values, &self.values) * dot(&other.values, &other.values);
        Some(dot(&self.values, &other.values) / norms.sqrt())
    }
}

fn dot(one: &[i8], other: &[i8]) -> f64 {
    let pairs = one.iter().zip(other);
    let sum: i32 = pairs.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
    f64::from(sum)
}

#[expect(clippy::cast_possible_truncation, reason = "lies within -127 to 127")]
fn rounded(value: f32) -> i8 {
    value.round() as i8
}

#[expect(clippy::cast_possible_truncation, reason = "less than 256")]
fn place(hash: u64) -> usize {
    (hash % DIMENSIONS as u64) as usize
}

/// FNV-1a with 64 bits, over the characters' UTF-32 bytes: the same on every machine and in every release.
fn fnv1a(chars: &[char]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = chars.iter().flat_map(|c| u32::from(*c).to_le_bytes());
    bytes.fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    })
}

fn to_base64<S: Serializer>(values: &[i8], serializer: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = values.iter().map(|value| value.cast_unsigned()).collect();
    serializer.serialize_str(&BASE64_STANDARD_NO_PAD.encode(bytes))
}

/// Refuses what has no direction, so that every vector has a likeness to others of its kind.
fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = BASE64_STANDARD_NO_PAD
        .decode(text)
        .map_err(D::Error::custom)?;
    if bytes.len() != DIMENSIONS || bytes.iter().all(|byte| *byte == 0) {
        return Err(D::Error::custom(
            "a text vector has 256 numbers, not all zero",
        ));
    }
    Ok(bytes.into_iter().map(u8::cast_signed).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn likeness(one: &str, other: &str) -> f64 {
        let vector = |text| TextVector::hashed(text).unwrap();
        vector(one).likeness(&vector(other)).unwrap()
    }

    #[test]
    fn texts_that_share_words_are_more_alike_than_others() {
        let about_hiking = likeness(
            "I love hiking in the mountains",
            "mountain hikes, any weather",
        );
        let about_films = likeness(
            "I love hiking in the mountains",
            "old films and quiet evenings",
        );
        assert!(
            about_hiking > about_films + 0.1,
            "{about_hiking} {about_films}"
        );
        assert!((likeness("Chess, tea.", "CHESS tea") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_text_without_words_has_no_direction() {
        for text in ["", "   ", "!?…", "\u{200b}"] {
            assert_eq!(TextVector::hashed(text), None, "{text:?}");
        }
        assert_eq!(
            TextVector::new(TextMode::WordLlama, 1, &[0.0; DIMENSIONS]),
            None
        );
        assert_eq!(
            TextVector::new(TextMode::WordLlama, 1, &[f32::NAN; DIMENSIONS]),
            None
        );
        assert_eq!(TextVector::new(TextMode::WordLlama, 1, &[1.0; 3]), None);
    }

    #[test]
    fn vectors_of_different_ways_are_never_compared() {
        let hashed = TextVector::hashed("tea").unwrap();
        for (mode, version) in [(TextMode::WordLlama, 1), (TextMode::HashedNgrams, 2)] {
            let other = TextVector {
                mode,
                version,
                ..hashed.clone()
            };
            assert_eq!(hashed.likeness(&other), None);
        }
    }

    #[test]
    fn a_damaged_vector_is_refused() {
        for values in ["", "AAAA", &"A".repeat(342), "not base64!"] {
            let json =
                serde_json::json!({ "mode": "hashed_ngrams", "version": 1, "values": values });
            assert!(
                serde_json::from_value::<TextVector>(json).is_err(),
                "{values}"
            );
        }
    }

    proptest! {
        #[test]
        fn likeness_is_symmetric_bounded_and_survives_json(one in ".{0,80}", other in ".{0,80}") {
            if let (Some(one), Some(other)) = (TextVector::hashed(&one), TextVector::hashed(&other)) {
                let there = one.likeness(&other).unwrap();
                prop_assert_eq!(Some(there), other.likeness(&one));
                prop_assert!((-1.000_001..=1.000_001).contains(&there));
                let again: TextVector = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
                prop_assert_eq!(again, one);
            }
        }
    }
}
