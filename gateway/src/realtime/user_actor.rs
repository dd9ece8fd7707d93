//! One user with notification sockets here: hands what concerns the user to them.

use std::{collections::HashSet, sync::Arc};

use broker::{Connection, Subscription};
use contract::subjects;
use domain::{RoomId, UserId};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Duration, MissedTickBehavior, interval},
};

use super::{close_code::CloseCode, outbox::Outbox};
use crate::{error::ApiError, state::AppState};

const PRUNE_EVERY: Duration = Duration::from_secs(5);

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

/// One of the user's sockets.
pub(super) struct Socket {
    number: u64,
    pub(super) outbox: Arc<Outbox>,
    /// Each match is told once to each socket.
    pub(super) told_matches: HashSet<RoomId>,
}

/// The actor's own state.
pub(super) struct UserActor {
    pub(super) state: AppState,
    pub(super) user: UserId,
    pub(super) sockets: Vec<Socket>,
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
}
