//! The connection.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use async_nats::{ConnectOptions, Event, jetstream};
use tokio::sync::watch;

use crate::{BrokerClock, ConnectError, guard::Vouched, writable::Writes};

/// The oldest nats-server that has everything WebChat needs.
const OLDEST_SERVER: (i64, i64, i64) = (2, 14, 0);
const OLDEST_SERVER_NAME: &str = "2.14.0";
/// Less than the ten seconds within which everything works again after an outage.
const CONNECT_WITHIN: Duration = Duration::from_secs(4);
/// A connection whose other end is gone without a word is given up at the third ping without an answer.
const PING_EVERY: Duration = Duration::from_millis(1_500);

/// How to connect.
#[derive(Clone)]
pub struct BrokerOptions {
    /// One address or several, separated by commas: `nats://host:port`.
    pub url: String,
    /// User and password; `None`: none, or as the address says.
    pub user: Option<(String, String)>,
    /// A file with the root certificates of a private authority.
    pub root_ca: Option<PathBuf>,
    /// The connection's name in the server's monitoring, for example the role. Also the prefix of its inboxes.
    pub name: String,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How many servers keep each stream: 1 on one machine, 3 in a cluster.
    pub replicas: usize,
}

impl fmt::Debug for BrokerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokerOptions")
            .field("url", &redacted(&self.url))
            .field("name", &self.name)
            .field("replicas", &self.replicas)
            .finish_non_exhaustive()
    }
}

/// The state of the connection. `established` grows with each new connection: whoever follows something live reads it
/// again then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Connection {
    /// Whether there is a connection now.
    pub connected: bool,
    /// How often a connection was made.
    pub established: u64,
}

/// A connection to the broker. Cheap to clone; all clones share one connection, which mends itself.
#[derive(Clone)]
pub struct Broker {
    pub(crate) client: async_nats::Client,
    pub(crate) jetstream: jetstream::Context,
    pub(crate) replicas: usize,
    pub(crate) request_timeout: Duration,
    clock: Arc<BrokerClock>,
    connection: watch::Receiver<Connection>,
    pub(crate) vouched: Vouched,
    pub(crate) writes: Writes,
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker")
            .field("connection", &*self.connection.borrow())
            .finish_non_exhaustive()
    }
}

impl Broker {
    /// Connects, and checks that the server is new enough.
    ///
    /// # Errors
    /// [`ConnectError`] where nobody answers within four seconds, or the server is too old.
    pub async fn connect(options: &BrokerOptions) -> Result<Self, ConnectError> {
        let (state, connection) = watch::channel(Connection::default());
        let client = connect_options(options, state)
            .connect(options.url.split(',').map(str::trim).collect::<Vec<_>>())
            .await
            .map_err(|error| ConnectError::Refused {
                url: redacted(&options.url),
                reason: error.to_string(),
            })?;
        let (major, minor, patch) = OLDEST_SERVER;
        if !client.is_server_compatible(major, minor, patch) {
            return Err(ConnectError::TooOld {
                url: redacted(&options.url),
                version: client.server_info().version,
                needed: OLDEST_SERVER_NAME,
            });
        }
        let broker = Self {
            jetstream: jetstream::new(client.clone()),
            client,
            replicas: options.replicas,
            request_timeout: options.request_timeout,
            clock: Arc::new(BrokerClock::default()),
            connection,
            vouched: None,
            writes: Writes::default(),
        };
        broker.clock.clone().keep_in_step(&broker);
        Ok(broker)
    }

    /// The broker's clock, by which all lifecycle time is measured.
    pub fn clock(&self) -> &BrokerClock {
        &self.clock
    }

    /// The state of the connection, to be watched.
    pub fn connection(&self) -> watch::Receiver<Connection> {
        self.connection.clone()
    }

    /// Sends what is buffered and closes. Acknowledged publishes are finished already.
    pub async fn close(&self) {
        if let Err(error) = self.client.drain().await {
            tracing::debug!(%error, "the connection was gone before it could be drained");
        }
    }
}

fn connect_options(options: &BrokerOptions, state: watch::Sender<Connection>) -> ConnectOptions {
    let state = Arc::new(state);
    let mut connect = ConnectOptions::new()
        .name(&options.name)
        .custom_inbox_prefix(format!("_INBOX_{}", options.name))
        .request_timeout(Some(options.request_timeout))
        .connection_timeout(CONNECT_WITHIN)
        .ping_interval(PING_EVERY)
        .reconnect_delay_callback(|attempts| {
            let exponent = u32::try_from(attempts.min(5)).unwrap_or(5);
            Duration::from_millis(25 << exponent)
        })
        .event_callback(move |event| {
            let state = Arc::clone(&state);
            async move { follow(&state, &event) }
        });
    if let Some((user, password)) = &options.user {
        connect = connect.user_and_password(user.clone(), password.clone());
    }
    if let Some(root_ca) = &options.root_ca {
        connect = connect
            .add_root_certificates(root_ca.clone())
            .require_tls(true);
    }
    connect
}

fn follow(state: &watch::Sender<Connection>, event: &Event) {
    match event {
        Event::Connected => {
            tracing::info!("connected to NATS");
            state.send_modify(|connection| {
                connection.connected = true;
                connection.established += 1;
            });
        }
        // What `close` brings about is no news to an operator.
        Event::Draining => tracing::debug!("the connection to NATS is drained"),
        Event::Closed => {
            tracing::debug!("the connection to NATS is closed");
            state.send_modify(|connection| connection.connected = false);
        }
        Event::Disconnected => {
            tracing::warn!(%event, "the connection to NATS is gone");
            state.send_modify(|connection| connection.connected = false);
        }
        Event::SlowConsumer(_) => {
            tracing::warn!(%event, "a subscription lost messages; gaps are read again");
            metrics::counter!("webchat_nats_slow_subscriptions_total").increment(1);
        }
        other => tracing::warn!(event = %other, "NATS"),
    }
}

/// The address without user and password.
fn redacted(url: &str) -> String {
    let one = |url: &str| match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}://{}", &url[..scheme], &url[at + 1..])
        }
        _ => url.to_owned(),
    };
    url.split(',').map(one).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let shown = redacted("nats://gateway:secret@one:4222,nats://two:4222");
        assert_eq!(shown, "nats://one:4222,nats://two:4222");
    }
}
