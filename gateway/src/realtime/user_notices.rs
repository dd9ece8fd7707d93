//! What a user is told, wherever it happened.

use contract::{frames::NotificationsServerFrame, live::UserNotice, room::RoomStatus};
use domain::{
    RoomId,
    room::{Reason, Room},
};

use super::{close_code::CloseCode, frame::Frame, user_actor::UserActor};
use crate::http;

/// Matches that a socket is known to have heard of; more than that happen to nobody within a socket's life.
const MATCHES_REMEMBERED: usize = 256;

impl UserActor {
    /// Tells what a notice is about.
    pub(super) async fn take(&mut self, payload: &[u8]) {
        let notice = match serde_json::from_slice(payload) {
            Ok(notice) => notice,
            Err(error) => {
                return tracing::error!(user_id = %self.user, %error, "a notice cannot be read");
            }
        };
        match notice {
            UserNotice::MatchFound { room_id } => self.match_found(room_id).await,
            UserNotice::RoomChanged { room_id } => self.room_changed(room_id).await,
            UserNotice::Unread {
                room_id,
                count,
                read_seq,
                last_message,
            } => {
                let last_message = self.state.links.sign(*last_message, self.state.now());
                self.tell_all(&NotificationsServerFrame::Unread {
                    room_id,
                    count,
                    read_seq,
                    last_message: Some(last_message),
                });
            }
            UserNotice::MutualLike {
                user_id,
                room_id,
                reveal_level,
            } => {
                self.tell_all(&NotificationsServerFrame::MutualLike {
                    user_id,
                    room_id,
                    reveal_level,
                });
            }
            UserNotice::Ticket { ticket } => {
                self.state.notifications.user_is_waiting(self.user);
                self.tell_all(&NotificationsServerFrame::Ticket(ticket));
            }
            UserNotice::PeerOnline {
                user_id,
                gateway,
                online,
                asks,
            } => self.take_peer(user_id, gateway, online, asks).await,
        }
    }

    /// Tells of a match that is not decided yet, each socket once.
    pub(super) async fn match_found(&mut self, room_id: RoomId) {
        if self
            .sockets
            .iter()
            .all(|socket| socket.told_matches.contains(&room_id))
        {
            return;
        }
        let Some(room) = self.room(room_id).await.filter(|room| !room.is_decided()) else {
            return;
        };
        let Some(frame) = self.match_frame(&room).await else {
            return;
        };
        for socket in &mut self.sockets {
            if socket.told_matches.len() < MATCHES_REMEMBERED && socket.told_matches.insert(room_id)
            {
                socket.outbox.push(&frame);
            }
        }
    }

    async fn match_frame(&self, room: &Room) -> Option<Frame> {
        let (the_match, peer) = (room.the_match()?, room.peer_of(self.user)?);
        let people = http::rooms::People::read(&self.state, &[peer]).await.ok()?;
        Some(Frame::from(&NotificationsServerFrame::MatchFound {
            room_id: room.id,
            peer: people.member(peer),
            score: the_match.score,
            reasons: the_match.reasons.clone(),
            icebreaker: the_match.icebreaker.clone(),
            icebreaker_topic: the_match.icebreaker_topic.clone(),
            text_mode: the_match.text_mode.clone(),
        }))
    }

    /// Persistence says so only where this user's view of the room has changed.
    async fn room_changed(&mut self, room_id: RoomId) {
        let Some(room) = self.room(room_id).await else {
            return;
        };
        self.follow(&room).await;
        let Some(view) = room.view(self.user) else {
            return;
        };
        let status = RoomStatus::at(room_id, view, self.state.now());
        self.tell_all(&NotificationsServerFrame::Room(status));
        if view.reason == Some(Reason::NoShow) {
            self.state.notifications.user_is_waiting(self.user);
            self.tell_ticket().await;
        }
    }

    /// Tells where the user's ticket stands now.
    pub(super) async fn tell_ticket(&self) {
        if self.sockets.is_empty() {
            return;
        }
        match http::queue::ticket_view(&self.state, self.user).await {
            Ok(ticket) => self.tell_all(&NotificationsServerFrame::Ticket(ticket)),
            Err(error) => {
                tracing::debug!(user_id = %self.user, ?error, "a ticket could not be told");
            }
        }
    }

    /// What fails here is healed by the next hello or the next look at the ticket.
    async fn room(&self, room_id: RoomId) -> Option<Room> {
        let read = self.state.broker.room(room_id).await;
        read.inspect_err(|error| tracing::warn!(%room_id, %error, "a room could not be told"))
            .ok()?
            .map(|room| room.value)
    }

    pub(super) fn tell_all(&self, frame: &NotificationsServerFrame) {
        if self.sockets.is_empty() {
            return;
        }
        let frame = Frame::from(frame);
        for socket in &self.sockets {
            socket.outbox.push(&frame);
        }
    }

    /// Closes every socket after what it has still to hear.
    pub(super) fn close_all(&self, code: CloseCode) {
        for socket in &self.sockets {
            socket.outbox.close(code);
        }
    }
}
