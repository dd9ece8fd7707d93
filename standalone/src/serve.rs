//! `webchat serve`: all roles in one process.

use std::{future::Future, sync::Arc, time::Duration};

use anyhow::Context;
use bootstrap::{Process, Role, Shutdown, connect_broker, database};
use broker::Broker;
use gateway::Gateway;
use settings::{ExposeSecret, Settings};
use tokio::task::JoinSet;
use workers::{countdown, matchmaker, persistence};

use crate::{
    data_folder::DataFolder,
    nats::{self, NatsServer},
    secrets,
};

const READINESS_PERIOD: Duration = Duration::from_secs(1);

/// Serves until shutdown. The broker child is started first and ended last.
///
/// # Errors
/// Something cannot be started, or a role failed.
pub async fn run(process: Process) -> anyhow::Result<()> {
    let folder = DataFolder::take(&process.settings.data_dir)?;
    let mut settings = process.settings.clone();
    if settings.auth.jwt_secret_key.expose_secret().is_empty() {
        settings.auth.jwt_secret_key = secrets::secret(&folder, "jwt")?.into();
    }
    let server = if settings.nats.url.is_empty() {
        Some(NatsServer::start(&folder)?)
    } else {
        None
    };
    let outcome = run_roles(&process, &settings, server.as_ref()).await;
    if let Some(server) = server {
        tokio::task::spawn_blocking(move || server.supervisor.stop())
            .await
            .context("ending nats-server")?;
    }
    outcome
}

/// Runs all roles. The gateway stops first, so that the workers still finish what it accepted.
async fn run_roles(
    process: &Process,
    settings: &Settings,
    server: Option<&NatsServer>,
) -> anyhow::Result<()> {
    let database = database::connect(settings).await?;
    let workers_stop = Shutdown::new();
    let mut roles = Roles {
        tasks: JoinSet::new(),
        stop: process.shutdown.clone(),
    };
    let workers = as_user(settings, server, nats::WORKERS);
    let shared = Arc::new(workers.clone());
    let broker = connect_broker(&workers, Role::PERSISTENCE.name).await?;
    let lanes = (database.clone(), Arc::clone(&shared), workers_stop.clone());
    roles.start(Role::PERSISTENCE, broker, |broker| {
        persistence::run(broker, lanes.0, lanes.1, lanes.2)
    });
    let broker = connect_broker(&workers, Role::COUNTDOWN.name).await?;
    roles.start(Role::COUNTDOWN, broker, |broker| {
        countdown::run(broker, workers_stop.clone())
    });
    let broker = connect_broker(&workers, Role::MATCHMAKER.name).await?;
    roles.start(Role::MATCHMAKER, broker, |broker| {
        matchmaker::run(broker, Arc::clone(&shared), workers_stop.clone())
    });
    let broker = connect_broker(
        &as_user(settings, server, nats::GATEWAY),
        Role::GATEWAY.name,
    )
    .await?;
    let served = serve_gateway(process, settings.clone(), broker, database).await;
    process.shutdown.request();
    workers_stop.request();
    let ended = roles.finish().await;
    served.and(ended)
}

async fn serve_gateway(
    process: &Process,
    settings: Settings,
    broker: Broker,
    database: bootstrap::Database,
) -> anyhow::Result<()> {
    let building = Gateway::build(settings, broker.clone(), database, process.shutdown.clone());
    let gateway = tokio::select! {
        gateway = building => gateway?,
        // A worker that cannot start asks for the end.
        () = process.shutdown.requested() => return Ok(()),
    };
    let parts = gateway.readiness();
    process
        .readiness
        .probe("gateway", READINESS_PERIOD, &process.shutdown, move || {
            let is_ready = parts.report().ready;
            async move { if is_ready { Ok(()) } else { Err("see /health") } }
        });
    announce(process, &gateway);
    gateway.run().await?;
    broker.close().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the operator's one line")]
fn announce(process: &Process, gateway: &Gateway) {
    let (url, admin) = (gateway.local_addr(), process.admin_address);
    println!(
        "WebChat is ready at http://{url}  (metrics at http://{admin}/metrics; Ctrl-C ends it)"
    );
}

/// The workers of this process. One that ends before it is asked to takes the others with it.
struct Roles {
    tasks: JoinSet<(&'static str, anyhow::Result<()>)>,
    stop: Shutdown,
}

impl Roles {
    fn start<W, F>(&mut self, role: Role, broker: Broker, work: W)
    where
        W: FnOnce(Broker) -> F,
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let working = work(broker.clone());
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let outcome = working.await;
            stop.request();
            broker.close().await;
            (role.name, outcome)
        });
    }

    async fn finish(&mut self) -> anyhow::Result<()> {
        let mut outcome = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            let (role, ended) = ended.context("a role panicked")?;
            outcome = outcome.and(ended.with_context(|| role.to_owned()));
        }
        outcome
    }
}

/// The settings with which a role reaches the child server; as they are where there is none.
fn as_user(settings: &Settings, server: Option<&NatsServer>, user: &str) -> Settings {
    let mut settings = settings.clone();
    if let Some(server) = server {
        settings.nats.url.clone_from(&server.url);
        user.clone_into(&mut settings.nats.username);
        settings.nats.password = server.password(user);
    }
    settings
}
