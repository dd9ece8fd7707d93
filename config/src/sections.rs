//! The settings as types. `default.toml` explains each key.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

/// All settings of a process. Loaded once at start; every value has passed its checks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder of everything that `webchat serve` keeps.
    pub data_dir: PathBuf,
    /// More detailed logs.
    pub debug: bool,
    /// The public server.
    pub http: Http,
    /// The private server of metrics and probes.
    pub admin: Admin,
    /// SQL; see [`Settings::database_location`].
    pub database: Database,
    /// The broker.
    pub nats: Nats,
    /// Uploaded files; see [`Settings::storage_location`].
    pub storage: Storage,
    /// Uploads.
    pub files: Files,
    /// Tokens and password hashes.
    pub auth: Auth,
    /// Times of a room.
    pub room: Room,
    /// The matchmaker.
    #[serde(rename = "match")]
    pub matching: Matching,
    /// Who may register.
    pub account: Account,
    /// Rate limits.
    pub limits: Limits,
    /// Sockets.
    pub realtime: Realtime,
    /// The persistence worker.
    pub persistence: Persistence,
    /// How long things are kept.
    pub retention: Retention,
    /// When to warn.
    pub health: Health,
    /// Logs.
    pub log: Log,
}

/// The public server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub host: String,
    /// 0 takes any free port.
    pub port: u16,
    pub static_dir: PathBuf,
    /// Empty, or an origin without a trailing slash.
    pub public_url: String,
    /// Origins without a trailing slash.
    pub cors_allowed_origins: Vec<String>,
    pub body_limit_bytes: usize,
    /// How many proxies in front add to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// How long a stopping gateway serves on, unready.
    pub unready_secs: u64,
    /// How long nothing of an answer may be taken.
    pub stall_secs: u64,
}

/// The private server of metrics and probes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    pub host: String,
    /// 0 takes any free port.
    pub port: u16,
}

/// SQL.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// As the operator wrote it; use [`Settings::database_location`].
    pub url: SecretString,
    pub max_connections: u32,
}

/// The broker.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nats {
    /// Empty, or server addresses, comma-separated. Credentials have been moved to the fields below.
    pub url: String,
    pub username: String,
    pub password: SecretString,
    pub replicas: usize,
    pub request_timeout_ms: u64,
    /// Empty, or a PEM file.
    pub root_ca: PathBuf,
}

/// Uploaded files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// As the operator wrote it; use [`Settings::storage_location`].
    pub url: String,
    /// Empty, or where the S3 API is.
    pub endpoint: String,
    /// Empty, or the bucket's region.
    pub region: String,
    /// Whether the bucket is part of the host's name and not of the path.
    pub virtual_hosted_style: bool,
    /// How much of a folder's disk uploads leave free.
    pub keep_free_bytes: u64,
}

/// What people may upload.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    pub user_quota_bytes: u64,
    pub uploads_at_once: usize,
    pub downloads_at_once: usize,
    /// How long one upload may take.
    pub upload_secs: u64,
    /// How long it may stand still.
    pub stall_secs: u64,
}

/// Tokens and password hashes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Empty, or at least 32 bytes.
    pub jwt_secret_key: SecretString,
    pub jwt_algorithm: JwtAlgorithm,
    pub access_token_minutes: u64,
    pub refresh_token_days: u64,
    pub refresh_grace_secs: u64,
    pub hash_concurrency: usize,
    pub hash_memory_kib: u32,
    pub hash_iterations: u32,
}

/// How access tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum JwtAlgorithm {
    HS256,
    HS384,
    HS512,
}

/// Times of a room.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    pub countdown_secs: u64,
    pub notification_secs: u64,
    pub no_show_secs: u64,
    pub extension_secs: u64,
    pub extensions_max: u32,
}

/// The matchmaker: section `match`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    pub tick_ms: u64,
    pub lease_secs: u64,
    pub recent_partner_secs: u64,
    pub claims_per_batch: usize,
    pub starvation_secs: u64,
    pub rebuild_secs: u64,
    /// Empty, or the folder of the text model.
    pub text_model_dir: PathBuf,
    pub require_text_model: bool,
}

/// Who may register.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// In years.
    pub minimum_age: u8,
}

/// Rate limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub enabled: bool,
    pub auth_per_minute: u32,
    pub messages_per_second: u32,
    pub message_burst: u32,
    pub queue_per_minute: u32,
    pub reports_per_minute: u32,
    pub uploads_per_minute: u32,
}

/// Sockets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Realtime {
    pub send_window: usize,
    pub outbound_frames: usize,
    pub outbound_bytes: usize,
    pub resume_max_messages: usize,
    pub max_sockets: usize,
}

/// The persistence worker.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persistence {
    pub batch_size: usize,
    pub batch_wait_ms: u64,
}

/// How long things are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    pub ended_room_secs: u64,
    pub unsent_file_secs: u64,
}

/// When to warn.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Health {
    pub consumer_age_secs: u64,
}

/// Logs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub dir: PathBuf,
    pub level: String,
    pub format: LogFormat,
}

/// Form of the log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

impl Http {
    /// Whether browsers come over TLS, so that cookies must be `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl Room {
    /// The lengths that a new room is created with. Lengths beyond 49 days become 49 days.
    pub fn timing(&self) -> domain::room::Timing {
        let millis = |secs: u64| u32::try_from(secs.saturating_mul(1000)).unwrap_or(u32::MAX);
        domain::room::Timing {
            countdown_ms: millis(self.countdown_secs),
            notification_ms: millis(self.notification_secs),
            no_show_ms: millis(self.no_show_secs),
            extension_ms: millis(self.extension_secs),
            extensions_max: u8::try_from(self.extensions_max).unwrap_or(u8::MAX),
        }
    }
}

impl Nats {
    /// How long a request to the broker may take.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }
}
