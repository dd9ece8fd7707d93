//! What a member asks for on the socket of a room.

use std::time::Duration;

use contract::{
    frames::{ChatClientFrame, ChatServerFrame},
    live::Realtime,
    problem::Code,
    subjects,
};
use domain::{ClientId, message::history_limit};
use tokio::time::Instant;

use super::{
    chat_session::ChatSession,
    close_code::CloseCode,
    frame::{Frame, error_frame, newest_that_fit, refusal},
    parse,
    room_joining::Command,
};
use crate::{
    chat::{history, send::SendRequest},
    error::ApiError,
};

/// Typing on and on is passed on this often.
const TYPING_EVERY: Duration = Duration::from_secs(1);

impl ChatSession {
    pub(super) async fn obey(&mut self, text: &str) {
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
