//! The messages that a socket sends, one after the other, so that the stream has them in the order of the socket.

use std::{collections::VecDeque, future::pending, pin::Pin, sync::Arc, time::Duration};

use contract::{frames::ChatServerFrame, problem::Code};
use domain::{ClientId, UserId, room::Room};
use tokio::{sync::watch, time::timeout};

use super::{
    close_code::CloseCode,
    frame::{Frame, error_frame, refusal},
    outbox::Outbox,
    sent_here::{Place, SentHere},
};
use crate::{
    chat::send::{SendRequest, Sent, send_message},
    error::ApiError,
    state::AppState,
};

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

/// Answers a send; a room that has ended closes the socket too. A message that the stream has told of is acknowledged,
/// whatever became of the broker's own answer.
pub(super) fn answer(outbox: &Outbox, sent_here: &SentHere, (client_id, outcome): Outcome) {
    match outcome {
        Ok(sent) => acknowledge(outbox, client_id, Place::of(sent.seq, &sent.stored)),
        Err(error) => {
            match sent_here.forget(client_id) {
                Some(place) => acknowledge(outbox, client_id, place),
                None => outbox.answer(&refusal(&error_frame(&error, Some(client_id)))),
            }
            if error.code == Code::RoomEnded {
                outbox.close(CloseCode::RoomEnded);
            }
        }
    }
}

fn acknowledge(outbox: &Outbox, client_id: ClientId, place: Place) {
    let Place { seq, id, sent_at } = place;
    outbox.answer(&Frame::from(&ChatServerFrame::Ack {
        client_id,
        seq,
        id,
        sent_at,
    }));
}

#[cfg(test)]
mod tests {
    use axum::extract::ws::Message;
    use domain::{MessageId, Timestamp};
    use serde_json::Value;
    use settings::Settings;
    use uuid::Uuid;

    use super::*;

    const PLACE: Place = Place {
        seq: 7,
        id: MessageId(Uuid::from_u128(1)),
        sent_at: Timestamp(0),
    };

    async fn answered(sent_here: &SentHere, client_id: ClientId) -> Value {
        let settings = Settings::from_sources(None, []).unwrap();
        let (outbox, mut frames) = Outbox::new(&settings.realtime);
        let lost = Err(ApiError::unavailable("the broker's answer is lost"));
        answer(&outbox, sent_here, (client_id, lost));
        match frames.next().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("an answer comes: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_message_that_was_shown_to_the_others_is_acknowledged_even_if_the_brokers_answer_is_lost()
     {
        let (sent_here, client_id) = (SentHere::default(), ClientId(Uuid::now_v7()));
        sent_here.remember(client_id);
        assert!(
            sent_here.is_stored(client_id, PLACE),
            "its ack stands for it"
        );
        let answer = answered(&sent_here, client_id).await;
        assert_eq!(
            (&answer["type"], &answer["seq"]),
            (&"ack".into(), &7.into())
        );
    }

    #[tokio::test]
    async fn a_message_that_is_shown_only_after_its_error_is_not_held_back() {
        let (sent_here, client_id) = (SentHere::default(), ClientId(Uuid::now_v7()));
        sent_here.remember(client_id);
        let answer = answered(&sent_here, client_id).await;
        assert_eq!(answer["code"], "unavailable");
        assert!(
            !sent_here.is_stored(client_id, PLACE),
            "the sender sees it too"
        );
    }
}
