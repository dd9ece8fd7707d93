//! One flat map of every key, over which files and variables are laid.

use std::collections::BTreeMap;
use std::path::Path;

use config::{Config, File, FileFormat, Map, ValueKind};

use crate::error::{SettingsError, one_line};
use crate::names;

const DEFAULTS: &str = include_str!("../default.toml");

/// What a key holds. Its kind in `default.toml` is the kind that every other source must have.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Flag(bool),
    Number(i64),
    Text(String),
    List(Vec<String>),
}

/// A value and, once somebody changed it, where.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) value: Scalar,
    written_as: Option<String>,
}

/// Every key with its value.
#[derive(Debug)]
pub(crate) struct Layers(BTreeMap<String, Entry>);

impl Layers {
    /// The compiled-in defaults.
    pub(crate) fn defaults() -> Result<Self, SettingsError> {
        let values = parse(DEFAULTS).map_err(SettingsError::Types)?;
        let mut entries = BTreeMap::new();
        for (key, kind) in values {
            let value = Scalar::of(kind)
                .ok_or_else(|| SettingsError::Types(format!("{key}: unusable default")))?;
            let written_as = None;
            entries.insert(key, Entry { value, written_as });
        }
        Ok(Self(entries))
    }

    /// Lays a TOML file over what is there.
    pub(crate) fn overlay_file(&mut self, path: &Path) -> Result<(), SettingsError> {
        let unusable = |problem| SettingsError::File {
            path: path.to_owned(),
            problem,
        };
        let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
        for (key, kind) in parse(&text).map_err(unusable)? {
            let place = format!("in {}", path.display());
            let entry = self.0.get_mut(&key).ok_or(SettingsError::Unknown {
                written_as: format!("{key} ({place})"),
            })?;
            let value = Scalar::of(kind)
                .filter(|value| entry.value.is_like(value))
                .ok_or_else(|| wrong(&key, &place, entry.value.wish()))?;
            *entry = Entry {
                value,
                written_as: Some(place),
            };
        }
        Ok(())
    }

    /// Lays environment variables over what is there. Foreign ones are left alone. `WEBCHAT__…`
    /// wins over the plain name of the same key; an empty plain variable counts as not set.
    pub(crate) fn overlay_variables(
        &mut self,
        variables: &BTreeMap<String, String>,
    ) -> Result<(), SettingsError> {
        for (variable, text) in variables {
            if let Some(key) = names::plain_key(variable).filter(|_| !text.is_empty()) {
                self.set(key, variable, text)?;
            }
        }
        for (variable, text) in variables {
            if let Some(key) = names::prefixed_key(variable) {
                self.set(&key, variable, text)?;
            }
        }
        Ok(())
    }

    fn set(&mut self, key: &str, variable: &str, text: &str) -> Result<(), SettingsError> {
        let entry = self.0.get_mut(key).ok_or_else(|| SettingsError::Unknown {
            written_as: variable.to_owned(),
        })?;
        let value = entry
            .value
            .parse_like(text)
            .ok_or_else(|| wrong(key, variable, entry.value.wish()))?;
        *entry = Entry {
            value,
            written_as: Some(variable.to_owned()),
        };
        Ok(())
    }

    /// Every key with its value, in the order of the keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Scalar)> {
        self.0
            .iter()
            .map(|(key, entry)| (key.as_str(), &entry.value))
    }

    /// An error about `key` that names where it was written.
    pub(crate) fn error(&self, key: &str, problem: impl Into<String>) -> SettingsError {
        match self
            .0
            .get(key)
            .and_then(|entry| entry.written_as.as_deref())
        {
            Some(place) => wrong(key, place, problem),
            None => SettingsError::about(key, problem),
        }
    }

    /// The map as types.
    pub(crate) fn into_types<T: serde::de::DeserializeOwned>(self) -> Result<T, SettingsError> {
        let types = |error: config::ConfigError| SettingsError::Types(one_line(&error.to_string()));
        let mut builder = Config::builder();
        for (key, entry) in self.0 {
            builder = builder
                .set_override(&key, config::Value::from(entry.value))
                .map_err(types)?;
        }
        builder
            .build()
            .and_then(Config::try_deserialize)
            .map_err(types)
    }
}

impl Scalar {
    fn of(kind: ValueKind) -> Option<Self> {
        match kind {
            ValueKind::Boolean(flag) => Some(Self::Flag(flag)),
            ValueKind::I64(number) => Some(Self::Number(number)),
            ValueKind::String(text) => Some(Self::Text(text)),
            ValueKind::Array(items) => items
                .into_iter()
                .map(|item| match item.kind {
                    ValueKind::String(text) => Some(text),
                    _ => None,
                })
                .collect::<Option<_>>()
                .map(Self::List),
            _ => None,
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// Reads an environment variable as the same kind of value.
    fn parse_like(&self, text: &str) -> Option<Self> {
        match self {
            Self::Flag(_) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Some(Self::Flag(true)),
                "false" | "no" | "off" | "0" => Some(Self::Flag(false)),
                _ => None,
            },
            Self::Number(_) => text.trim().parse().ok().map(Self::Number),
            Self::Text(_) => Some(Self::Text(text.to_owned())),
            Self::List(_) => Some(Self::List(
                text.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(str::to_owned)
                    .collect(),
            )),
        }
    }

    fn wish(&self) -> &'static str {
        match self {
            Self::Flag(_) => "must be true or false",
            Self::Number(_) => "must be a whole number",
            Self::Text(_) => "must be a text",
            Self::List(_) => "must be a list of texts",
        }
    }
}

impl From<Scalar> for config::Value {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Flag(flag) => flag.into(),
            Scalar::Number(number) => number.into(),
            Scalar::Text(text) => text.into(),
            Scalar::List(items) => items.into(),
        }
    }
}

fn wrong(key: &str, written_as: &str, problem: impl Into<String>) -> SettingsError {
    SettingsError::Setting {
        key: key.to_owned(),
        written_as: written_as.to_owned(),
        problem: problem.into(),
    }
}

/// Reads TOML into `section.key → value` pairs; the error is one line.
fn parse(text: &str) -> Result<Vec<(String, ValueKind)>, String> {
    let table = Config::builder()
        .add_source(File::from_str(text, FileFormat::Toml))
        .build()
        .and_then(Config::try_deserialize::<Map<String, config::Value>>)
        .map_err(|error| one_line(&error.to_string()))?;
    let mut leaves = Vec::new();
    flatten("", table, &mut leaves);
    Ok(leaves)
}

fn flatten(prefix: &str, table: Map<String, config::Value>, leaves: &mut Vec<(String, ValueKind)>) {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        match value.kind {
            ValueKind::Table(inner) => flatten(&format!("{key}."), inner, leaves),
            kind => leaves.push((key, kind)),
        }
    }
}
