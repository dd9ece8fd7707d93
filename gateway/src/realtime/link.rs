//! One socket, as its session sees it.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use contract::frames::{MAX_FRAME_BYTES, NotificationsServerFrame};
use futures_util::{StreamExt, stream::SplitStream};
use tokio::{
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_tungstenite::tungstenite;

use super::{
    close_code::CloseCode,
    flood::FrameBudget,
    frame::{Frame, refusal},
    guard::{Alarm, Guard},
    outbox::{Outbox, Waiting},
    parse, writer,
};
use crate::state::AppState;

/// How long the writer may take to write what is queued and the close.
const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// How long the client may take to answer the close.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// What a session hears next.
#[derive(Debug)]
pub enum Heard {
    /// A text frame.
    Text(Utf8Bytes),
    /// Nothing any more: the socket closes or is gone.
    End,
}

/// A socket whose session has begun: reads frames, answers to alarms, and knows how to end.
#[derive(Debug)]
pub struct Link {
    stream: SplitStream<WebSocket>,
    outbox: Arc<Outbox>,
    writer: JoinHandle<()>,
    /// Watches over the socket.
    pub guard: Guard,
    budget: Option<FrameBudget>,
    farewell: Option<Frame>,
}

impl Link {
    /// Starts the writer: first the opening, then what the outbox holds.
    pub fn open(
        state: &AppState,
        socket: WebSocket,
        opening: &[Frame],
        (outbox, frames): (Arc<Outbox>, Waiting),
        guard: Guard,
    ) -> Self {
        let (sink, stream) = socket.split();
        let opening = opening
            .iter()
            .map(|frame| Message::Text(frame.text.clone()))
            .collect();
        let writer = tokio::spawn(writer::write(sink, opening, frames, Arc::clone(&outbox)));
        let limited = state.settings.limits.enabled;
        Self {
            stream,
            outbox,
            writer,
            guard,
            budget: limited.then(|| FrameBudget::new(Instant::now())),
            farewell: None,
        }
    }

    /// With a frame that is sent before the close when the session was ended.
    #[must_use]
    pub fn with_farewell(mut self, farewell: &NotificationsServerFrame) -> Self {
        self.farewell = Some(Frame::from(farewell));
        self
    }

    /// The way to this socket.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Waits for what comes next; with `reading` false only for the end. May be dropped and called again.
    pub async fn next(&mut self, state: &AppState, reading: bool) -> Heard {
        loop {
            let message = tokio::select! {
                () = self.outbox.closing() => return Heard::End,
                alarm = self.guard.alarm(state) => {
                    if self.answer(alarm) {
                        return Heard::End;
                    }
                    continue;
                }
                message = self.stream.next(), if reading => message,
            };
            match self.judge(message) {
                Ok(Some(text)) => return Heard::Text(text),
                Ok(None) => {}
                Err(code) => {
                    self.outbox.close(code);
                    return Heard::End;
                }
            }
        }
    }

    /// Ends the socket: the writer finishes, the client may answer the close.
    pub async fn finish(mut self) {
        self.outbox.close(CloseCode::Normal);
        self.outbox.end();
        if let Some(code) = self.outbox.close_code() {
            metrics::counter!("webchat_socket_closes_total", "reason" => code.reason())
                .increment(1);
        }
        let writer = self.writer.abort_handle();
        if timeout(WRITE_WITHIN, &mut self.writer).await.is_err() {
            writer.abort();
        }
        let answer = async { while let Some(Ok(_)) = self.stream.next().await {} };
        // A client that does not answer is gone, or will find the connection closed.
        let _ = timeout(ANSWER_WITHIN, answer).await;
    }

    /// A text to handle, nothing to handle, or why to close.
    fn judge(
        &mut self,
        message: Option<Result<Message, axum::Error>>,
    ) -> Result<Option<Utf8Bytes>, CloseCode> {
        let message = match message {
            None => return Err(CloseCode::Normal),
            Some(Err(error)) => return Err(code_of(error)),
            Some(Ok(message)) => message,
        };
        self.guard.heard();
        let within = self
            .budget
            .as_mut()
            .is_none_or(|budget| budget.take(Instant::now()));
        match message {
            Message::Close(_) => Err(CloseCode::Normal),
            _ if !within => Err(CloseCode::RateLimited),
            Message::Text(text) if text.len() > MAX_FRAME_BYTES => Err(CloseCode::TooLarge),
            Message::Text(text) => Ok(Some(text)),
            Message::Binary(_) => {
                self.outbox.push(&refusal(&parse::binary_refused()));
                Ok(None)
            }
            Message::Ping(_) | Message::Pong(_) => Ok(None),
        }
    }

    /// Whether the socket ends.
    fn answer(&self, alarm: Alarm) -> bool {
        match alarm {
            Alarm::PingDue => {
                self.outbox.ping();
                return false;
            }
            Alarm::Expired => self.outbox.close(CloseCode::SignedOut),
            Alarm::Revoked => {
                if let Some(farewell) = &self.farewell {
                    self.outbox.push(farewell);
                }
                self.outbox.close(CloseCode::SignedOut);
            }
            Alarm::Silent => self.outbox.close(CloseCode::Normal),
            Alarm::Shutdown => self.outbox.close(CloseCode::Restart),
        }
        true
    }
}

fn code_of(error: axum::Error) -> CloseCode {
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => CloseCode::TooLarge,
        Some(tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_)) => {
            CloseCode::ProtocolError
        }
        _ => CloseCode::Normal,
    }
}
