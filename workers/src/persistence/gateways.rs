//! What gateways have seen of `CHAT` and no database has: acknowledged messages that the broker has lost.
//!
//! Their sequences are not given again, and where others have got them already, clients learn it by a new epoch and send
//! again what they hold. A gateway tells until it sees that it was heard; what it tells is looked at here, so that it may
//! be told by many, and often.

use bootstrap::{Database, Shutdown, patiently};
use broker::{Broker, ReadError, Subscription};
use contract::{
    live::StreamEnd,
    message::StoredMessage,
    streams::CHAT,
    subjects::{self, CHAT_FILLER},
};

use super::{gone, lost_tail};

/// Listens to what gateways tell.
///
/// # Errors
/// The broker refuses the subscription, for as long as a start may take.
pub(super) async fn listen(
    broker: &Broker,
    shutdown: &Shutdown,
) -> Result<Subscription, ReadError> {
    let listen = || broker.subscribe(subjects::LIVE_ENDS.to_owned());
    patiently("what gateways tell", shutdown, listen).await
}

/// Sees to what gateways tell, until shutdown.
pub(super) async fn follow(
    mut told: Subscription,
    broker: Broker,
    database: Database,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    loop {
        let told = tokio::select! {
            told = told.next() => told,
            () = shutdown.requested() => None,
        };
        let Some(told) = told else { return Ok(()) };
        match serde_json::from_slice::<StreamEnd>(&told.payload) {
            Ok(end) if end.stream == CHAT.name => {
                if let Err(error) = see_to(&broker, &database, &end).await {
                    tracing::warn!(%error, "a stream that had lost messages is not mended yet");
                }
            }
            Ok(end) => tracing::debug!(stream = end.stream, "the end of another stream"),
            Err(error) => {
                tracing::warn!(%error, "what a gateway says of a stream's end is not understood");
            }
        }
    }
}

async fn see_to(broker: &Broker, database: &Database, seen: &StreamEnd) -> anyhow::Result<()> {
    let chat = broker.stream_state(&CHAT).await?;
    let is_short = chat.last_seq < seen.seq;
    if !is_short && (chat.has_renewed(seen.seq) || !is_replaced(broker, seen).await?) {
        return Ok(());
    }
    // Before it is mended, as where the worker sees it for itself: a worker that dies in between has it noted.
    gone::note_all_again(database, broker.clock().now()).await?;
    let is_mended = if is_short {
        broker.move_on(&CHAT, seen.seq, CHAT_FILLER).await?
    } else {
        broker.renew(&CHAT, seen.seq).await?
    };
    if is_mended {
        lost_tail::lost(&CHAT, seen.seq);
    }
    Ok(())
}

/// Whether another message stands there. One that is missing may have been removed on purpose.
async fn is_replaced(broker: &Broker, seen: &StreamEnd) -> anyhow::Result<bool> {
    let stands_there = broker.get(&CHAT, seen.seq).await?;
    let message = stands_there
        .and_then(|record| serde_json::from_slice::<StoredMessage>(&record.payload).ok());
    Ok(seen
        .message_id
        .zip(message)
        .is_some_and(|(seen, message)| seen != message.id))
}
