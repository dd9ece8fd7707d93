//! Reading and writing only where somebody has looked at the streams.
//!
//! A server that comes back may have lost its newest messages. Whoever would write then, would give their sequences to
//! new messages; whoever would read, would take the past for the present. A guarded broker does neither on a new
//! connection until its owner has vouched for the streams.

use std::sync::Arc;

use tokio::{sync::watch, time::timeout};

use crate::{Broker, PublishError, ReadError};

/// Up to which connection somebody has vouched; `None`: nobody needs to.
pub(crate) type Vouched = Option<Arc<watch::Sender<u64>>>;

impl Broker {
    /// The same connection, on which nothing is read from streams or written until [`Broker::vouch`] was called for it.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.vouched = Some(Arc::new(watch::Sender::new(0)));
        self
    }

    /// The streams behind this connection (its number, [`crate::Connection::established`]) have everything that they
    /// should have.
    pub fn vouch(&self, established: u64) {
        if let Some(vouched) = &self.vouched {
            vouched.send_if_modified(|now| {
                let news = established > *now;
                *now = established.max(*now);
                news
            });
        }
    }

    /// The number of the last connection that was vouched for, to be watched.
    /// A broker that is not guarded gives a value that stays as it is.
    pub fn vouched(&self) -> watch::Receiver<u64> {
        match &self.vouched {
            Some(vouched) => vouched.subscribe(),
            None => watch::Sender::new(self.connection().borrow().established).subscribe(),
        }
    }

    /// Whether the present connection was vouched for.
    pub fn is_vouched(&self) -> bool {
        let established = self.connection().borrow().established;
        self.vouched
            .as_ref()
            .is_none_or(|vouched| *vouched.borrow() >= established)
    }

    /// Waits for a connection that was vouched for, for a request's time at the most.
    pub(crate) async fn checked(&self) -> Result<(), Unchecked> {
        let mut connection = self.connection();
        let mut vouched = self.vouched();
        let whole = async {
            loop {
                if connection.borrow_and_update().connected && self.is_vouched() {
                    return Ok(());
                }
                let news = tokio::select! {
                    changed = connection.changed() => changed,
                    changed = vouched.changed(), if self.vouched.is_some() => changed,
                };
                news.map_err(|_closed| Unchecked::NotConnected)?;
            }
        };
        match timeout(self.request_timeout, whole).await {
            Ok(whole) => whole,
            Err(_elapsed) if self.connection().borrow().connected => Err(Unchecked::Waiting),
            Err(_elapsed) => Err(Unchecked::NotConnected),
        }
    }

    /// The same for whoever would rather be refused than wait for a connection.
    pub(crate) async fn checked_now(&self) -> Result<(), Unchecked> {
        if !self.connection().borrow().connected {
            return Err(Unchecked::NotConnected);
        }
        self.checked().await
    }
}

/// Why nothing is read or written now.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum Unchecked {
    /// There is no connection.
    #[error("not connected")]
    NotConnected,
    /// Nobody has vouched for it yet.
    #[error("the streams are not checked yet")]
    Waiting,
}

impl From<Unchecked> for PublishError {
    fn from(unchecked: Unchecked) -> Self {
        Self::Unavailable(unchecked.to_string())
    }
}

impl From<Unchecked> for ReadError {
    fn from(unchecked: Unchecked) -> Self {
        Self::Unavailable(unchecked.to_string())
    }
}
