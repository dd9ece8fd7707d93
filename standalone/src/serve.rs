//! `webchat serve`: all roles in one process.

use std::{convert::Infallible, future::Future, sync::Arc};

use anyhow::Context;
use bootstrap::{Process, Role, Shutdown, connect_broker, database};
use broker::Broker;
use gateway::Gateway;
use settings::{ExposeSecret, Settings};
use storage::Storage;
use tokio::{net::TcpListener, task::JoinSet};
use workers::{countdown, matchmaker, persistence};

use crate::{
    data_folder::DataFolder,
    nats::{self, NatsServer},
    secrets,
};

/// Serves until shutdown. The broker child is started first and ended last.
///
/// # Errors
/// Something cannot be started, or a role failed.
pub async fn run(process: Process) -> anyhow::Result<()> {
    let folder = DataFolder::take(&process.settings.data_dir)?;
    let mut settings = process.settings.clone();
    // There is no other gateway that a balancer could turn to.
    settings.http.unready_secs = 0;
    if settings.auth.jwt_secret_key.expose_secret().is_empty() {
        settings.auth.jwt_secret_key = secrets::secret(&folder, "jwt")?.into();
    }
    let listener = Gateway::listen(&settings).await?;
    let server = if settings.nats.url.is_empty() {
        Some(NatsServer::start(&folder)?)
    } else {
        None
    };
    let outcome = Box::pin(run_roles(&process, listener, &settings, server.as_ref())).await;
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
    listener: TcpListener,
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
    let started = |role: Role| process.readiness.check(role.name);
    let broker = connect_broker(&workers, Role::PERSISTENCE.name).await?;
    let storage = Storage::open(settings)?;
    let lanes = (database.clone(), Arc::clone(&shared), workers_stop.clone());
    let files = storage.clone();
    let mut brokers = vec![broker.clone()];
    roles.start(Role::PERSISTENCE, broker, |broker| {
        persistence::run(
            broker,
            lanes.0,
            files,
            lanes.1,
            started(Role::PERSISTENCE),
            lanes.2,
        )
    });
    let broker = connect_broker(&workers, Role::COUNTDOWN.name).await?;
    brokers.push(broker.clone());
    roles.start(Role::COUNTDOWN, broker, |broker| {
        countdown::run(broker, started(Role::COUNTDOWN), workers_stop.clone())
    });
    let broker = connect_broker(&workers, Role::MATCHMAKER.name).await?;
    brokers.push(broker.clone());
    roles.start(Role::MATCHMAKER, broker, |broker| {
        matchmaker::run(
            broker,
            Arc::clone(&shared),
            started(Role::MATCHMAKER),
            process.readiness.tell(matchmaker::CHECK),
            workers_stop.clone(),
        )
    });
    let broker = connect_broker(
        &as_user(settings, server, nats::GATEWAY),
        Role::GATEWAY.name,
    )
    .await?;
    brokers.push(broker.clone());
    let stop = process.shutdown.clone();
    let building = Gateway::build(
        listener,
        settings.clone(),
        broker.clone(),
        database,
        storage,
        stop,
    );
    let served = tokio::select! {
        served = serve_gateway(process, building) => served,
        never = keep_writable(server, &brokers) => match never {},
    };
    broker.close().await;
    process.shutdown.request();
    workers_stop.request();
    let ended = roles.finish().await;
    served.and(ended)
}

/// Only a server of this process can be started again by it.
async fn keep_writable(server: Option<&NatsServer>, brokers: &[Broker]) -> Infallible {
    match server {
        Some(server) => nats::disk::keep_writable(server, brokers).await,
        None => std::future::pending().await,
    }
}

async fn serve_gateway(
    process: &Process,
    building: impl Future<Output = anyhow::Result<Gateway>>,
) -> anyhow::Result<()> {
    let gateway = tokio::select! {
        gateway = building => gateway?,
        // A worker that cannot start asks for the end.
        () = process.shutdown.requested() => return Ok(()),
    };
    gateway.report_readiness(&process.readiness);
    announce(process, &gateway);
    gateway.run().await
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
