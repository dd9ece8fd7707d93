//! What cannot be started says in one clear line why.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use tempfile::TempDir;
use webchat_tests::nats::free_port;

use crate::{
    program::{Program, common},
    serve::Serve,
};

/// The name of a variable and its value.
type Setting = (&'static str, &'static str);

#[tokio::test]
async fn a_busy_port_is_one_clear_line() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (variable, key) in [
        ("PORT", "http.port"),
        ("WEBCHAT__ADMIN__PORT", "admin.port"),
    ] {
        let serve = Serve::prepare(&[(variable, &port)]);
        let line = refused(serve.another("serve", &[])).await;
        assert!(
            line.contains(key) && line.contains(&port) && line.contains("in use"),
            "{line}"
        );
        serve.nothing_is_left().await;
    }
}

#[tokio::test]
async fn a_nats_server_that_is_too_old_or_missing_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("nats-server");
    fs::write(&script, "#!/bin/sh\necho 'nats-server: v2.9.10'\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let serve = Serve::prepare(&[]);
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let line = refused(serve.another("old", &[("PATH", &path)])).await;
    assert!(
        line.contains("2.9.10") && line.contains("2.14") && line.contains("too old"),
        "{line}"
    );

    let empty = tempfile::tempdir().unwrap();
    let line =
        refused(serve.another("none", &[("PATH", &empty.path().display().to_string())])).await;
    assert!(
        line.contains("nats-server") && line.contains("PATH"),
        "{line}"
    );
}

#[tokio::test]
async fn two_serves_on_one_data_folder_are_one_clear_line() {
    let mut first = Serve::start(&[]).await;
    let port = free_port().to_string();
    let line = refused(first.another("second", &[("PORT", &port)])).await;
    let holder = first.program().id().to_string();
    assert!(
        line.contains("in use by another webchat") && line.contains(&holder),
        "{line}"
    );
    assert_eq!(
        first.nats_servers().len(),
        1,
        "the first one's server is untouched"
    );
}

#[tokio::test]
async fn a_missing_or_wrong_setting_is_one_line_that_names_the_key() {
    const SECRET: Setting = (
        "JWT_SECRET_KEY",
        "a secret of the tests, longer than 32 bytes",
    );
    // Nobody listens there; the settings must be refused before.
    const NATS: Setting = ("NATS_URL", "nats://127.0.0.1:9");
    let cases: [(&str, &[Setting], &str); 14] = [
        ("gateway", &[NATS], "auth.jwt_secret_key"),
        ("gateway", &[SECRET], "nats.url"),
        (
            "gateway",
            &[NATS, ("JWT_SECRET_KEY", "short")],
            "auth.jwt_secret_key",
        ),
        ("persistence", &[], "nats.url"),
        ("matchmaker", &[], "nats.url"),
        ("countdown", &[], "nats.url"),
        (
            "persistence",
            &[NATS, ("DATABASE_URL", "mysql://x/y")],
            "database.url",
        ),
        ("webchat", &[("PORT", "eighty")], "http.port"),
        ("webchat", &[("DEBUG", "perhaps")], "debug"),
        ("webchat", &[("WEBCHAT__LOG__LEVEL", "loud")], "log.level"),
        (
            "webchat",
            &[("WEBCHAT__HTTP__STATIC_DIR", "/nowhere")],
            "http.static_dir",
        ),
        (
            "webchat",
            &[("WEBCHAT__ROOM__COUNTDOWN_SECS", "0")],
            "room.countdown_secs",
        ),
        (
            "webchat",
            &[("WEBCHAT__ROOM__COUNTDOWN", "5")],
            "WEBCHAT__ROOM__COUNTDOWN",
        ),
        (
            "webchat",
            &[("WEBCHAT_CONFIG", "/nowhere/webchat.toml")],
            "/nowhere/webchat.toml",
        ),
    ];
    for (program, settings, key) in cases {
        let folder = tempfile::tempdir().unwrap();
        let line = refused(start(program, folder.path(), settings)).await;
        assert!(line.contains(key), "{program} {settings:?}: {line}");
    }
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_one_line_that_names_the_key() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let data = file.join("data").display().to_string();
    let line = refused(start(
        "webchat",
        folder.path(),
        &[("WEBCHAT_DATA_DIR", &data)],
    ))
    .await;
    assert!(line.contains("WEBCHAT_DATA_DIR"), "{line}");
}

#[tokio::test]
async fn a_required_text_model_that_is_missing_is_one_line_that_says_how_to_get_it() {
    let required = ("WEBCHAT__MATCH__REQUIRE_TEXT_MODEL", "true");
    let empty = TempDir::new().unwrap();
    let folder = empty.path().display().to_string();
    let serve = Serve::prepare(&[required, ("WEBCHAT__MATCH__TEXT_MODEL_DIR", &folder)]);
    let line = refused(serve.another("serve", &[])).await;
    for part in ["match.text_model_dir", &folder, "scripts/fetch-text-model"] {
        assert!(line.contains(part), "{line}");
    }
    serve.nothing_is_left().await;
}

fn start(program: &str, folder: &Path, settings: &[(&str, &str)]) -> Program {
    let mut variables = common(folder);
    variables.extend(
        settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let arguments: &[&str] = if program == "webchat" {
        &["serve"]
    } else {
        &[]
    };
    Program::start(program, arguments, program, folder, &variables)
}

/// The one line of a program that ends because it cannot start.
async fn refused(mut program: Program) -> String {
    let status = program.ended().await;
    let complaint = program.complaint();
    assert!(!status.success(), "it ended well: {complaint}");
    assert_eq!(complaint.lines().count(), 1, "one line: {complaint}");
    complaint
}
