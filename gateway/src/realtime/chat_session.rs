//! One member's socket in a room.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::WebSocket;
use domain::{UserId, room::Room};
use tokio::time::Instant;

use super::{
    close_code::CloseCode,
    guard::Guard,
    hub::Joining,
    link::{Heard, Link},
    notifications::OpenSocket,
    opening,
    outbox::Outbox,
    resume::Claim,
    room_joining::{Command, Joined},
    sends::{Sends, answer},
    sent_here::SentHere,
    sockets::Permit,
};
use crate::{auth::Session, state::AppState};

/// How long the broker may take for what was received before the end.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

/// What a socket is admitted with.
pub(super) struct Admitted {
    pub state: AppState,
    pub session: Session,
    pub room: Arc<Room>,
    pub claim: Option<Claim>,
    pub permit: Permit,
}

/// Serves a socket until it ends.
pub(super) async fn run(admitted: Admitted, socket: WebSocket) {
    let Admitted {
        state,
        session,
        room,
        claim,
        permit,
    } = admitted;
    let user = session.user_id;
    let open = state.notifications.socket_opened(&state, user);
    let guard = Guard::new(&state, session);
    let (outbox, frames) = Outbox::new(&state.settings.realtime);
    let joining = Joining {
        user,
        outbox: Arc::clone(&outbox),
        sent_here: Arc::default(),
    };
    let joined = state.hub.join(&state, &room, &joining).await;
    let opening = match &joined {
        Ok(joined) => opening::frames(&state, joined, user, claim).await,
        Err(error) => Err(error.clone()),
    };
    let (opening, outbox) = match opening {
        Ok(opening) => (opening, (outbox, frames)),
        // What the room has queued meanwhile is nothing without a hello before it.
        Err(error) => {
            tracing::debug!(room_id = %room.id, ?error, "a socket cannot be opened now");
            (Vec::new(), Outbox::closed(CloseCode::TryLater))
        }
    };
    let link = Link::open(&state, socket, &opening, outbox, guard);
    drop(opening);
    match joined {
        Ok(joined) => {
            ChatSession::new(state, user, link, joining.sent_here, joined)
                .serve(open)
                .await;
        }
        Err(_) => link.finish().await,
    }
    drop(permit);
}

pub(super) struct ChatSession {
    pub(super) state: AppState,
    pub(super) user: UserId,
    pub(super) link: Link,
    pub(super) sent_here: Arc<SentHere>,
    pub(super) joined: Joined,
    pub(super) sends: Sends,
    pub(super) typing: Option<(bool, Instant)>,
}

impl ChatSession {
    fn new(
        state: AppState,
        user: UserId,
        link: Link,
        sent_here: Arc<SentHere>,
        joined: Joined,
    ) -> Self {
        let sends = Sends::new(&state, joined.room.clone(), user);
        Self {
            state,
            user,
            link,
            sent_here,
            joined,
            sends,
            typing: None,
        }
    }

    async fn serve(mut self, open: OpenSocket) {
        if self.joined.room.borrow().is_ended() {
            self.link.outbox().close(CloseCode::RoomEnded);
        }
        loop {
            let reading = self.sends.has_room();
            tokio::select! {
                heard = self.link.next(&self.state, reading) => match heard {
                    Heard::Text(text) => self.obey(&text).await,
                    Heard::End => break,
                },
                outcome = self.sends.next() => answer(self.link.outbox(), &self.sent_here, outcome),
            }
        }
        drop(open);
        self.end().await;
    }

    /// What was received before the end is still sent, except by somebody who may not any more.
    async fn end(self) {
        let Self {
            link,
            sends,
            sent_here,
            joined,
            ..
        } = self;
        let leave = Command::Leave {
            socket: joined.socket,
        };
        // An actor that has ended knows of no sockets any more.
        let _ = joined.commands.send(leave).await;
        if link
            .outbox()
            .close_code()
            .is_some_and(CloseCode::lets_sends_finish)
        {
            sends
                .finish(FINISH_WITHIN, |outcome| {
                    answer(link.outbox(), &sent_here, outcome);
                })
                .await;
        }
        link.finish().await;
    }
}
