//! Which values a key accepts beyond its kind.

use std::ops::RangeInclusive;

use crate::error::SettingsError;
use crate::layers::{Layers, Scalar};

const YEAR_SECS: i64 = 31_536_000;
/// Rooms keep their lengths as `u32` milliseconds: 49 days.
const ROOM_SECS: i64 = 4_294_967;

/// The accepted range of every number. Each fits the type in `sections`.
const RANGES: [(&str, RangeInclusive<i64>); 49] = [
    ("http.port", 0..=65_535),
    ("http.body_limit_bytes", 1_024..=16_777_216),
    ("http.trusted_proxies", 0..=16),
    ("http.unready_secs", 0..=5),
    ("http.stall_secs", 1..=3_600),
    ("admin.port", 0..=65_535),
    ("database.max_connections", 1..=1_000),
    ("nats.replicas", 1..=5),
    ("nats.request_timeout_ms", 100..=60_000),
    ("storage.keep_free_bytes", 0..=i64::MAX),
    ("files.user_quota_bytes", 0..=i64::MAX),
    ("files.uploads_at_once", 1..=1_000),
    ("files.downloads_at_once", 1..=100_000),
    ("files.upload_secs", 1..=3_600),
    ("files.stall_secs", 1..=600),
    ("auth.access_token_minutes", 1..=1_440),
    ("auth.refresh_token_days", 1..=3_650),
    ("auth.refresh_grace_secs", 0..=300),
    ("auth.hash_concurrency", 1..=256),
    ("auth.hash_memory_kib", 8..=4_194_304),
    ("auth.hash_iterations", 1..=100),
    ("room.countdown_secs", 1..=ROOM_SECS),
    ("room.notification_secs", 1..=ROOM_SECS),
    ("room.no_show_secs", 1..=ROOM_SECS),
    ("room.extension_secs", 1..=86_400),
    ("room.extensions_max", 0..=255),
    ("match.tick_ms", 10..=60_000),
    ("match.lease_secs", 1..=86_400),
    ("match.recent_partner_secs", 0..=YEAR_SECS),
    ("match.claims_per_batch", 1..=200),
    ("match.starvation_secs", 1..=86_400),
    ("match.rebuild_secs", 1..=YEAR_SECS),
    ("account.minimum_age", 13..=120),
    ("limits.auth_per_minute", 1..=1_000_000),
    ("limits.messages_per_second", 1..=1_000_000),
    ("limits.message_burst", 1..=1_000_000),
    ("limits.queue_per_minute", 1..=1_000_000),
    ("limits.reports_per_minute", 1..=1_000_000),
    ("limits.uploads_per_minute", 1..=1_000_000),
    ("realtime.send_window", 1..=10_000),
    ("realtime.outbound_frames", 1..=100_000),
    ("realtime.outbound_bytes", 65_536..=1_073_741_824),
    ("realtime.resume_max_messages", 0..=100_000),
    ("realtime.max_sockets", 1..=10_000_000),
    ("persistence.batch_size", 1..=10_000),
    ("persistence.batch_wait_ms", 0..=10_000),
    ("retention.ended_room_secs", 1..=315_360_000),
    ("retention.unsent_file_secs", 1..=315_360_000),
    ("health.consumer_age_secs", 1..=86_400),
];

/// The accepted words of the texts that are a choice.
const CHOICES: [(&str, &[&str]); 2] = [
    ("auth.jwt_algorithm", &["HS256", "HS384", "HS512"]),
    ("log.format", &["text", "json"]),
];

/// Texts that may not be empty.
const REQUIRED: [&str; 6] = [
    "data_dir",
    "http.host",
    "http.static_dir",
    "admin.host",
    "log.dir",
    "log.level",
];

const JWT_SECRET_MIN_BYTES: usize = 32;

/// What an upload may still need when all of it has arrived: pictures wait for their turn, and a storage is waited for.
const STORING_SECS: i64 = 300;

/// Checks every value; the first that is refused is the error.
pub(crate) fn check(layers: &Layers) -> Result<(), SettingsError> {
    for (key, value) in layers.iter() {
        let problem = match value {
            Scalar::Flag(_) => None,
            Scalar::Number(number) => refused_number(key, *number),
            Scalar::Text(text) => refused_text(key, text),
            Scalar::List(items) => items.iter().find_map(|item| refused_origin(item)),
        };
        if let Some(problem) = problem {
            return Err(layers.error(key, problem));
        }
    }
    check_sweep(layers)
}

/// What an upload has left is known by its age: one that is under way must not be as old.
fn check_sweep(layers: &Layers) -> Result<(), SettingsError> {
    const KEPT: &str = "retention.unsent_file_secs";
    const UPLOAD: &str = "files.upload_secs";
    let number = |key: &str| {
        layers.iter().find_map(|(name, value)| match value {
            Scalar::Number(number) if name == key => Some(*number),
            _ => None,
        })
    };
    if let (Some(kept), Some(upload)) = (number(KEPT), number(UPLOAD))
        && kept < upload + STORING_SECS
    {
        let least = upload + STORING_SECS;
        let problem = format!(
            "must be at least {least}, {STORING_SECS} more than {UPLOAD}, not {kept}: files would go while they are uploaded. Raise it, or lower {UPLOAD}"
        );
        return Err(layers.error(KEPT, problem));
    }
    Ok(())
}

fn refused_number(key: &str, number: i64) -> Option<String> {
    let Some((_, range)) = RANGES.iter().find(|(name, _)| *name == key) else {
        return Some("has no range in the program".to_owned());
    };
    (!range.contains(&number)).then(|| {
        format!(
            "must be from {} to {}, not {number}",
            range.start(),
            range.end()
        )
    })
}

fn refused_text(key: &str, text: &str) -> Option<String> {
    if text.contains('\0') {
        return Some("must not contain a NUL character".to_owned());
    }
    if REQUIRED.contains(&key) && text.trim().is_empty() {
        return Some("must not be empty".to_owned());
    }
    if let Some((_, words)) = CHOICES.iter().find(|(name, _)| *name == key) {
        return (!words.contains(&text))
            .then(|| format!("must be one of {}, not {text:?}", words.join(", ")));
    }
    match key {
        "auth.jwt_secret_key" if !text.is_empty() && text.len() < JWT_SECRET_MIN_BYTES => {
            Some(format!(
                "must have at least {JWT_SECRET_MIN_BYTES} bytes; `openssl rand -hex 32` makes a good one"
            ))
        }
        "http.public_url" | "storage.endpoint" if !text.is_empty() => refused_origin(text),
        _ => None,
    }
}

/// An origin is a scheme, a host and perhaps a port, as browsers send it in `Origin`.
fn refused_origin(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let is_origin =
        rest.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', '*', ' ']));
    (!is_origin).then(|| {
        format!("must be an origin such as https://chat.example.org, without a path, not {text:?}")
    })
}
