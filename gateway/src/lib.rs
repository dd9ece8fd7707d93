//! The gateway: HTTP and sockets in front of the broker and SQL. It keeps nothing that a restart would lose.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::serve::ListenerExt;
use bootstrap::{Database, Readiness, Shutdown};
use broker::Broker;
use settings::Settings;
use tokio::net::TcpListener;

pub mod auth;
pub mod chat;
mod client_address;
pub mod database;
pub mod error;
pub mod http;
pub mod limits;
pub mod realtime;
pub mod router;
pub mod state;
pub mod storage;

use crate::state::AppState;

/// How long a starting gateway waits for the streams, which persistence makes.
const STREAMS_WITHIN: Duration = Duration::from_secs(30);
/// How long requests and sockets that are under way may take when the gateway stops.
const FINISH_WITHIN: Duration = Duration::from_secs(25);
/// How often the last sockets are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A gateway that listens already and serves when it is run.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    state: AppState,
    shutdown: Shutdown,
}

impl Gateway {
    /// Waits for the streams, reads what must be known, and takes the port; port 0 is any free one.
    ///
    /// # Errors
    /// A setting cannot be used, or the broker does not answer. A refused setting is named.
    pub async fn build(
        settings: Settings,
        broker: Broker,
        database: Database,
        shutdown: Shutdown,
    ) -> anyhow::Result<Self> {
        settings.require_jwt_secret()?;
        let http = &settings.http;
        http::assets::check(&http.static_dir)?;
        let listener = bootstrap::admin::listen("http", &http.host, http.port).await?;
        let address = listener
            .local_addr()
            .context("the port could not be read")?;
        broker.await_streams(STREAMS_WITHIN).await?;
        broker
            .synchronise_clock()
            .await
            .context("the broker's time could not be read")?;
        let state = AppState::start(settings, broker, database, &shutdown).await?;
        http::health::watch(&state, &shutdown)?;
        Ok(Self {
            listener,
            address,
            state,
            shutdown,
        })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// How the parts that it needs are.
    pub fn readiness(&self) -> Readiness {
        self.state.readiness.clone()
    }

    /// Serves until shutdown is requested; then takes no new connections, closes the sockets and finishes what is
    /// under way, for 25 seconds at most.
    ///
    /// # Errors
    /// The listener fails.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self {
            listener,
            state,
            shutdown,
            ..
        } = self;
        let service = router::router(&state).into_make_service_with_connect_info::<SocketAddr>();
        let listener = listener.tap_io(|socket| {
            if let Err(error) = socket.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps Nagle's algorithm");
            }
        });
        let stop = shutdown.clone();
        let serving = axum::serve(listener, service)
            .with_graceful_shutdown(async move { stop.requested().await });
        tokio::select! {
            served = async {
                let served = serving.await;
                until_sockets_are_closed(&state).await;
                served
            } => served.context("the server failed")?,
            () = too_late(&shutdown) => tracing::warn!("stopped with requests or sockets still under way"),
        }
        Ok(())
    }
}

async fn until_sockets_are_closed(state: &AppState) {
    while state.hub.socket_count() > 0 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn too_late(shutdown: &Shutdown) {
    shutdown.requested().await;
    tokio::time::sleep(FINISH_WITHIN).await;
}
