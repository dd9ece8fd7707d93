//! Reads from streams. Single messages come from the leader, ranges by direct get.

use bytes::Bytes;
use contract::streams::StreamSpec;
use futures_util::StreamExt;
use serde_json::json;

use crate::{
    Broker, ReadError, Record,
    record::{GetAnswer, direct_record},
    request::{Answer, ApiError},
};

/// "No message found". A stream that is not there is another error: nobody knows what it had.
const NO_MESSAGE: u32 = 10037;
/// As the sequence up to which is looked: there is no limit.
pub(crate) const NEWEST: u64 = 0;
/// How many messages a replica may lack that answers a direct get.
const MISSED_BY_A_REPLICA: usize = 100;

impl Broker {
    /// The last message of a subject, read from the stream's leader.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn last(
        &self,
        stream: &StreamSpec,
        subject: &str,
    ) -> Result<Option<Record>, ReadError> {
        self.checked().await?;
        self.last_unchecked(stream, subject).await
    }

    /// The same before anybody has vouched for the streams.
    pub(crate) async fn last_unchecked(
        &self,
        stream: &StreamSpec,
        subject: &str,
    ) -> Result<Option<Record>, ReadError> {
        self.get_unchecked(stream, json!({ "last_by_subj": subject }))
            .await
    }

    /// The message at a sequence, read from the stream's leader.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn get(&self, stream: &StreamSpec, seq: u64) -> Result<Option<Record>, ReadError> {
        self.get_from_leader(stream, json!({ "seq": seq })).await
    }

    /// The first message of the subject (wildcards allowed) from a sequence on, read from the stream's leader.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn next(
        &self,
        stream: &StreamSpec,
        subject: &str,
        from: u64,
    ) -> Result<Option<Record>, ReadError> {
        let query = json!({ "seq": from.max(1), "next_by_subj": subject });
        self.get_from_leader(stream, query).await
    }

    pub(crate) async fn get_from_leader(
        &self,
        stream: &StreamSpec,
        query: serde_json::Value,
    ) -> Result<Option<Record>, ReadError> {
        self.checked().await?;
        self.get_unchecked(stream, query).await
    }

    async fn get_unchecked(
        &self,
        stream: &StreamSpec,
        query: serde_json::Value,
    ) -> Result<Option<Record>, ReadError> {
        let subject = format!("$JS.API.STREAM.MSG.GET.{}", stream.name);
        match self.ask::<GetAnswer>(subject, &query).await? {
            Answer::Given(answer) => answer.message.into_record().map(Some),
            Answer::Refused { error } if error.err_code == NO_MESSAGE => Ok(None),
            Answer::Refused { error } => Err(unavailable(&error)),
        }
    }

    /// Up to `limit` messages of the subject (wildcards allowed) from sequence `from` on, ascending; where they are fewer,
    /// there were no more. They come by direct get, which a replica may answer that lags behind: where it knows no more,
    /// the leader is asked.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn replay(
        &self,
        stream: &StreamSpec,
        subject: &str,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Record>, ReadError> {
        let behind = |records: &[Record]| records.last().map_or(from.max(1), |last| last.seq + 1);
        let mut records = Vec::new();
        while records.len() < limit {
            let (next, wanted) = (behind(&records), limit - records.len());
            let query = json!({ "seq": next, "next_by_subj": subject, "batch": wanted });
            records.append(&mut self.direct_get(stream, &query).await?);
            if records.len() < limit {
                match self.next(stream, subject, behind(&records)).await? {
                    Some(missed) => records.push(missed),
                    None => break,
                }
            }
        }
        Ok(records)
    }

    /// The subject's last message before a sequence. A direct get finds it, which a replica may answer that lags behind;
    /// so the leader tells what came after.
    ///
    /// # Errors
    /// [`ReadError`]; also where the replica lags far behind.
    pub async fn last_before(
        &self,
        stream: &StreamSpec,
        subject: &str,
        seq: u64,
    ) -> Result<Option<Record>, ReadError> {
        if seq <= 1 {
            return Ok(None);
        }
        let query = json!({ "multi_last": [subject], "up_to_seq": seq - 1 });
        let mut last = self.direct_get(stream, &query).await?.pop();
        for _ in 0..MISSED_BY_A_REPLICA {
            let from = last.as_ref().map_or(1, |record| record.seq + 1);
            if from >= seq {
                return Ok(last);
            }
            match self.next(stream, subject, from).await? {
                Some(missed) if missed.seq < seq => last = Some(missed),
                _ => return Ok(last),
            }
        }
        Err(gone("a replica lags far behind its leader"))
    }

    /// The last message of each of these subjects, at most 1,024 of them, up to a sequence, ascending, by direct get.
    /// Subjects without one are absent. Up to 0 means up to the newest.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn last_of_each(
        &self,
        stream: &StreamSpec,
        subjects: &[String],
        up_to: u64,
    ) -> Result<Vec<Record>, ReadError> {
        let query = json!({ "multi_last": subjects, "up_to_seq": up_to });
        self.direct_get(stream, &query).await
    }

    /// A direct get with many answers; a status message ends them.
    async fn direct_get(
        &self,
        stream: &StreamSpec,
        query: &serde_json::Value,
    ) -> Result<Vec<Record>, ReadError> {
        self.checked().await?;
        let inbox = self.client.new_inbox();
        let mut answers = self.client.subscribe(inbox.clone()).await.map_err(gone)?;
        self.client
            .publish_with_reply(
                format!("$JS.API.DIRECT.GET.{}", stream.name),
                inbox,
                Bytes::from(query.to_string()),
            )
            .await
            .map_err(gone)?;
        let mut records = Vec::new();
        loop {
            let answer = tokio::time::timeout(self.request_timeout, answers.next())
                .await
                .map_err(gone)?
                .ok_or_else(|| gone("the connection was closed"))?;
            let known = records.last().map_or(0, |last: &Record| last.seq);
            if previous_in_batch(&answer).is_some_and(|previous| previous != known) {
                return Err(gone("an answer of a direct get was lost"));
            }
            match answer.status.map(|status| status.as_u16()) {
                None => records.push(direct_record(answer)?),
                Some(204 | 404) => return Ok(records),
                Some(status) => return Err(gone(format!("a direct get was refused: {status}"))),
            }
        }
    }
}

/// The sequence of the answer that the server sent before this one, 0 before the first: answers are core messages, and
/// some of them can be lost where the connection breaks and is made again in between.
fn previous_in_batch(answer: &async_nats::Message) -> Option<u64> {
    let headers = answer.headers.as_ref()?;
    headers.get("Nats-Last-Sequence")?.as_str().parse().ok()
}

fn gone(reason: impl std::fmt::Display) -> ReadError {
    ReadError::Unavailable(reason.to_string())
}

pub(crate) fn unavailable(error: &ApiError) -> ReadError {
    ReadError::Unavailable(format!("{} ({})", error.description, error.err_code))
}
