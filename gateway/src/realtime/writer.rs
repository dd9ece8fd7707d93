//! The task that writes to one socket.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use futures_util::{SinkExt, stream::SplitSink};
use tokio::time::timeout;

use super::{
    close_code::CloseCode,
    outbox::{Outbox, Waiting},
};

/// How long a client may take nothing of what is being written to it. What the system buffers does not count: this much
/// later it has read less than one frame.
const STALLED_AFTER: Duration = Duration::from_secs(10);
/// How long a socket that was cut may take to read why.
const CLOSE_WITHIN: Duration = Duration::from_secs(10);

type Sink = SplitSink<WebSocket, Message>;

/// Why writing ended early.
enum Unwritten {
    Gone(axum::Error),
    Stalled,
}

/// Writes the opening, then whatever is queued, until a close was written or the socket is gone. Frames that are ready
/// together are flushed together.
pub async fn write(
    mut sink: Sink,
    opening: Vec<Message>,
    mut frames: Waiting,
    outbox: Arc<Outbox>,
) {
    let written = tokio::select! {
        written = pump(&mut sink, opening, &mut frames) => written,
        () = outbox.cut() => Err(Unwritten::Stalled),
    };
    // What was not written is not kept while the client is told why.
    drop(frames);
    match written {
        Ok(()) => {}
        Err(Unwritten::Gone(error)) => {
            tracing::trace!(%error, "a socket went away while it was written to");
            outbox.close(CloseCode::Normal);
        }
        Err(Unwritten::Stalled) => {
            outbox.too_slow();
            let code = outbox.close_code().unwrap_or(CloseCode::TooSlow);
            // A client that does not read it finds the connection closed.
            let _ = timeout(CLOSE_WITHIN, sink.send(code.message())).await;
        }
    }
}

async fn pump(
    sink: &mut Sink,
    opening: Vec<Message>,
    frames: &mut Waiting,
) -> Result<(), Unwritten> {
    for message in opening {
        in_time(sink.feed(message)).await?;
    }
    in_time(sink.flush()).await?;
    while let Some(first) = frames.next().await {
        let mut next = Some(first);
        while let Some(message) = next {
            let last = matches!(message, Message::Close(_));
            in_time(sink.feed(message)).await?;
            if last {
                return in_time(sink.flush()).await;
            }
            next = frames.next_now();
        }
        in_time(sink.flush()).await?;
    }
    Ok(())
}

async fn in_time(written: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Unwritten> {
    match timeout(STALLED_AFTER, written).await {
        Ok(written) => written.map_err(Unwritten::Gone),
        Err(_elapsed) => Err(Unwritten::Stalled),
    }
}
