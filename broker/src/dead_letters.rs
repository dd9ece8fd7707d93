//! The messages that were given up: listed, and taken out.

use contract::{
    DeadLetter,
    consumers::ConsumerSpec,
    streams::{DLQ, StreamSpec},
    subjects,
};
use domain::Timestamp;

use crate::{Broker, Publish, PublishError, ReadError, Record, read::unavailable, request::Answer};

/// "Sequence not found", and "no message found".
const NO_MESSAGE: [u32; 2] = [10043, 10037];

/// A dead letter and its place in `DLQ`.
#[derive(Debug, Clone)]
pub struct Buried {
    /// Its sequence in `DLQ`.
    pub seq: u64,
    /// The consumer that gave it up.
    pub consumer: String,
    /// When it was given up.
    pub buried_at: Timestamp,
    /// The letter; what stands there instead, where it is none.
    pub letter: Result<DeadLetter, String>,
    /// How many bytes it has in `DLQ`.
    pub bytes: usize,
}

impl Broker {
    /// Keeps the message at `seq` of a consumer's stream on `dlq.<consumer>`: the consumer goes on without it. One that
    /// the stream does not have any more cannot be kept; the log says so.
    ///
    /// # Errors
    /// [`PublishError`]; the message is on the DLQ only where there is none.
    pub async fn bury(
        &self,
        consumer: &ConsumerSpec,
        seq: u64,
        error: &str,
    ) -> Result<(), PublishError> {
        let record = self.get(&consumer.stream, seq).await;
        let record = record.map_err(|error| PublishError::Unavailable(error.to_string()))?;
        let Some(record) = record else {
            tracing::error!(
                consumer = consumer.name,
                seq,
                error,
                "a poison message is nowhere any more"
            );
            return Ok(());
        };
        let letter = DeadLetter {
            stream: consumer.stream.name.to_owned(),
            subject: record.subject,
            seq,
            stored_at: record.stored_at,
            attempts: 1,
            error: error.to_owned(),
            payload: None,
            payload_base64: None,
        };
        self.keep_letter(consumer, letter.with_body(&record.payload))
            .await
    }

    /// Once, however often it is said within the broker's memory of ids.
    pub(crate) async fn keep_letter(
        &self,
        consumer: &ConsumerSpec,
        letter: DeadLetter,
    ) -> Result<(), PublishError> {
        let id = format!("{}:{}", consumer.name, letter.seq);
        let body = serde_json::to_vec(&letter)
            .map_err(|error| PublishError::Rejected(error.to_string()))?;
        let publish = Publish::new(subjects::dlq(consumer.name), body).message_id(id);
        self.publish(publish).await?;
        tracing::error!(
            consumer = consumer.name,
            subject = letter.subject,
            seq = letter.seq,
            error = letter.error,
            "a poison message is on the DLQ"
        );
        metrics::counter!("webchat_dead_letters_total", "consumer" => consumer.name).increment(1);
        Ok(())
    }

    /// Up to `limit` dead letters of one consumer, or of all, from sequence `from` of `DLQ` on, ascending.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn dead_letters(
        &self,
        consumer: Option<&str>,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Buried>, ReadError> {
        let subject = consumer.map_or_else(|| subjects::DLQ_ALL.to_owned(), subjects::dlq);
        let records = self.replay(&DLQ, &subject, from, limit).await?;
        Ok(records.into_iter().map(Buried::from).collect())
    }

    /// The dead letter at a sequence of `DLQ`; `None` where there is none.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn dead_letter(&self, seq: u64) -> Result<Option<Buried>, ReadError> {
        Ok(self.get(&DLQ, seq).await?.map(Buried::from))
    }

    /// Takes one message out of a stream, and its bytes off the disk. Says whether there was one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn delete_message(&self, stream: &StreamSpec, seq: u64) -> Result<bool, ReadError> {
        let api = format!("$JS.API.STREAM.MSG.DELETE.{}", stream.name);
        let query = serde_json::json!({ "seq": seq });
        match self.ask::<serde_json::Value>(api, &query).await? {
            Answer::Given(_) => Ok(true),
            Answer::Refused { error } if NO_MESSAGE.contains(&error.err_code) => Ok(false),
            Answer::Refused { error } => Err(unavailable(&error)),
        }
    }
}

impl From<Record> for Buried {
    fn from(record: Record) -> Self {
        let consumer = record.subject.strip_prefix("dlq.");
        Self {
            seq: record.seq,
            consumer: consumer.unwrap_or(&record.subject).to_owned(),
            buried_at: record.stored_at,
            letter: serde_json::from_slice(&record.payload).map_err(|error| error.to_string()),
            bytes: record.payload.len(),
        }
    }
}
