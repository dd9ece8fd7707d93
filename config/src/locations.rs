//! Where the database and the uploaded files are, and what the broker's address says.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use crate::error::SettingsError;
use crate::sections::{Nats, Settings};

/// Where the SQL database is.
#[derive(Debug, Clone)]
pub enum DatabaseLocation {
    /// A SQLite file; its folder may not exist yet.
    Sqlite(PathBuf),
    /// A URL that starts with `postgres://`.
    Postgres(SecretString),
}

/// Where uploaded files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageLocation {
    /// A folder; it may not exist yet.
    Folder(PathBuf),
    /// An S3 bucket and the prefix of all keys, which is empty or ends without a slash.
    S3 {
        /// Name of the bucket.
        bucket: String,
        /// Start of every key.
        prefix: String,
    },
}

impl Settings {
    /// Where the database is. Empty `database.url` means SQLite in the data folder.
    ///
    /// # Errors
    /// A URL that is neither `sqlite://…` nor `postgres://…`.
    pub fn database_location(&self) -> Result<DatabaseLocation, SettingsError> {
        let url = self.database.url.expose_secret();
        if url.is_empty() {
            return Ok(DatabaseLocation::Sqlite(self.data_dir.join("webchat.db")));
        }
        if let Some(rest) = strip_scheme(url, &["postgres://", "postgresql://"]) {
            return Ok(DatabaseLocation::Postgres(
                format!("postgres://{rest}").into(),
            ));
        }
        strip_scheme(url, &["sqlite://", "sqlite:"])
            .and_then(sqlite_path)
            .map(DatabaseLocation::Sqlite)
            .ok_or_else(|| {
                SettingsError::about(
                    "database.url",
                    "must be sqlite://path/of/a/file or postgres://user:password@host/name",
                )
            })
    }

    /// Where uploaded files are. Empty `storage.url` means the folder `files` in the data folder.
    ///
    /// # Errors
    /// A URL that is neither `file://…` nor `s3://bucket`.
    pub fn storage_location(&self) -> Result<StorageLocation, SettingsError> {
        let url = self.storage.url.as_str();
        if url.is_empty() {
            return Ok(StorageLocation::Folder(self.data_dir.join("files")));
        }
        if let Some(path) = url.strip_prefix("file://").and_then(file_path) {
            return Ok(StorageLocation::Folder(path));
        }
        let s3 = url.strip_prefix("s3://").map(|rest| {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            (bucket, prefix.trim_matches('/'))
        });
        match s3 {
            Some((bucket, prefix)) if !bucket.is_empty() => Ok(StorageLocation::S3 {
                bucket: bucket.to_owned(),
                prefix: prefix.to_owned(),
            }),
            _ => Err(SettingsError::about(
                "storage.url",
                "must be file:///path or s3://bucket",
            )),
        }
    }
}

impl Nats {
    /// Moves credentials out of the address, so that the address can be logged.
    pub(crate) fn separate_credentials(&mut self) -> Result<(), SettingsError> {
        let mut servers = Vec::new();
        for server in self.url.split(',').map(str::trim).filter(|s| !s.is_empty()) {
            let (scheme, address) = server.split_once("://").unwrap_or(("nats", server));
            if !["nats", "tls", "ws", "wss"].contains(&scheme) || address.is_empty() {
                return Err(SettingsError::about(
                    "nats.url",
                    "must be nats://host:4222 or tls://host:4222, several comma-separated",
                ));
            }
            let host = match address.rsplit_once('@') {
                Some((credentials, host)) => {
                    let (name, password) = credentials.split_once(':').unwrap_or((credentials, ""));
                    self.username = percent_decoded(name);
                    self.password = percent_decoded(password).into();
                    host
                }
                None => address,
            };
            servers.push(format!("{scheme}://{host}"));
        }
        self.url = servers.join(",");
        Ok(())
    }
}

fn strip_scheme<'a>(url: &'a str, schemes: &[&str]) -> Option<&'a str> {
    schemes.iter().find_map(|scheme| url.strip_prefix(scheme))
}

/// `/./x` and `/../x` are relative; other paths are as they stand. `?mode=rwc` is what we do anyway.
fn sqlite_path(rest: &str) -> Option<PathBuf> {
    let path = match rest.split_once('?') {
        Some((path, "mode=rwc")) => path,
        Some(_) => return None,
        None => rest,
    };
    if path.contains(":memory:") {
        return None;
    }
    file_path(path)
}

fn file_path(path: &str) -> Option<PathBuf> {
    let path = match path.strip_prefix('/') {
        Some(inner) if inner.starts_with("./") || inner.starts_with("../") => inner,
        Some(inner) if inner.starts_with('/') => inner,
        _ => path,
    };
    (!path.is_empty() && path != "/").then(|| PathBuf::from(path))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = tail
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
