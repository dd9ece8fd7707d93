//! Acknowledged publishes.

use std::time::{Duration, Instant};

use async_nats::{HeaderMap, Request, header};
use bytes::Bytes;
use contract::streams::StreamSpec;
use domain::Timestamp;
use serde::Deserialize;

use crate::{
    Broker, PublishError, ReadError,
    request::{Answer, ApiError, may_have_arrived},
};

/// Wrong last sequence, of the stream's subject or of the stream.
const WRONG_LAST_SEQUENCE: [u32; 2] = [10071, 10164];
/// The cluster has a message of this id under way, and has not agreed on it yet.
const DUPLICATE_UNDER_WAY: u32 = 10158;
/// The broker is there and cannot do it now, for example for want of space.
const UNAVAILABLE: u16 = 503;

/// One acknowledged publish and its conditions.
#[derive(Debug, Clone, Default)]
pub struct Publish {
    /// The subject.
    pub subject: String,
    /// The body.
    pub payload: Bytes,
    /// The id by which the stream knows a repetition. With it, a publish that failed early is repeated here.
    pub message_id: Option<String>,
    /// Store only if the subject's last message has this sequence; 0: only if it has none.
    pub expected_last: Option<u64>,
    /// Store only if the stream's last message has this sequence.
    pub expected_end: Option<u64>,
    /// How long the message lives.
    pub ttl: Option<Duration>,
    /// Whether the subject's earlier messages go as this one is stored. In a batch they stay.
    pub replaces_earlier: bool,
}

/// The stream has the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Ack {
    /// Its sequence; the first one's where it is a repetition.
    pub seq: u64,
    /// Whether the stream had it already.
    #[serde(default)]
    pub duplicate: bool,
}

impl Publish {
    /// A publish without conditions.
    pub fn new(subject: String, payload: impl Into<Bytes>) -> Self {
        Self {
            subject,
            payload: payload.into(),
            ..Self::default()
        }
    }

    /// With the id by which the stream knows a repetition.
    #[must_use]
    pub fn message_id(mut self, id: impl Into<String>) -> Self {
        self.message_id = Some(id.into());
        self
    }

    /// Only if the subject's last message has this sequence; 0: only if it has none.
    #[must_use]
    pub fn expecting_last(mut self, seq: u64) -> Self {
        self.expected_last = Some(seq);
        self
    }

    /// Only if the stream ends at `seq`.
    #[must_use]
    pub fn expecting_end(mut self, seq: u64) -> Self {
        self.expected_end = Some(seq);
        self
    }

    /// With a time to live of at least one second.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// The subject's earlier messages go as this one is stored, so that none of them is the last one again when this one's
    /// time to live is over. In a batch they stay.
    #[must_use]
    pub fn replacing_earlier(mut self) -> Self {
        self.replaces_earlier = true;
        self
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(id) = &self.message_id {
            headers.insert(header::NATS_MESSAGE_ID, id.as_str());
        }
        if let Some(seq) = self.expected_last {
            headers.insert(header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, seq.to_string());
        }
        if let Some(seq) = self.expected_end {
            headers.insert(header::NATS_EXPECTED_LAST_SEQUENCE, seq.to_string());
        }
        if let Some(ttl) = self.ttl {
            headers.insert(
                header::NATS_MESSAGE_TTL,
                format!("{}s", ttl.as_secs().max(1)),
            );
        }
        headers
    }
}

impl Broker {
    /// Publishes and waits for the stream's ack. Where that fails before the request timeout and there is a `message_id`,
    /// it is repeated until then: the stream stores it once. All of it takes less than two request timeouts.
    ///
    /// # Errors
    /// [`PublishError`]; after [`PublishError::Ambiguous`] the message may be stored.
    pub async fn publish(&self, publish: Publish) -> Result<Ack, PublishError> {
        let begun = Instant::now();
        let mut headers = publish.headers();
        if publish.replaces_earlier {
            headers.insert("Nats-Rollup", "sub");
        }
        let mut outcome = self.publish_once(&publish, headers.clone()).await;
        while publish.message_id.is_some()
            && matches!(
                outcome,
                Err(PublishError::Ambiguous | PublishError::Unavailable(_))
            )
            && begun.elapsed() < self.request_timeout
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
            outcome = self.publish_once(&publish, headers.clone()).await;
        }
        let label = if outcome.is_ok() { "ok" } else { "error" };
        metrics::histogram!("webchat_publish_ack_seconds", "outcome" => label)
            .record(begun.elapsed().as_secs_f64());
        outcome
    }

    async fn publish_once(
        &self,
        publish: &Publish,
        headers: HeaderMap,
    ) -> Result<Ack, PublishError> {
        self.publish_raw(publish.subject.clone(), publish.payload.clone(), headers)
            .await
    }

    /// Has the stream publish `payload` to `target` at the instant `at`, never earlier; at once where that is past. A
    /// subject has one schedule; publishing the same one again is harmless.
    ///
    /// # Errors
    /// [`PublishError`].
    pub async fn schedule(
        &self,
        subject: String,
        target: &str,
        at: Timestamp,
        payload: impl Into<Bytes>,
        fired_ttl: Duration,
    ) -> Result<Ack, PublishError> {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Schedule", format!("@at {at}"));
        headers.insert("Nats-Schedule-Target", target);
        headers.insert(
            "Nats-Schedule-TTL",
            format!("{}s", fired_ttl.as_secs().max(1)),
        );
        self.publish_raw(subject, payload.into(), headers).await
    }

    /// Deletes the messages of a subject (wildcards allowed) but the newest `keep`. Says how many there were.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn purge(
        &self,
        stream: &StreamSpec,
        subject: &str,
        keep: u64,
    ) -> Result<u64, ReadError> {
        #[derive(Deserialize)]
        struct Purged {
            purged: u64,
        }
        let api = format!("$JS.API.STREAM.PURGE.{}", stream.name);
        let query = serde_json::json!({ "filter": subject, "keep": keep });
        match self.ask::<Purged>(api, &query).await? {
            Answer::Given(answer) => Ok(answer.purged),
            Answer::Refused { error } => Err(ReadError::Unavailable(error.description)),
        }
    }

    pub(crate) async fn publish_raw(
        &self,
        subject: String,
        payload: Bytes,
        headers: HeaderMap,
    ) -> Result<Ack, PublishError> {
        self.checked_now().await?;
        let request = Request::new().payload(payload).headers(headers);
        let answer = self.client.send_request(subject.clone(), request).await;
        let answer = answer.map_err(|error| {
            if may_have_arrived(error.kind()) {
                self.was_not_taken(&subject, "no answer");
                PublishError::Ambiguous
            } else {
                PublishError::Unavailable(error.to_string())
            }
        })?;
        match serde_json::from_slice::<Answer<Ack>>(&answer.payload) {
            Ok(Answer::Given(ack)) => {
                self.was_taken(&subject);
                Ok(ack)
            }
            Ok(Answer::Refused { error }) => {
                if error.code == UNAVAILABLE {
                    self.was_not_taken(&subject, &error.description);
                }
                Err(refusal(error))
            }
            Err(error) => Err(PublishError::Rejected(error.to_string())),
        }
    }
}

fn refusal(error: ApiError) -> PublishError {
    match error.code {
        _ if WRONG_LAST_SEQUENCE.contains(&error.err_code) => PublishError::Conflict,
        _ if error.err_code == DUPLICATE_UNDER_WAY => PublishError::Ambiguous,
        UNAVAILABLE => PublishError::Unavailable(error.description),
        _ => PublishError::Rejected(format!("{} ({})", error.description, error.err_code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16, err_code: u32) -> PublishError {
        refusal(ApiError {
            code,
            err_code,
            description: String::new(),
        })
    }

    #[test]
    fn a_refusal_says_whether_trying_again_helps() {
        assert!(matches!(refused(400, 10071), PublishError::Conflict));
        assert!(matches!(refused(503, 10077), PublishError::Unavailable(_)));
        assert!(matches!(refused(409, 10158), PublishError::Ambiguous));
        assert!(matches!(refused(400, 10054), PublishError::Rejected(_)));
    }
}
