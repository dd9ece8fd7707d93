//! The text model: WordLlama's 256-dimensional vectors of tokens, averaged over a text.
//!
//! There is no network in it, only a table: a text is split into tokens, and the rows of the tokens are added up. The table
//! and the tokenizer are two files, which `scripts/fetch-text-model` sets up; they are not part of this repository. Source:
//! WordLlama (D. Lee Miller, 2024), model `l2_supercat`, licence MIT.
//!
//! Without the files texts are compared by [`TextVector::hashed`]; whoever opens [`Texts`] is told which of both it is.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use domain::matching::{TEXT_DIMENSIONS, TextMode, TextVector};
use half::f16;
use safetensors::{Dtype, SafeTensors};
use tokenizers::{Encoding, Tokenizer};

/// The table's file in the model's folder.
pub const WEIGHTS_FILE: &str = "l2_supercat_256.safetensors";
/// The tokenizer's file in the model's folder.
pub const TOKENIZER_FILE: &str = "l2_supercat_tokenizer_config.json";
const WEIGHTS_NAME: &str = "embedding.weight";
/// Grows when another model, or another way to use it, makes other vectors.
const VERSION: u16 = 1;

/// A biography of fewer different words has no vector: one word in common would be most of it, and whoever writes one word
/// could learn whether the other has written it, too.
pub const BIOGRAPHY_WORDS_MIN: usize = 8;
/// How many of a biography's pieces have to begin a word. The model knows the words of English; those of other languages it
/// has in pieces, and all texts made of such pieces are alike.
const WHOLE_WORDS_MIN: f64 = 0.75;
/// What the tokenizer puts before a piece that begins a word.
const WORD_BEGINS: char = '\u{2581}';

/// Why the text model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TextModelError {
    /// A file of the model is not there.
    #[error("{} is not there; scripts/fetch-text-model sets it up", .0.display())]
    Missing(PathBuf),
    /// A file of the model is there and is not what it should be.
    #[error("{}: {reason}; remove the folder and run scripts/fetch-text-model", .file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Makes vectors of texts. Cheap to share, never changes.
#[derive(Debug)]
pub enum Texts {
    /// By the text model.
    Model(Box<TextModel>),
    /// By spelling alone.
    Hashed,
}

impl Texts {
    /// Opens the model in `folder`; without the files, texts are compared by spelling. About 80 ms and 43 MB with them.
    ///
    /// # Errors
    /// The files are there and damaged; or they are missing and `is_required`.
    pub fn open(folder: &Path, is_required: bool) -> Result<Self, TextModelError> {
        match TextModel::open(folder) {
            Ok(model) => Ok(Self::Model(Box::new(model))),
            Err(TextModelError::Missing(_)) if !is_required => Ok(Self::Hashed),
            Err(error) => Err(error),
        }
    }

    /// Which of both it is.
    pub fn mode(&self) -> TextMode {
        match self {
            Self::Model(_) => TextMode::WordLlama,
            Self::Hashed => TextMode::HashedNgrams,
        }
    }

    /// The text's vector; `None` where it says nothing.
    pub fn vector(&self, text: &str) -> Option<TextVector> {
        match self {
            Self::Model(model) => model.vector(text),
            Self::Hashed => TextVector::hashed(text),
        }
    }

    /// The vector of what somebody says of themself. `None` where it would tell nothing: without the text model (by
    /// spelling, longer texts are alike by their small words, whatever they are about), below
    /// [`BIOGRAPHY_WORDS_MIN`] different words, and in a language of which the model knows no whole words.
    pub fn biography(&self, text: &str) -> Option<TextVector> {
        match self {
            Self::Model(model) => model.biography(text),
            Self::Hashed => None,
        }
    }
}

/// The opened model.
#[derive(Debug)]
pub struct TextModel {
    tokenizer: Tokenizer,
    /// A row of 256 numbers for each token.
    rows: Vec<f16>,
}

impl TextModel {
    /// Reads both files.
    ///
    /// # Errors
    /// One is missing, or is not what it should be.
    pub fn open(folder: &Path) -> Result<Self, TextModelError> {
        let (weights, tokenizer) = (folder.join(WEIGHTS_FILE), folder.join(TOKENIZER_FILE));
        let bytes = read(&weights)?;
        let rows = rows_of(&bytes).map_err(|reason| TextModelError::Damaged {
            file: weights,
            reason,
        })?;
        let text = read(&tokenizer)?;
        let parsed = Tokenizer::from_bytes(text).map_err(|error| TextModelError::Damaged {
            file: tokenizer,
            reason: error.to_string(),
        })?;
        Ok(Self {
            tokenizer: parsed,
            rows,
        })
    }

    /// The mean of the tokens' rows. `None` where the text has no tokens that the model knows.
    pub fn vector(&self, text: &str) -> Option<TextVector> {
        self.mean(&self.tokens(text)?)
    }

    fn biography(&self, text: &str) -> Option<TextVector> {
        let tokens = self.tokens(text)?;
        says_something(tokens.get_tokens()).then(|| self.mean(&tokens))?
    }

    fn tokens(&self, text: &str) -> Option<Encoding> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        // Without the marks of a sentence's beginning: they are the same for all.
        self.tokenizer.encode(text, false).ok()
    }

    fn mean(&self, tokens: &Encoding) -> Option<TextVector> {
        let mut sum = vec![0.0_f32; TEXT_DIMENSIONS];
        for token in tokens.get_ids() {
            let start = usize::try_from(*token).ok()?.checked_mul(TEXT_DIMENSIONS)?;
            let Some(row) = self.rows.get(start..start + TEXT_DIMENSIONS) else {
                continue;
            };
            for (total, value) in sum.iter_mut().zip(row) {
                *total += value.to_f32();
            }
        }
        TextVector::new(TextMode::WordLlama, VERSION, &sum)
    }
}

fn says_something(tokens: &[String]) -> bool {
    let pieces = tokens
        .iter()
        .filter(|token| token.chars().any(char::is_alphanumeric));
    let (begin, go_on): (Vec<_>, Vec<_>) = pieces.partition(|piece| piece.starts_with(WORD_BEGINS));
    let words: BTreeSet<_> = begin.iter().collect();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a text has far fewer than 2^52 pieces"
    )]
    let share = begin.len() as f64 / (begin.len() + go_on.len()) as f64;
    words.len() >= BIOGRAPHY_WORDS_MIN && share >= WHOLE_WORDS_MIN
}

fn read(file: &Path) -> Result<Vec<u8>, TextModelError> {
    std::fs::read(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => TextModelError::Missing(file.to_owned()),
        _ => TextModelError::Damaged {
            file: file.to_owned(),
            reason: error.to_string(),
        },
    })
}

fn rows_of(bytes: &[u8]) -> Result<Vec<f16>, String> {
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let table = tensors
        .tensor(WEIGHTS_NAME)
        .map_err(|error| error.to_string())?;
    let is_as_expected = table.dtype() == Dtype::F16
        && matches!(table.shape(), [tokens, TEXT_DIMENSIONS] if *tokens > 0);
    if !is_as_expected {
        return Err(format!(
            "{WEIGHTS_NAME} is {:?} {:?}, and should be F16 with rows of {TEXT_DIMENSIONS}",
            table.dtype(),
            table.shape()
        ));
    }
    let numbers = table.data().chunks_exact(2);
    Ok(numbers
        .map(|pair| f16::from_le_bytes([pair[0], pair[1]]))
        .collect())
}
