//! A stream that lost its newest messages, in a power cut or with its folder, would give their sequences anew.

use contract::streams::StreamSpec;
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use crate::{Broker, ConnectError, Publish, request::Answer, state::EPOCH};

/// Fillers that wait for their ack at the same time.
const IN_FLIGHT: usize = 512;

impl Broker {
    /// Makes every later sequence of the stream higher than `known`. What the stream still has, stays, and it gets a new
    /// epoch. Says whether there was anything to do: not, where the stream reaches that far already. `filler` is a
    /// subject of the stream that nobody needs; its messages are purged.
    ///
    /// # Errors
    /// [`ConnectError::Provision`]; it can be repeated.
    pub async fn go_past(
        &self,
        stream: &StreamSpec,
        known: u64,
        filler: &str,
    ) -> Result<bool, ConnectError> {
        let refused = |reason: String| ConnectError::Provision {
            what: format!("a stream {} that goes on after {known}", stream.name),
            reason,
        };
        let state = self.stream_state(stream).await;
        let state = state.map_err(|error| refused(error.to_string()))?;
        if state.last_seq >= known {
            return Ok(false);
        }
        if state.first_seq > state.last_seq {
            let api = format!("$JS.API.STREAM.PURGE.{}", stream.name);
            let query = serde_json::json!({ "seq": known + 1 });
            match self.ask::<serde_json::Value>(api, &query).await {
                Ok(Answer::Given(_)) => {}
                Ok(Answer::Refused { error }) => return Err(refused(error.description)),
                Err(error) => return Err(refused(error.to_string())),
            }
        } else {
            let fillers = (state.last_seq..known).map(|_| {
                let publish = Publish::new(filler.to_owned(), "");
                async move { self.publish(publish).await.map(|_ack| ()) }
            });
            let filled = stream::iter(fillers).buffer_unordered(IN_FLIGHT);
            let filled = filled.try_collect::<()>().await;
            filled.map_err(|error| refused(error.to_string()))?;
            let purged = self.purge(stream, filler, 0).await;
            purged.map_err(|error| refused(error.to_string()))?;
        }
        self.renew_epoch(stream).await.map_err(refused)?;
        Ok(true)
    }

    async fn renew_epoch(&self, stream: &StreamSpec) -> Result<(), String> {
        let existing = self.jetstream.get_stream(stream.name).await;
        let existing = existing.map_err(|error| error.to_string())?;
        let mut config = existing.cached_info().config.clone();
        let epoch = Uuid::now_v7().to_string();
        config.metadata.insert(EPOCH.to_owned(), epoch);
        let updated = self.jetstream.update_stream(config).await;
        updated.map(|_info| ()).map_err(|error| error.to_string())
    }
}
