//! Structured logs: lines on stdout and a file a day.

use settings::{LogFormat, Settings, SettingsError};
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

/// Days of log files that are kept.
const FILES_KEPT: usize = 14;

const RUST_LOG: &str = "RUST_LOG";

/// Writes out what is still queued when it is dropped. Keep it until the end of `main`.
#[derive(Debug)]
pub struct TelemetryGuard {
    _stdout: WorkerGuard,
    _file: WorkerGuard,
}

/// Starts the logs of this process; its files are `<role>.<date>.log`. Once a process.
///
/// # Errors
/// The folder cannot be used, the level cannot be read, or logs were started before.
pub fn init(settings: &Settings, role: &str) -> Result<TelemetryGuard, SettingsError> {
    let filter = filter(settings)?;
    let (file, file_guard) = tracing_appender::non_blocking(daily_file(settings, role)?);
    let (stdout, stdout_guard) = tracing_appender::non_blocking(std::io::stdout());
    let colours = std::io::IsTerminal::is_terminal(&std::io::stdout());
    let format = settings.log.format;
    tracing_subscriber::registry()
        .with(vec![
            layer(format, stdout, colours),
            layer(format, file, false),
        ])
        .with(filter)
        .try_init()
        .map_err(|error| SettingsError::about("log.dir", error.to_string()))?;
    Ok(TelemetryGuard {
        _stdout: stdout_guard,
        _file: file_guard,
    })
}

/// Only what goes wrong, on stderr: for a command whose output is its answer. Once a process.
///
/// # Errors
/// Logs were started before.
pub fn warnings_on_stderr() -> Result<(), SettingsError> {
    tracing_subscriber::registry()
        .with(fmt::layer().with_writer(std::io::stderr).with_ansi(false))
        .with(EnvFilter::new(format!("warn,{QUIET}")))
        .try_init()
        .map_err(|error| SettingsError::about("log", error.to_string()))
}

fn layer(
    format: LogFormat,
    writer: NonBlocking,
    colours: bool,
) -> Box<dyn Layer<Registry> + Send + Sync> {
    let layer = fmt::layer().with_writer(writer).with_ansi(colours);
    match format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    }
}

/// The broker crate says what matters of the connection; the client library would say it again. An operator's own word
/// for it comes later and wins.
const QUIET: &str = "async_nats=warn";

fn filter(settings: &Settings) -> Result<EnvFilter, SettingsError> {
    if let Some(rust_log) = std::env::var(RUST_LOG).ok().filter(|text| !text.is_empty()) {
        return EnvFilter::try_new(rust_log).map_err(|error| {
            SettingsError::about("log.level", format!("{RUST_LOG} cannot be read: {error}"))
        });
    }
    let level = &settings.log.level;
    refuse_unknown_level(level)?;
    // Directives match by prefix, so this one is for all of our crates.
    let directives = if settings.debug {
        format!("{QUIET},{level},webchat=debug")
    } else {
        format!("{QUIET},{level}")
    };
    EnvFilter::try_new(directives)
        .map_err(|error| SettingsError::about("log.level", format!("cannot be read: {error}")))
}

/// A word alone is a level; [`EnvFilter`] would take any other for the name of a crate, and log nothing.
fn refuse_unknown_level(filter: &str) -> Result<(), SettingsError> {
    let words = filter.split(',').map(str::trim);
    for word in words.filter(|word| !word.contains(['=', '[', ':', '_'])) {
        if word.parse::<tracing::level_filters::LevelFilter>().is_err() {
            let problem = format!(
                "must be error, warn, info, debug, trace or off, or a filter such as \
                 \"info,webchat_gateway=debug\", not {word:?}"
            );
            return Err(SettingsError::about("log.level", problem));
        }
    }
    Ok(())
}

fn daily_file(settings: &Settings, role: &str) -> Result<RollingFileAppender, SettingsError> {
    let folder = &settings.log.dir;
    let unusable = |error: &dyn std::fmt::Display| {
        let problem = format!("cannot write logs in {}: {error}", folder.display());
        SettingsError::about("log.dir", problem)
    };
    std::fs::create_dir_all(folder).map_err(|error| unusable(&error))?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(role)
        .filename_suffix("log")
        .max_log_files(FILES_KEPT)
        .build(folder)
        .map_err(|error| unusable(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_cannot_be_read_names_its_key() {
        for level in ["loud=very", "loud", "info,loud"] {
            let variable = ("WEBCHAT__LOG__LEVEL".to_owned(), level.to_owned());
            let settings = Settings::from_sources(None, [variable]).unwrap();
            let line = filter(&settings).unwrap_err().to_string();
            assert!(
                line.starts_with("log.level (WEBCHAT__LOG__LEVEL): "),
                "{line}"
            );
        }
        for level in [
            "Info",
            "off",
            "warn, webchat_gateway=debug",
            "webchat_gateway",
        ] {
            assert!(refuse_unknown_level(level).is_ok(), "{level}");
        }
    }

    #[test]
    fn a_log_folder_that_cannot_be_used_names_its_key() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let folder = file.path().join("logs").display().to_string();
        let settings = Settings::from_sources(None, [("LOG_DIR".to_owned(), folder)]).unwrap();
        let line = daily_file(&settings, "test").unwrap_err().to_string();
        assert!(line.starts_with("log.dir (LOG_DIR or "), "{line}");
    }
}
