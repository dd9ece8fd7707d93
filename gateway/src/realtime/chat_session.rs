//! One member's socket in a room.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::WebSocket;
use contract::{
    frames::{ChatClientFrame, ChatServerFrame},
    live::Realtime,
    problem::Code,
    subjects,
};
use domain::{ClientId, UserId, message::history_limit, room::Room};
use tokio::time::Instant;

use super::{
    close_code::CloseCode,
    frame::{Frame, error_frame, newest_that_fit, refusal},
    guard::Guard,
    hub::Joining,
    link::{Heard, Link},
    notifications::OpenSocket,
    opening,
    outbox::Outbox,
    parse,
    resume::Claim,
    room_joining::{Command, Joined},
    sends::{Sends, answer},
    sent_here::SentHere,
    sockets::Permit,
};
use crate::{
    auth::Session,
    chat::{history, send::SendRequest},
    error::ApiError,
    state::AppState,
};

/// How long the broker may take for what was received before the end.
const FINISH_WITHIN: Duration = Duration::from_secs(5);
/// Typing on and on is passed on this often.
const TYPING_EVERY: Duration = Duration::from_secs(1);

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

struct ChatSession {
    state: AppState,
    user: UserId,
    link: Link,
    sent_here: Arc<SentHere>,
    joined: Joined,
    sends: Sends,
    typing: Option<(bool, Instant)>,
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

    async fn obey(&mut self, text: &str) {
        let frame = match parse::client_frame::<ChatClientFrame>(text) {
            Ok(frame) => frame,
            Err(error) => return self.link.outbox().push(&refusal(&error)),
        };
        parse::count(&frame);
        match frame {
            ChatClientFrame::Auth { access_token } => self.renew(&access_token),
            ChatClientFrame::Send {
                client_id,
                text,
                attachment_ids,
                resend,
            } => self.send(SendRequest {
                client_id,
                text,
                attachment_ids,
                resend,
            }),
            ChatClientFrame::Typing { active } => self.typing(active).await,
            ChatClientFrame::Read { seq } => self.read(seq).await,
            ChatClientFrame::History { before, limit } => self.history(before, limit).await,
            ChatClientFrame::Ping {} => self.tell(&ChatServerFrame::Pong {
                server_time: self.state.now(),
            }),
        }
    }

    fn renew(&mut self, token: &str) {
        match self.link.guard.renew(&self.state, token) {
            Ok(expires_at) => self.tell(&ChatServerFrame::AuthOk { expires_at }),
            Err(error) => self.refuse(&error, None),
        }
    }

    fn send(&mut self, request: SendRequest) {
        match self.state.limits.check_message(self.user) {
            Ok(()) => {
                self.sent_here.remember(request.client_id);
                self.sends.push(request);
            }
            Err(error) => self.refuse(&error, Some(request.client_id)),
        }
    }

    /// Passed on when it changes, and once a second while it goes on.
    async fn typing(&mut self, active: bool) {
        let now = Instant::now();
        if self
            .typing
            .is_some_and(|(was, at)| was == active && now < at + TYPING_EVERY)
        {
            return;
        }
        self.typing = Some((active, now));
        let typing = Realtime::Typing {
            user_id: self.user,
            active,
        };
        let subject = subjects::live_room_rt(self.joined.room.borrow().id);
        let Ok(body) = serde_json::to_vec(&typing) else {
            return;
        };
        if let Err(error) = self.state.broker.publish_core(subject, body).await {
            tracing::trace!(%error, "typing is not passed on");
        }
    }

    async fn read(&mut self, seq: u64) {
        let read = Command::Read {
            user: self.user,
            seq,
        };
        if self.joined.commands.send(read).await.is_err() {
            // The room's news cannot be followed any more: begin again.
            self.link.outbox().close(CloseCode::TryLater);
        }
    }

    async fn history(&mut self, before: Option<u64>, limit: Option<u64>) {
        let limit = limit.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
        let page = match history_limit(limit) {
            Ok(limit) => {
                let room = self.joined.room.borrow().id;
                history::page(&self.state, room, before, None, limit as usize).await
            }
            Err(fault) => Err(ApiError::new(Code::ValidationFailed, "").with_errors(vec![fault])),
        };
        match page {
            Ok(page) => {
                let items = newest_that_fit(page.items);
                let has_more = items.first().is_some_and(|first| first.prev_seq != 0);
                self.tell(&ChatServerFrame::History { items, has_more });
            }
            Err(error) => self.refuse(&error, None),
        }
    }

    fn tell(&self, frame: &ChatServerFrame) {
        self.link.outbox().push(&Frame::from(frame));
    }

    fn refuse(&self, error: &ApiError, client_id: Option<ClientId>) {
        self.link
            .outbox()
            .push(&refusal(&error_frame(error, client_id)));
    }
}
