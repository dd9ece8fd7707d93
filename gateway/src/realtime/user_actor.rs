//! One user with notification sockets here: hands what concerns the user to them.

use std::{collections::HashSet, sync::Arc};

use broker::{Connection, Subscription};
use contract::{
    frames::NotificationsServerFrame, live::UserNotice, room::{Member, RoomStatus}, subjects,
};
use domain::{
    RoomId, UserId,
    room::{Reason, Room},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Duration, MissedTickBehavior, interval},
};

use super::{close_code::CloseCode, frame::Frame, outbox::Outbox};
use crate::{error::ApiError, http, state::AppState};

const PRUNE_EVERY: Duration = Duration::from_secs(5);
/// Matches that a socket is known to have heard of; more than that happen to nobody within a socket's life.
const MATCHES_REMEMBERED: usize = 256;

/// What is asked of a user's actor.
#[derive(Debug)]
pub(super) enum Command {
    /// A socket joins.
    Join {
        /// The way to it.
        outbox: Arc<Outbox>,
        /// What it finds.
        reply: oneshot::Sender<Result<Joined, ApiError>>,
    },
    /// A socket leaves.
    Leave {
        /// Which one.
        socket: u64,
    },
    /// The user's ticket was claimed for a room.
    Matched(RoomId),
    /// The user's ticket does not wait any more.
    TicketGone,
}

/// A socket that has joined.
#[derive(Debug)]
pub(super) struct Joined {
    /// The socket's number.
    pub socket: u64,
    /// The way to the actor.
    pub commands: mpsc::Sender<Command>,
}

struct Socket {
    number: u64,
    outbox: Arc<Outbox>,
    told_matches: HashSet<RoomId>,
}

struct UserActor {
    state: AppState,
    user: UserId,
    sockets: Vec<Socket>,
    next_socket: u64,
    commands: mpsc::Sender<Command>,
}

/// Serves a user until the last socket has left.
pub(super) async fn run(
    state: AppState,
    user: UserId,
    commands: mpsc::Sender<Command>,
    mut inbox: mpsc::Receiver<Command>,
) {
    let mut connection = state.broker.connection();
    connection.mark_unchanged();
    let failed = match state.broker.subscribe(subjects::live_user(user)).await {
        Ok(live) => {
            let mut actor = UserActor {
                state: state.clone(),
                user,
                sockets: Vec::new(),
                next_socket: 0,
                commands: commands.clone(),
            };
            actor.serve(live, connection, &mut inbox).await;
            None
        }
        Err(error) => Some(ApiError::from(error)),
    };
    state.notifications.forget(user, &commands);
    inbox.close();
    while let Some(command) = inbox.recv().await {
        // Without an answer, whoever asked in between asks a new actor.
        if let (Command::Join { reply, .. }, Some(error)) = (command, &failed) {
            let _ = reply.send(Err(error.clone()));
        }
    }
}

impl UserActor {
    async fn serve(
        &mut self,
        mut live: Subscription,
        mut connection: watch::Receiver<Connection>,
        inbox: &mut mpsc::Receiver<Command>,
    ) {
        let mut prune = interval(PRUNE_EVERY);
        prune.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut used = false;
        loop {
            tokio::select! {
                Some(command) = inbox.recv() => self.obey(command).await,
                notice = live.next() => match notice {
                    Some(notice) => self.take(&notice.payload).await,
                    None => return self.close_all(CloseCode::TryLater),
                },
                Ok(()) = connection.changed() => {
                    if connection.borrow_and_update().connected {
                        // Notices may have been lost; a new hello has all of it.
                        return self.close_all(CloseCode::Restart);
                    }
                }
                _ = prune.tick() => self.sockets.retain(|socket| !socket.outbox.is_gone()),
            }
            used |= !self.sockets.is_empty();
            if used && self.sockets.is_empty() {
                return;
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Join { outbox, reply } => {
                self.next_socket += 1;
                let socket = self.next_socket;
                self.sockets.push(Socket {
                    number: socket,
                    outbox,
                    told_matches: HashSet::new(),
                });
                let joined = Joined {
                    socket,
                    commands: self.commands.clone(),
                };
                if reply.send(Ok(joined)).is_err() {
                    self.leave(socket);
                }
            }
            Command::Leave { socket } => self.leave(socket),
            Command::Matched(room) => self.match_found(room).await,
            Command::TicketGone => self.tell_ticket().await,
        }
    }

    fn leave(&mut self, socket: u64) {
        self.sockets.retain(|open| open.number != socket);
    }

    async fn take(&mut self, payload: &[u8]) {
        let notice = match serde_json::from_slice(payload) {
            Ok(notice) => notice,
            Err(error) => return tracing::error!(user_id = %self.user, %error, "a notice cannot be read"),
        };
        match notice {
            UserNotice::MatchFound { room_id } => self.match_found(room_id).await,
            UserNotice::RoomChanged { room_id } => self.room_changed(room_id).await,
            UserNotice::Unread { room_id, count, last_message } => {
                self.tell_all(&NotificationsServerFrame::Unread {
                    room_id,
                    count,
                    last_message: Some(*last_message),
                });
            }
            UserNotice::Ticket { ticket } => {
                self.state.notifications.user_is_waiting(self.user);
                self.tell_all(&NotificationsServerFrame::Ticket(ticket));
            }
        }
    }

    /// Tells of a match that is not decided yet, each socket once.
    async fn match_found(&mut self, room_id: RoomId) {
        if self.sockets.iter().all(|socket| socket.told_matches.contains(&room_id)) {
            return;
        }
        let Some(room) = self.room(room_id).await.filter(|room| !room.is_decided()) else {
            return;
        };
        let Some(frame) = self.match_frame(&room).await else {
            return;
        };
        for socket in &mut self.sockets {
            if socket.told_matches.len() < MATCHES_REMEMBERED && socket.told_matches.insert(room_id) {
                socket.outbox.push(&frame);
            }
        }
    }

    async fn match_frame(&self, room: &Room) -> Option<Frame> {
        let (the_match, peer) = (room.the_match()?, room.peer_of(self.user)?);
        let names = http::rooms::display_names(&self.state, &[peer]).await.ok()?;
        Some(Frame::from(&NotificationsServerFrame::MatchFound {
            room_id: room.id,
            peer: Member {
                id: peer,
                display_name: names.get(&peer).cloned().unwrap_or_default(),
            },
            score: the_match.score,
            reasons: the_match.reasons.clone(),
            icebreaker: the_match.icebreaker.clone(),
        }))
    }

    /// Persistence says so only where this user's view of the room has changed.
    async fn room_changed(&mut self, room_id: RoomId) {
        let Some(room) = self.room(room_id).await else {
            return;
        };
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

    async fn tell_ticket(&self) {
        match http::queue::ticket_view(&self.state, self.user).await {
            Ok(ticket) => self.tell_all(&NotificationsServerFrame::Ticket(ticket)),
            Err(error) => tracing::debug!(user_id = %self.user, ?error, "a ticket could not be told"),
        }
    }

    /// What fails here is healed by the next hello or the next look at the ticket.
    async fn room(&self, room_id: RoomId) -> Option<Room> {
        let read = self.state.broker.room(room_id).await;
        read.inspect_err(|error| tracing::warn!(%room_id, %error, "a room could not be told"))
            .ok()?
            .map(|room| room.value)
    }

    fn tell_all(&self, frame: &NotificationsServerFrame) {
        let frame = Frame::from(frame);
        for socket in &self.sockets {
            socket.outbox.push(&frame);
        }
    }

    fn close_all(&self, code: CloseCode) {
        for socket in &self.sockets {
            socket.outbox.close(code);
        }
    }
}
