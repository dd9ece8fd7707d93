//! A stream that lost its newest messages, in a power cut or with its folder, would give their sequences anew.

use contract::streams::StreamSpec;
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use crate::{Broker, ConnectError, Publish, PublishError, Skipped, request::Answer};

/// Fillers that wait for their ack at the same time.
const IN_FLIGHT: usize = 512;

/// Who else may be writing into a stream that is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writers {
    Nobody,
    Others,
}

impl Broker {
    /// Makes every later sequence of the stream higher than `known`. What the stream still has, stays, and it gets a new
    /// epoch and remembers what was skipped ([`crate::StreamState::skipped`]). Says whether there was anything to do: not,
    /// where the stream reaches that far already. `filler` is a subject of the stream that no consumer reads; its messages are
    /// purged. Any number of processes may do it at once, while nobody else writes.
    ///
    /// # Errors
    /// [`ConnectError::Provision`]; it can be repeated.
    pub async fn go_past(
        &self,
        stream: &StreamSpec,
        known: u64,
        filler: &str,
    ) -> Result<bool, ConnectError> {
        let gone_past = self.skip_to(stream, known, filler, Writers::Nobody).await;
        gone_past.map_err(|reason| not_past(stream, known, reason))
    }

    /// As [`Broker::go_past`], where others may be writing meanwhile, and lose nothing. It takes longer where the stream
    /// is empty.
    ///
    /// # Errors
    /// [`ConnectError::Provision`]; it can be repeated.
    pub async fn move_on(
        &self,
        stream: &StreamSpec,
        known: u64,
        filler: &str,
    ) -> Result<bool, ConnectError> {
        let moved_on = self.skip_to(stream, known, filler, Writers::Others).await;
        moved_on.map_err(|reason| not_past(stream, known, reason))
    }

    async fn skip_to(
        &self,
        stream: &StreamSpec,
        known: u64,
        filler: &str,
        writers: Writers,
    ) -> Result<bool, String> {
        let state = self.stream_state(stream).await;
        let state = state.map_err(|error| error.to_string())?;
        if state.last_seq >= known {
            return Ok(false);
        }
        // Marked first: a process that dies in between leaves a stream that is still too short, and is mended again.
        let skipped = Skipped {
            first: state.last_seq + 1,
            last: known,
        };
        let epoch = Uuid::now_v7();
        self.mark(stream, |losses| losses.skip(skipped, epoch))
            .await?;
        let is_empty = state.first_seq > state.last_seq;
        if is_empty && writers == Writers::Nobody {
            self.empty_up_to(stream, known).await?;
        } else {
            self.fill(stream, known, filler).await?;
        }
        Ok(true)
    }

    async fn empty_up_to(&self, stream: &StreamSpec, known: u64) -> Result<(), String> {
        let api = format!("$JS.API.STREAM.PURGE.{}", stream.name);
        let query = serde_json::json!({ "seq": known + 1 });
        match self.ask::<serde_json::Value>(api, &query).await {
            Ok(Answer::Given(_)) => Ok(()),
            Ok(Answer::Refused { error }) => Err(error.description),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Gives the stream a new epoch, where other messages stand in the place of lost ones: somewhere up to its present end,
    /// at `seq` for one. Says whether there was anything to do: not, where that is told already. Any number of processes
    /// may do it.
    ///
    /// # Errors
    /// [`ConnectError::Provision`]; it can be repeated.
    pub async fn renew(&self, stream: &StreamSpec, seq: u64) -> Result<bool, ConnectError> {
        let refused = |reason| ConnectError::Provision {
            what: format!("a new epoch of the stream {}", stream.name),
            reason,
        };
        let state = self.stream_state(stream).await;
        let state = state.map_err(|error| refused(error.to_string()))?;
        if state.has_renewed(seq) {
            return Ok(false);
        }
        let epoch = Uuid::now_v7();
        let marked = self.mark(stream, |losses| losses.renew(state.last_seq, epoch));
        marked.await.map_err(refused).map(|()| true)
    }

    /// Each filler names the end that it expects, so that several processes at once fill the stream once. The fillers are
    /// purged then.
    async fn fill(&self, stream: &StreamSpec, known: u64, filler: &str) -> Result<(), String> {
        loop {
            let state = self.stream_state(stream).await;
            let end = state.map_err(|error| error.to_string())?.last_seq;
            let fillers = (end..known).map(|before| {
                let publish = Publish::new(filler.to_owned(), "").expecting_end(before);
                async move { self.publish(publish).await.map(|_ack| ()) }
            });
            let filled = stream::iter(fillers).buffered(IN_FLIGHT);
            match filled.try_collect::<()>().await {
                Ok(()) => break,
                // Another process is at it too: on from where it is.
                Err(PublishError::Conflict) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        let purged = self.purge(stream, filler, 0).await;
        purged.map(drop).map_err(|error| error.to_string())
    }

    /// Remembers that everything which SQL has of the skipped range was put back.
    ///
    /// # Errors
    /// [`ConnectError::Provision`]; it can be repeated.
    pub async fn mark_put_back(
        &self,
        stream: &StreamSpec,
        skipped: Skipped,
    ) -> Result<(), ConnectError> {
        let marked = self.mark(stream, |losses| losses.put_back(skipped)).await;
        marked.map_err(|reason| ConnectError::Provision {
            what: format!("the record of what the stream {} has lost", stream.name),
            reason,
        })
    }
}

fn not_past(stream: &StreamSpec, known: u64, reason: String) -> ConnectError {
    ConnectError::Provision {
        what: format!("a stream {} that goes on after {known}", stream.name),
        reason,
    }
}
