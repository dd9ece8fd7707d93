//! The task that writes to one socket.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use futures_util::{SinkExt, stream::SplitSink};
use tokio::{sync::mpsc, time::timeout};

use super::{close_code::CloseCode, outbox::Outbox};

/// How long a socket that was cut may take to read why.
const CLOSE_WITHIN: Duration = Duration::from_secs(10);

type Sink = SplitSink<WebSocket, Message>;

/// Writes the opening, then whatever is queued, until a close was written or the socket is gone. Frames that are ready
/// together are flushed together.
pub async fn write(
    mut sink: Sink,
    opening: Vec<Message>,
    mut frames: mpsc::Receiver<Message>,
    outbox: Arc<Outbox>,
) {
    let written = tokio::select! {
        written = pump(&mut sink, opening, &mut frames) => written,
        () = outbox.cut() => {
            let code = outbox.close_code().unwrap_or(CloseCode::TooSlow);
            let close = timeout(CLOSE_WITHIN, sink.send(code.message()));
            close.await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = written {
        tracing::trace!(%error, "a socket went away while it was written to");
        outbox.close(CloseCode::Normal);
    }
}

async fn pump(
    sink: &mut Sink,
    opening: Vec<Message>,
    frames: &mut mpsc::Receiver<Message>,
) -> Result<(), axum::Error> {
    for message in opening {
        sink.feed(message).await?;
    }
    sink.flush().await?;
    while let Some(first) = frames.recv().await {
        let mut next = Some(first);
        while let Some(message) = next {
            let last = matches!(message, Message::Close(_));
            sink.feed(message).await?;
            if last {
                return sink.flush().await;
            }
            next = frames.try_recv().ok();
        }
        sink.flush().await?;
    }
    Ok(())
}
