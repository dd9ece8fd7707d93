//! Core NATS: live copies and announcements. At most once.

use std::time::Duration;

use async_nats::client::RequestErrorKind;
use bytes::Bytes;
use domain::Timestamp;
use futures_util::StreamExt;

use crate::{Broker, PublishError, ReadError, record::parse_time};

/// A live message. The sequences are there on copies that a stream republished.
#[derive(Debug, Clone)]
pub struct LiveMessage {
    /// The subject it came on.
    pub subject: String,
    /// Its body.
    pub payload: Bytes,
    /// Its sequence in the stream, 0 where it is no copy.
    pub seq: u64,
    /// The sequence of its subject's previous message, 0 where there is none.
    pub previous_seq: u64,
    /// When the stream stored it.
    pub stored_at: Option<Timestamp>,
    /// Where an answer is expected, for [`Broker::publish_core`].
    pub reply: Option<String>,
}

/// A subscription. Ends when it is dropped, or the connection is closed for good.
#[derive(Debug)]
pub struct Subscription {
    inner: async_nats::Subscriber,
}

impl Subscription {
    /// The next message; `None` when the connection is closed for good.
    pub async fn next(&mut self) -> Option<LiveMessage> {
        self.inner.next().await.map(live_message)
    }
}

impl Broker {
    /// Subscribes to live messages. The server knows of it before it answers any later request of this connection.
    ///
    /// # Errors
    /// [`ReadError`] where the connection is closed.
    pub async fn subscribe(&self, subject: String) -> Result<Subscription, ReadError> {
        let inner = self.client.subscribe(subject).await;
        inner
            .map(|inner| Subscription { inner })
            .map_err(|error| ReadError::Unavailable(error.to_string()))
    }

    /// Asks whoever listens on a live subject; `None` where nobody does, or the answer takes longer than `patience`.
    ///
    /// # Errors
    /// [`ReadError::Unavailable`] where there is no connection.
    pub async fn ask_live(
        &self,
        subject: String,
        payload: impl Into<Bytes>,
        patience: Duration,
    ) -> Result<Option<Bytes>, ReadError> {
        if !self.connection().borrow().connected {
            return Err(ReadError::Unavailable("not connected".to_owned()));
        }
        let request = async_nats::Request::new()
            .payload(payload.into())
            .timeout(Some(patience));
        match self.client.send_request(subject, request).await {
            Ok(answer) => Ok(Some(answer.payload)),
            Err(error) => match error.kind() {
                RequestErrorKind::TimedOut | RequestErrorKind::NoResponders => Ok(None),
                _ => Err(ReadError::Unavailable(error.to_string())),
            },
        }
    }

    /// Publishes without an ack: it may be lost, and is dropped at once while there is no connection.
    ///
    /// # Errors
    /// [`PublishError::Unavailable`].
    pub async fn publish_core(
        &self,
        subject: String,
        payload: impl Into<Bytes>,
    ) -> Result<(), PublishError> {
        if !self.connection().borrow().connected {
            return Err(PublishError::Unavailable("not connected".to_owned()));
        }
        let sent = self.client.publish(subject, payload.into()).await;
        sent.map_err(|error| PublishError::Unavailable(error.to_string()))
    }
}

fn live_message(message: async_nats::Message) -> LiveMessage {
    let header = |name: &str| {
        let headers = message.headers.as_ref()?;
        headers.get(name).map(async_nats::HeaderValue::as_str)
    };
    let number = |name: &str| {
        header(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(0)
    };
    LiveMessage {
        seq: number("Nats-Sequence"),
        previous_seq: number("Nats-Last-Sequence"),
        stored_at: header("Nats-Time-Stamp").and_then(parse_time),
        reply: message.reply.as_ref().map(ToString::to_string),
        subject: message.subject.to_string(),
        payload: message.payload,
    }
}
