//! The gateway: HTTP and sockets in front of the broker and SQL. It keeps nothing that a restart would lose.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::serve::ListenerExt;
use bootstrap::{CONSUMERS, Database, OwnStorage, Readiness, Shutdown};
use broker::Broker;
use settings::{Settings, SettingsError};
use storage::Storage;
use tokio::net::TcpListener;

pub mod auth;
pub mod avatars;
pub mod chat;
mod client_address;
mod connections;
pub mod database;
pub mod error;
pub mod files;
pub mod http;
pub mod image_work;
pub mod limits;
mod places;
mod public_events;
pub mod realtime;
pub mod router;
pub mod state;
mod stream_ends;
mod texts;

use crate::{
    connections::Connections,
    http::health,
    state::{AppState, Parts},
};

/// How long a starting gateway waits for the streams, which persistence makes.
const STREAMS_WITHIN: Duration = Duration::from_secs(30);
/// How long requests and sockets that are under way may take when the gateway stops. With the time before it, in which the
/// gateway serves on, less than a process may take to end.
const FINISH_WITHIN: Duration = Duration::from_secs(20);
/// Uploads may take so much of that. What one has left in the storage has to go before the process does.
const UPLOADS_WITHIN: Duration = Duration::from_secs(10);
const READINESS_PERIOD: Duration = Duration::from_secs(1);
/// How often the last sockets and uploads are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A gateway that listens already and serves when it is run.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    state: AppState,
    own_storage: OwnStorage,
    stop: Shutdown,
}

impl Gateway {
    /// Takes the port that the settings name; port 0 is any free one. Done before anything slow is started, so that a
    /// busy port is told at once.
    ///
    /// # Errors
    /// The port is in use or not allowed; the error names the setting.
    pub async fn listen(settings: &Settings) -> Result<TcpListener, SettingsError> {
        bootstrap::admin::listen("http", &settings.http.host, settings.http.port).await
    }

    /// Waits for the streams and reads what must be known. When `shutdown` is requested the gateway says that it is not
    /// ready, and stops `http.unready_secs` later.
    ///
    /// # Errors
    /// A setting cannot be used, also where the storage is another installation's, or the broker does not answer. A refused
    /// setting is named.
    pub async fn build(
        listener: TcpListener,
        settings: Settings,
        broker: Broker,
        database: Database,
        storage: Storage,
        shutdown: Shutdown,
    ) -> anyhow::Result<Self> {
        settings.require_jwt_secret()?;
        http::assets::check(&settings.http.static_dir)?;
        let texts = texts::open(&settings.matching)?;
        let address = listener
            .local_addr()
            .context("the port could not be read")?;
        let own_storage = OwnStorage::at_start(&storage, &database).await?;
        let stop = stop_after(&shutdown, Duration::from_secs(settings.http.unready_secs));
        broker.await_streams(STREAMS_WITHIN).await?;
        broker
            .synchronise_clock()
            .await
            .context("the broker's time could not be read")?;
        let reader = broker.clone();
        let broker = broker.guarded();
        let seen = stream_ends::watch(reader, &broker, &database, &stop);
        stream_ends::first(&broker, STREAMS_WITHIN, &stop).await?;
        let parts = Parts {
            settings,
            broker,
            db: database,
            storage,
            seen,
            texts,
        };
        let state = AppState::start(parts, shutdown, &stop).await?;
        health::watch(&state, &stop);
        Ok(Self {
            listener,
            address,
            state,
            own_storage,
            stop,
        })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Reports as the readiness check `gateway` of the process, every second until shutdown, by the same measure as its own
    /// `/readyz`; and tells of the storage and the workers.
    pub fn report_readiness(&self, readiness: &Readiness) {
        let parts = self.state.readiness.clone();
        for told in [health::STORAGE, CONSUMERS] {
            readiness.tell_of(&parts, told);
        }
        readiness.probe("gateway", READINESS_PERIOD, &self.stop, move || {
            let is_ready = health::can_serve(&parts.report());
            async move {
                if is_ready {
                    Ok(())
                } else {
                    Err("see /health of the gateway")
                }
            }
        });
    }

    /// Serves until it stops; then takes no new connections, closes the sockets and finishes what is under way, for 20
    /// seconds at most; uploads for ten, and those that take longer leave nothing.
    ///
    /// # Errors
    /// The listener fails; or the storage was away at the start, and is another installation's.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self {
            listener,
            state,
            own_storage,
            stop,
            ..
        } = self;
        let service = router::router(&state).into_make_service_with_connect_info::<SocketAddr>();
        let stall = Duration::from_secs(state.settings.http.stall_secs);
        // With its address told as that of any listener.
        let listener = Connections::new(listener, stall).tap_io(|_| ());
        let no_more = stop.clone();
        let serving = axum::serve(listener, service)
            .with_graceful_shutdown(async move { no_more.requested().await });
        tokio::select! {
            served = async {
                let served = serving.await;
                until_sockets_are_closed(&state).await;
                until_uploads_are_cleared(&state).await;
                served
            } => served.context("the server failed")?,
            refusal = own_storage.refusal() => return Err(refusal.into()),
            () = too_late(&stop) => tracing::warn!("stopped with requests or sockets still under way"),
        }
        Ok(())
    }
}

async fn until_sockets_are_closed(state: &AppState) {
    while state.hub.socket_count() > 0 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Whoever began an upload may have gone away since.
async fn until_uploads_are_cleared(state: &AppState) {
    while !state.uploads.are_free() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    state.storage.aborted().await;
}

async fn too_late(stop: &Shutdown) {
    stop.requested().await;
    tokio::time::sleep(FINISH_WITHIN).await;
}

/// A request that follows another one: in between, balancers find the gateway not ready while it still serves those that
/// they have sent already.
fn stop_after(shutdown: &Shutdown, pause: Duration) -> Shutdown {
    let (shutdown, stop) = (shutdown.clone(), Shutdown::new());
    let request = stop.clone();
    tokio::spawn(async move {
        shutdown.requested().await;
        tokio::time::sleep(pause).await;
        request.request();
    });
    stop
}
