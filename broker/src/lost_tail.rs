//! A stream that lost its newest messages, in a power cut or with its folder, would give their sequences anew.

use contract::streams::StreamSpec;
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use crate::{
    Broker, ConnectError, Publish, PublishError, Skipped,
    request::Answer,
    state::{EPOCH, PUT_BACK, RENEWED, SKIPPED},
};

/// Fillers that wait for their ack at the same time.
const IN_FLIGHT: usize = 512;

impl Broker {
    /// Makes every later sequence of the stream higher than `known`. What the stream still has, stays, and it gets a new
    /// epoch and remembers what was skipped ([`crate::StreamState::skipped`]). Says whether there was anything to do: not,
    /// where the stream reaches that far already. `filler` is a subject of the stream that no consumer reads; its messages are
    /// purged. Any number of processes may do it at once.
    ///
    /// # Errors
    /// [`ConnectError::Provision`]; it can be repeated.
    pub async fn go_past(
        &self,
        stream: &StreamSpec,
        known: u64,
        filler: &str,
    ) -> Result<bool, ConnectError> {
        let refused = |reason| not_past(stream, known, reason);
        let state = self.stream_state(stream).await;
        let state = state.map_err(|error| refused(error.to_string()))?;
        if state.last_seq >= known {
            return Ok(false);
        }
        // Marked first: a process that dies in between leaves a stream that is still too short, and is mended again.
        let skipped = Skipped {
            first: state.last_seq + 1,
            last: known,
        };
        let skipped = skipped.joined(state.skipped).to_string();
        let marked = self.mark_loss(stream, &[(SKIPPED, skipped)]).await;
        marked.map_err(refused)?;
        if state.first_seq > state.last_seq {
            let api = format!("$JS.API.STREAM.PURGE.{}", stream.name);
            let query = serde_json::json!({ "seq": known + 1 });
            match self.ask::<serde_json::Value>(api, &query).await {
                Ok(Answer::Given(_)) => {}
                Ok(Answer::Refused { error }) => return Err(refused(error.description)),
                Err(error) => return Err(refused(error.to_string())),
            }
        } else {
            self.fill(stream, known, filler).await.map_err(refused)?;
        }
        Ok(true)
    }

    /// As [`Broker::go_past`], where messages were lost that SQL never had: nothing is to be read from SQL in their place.
    /// Others may be writing meanwhile, and lose nothing.
    ///
    /// # Errors
    /// [`ConnectError::Provision`]; it can be repeated.
    pub async fn move_on(
        &self,
        stream: &StreamSpec,
        known: u64,
        filler: &str,
    ) -> Result<bool, ConnectError> {
        let refused = |reason| not_past(stream, known, reason);
        let state = self.stream_state(stream).await;
        if state.map_err(|error| refused(error.to_string()))?.last_seq >= known {
            return Ok(false);
        }
        self.mark_loss(stream, &[]).await.map_err(refused)?;
        let filled = self.fill(stream, known, filler).await;
        filled.map_err(refused).map(|()| true)
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
        let renewed = (RENEWED, state.last_seq.to_string());
        let marked = self.mark_loss(stream, &[renewed]).await;
        marked.map_err(refused).map(|()| true)
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
        let metadata = [(PUT_BACK, skipped.to_string())];
        self.mark(stream, &metadata)
            .await
            .map_err(|reason| ConnectError::Provision {
                what: format!("the metadata of the stream {}", stream.name),
                reason,
            })
    }

    /// With a new epoch.
    async fn mark_loss(
        &self,
        stream: &StreamSpec,
        more: &[(&'static str, String)],
    ) -> Result<(), String> {
        let epoch = (EPOCH, Uuid::now_v7().to_string());
        self.mark(stream, &[&[epoch], more].concat()).await
    }

    async fn mark(
        &self,
        stream: &StreamSpec,
        metadata: &[(&'static str, String)],
    ) -> Result<(), String> {
        let existing = self.jetstream.get_stream(stream.name).await;
        let existing = existing.map_err(|error| error.to_string())?;
        let mut config = existing.cached_info().config.clone();
        for (key, value) in metadata {
            config.metadata.insert((*key).to_owned(), value.clone());
        }
        let updated = self.jetstream.update_stream(config).await;
        updated.map(|_info| ()).map_err(|error| error.to_string())
    }
}

fn not_past(stream: &StreamSpec, known: u64, reason: String) -> ConnectError {
    ConnectError::Provision {
        what: format!("a stream {} that goes on after {known}", stream.name),
        reason,
    }
}
