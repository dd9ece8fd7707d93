//! From `main` to a running role and back to an exit code.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use settings::Settings;

use crate::{Readiness, Shutdown, admin, metrics, open_files, telemetry, tls};

/// How long a process may take to end once it was asked to. Whatever hangs then is left behind: nothing that was
/// acknowledged needs it. Service managers commonly kill after 30 seconds.
const END_WITHIN: Duration = Duration::from_secs(27);
/// How long blocking work may go on after the role has ended.
const LAST_WORK: Duration = Duration::from_secs(2);

/// A kind of process and what it cannot start without.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// Name of the program and of its log files.
    pub name: &'static str,
    /// Whether `nats.url` must be set.
    pub needs_broker: bool,
    /// Whether `auth.jwt_secret_key` must be set.
    pub needs_jwt_secret: bool,
}

impl Role {
    /// Serves HTTP and sockets.
    pub const GATEWAY: Self = Self::single("gateway", true);
    /// Projects streams into SQL.
    pub const PERSISTENCE: Self = Self::single("persistence", false);
    /// Pairs waiting users.
    pub const MATCHMAKER: Self = Self::single("matchmaker", false);
    /// Sets and serves the timers of rooms.
    pub const COUNTDOWN: Self = Self::single("countdown", false);
    /// All roles in one process, which makes the secrets and starts the broker that are not given.
    pub const STANDALONE: Self = Self {
        name: "webchat",
        needs_broker: false,
        needs_jwt_secret: false,
    };

    const fn single(name: &'static str, needs_jwt_secret: bool) -> Self {
        Self {
            name,
            needs_broker: true,
            needs_jwt_secret,
        }
    }
}

/// What a role gets from its process.
#[derive(Debug)]
pub struct Process {
    /// The checked settings.
    pub settings: Settings,
    /// Asked for by SIGINT and SIGTERM; the role may ask too.
    pub shutdown: Shutdown,
    /// Where the role reports how it is.
    pub readiness: Readiness,
    /// Where metrics and probes are served.
    pub admin_address: SocketAddr,
}

#[derive(Parser)]
#[command(
    version,
    about = "A WebChat process; config/default.toml lists the settings"
)]
struct Arguments {
    /// TOML file with settings.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The whole `main` of a program with one role: reads `--config` and runs `work`.
pub fn main<W, F>(role: Role, work: W) -> ExitCode
where
    W: FnOnce(Process) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    let arguments = Arguments::parse();
    run(role, arguments.config.as_deref(), work)
}

/// Runs `work` in a process with settings, logs, metrics, the private server and signals.
/// A failure is one line on stderr and exit code 1.
pub fn run<W, F>(role: Role, config: Option<&Path>, work: W) -> ExitCode
where
    W: FnOnce(Process) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    match try_run(role, config, work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(role.name, &error);
            ExitCode::FAILURE
        }
    }
}

/// Says on stderr, in one line, why a program ends.
#[expect(clippy::print_stderr, reason = "the operator's one line")]
pub fn complain(program: &str, error: &anyhow::Error) {
    let text = format!("{error:#}");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    eprintln!("{program}: {line}");
}

fn try_run<W, F>(role: Role, config: Option<&Path>, work: W) -> anyhow::Result<()>
where
    W: FnOnce(Process) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    let settings = Settings::load(config)?;
    if role.needs_broker {
        settings.require_nats_url()?;
    }
    if role.needs_jwt_secret {
        settings.require_jwt_secret()?;
    }
    tls::install_crypto_provider();
    let _telemetry = telemetry::init(&settings, role.name)?;
    open_files::raise_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")?;
    let outcome = runtime.block_on(async {
        let process = start(role, settings).await?;
        let shutdown = process.shutdown.clone();
        tokio::select! {
            outcome = work(process) => outcome,
            () = overdue(&shutdown) => Err(anyhow::anyhow!(
                "stopped with work in hand, which had not ended {} s after it was asked to", END_WITHIN.as_secs()
            )),
        }
    });
    runtime.shutdown_timeout(LAST_WORK);
    match &outcome {
        Ok(()) => tracing::info!(role = role.name, "stopped"),
        Err(error) => tracing::error!(role = role.name, error = %format!("{error:#}"), "failed"),
    }
    outcome
}

async fn overdue(shutdown: &Shutdown) {
    shutdown.requested().await;
    tokio::time::sleep(END_WITHIN).await;
}

async fn start(role: Role, settings: Settings) -> anyhow::Result<Process> {
    let shutdown = Shutdown::on_signals().context("signals could not be registered")?;
    let recorder = metrics::install().context("metrics could not be started")?;
    metrics::describe_process(role.name);
    let readiness = Readiness::default();
    let admin_address =
        admin::serve(&settings, recorder, readiness.clone(), shutdown.clone()).await?;
    tracing::info!(
        role = role.name,
        version = env!("CARGO_PKG_VERSION"),
        %admin_address,
        "started"
    );
    Ok(Process {
        settings,
        shutdown,
        readiness,
        admin_address,
    })
}
