//! The messages that a socket sends, one after the other, so that the stream has them in the order of the socket.

use std::{
    collections::VecDeque,
    future::pending,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contract::{frames::ChatServerFrame, problem::Code};
use domain::{ClientId, UserId, room::Room};
use tokio::{sync::watch, time::timeout};

use super::{
    close_code::CloseCode,
    frame::{Frame, error_frame, refusal},
    outbox::Outbox,
};
use crate::{
    chat::send::{SendRequest, Sent, send_message},
    error::ApiError,
    state::AppState,
};

/// How many of its own messages a socket is known by.
const REMEMBERED: usize = 512;

/// What became of a send.
pub(super) type Outcome = (ClientId, Result<Sent, ApiError>);

/// A socket's messages that the broker does not have yet, at most a window of them.
pub(super) struct Sends {
    state: AppState,
    room: watch::Receiver<Arc<Room>>,
    user: UserId,
    window: usize,
    waiting: VecDeque<SendRequest>,
    current: Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>,
}

impl Sends {
    /// No messages yet.
    pub fn new(state: &AppState, room: watch::Receiver<Arc<Room>>, user: UserId) -> Self {
        Self {
            state: state.clone(),
            room,
            user,
            window: state.settings.realtime.send_window,
            waiting: VecDeque::new(),
            current: None,
        }
    }

    /// Whether the socket may be read on.
    pub fn has_room(&self) -> bool {
        self.waiting.len() + usize::from(self.current.is_some()) < self.window
    }

    /// One more message.
    pub fn push(&mut self, request: SendRequest) {
        self.waiting.push_back(request);
    }

    /// Waits until the broker has the next message, or it was refused. May be dropped and called again.
    pub async fn next(&mut self) -> Outcome {
        if self.current.is_none() {
            match self.waiting.pop_front() {
                Some(request) => self.current = Some(self.start(request)),
                None => return pending().await,
            }
        }
        match self.current.as_mut() {
            Some(current) => {
                let outcome = current.await;
                self.current = None;
                outcome
            }
            None => pending().await,
        }
    }

    /// Sends what is left, at most so long.
    pub async fn finish(mut self, up_to: Duration, mut done: impl FnMut(Outcome)) {
        let rest = async {
            while self.current.is_some() || !self.waiting.is_empty() {
                done(self.next().await);
            }
        };
        if timeout(up_to, rest).await.is_err() {
            tracing::debug!(user_id = %self.user, "a socket ended before the broker had all its messages");
        }
    }

    fn start(&self, request: SendRequest) -> Pin<Box<dyn Future<Output = Outcome> + Send>> {
        let (state, user) = (self.state.clone(), self.user);
        let room = Arc::clone(&self.room.borrow());
        Box::pin(async move {
            let client_id = request.client_id;
            (client_id, send_message(&state, &room, user, request).await)
        })
    }
}

/// Answers a send; a room that has ended closes the socket too.
pub(super) fn answer(outbox: &Outbox, sent_here: &SentHere, (client_id, outcome): Outcome) {
    match outcome {
        Ok(sent) => outbox.answer(&Frame::from(&ChatServerFrame::Ack {
            client_id,
            seq: sent.seq,
            id: sent.stored.id,
            sent_at: sent.stored.sent_at,
        })),
        Err(error) => {
            sent_here.forget(client_id);
            outbox.answer(&refusal(&error_frame(&error, Some(client_id))));
            if error.code == Code::RoomEnded {
                outbox.close(CloseCode::RoomEnded);
            }
        }
    }
}

/// The client's names of the messages that were sent on one socket: it gets an `ack` for them and no `message`.
#[derive(Debug, Default)]
pub(super) struct SentHere(Mutex<VecDeque<ClientId>>);

impl SentHere {
    /// Remembers a message; the oldest is forgotten.
    pub fn remember(&self, client_id: ClientId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() == REMEMBERED {
            known.pop_front();
        }
        known.push_back(client_id);
    }

    /// Forgets a message that was refused.
    pub fn forget(&self, client_id: ClientId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|id| *id != client_id);
    }

    /// Whether the message was sent here.
    pub fn contains(&self, client_id: ClientId) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&client_id)
    }
}
