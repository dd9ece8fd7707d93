//! Where settings come from, and in which order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use crate::checks;
use crate::error::{SettingsError, one_line};
use crate::layers::Layers;
use crate::names;
use crate::sections::Settings;

const DOT_ENV: &str = ".env";

impl Settings {
    /// Loads the settings of this process: the compiled-in defaults, then `explicit_file` or the
    /// file that `WEBCHAT_CONFIG` names, then `.env` in the working folder, then the environment.
    ///
    /// # Errors
    /// The first setting that is missing, wrong or unknown, as one line.
    pub fn load(explicit_file: Option<&Path>) -> Result<Self, SettingsError> {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| {
                let value = value.to_string_lossy().into_owned();
                Some((name.into_string().ok()?, value))
            })
            .collect();
        Self::from_layers(explicit_file, &[dot_env(Path::new(DOT_ENV))?, variables])
    }

    /// Loads settings from a file and from variables alone, as [`Settings::load`] does.
    ///
    /// # Errors
    /// The first setting that is missing, wrong or unknown, as one line.
    pub fn from_sources(
        explicit_file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        Self::from_layers(explicit_file, &[variables.into_iter().collect()])
    }

    fn from_layers(
        explicit_file: Option<&Path>,
        variables: &[BTreeMap<String, String>],
    ) -> Result<Self, SettingsError> {
        let mut layers = Layers::defaults()?;
        let named_file = variables.iter().rev().find_map(|layer| {
            layer
                .get(names::CONFIG_FILE)
                .filter(|name| !name.is_empty())
        });
        let file = explicit_file
            .map(Path::to_owned)
            .or_else(|| named_file.map(PathBuf::from));
        if let Some(file) = file {
            layers.overlay_file(&file)?;
        }
        for layer in variables {
            layers.overlay_variables(layer)?;
        }
        checks::check(&layers)?;
        let mut settings: Self = layers.into_types()?;
        settings.nats.separate_credentials()?;
        settings.database_location()?;
        settings.storage_location()?;
        Ok(settings)
    }

    /// Refuses settings without a JWT secret. For processes that must share one with others.
    ///
    /// # Errors
    /// `auth.jwt_secret_key` is empty.
    pub fn require_jwt_secret(&self) -> Result<(), SettingsError> {
        if self.auth.jwt_secret_key.expose_secret().is_empty() {
            let problem = "is not set; every gateway needs the same one, \
                           `openssl rand -hex 32` makes a good one";
            return Err(SettingsError::about("auth.jwt_secret_key", problem));
        }
        Ok(())
    }

    /// Refuses settings without a broker. For processes that do not start their own.
    ///
    /// # Errors
    /// `nats.url` is empty.
    pub fn require_nats_url(&self) -> Result<(), SettingsError> {
        if self.nats.url.is_empty() {
            let problem = "is not set; name the broker, for example nats://127.0.0.1:4222";
            return Err(SettingsError::about("nats.url", problem));
        }
        Ok(())
    }
}

/// The variables of a `.env` file; none if there is no such file.
fn dot_env(path: &Path) -> Result<BTreeMap<String, String>, SettingsError> {
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    dotenvy::from_path_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| SettingsError::File {
            path: path.to_owned(),
            problem: match error {
                // The library quotes the whole line, which may hold a secret.
                dotenvy::Error::LineParse(..) => "a line is not NAME=value".to_owned(),
                other => one_line(&other.to_string()),
            },
        })
}
