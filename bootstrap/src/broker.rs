//! The connection to the broker that the settings name.

use std::time::{Duration, Instant};

use broker::{Broker, BrokerOptions, ConnectError};
use settings::{ExposeSecret, Settings};

use crate::{Readiness, Shutdown};

/// How long a process waits for a broker that is still starting.
const PATIENCE: Duration = Duration::from_secs(30);
const RETRY_EVERY: Duration = Duration::from_millis(500);
const PROBE_PERIOD: Duration = Duration::from_secs(2);

/// Connects as `name`, which is also the prefix of the inboxes. A broker that is still starting is waited for.
///
/// # Errors
/// Nobody answers within half a minute, the credentials are refused, or the server is too old.
pub async fn connect_broker(settings: &Settings, name: &str) -> Result<Broker, ConnectError> {
    let options = options(settings, name);
    let begun = Instant::now();
    loop {
        match Broker::connect(&options).await {
            Err(ConnectError::Refused { url, reason }) if begun.elapsed() < PATIENCE => {
                tracing::info!(url, reason, "waiting for NATS");
                tokio::time::sleep(RETRY_EVERY).await;
            }
            connected => return connected,
        }
    }
}

/// Reports as the readiness check `nats`, every two seconds until shutdown.
pub fn report_broker_readiness(broker: &Broker, readiness: &Readiness, shutdown: &Shutdown) {
    let broker = broker.clone();
    readiness.probe("nats", PROBE_PERIOD, shutdown, move || {
        let broker = broker.clone();
        async move {
            let state = broker.stream_state(&contract::streams::LIFE).await;
            state.map_err(|error| error.to_string())?;
            takes_messages(&broker).await
        }
    });
}

/// Whether every stream takes what this process publishes; one that did not is tried again.
///
/// # Errors
/// What an operator should know.
pub async fn takes_messages(broker: &Broker) -> Result<(), String> {
    broker.try_unwritable().await;
    match broker.unwritable() {
        None => Ok(()),
        Some(unwritable) => Err(unwritable.to_string()),
    }
}

fn options(settings: &Settings, name: &str) -> BrokerOptions {
    let nats = &settings.nats;
    BrokerOptions {
        url: nats.url.clone(),
        user: (!nats.username.is_empty()).then(|| {
            (
                nats.username.clone(),
                nats.password.expose_secret().to_owned(),
            )
        }),
        root_ca: (!nats.root_ca.as_os_str().is_empty()).then(|| nats.root_ca.clone()),
        name: name.to_owned(),
        request_timeout: nats.request_timeout(),
        replicas: nats.replicas,
    }
}
