//! What an operator may rely on when writing settings.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed step fails the test"
)]

use std::path::{Path, PathBuf};

use settings::{DatabaseLocation, ExposeSecret, JwtAlgorithm, Settings, StorageLocation};
use webchat_config as settings;

fn load(variables: &[(&str, &str)]) -> Result<Settings, String> {
    load_with(None, variables)
}

fn load_with(file: Option<&Path>, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::from_sources(file, variables).map_err(|error| error.to_string())
}

fn refusal(variables: &[(&str, &str)]) -> String {
    let line = load(variables).expect_err("must be refused");
    assert!(!line.contains('\n'), "one line: {line}");
    line
}

fn settings_file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn sqlite(url: &str) -> PathBuf {
    let settings = load(&[("DATABASE_URL", url)]).unwrap();
    match settings.database_location().unwrap() {
        DatabaseLocation::Sqlite(path) => path,
        DatabaseLocation::Postgres(_) => panic!("{url} is SQLite"),
    }
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let settings = load(&[]).unwrap();
    assert_eq!(settings.room.countdown_secs, 300);
    assert_eq!(settings.room.notification_secs, 30);
    assert_eq!(settings.room.no_show_secs, 30);
    assert_eq!(settings.matching.tick_ms, 1000);
    assert_eq!(settings.matching.lease_secs, 30);
    assert_eq!(settings.matching.recent_partner_secs, 86_400);
    assert_eq!(settings.auth.refresh_grace_secs, 10);
    assert_eq!(settings.account.minimum_age, 18);
    assert_eq!(settings.admin.port, 9464);
    assert_eq!(settings.log.dir, PathBuf::from("./logs"));
    assert!(settings.limits.enabled);
    assert!(!settings.debug);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = settings_file("[room]\ncountdown_secs = 10\nnotification_secs = 5\n");
    let variables = [("WEBCHAT__ROOM__COUNTDOWN_SECS", "20")];
    let settings = load_with(Some(file.path()), &variables).unwrap();
    assert_eq!(settings.room.countdown_secs, 20);
    assert_eq!(settings.room.notification_secs, 5);
    assert_eq!(settings.room.no_show_secs, 30);
}

#[test]
fn a_file_is_named_by_option_or_by_variable_and_the_option_wins() {
    let named = settings_file("[http]\nport = 1111\n");
    let explicit = settings_file("[http]\nport = 2222\n");
    let variables = [("WEBCHAT_CONFIG", named.path().to_str().unwrap())];
    assert_eq!(load(&variables).unwrap().http.port, 1111);
    let settings = load_with(Some(explicit.path()), &variables).unwrap();
    assert_eq!(settings.http.port, 2222);
}

#[test]
fn plain_names_work_as_they_are() {
    let secret = "0123456789abcdef0123456789abcdef";
    let settings = load(&[
        ("JWT_SECRET_KEY", secret),
        ("JWT_ALGORITHM", "HS512"),
        ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "7"),
        ("DEBUG", "TRUE"),
        ("HOST", "0.0.0.0"),
        ("PORT", "9000"),
        ("STORAGE_URL", "s3://bucket/chat/"),
        ("WEBCHAT_DATA_DIR", "/srv/webchat"),
        (
            "CORS_ALLOWED_ORIGINS",
            "https://a.example, http://b.example:3000",
        ),
        ("LOG_DIR", "/var/log/webchat"),
        ("HOME", "/root"),
    ])
    .unwrap();
    assert_eq!(settings.auth.jwt_secret_key.expose_secret(), secret);
    assert_eq!(settings.auth.jwt_algorithm, JwtAlgorithm::HS512);
    assert_eq!(settings.auth.access_token_minutes, 7);
    assert!(settings.debug);
    assert_eq!(settings.http.host, "0.0.0.0");
    assert_eq!(settings.http.port, 9000);
    assert_eq!(settings.data_dir, PathBuf::from("/srv/webchat"));
    assert_eq!(
        settings.http.cors_allowed_origins,
        ["https://a.example", "http://b.example:3000"]
    );
    assert_eq!(settings.log.dir, PathBuf::from("/var/log/webchat"));
    assert_eq!(
        settings.storage_location().unwrap(),
        StorageLocation::S3 {
            bucket: "bucket".to_owned(),
            prefix: "chat".to_owned()
        }
    );
}

#[test]
fn the_prefixed_name_wins_over_the_plain_one_and_an_empty_plain_one_is_not_set() {
    let settings = load(&[("PORT", "1"), ("WEBCHAT__HTTP__PORT", "2"), ("HOST", "")]).unwrap();
    assert_eq!(settings.http.port, 2);
    assert_eq!(settings.http.host, "127.0.0.1");
}

#[test]
fn booleans_ignore_case() {
    for (text, flag) in [
        ("False", false),
        ("OFF", false),
        ("True", true),
        ("1", true),
    ] {
        let settings = load(&[("WEBCHAT__LIMITS__ENABLED", text)]).unwrap();
        assert_eq!(settings.limits.enabled, flag, "{text}");
    }
}

#[test]
fn sqlite_urls_are_relative_or_absolute_as_written() {
    assert_eq!(sqlite("sqlite:///./x.db"), PathBuf::from("./x.db"));
    assert_eq!(sqlite("sqlite://x.db"), PathBuf::from("x.db"));
    assert_eq!(sqlite("sqlite:///srv/x.db"), PathBuf::from("/srv/x.db"));
    assert_eq!(sqlite("sqlite:////srv/x.db"), PathBuf::from("/srv/x.db"));
    assert_eq!(sqlite("sqlite://x.db?mode=rwc"), PathBuf::from("x.db"));
    assert_eq!(sqlite(""), PathBuf::from("./data/webchat.db"));
}

#[test]
fn postgresql_is_another_name_for_postgres() {
    let settings = load(&[("DATABASE_URL", "postgresql://u:p@db/webchat")]).unwrap();
    match settings.database_location().unwrap() {
        DatabaseLocation::Postgres(url) => {
            assert_eq!(url.expose_secret(), "postgres://u:p@db/webchat");
        }
        DatabaseLocation::Sqlite(_) => panic!("PostgreSQL expected"),
    }
}

#[test]
fn credentials_leave_the_broker_address() {
    let settings = load(&[("NATS_URL", "nats://gateway:p%40ss@a:4222,nats://b:4222")]).unwrap();
    assert_eq!(settings.nats.url, "nats://a:4222,nats://b:4222");
    assert_eq!(settings.nats.username, "gateway");
    assert_eq!(settings.nats.password.expose_secret(), "p@ss");
}

#[test]
fn a_wrong_value_is_one_line_that_names_the_key_as_it_was_written() {
    let variable = "WEBCHAT__ROOM__COUNTDOWN_SECS";
    let line = refusal(&[(variable, "soon")]);
    assert_eq!(
        line,
        "room.countdown_secs (WEBCHAT__ROOM__COUNTDOWN_SECS): must be a whole number"
    );
    assert!(refusal(&[(variable, "0")]).starts_with("room.countdown_secs (WEBCHAT__ROOM"));
    assert!(refusal(&[("PORT", "70000")]).starts_with("http.port (PORT): must be from 0 to 65535"));
    assert!(refusal(&[("DEBUG", "maybe")]).contains("debug (DEBUG): must be true or false"));
    assert!(refusal(&[("JWT_ALGORITHM", "none")]).contains("HS256, HS384, HS512"));
    assert!(refusal(&[("DATABASE_URL", "mysql://x")]).contains("database.url (DATABASE_URL"));
    assert!(refusal(&[("NATS_URL", "http://x")]).contains("nats.url (NATS_URL"));
    assert!(refusal(&[("STORAGE_URL", "ftp://x")]).contains("storage.url (STORAGE_URL"));
    assert!(refusal(&[("CORS_ALLOWED_ORIGINS", "*")]).contains("CORS_ALLOWED_ORIGINS"));
}

#[test]
fn what_was_not_sent_is_kept_for_a_day_by_default() {
    let settings = load(&[]).unwrap();
    assert_eq!(settings.retention.unsent_file_secs, 24 * 60 * 60);
}

#[test]
fn what_uploads_leave_is_not_swept_while_they_may_be_under_way() {
    let (kept, upload) = (
        "WEBCHAT__RETENTION__UNSENT_FILE_SECS",
        "WEBCHAT__FILES__UPLOAD_SECS",
    );
    assert!(load(&[(kept, "600")]).is_ok());
    assert_eq!(
        refusal(&[(kept, "599")]),
        "retention.unsent_file_secs (WEBCHAT__RETENTION__UNSENT_FILE_SECS): must be at least 600, 300 more than \
         files.upload_secs, not 599: files would go while they are uploaded. Raise it, or lower files.upload_secs"
    );
    assert!(load(&[(kept, "599"), (upload, "299")]).is_ok());
    assert!(refusal(&[(kept, "3899"), (upload, "3600")]).contains("at least 3900"));
}

#[test]
fn a_wrong_value_in_a_file_names_the_file() {
    let file = settings_file("[room]\ncountdown_secs = \"long\"\n");
    let line = load_with(Some(file.path()), &[]).unwrap_err();
    let place = file.path().display();
    assert_eq!(
        line,
        format!("room.countdown_secs (in {place}): must be a whole number")
    );
}

#[test]
fn an_unknown_key_is_an_error_that_names_it() {
    let line = refusal(&[("WEBCHAT__ROOM__COUNTDOWN", "5")]);
    assert!(line.starts_with("WEBCHAT__ROOM__COUNTDOWN: there is no such setting"));
    let file = settings_file("[rooms]\ncountdown_secs = 5\n");
    let line = load_with(Some(file.path()), &[]).unwrap_err();
    assert!(line.starts_with("rooms.countdown_secs (in "), "{line}");
}

#[test]
fn an_unreadable_file_is_one_line_that_names_it() {
    let line = load_with(Some(Path::new("/nowhere/webchat.toml")), &[]).unwrap_err();
    assert!(
        line.starts_with("settings file /nowhere/webchat.toml: "),
        "{line}"
    );
    let broken = settings_file("[room\n");
    let line = load_with(Some(broken.path()), &[]).unwrap_err();
    assert!(
        !line.contains('\n') && line.starts_with("settings file"),
        "{line}"
    );
}

#[test]
fn a_secret_is_never_shown() {
    let line = refusal(&[("JWT_SECRET_KEY", "short-secret")]);
    assert!(
        line.contains("at least 32 bytes") && !line.contains("short-secret"),
        "{line}"
    );
    let url = "postgres://u:hidden-password@db/webchat";
    let settings = load(&[("DATABASE_URL", url), ("NATS_URL", "nats://u:hidden-too@h")]).unwrap();
    assert!(!format!("{settings:?}").contains("hidden"));
}

#[test]
fn what_only_some_processes_need_is_required_by_name() {
    let settings = load(&[]).unwrap();
    let line = settings.require_nats_url().unwrap_err().to_string();
    assert!(line.starts_with("nats.url (NATS_URL or WEBCHAT__NATS__URL): is not set"));
    let line = settings.require_jwt_secret().unwrap_err().to_string();
    assert!(
        line.starts_with("auth.jwt_secret_key (JWT_SECRET_KEY or "),
        "{line}"
    );
}
