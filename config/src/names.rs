//! Which environment variable names which key.

/// Start of the variables that can name any key.
pub(crate) const PREFIX: &str = "WEBCHAT__";

/// Names the settings file; `--config` wins over it.
pub(crate) const CONFIG_FILE: &str = "WEBCHAT_CONFIG";

/// The variables that work under their plain name, and their keys.
const PLAIN: [(&str, &str); 12] = [
    ("DATABASE_URL", "database.url"),
    ("JWT_SECRET_KEY", "auth.jwt_secret_key"),
    ("JWT_ALGORITHM", "auth.jwt_algorithm"),
    (
        "JWT_ACCESS_TOKEN_EXPIRE_MINUTES",
        "auth.access_token_minutes",
    ),
    ("DEBUG", "debug"),
    ("HOST", "http.host"),
    ("PORT", "http.port"),
    ("NATS_URL", "nats.url"),
    ("STORAGE_URL", "storage.url"),
    ("WEBCHAT_DATA_DIR", "data_dir"),
    ("CORS_ALLOWED_ORIGINS", "http.cors_allowed_origins"),
    ("LOG_DIR", "log.dir"),
];

/// The key that a plain variable stands for.
pub(crate) fn plain_key(variable: &str) -> Option<&'static str> {
    PLAIN
        .iter()
        .find(|(name, _)| *name == variable)
        .map(|(_, key)| *key)
}

/// The key that a `WEBCHAT__SECTION__KEY` variable stands for, whether it exists or not.
pub(crate) fn prefixed_key(variable: &str) -> Option<String> {
    let path = variable.strip_prefix(PREFIX)?;
    Some(path.to_ascii_lowercase().replace("__", "."))
}

/// The variables that set `key`, for a message: `PORT or WEBCHAT__HTTP__PORT`.
pub(crate) fn ways_to_write(key: &str) -> String {
    let prefixed = format!("{PREFIX}{}", key.to_ascii_uppercase().replace('.', "__"));
    match PLAIN.iter().find(|(_, plain_key)| *plain_key == key) {
        Some((plain, _)) => format!("{plain} or {prefixed}"),
        None => prefixed,
    }
}
