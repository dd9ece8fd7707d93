//! One user with sockets here: hands what concerns the user to the notification sockets, and tells the user's peers.

use std::{collections::HashSet, sync::Arc};

use broker::{Connection, Subscription};
use contract::subjects;
use domain::{RoomId, UserId};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Duration, Instant, MissedTickBehavior, interval, interval_at, sleep_until},
};
use uuid::Uuid;

use super::{
    close_code::CloseCode,
    gateways::Living,
    outbox::Outbox,
    peers::{Peers, SAID_AGAIN_EVERY},
};
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
    /// The last socket of the user has ended.
    SocketsClosed,
    /// With whom the user keeps rooms, room and peer, if the database answered.
    PeersRead(Option<Vec<(Uuid, Uuid)>>),
}

/// A socket that has joined.
#[derive(Debug)]
pub(super) struct Joined {
    /// The socket's number.
    pub socket: u64,
    /// The way to the actor.
    pub commands: mpsc::Sender<Command>,
    /// Who of the user's peers is online. What changes later comes to the outbox.
    pub online: Vec<UserId>,
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
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) peers: Peers,
    /// Whether the peers were read when it was last tried.
    pub(super) knows_peers: bool,
    pub(super) living: watch::Receiver<Living>,
    /// How often it was said again that the user is here.
    pub(super) times_said: u32,
    /// When the user counts as gone.
    pub(super) gone_at: Option<Instant>,
}

/// Serves a user until the last socket has ended.
pub(super) async fn run(
    state: AppState,
    user: UserId,
    commands: mpsc::Sender<Command>,
    mut inbox: mpsc::Receiver<Command>,
) {
    let mut connection = state.broker.connection();
    connection.mark_unchanged();
    let mut is_open = false;
    let failed = match state.broker.subscribe(subjects::live_user(user)).await {
        Ok(live) => {
            let mut actor = UserActor::new(&state, user, commands.clone());
            is_open = actor.serve(live, connection, &mut inbox).await;
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
    if is_open && state.notifications.has_sockets(user) {
        // A socket that opened just now, or stays when the connection to the broker is a new one.
        state.notifications.actor(&state, user);
    }
}

impl UserActor {
    fn new(state: &AppState, user: UserId, commands: mpsc::Sender<Command>) -> Self {
        Self {
            state: state.clone(),
            user,
            sockets: Vec::new(),
            next_socket: 0,
            commands,
            peers: Peers::default(),
            knows_peers: true,
            living: state.notifications.gateways.living(),
            times_said: 0,
            gone_at: None,
        }
    }

    /// Whether the broker can still be listened to, for somebody with sockets after that.
    async fn serve(
        &mut self,
        mut live: Subscription,
        mut connection: watch::Receiver<Connection>,
        inbox: &mut mpsc::Receiver<Command>,
    ) -> bool {
        let mut prune = interval(PRUNE_EVERY);
        prune.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let first = Instant::now() + SAID_AGAIN_EVERY + spread(self.user);
        let mut again = interval_at(first, SAID_AGAIN_EVERY);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.read_peers();
        loop {
            self.look_whether_here();
            let gone_at = self.gone_at.unwrap_or(first);
            tokio::select! {
                Some(command) = inbox.recv() => self.obey(command).await,
                notice = live.next() => match notice {
                    Some(notice) => self.take(&notice.payload).await,
                    None => {
                        self.close_all(CloseCode::TryLater);
                        return false;
                    }
                },
                Ok(()) = connection.changed() => {
                    if connection.borrow_and_update().connected {
                        // Notices may have been lost; a new hello has all of it.
                        self.close_all(CloseCode::Restart);
                        return true;
                    }
                }
                Ok(()) = self.living.changed() => self.settle_peers(),
                _ = again.tick() => self.say_again().await,
                _ = prune.tick() => self.prune(),
                () = sleep_until(gone_at), if self.gone_at.is_some() => {
                    self.say_goodbye().await;
                    return true;
                }
            }
        }
    }

    fn prune(&mut self) {
        self.sockets.retain(|socket| !socket.outbox.is_gone());
        self.settle_peers();
        if !self.knows_peers {
            self.read_peers();
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
                    online: self.peers.online(),
                };
                if reply.send(Ok(joined)).is_err() {
                    self.leave(socket);
                }
            }
            Command::Leave { socket } => self.leave(socket),
            Command::Matched(room) => self.match_found(room).await,
            Command::TicketGone => self.tell_ticket().await,
            // The loop looks whether there is one.
            Command::SocketsClosed => {}
            Command::PeersRead(rooms) => self.peers_read(rooms).await,
        }
    }

    fn leave(&mut self, socket: u64) {
        self.sockets.retain(|open| open.number != socket);
    }
}

/// Not everybody says it at the same moment after many have come at once.
fn spread(user: UserId) -> Duration {
    Duration::from_millis(u64::from(user.0.as_bytes()[15]) * 60)
}
