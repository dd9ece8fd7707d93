//! The one-line errors that an operator reads.

use std::path::PathBuf;

use crate::names;

/// Why the settings cannot be used. Its text is one line and never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// One setting is missing or wrong.
    #[error("{key} ({written_as}): {problem}")]
    Setting {
        /// The key as `default.toml` names it, such as `room.countdown_secs`.
        key: String,
        /// Where the operator wrote it: an environment variable or a file.
        written_as: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A key that does not exist, as the operator wrote it.
    #[error("{written_as}: there is no such setting; config/default.toml lists all")]
    Unknown {
        /// The environment variable, or the key and the file it is in.
        written_as: String,
    },
    /// A settings file that cannot be read or is not TOML.
    #[error("settings file {}: {problem}", path.display())]
    File {
        /// The file as the operator named it.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The settings passed every check but do not fit their types: an error of the program.
    #[error("settings: {0}")]
    Types(String),
}

impl SettingsError {
    /// An error about `key` that is found later than loading, such as a folder that cannot be made.
    /// It names the environment variables by which the operator can set the key.
    pub fn about(key: &str, problem: impl Into<String>) -> Self {
        Self::Setting {
            key: key.to_owned(),
            written_as: names::ways_to_write(key),
            problem: problem.into(),
        }
    }
}

/// Keeps a message of another library on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
