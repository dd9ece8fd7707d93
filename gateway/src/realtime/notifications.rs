//! The users that have sockets here.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, Ordering},
};

use bootstrap::Shutdown;
use dashmap::{DashMap, DashSet};
use domain::UserId;
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};

use super::{
    gateways::{self, Gateways},
    leases,
    outbox::Outbox,
    user_actor::{self, Command, Joined},
};
use crate::{error::ApiError, state::AppState};

/// Commands that may wait for an actor.
const COMMANDS: usize = 64;
/// How often a joining meets an actor that is just ending.
const JOIN_ATTEMPTS: usize = 5;

/// How many users' kept rooms are read at the same time.
const PEER_READS: usize = 8;

/// One actor for each user with sockets here, and who of them waits for a match.
#[derive(Debug)]
pub struct NotificationHub {
    users: DashMap<UserId, mpsc::Sender<Command>>,
    /// How many sockets of either kind each user has here.
    sockets: DashMap<UserId, usize>,
    /// Users with sockets here whose ticket waits.
    pub(super) waiting: DashSet<UserId>,
    /// Users with sockets here whose ticket is to be looked at.
    pub(super) unsure: DashSet<UserId>,
    /// There is somebody in `unsure`.
    pub(super) look: Notify,
    /// The gateways that are there.
    pub(super) gateways: Gateways,
    /// Bounds the reading of kept rooms.
    pub(super) peer_reads: Semaphore,
    started: AtomicBool,
    pub(super) shutdown: Shutdown,
}

/// A socket of a user. Counts until it is dropped.
#[derive(Debug)]
pub(super) struct OpenSocket {
    hub: Weak<NotificationHub>,
    user: UserId,
}

impl NotificationHub {
    /// A hub without users.
    pub fn new(shutdown: &Shutdown) -> Arc<Self> {
        Arc::new(Self {
            users: DashMap::new(),
            sockets: DashMap::new(),
            waiting: DashSet::new(),
            unsure: DashSet::new(),
            look: Notify::new(),
            gateways: Gateways::default(),
            peer_reads: Semaphore::new(PEER_READS),
            started: AtomicBool::new(false),
            shutdown: shutdown.clone(),
        })
    }

    /// The user's ticket may have changed: where a socket of the user is here, its lease begins now.
    pub fn user_is_waiting(&self, user: UserId) {
        if self.sockets.contains_key(&user) {
            self.unsure.insert(user);
            self.look.notify_one();
        }
    }

    /// One more socket of a user, of either kind.
    pub(super) fn socket_opened(self: &Arc<Self>, state: &AppState, user: UserId) -> OpenSocket {
        if !self.started.swap(true, Ordering::Relaxed) {
            leases::begin(state);
            tokio::spawn(gateways::run(state.clone()));
        }
        *self.sockets.entry(user).or_insert(0) += 1;
        self.actor(state, user);
        self.user_is_waiting(user);
        OpenSocket {
            hub: Arc::downgrade(self),
            user,
        }
    }

    /// Whether a user has any socket here.
    pub(super) fn has_sockets(&self, user: UserId) -> bool {
        self.sockets.contains_key(&user)
    }

    /// Joins a notification socket. From then on the user's frames come to its outbox.
    pub(super) async fn join(
        &self,
        state: &AppState,
        user: UserId,
        outbox: &Arc<Outbox>,
    ) -> Result<Joined, ApiError> {
        for _ in 0..JOIN_ATTEMPTS {
            let commands = self.actor(state, user);
            let (reply, answer) = oneshot::channel();
            let join = Command::Join {
                outbox: Arc::clone(outbox),
                reply,
            };
            if commands.send(join).await.is_ok()
                && let Ok(joined) = answer.await
            {
                return joined;
            }
        }
        Err(ApiError::unavailable(
            "a user's actor ended again and again",
        ))
    }

    /// Tells a user's actor, if there is one.
    pub(super) async fn tell(&self, user: UserId, command: Command) {
        let actor = self.users.get(&user).map(|actor| actor.clone());
        if let Some(actor) = actor {
            // One that has just ended has nobody to tell.
            let _ = actor.send(command).await;
        }
    }

    /// An actor has ended; a newer one of the same user stays.
    pub(super) fn forget(&self, user: UserId, ended: &mpsc::Sender<Command>) {
        self.users
            .remove_if(&user, |_, commands| commands.same_channel(ended));
    }

    /// The user's actor, which is started where there is none.
    pub(super) fn actor(&self, state: &AppState, user: UserId) -> mpsc::Sender<Command> {
        let actor = self.users.entry(user).or_insert_with(|| {
            let (commands, inbox) = mpsc::channel(COMMANDS);
            tokio::spawn(user_actor::run(
                state.clone(),
                user,
                commands.clone(),
                inbox,
            ));
            commands
        });
        actor.clone()
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        let Some(hub) = self.hub.upgrade() else {
            return;
        };
        if let Some(mut open) = hub.sockets.get_mut(&self.user) {
            *open -= 1;
        }
        if hub
            .sockets
            .remove_if(&self.user, |_, open| *open == 0)
            .is_some()
        {
            hub.waiting.remove(&self.user);
            let actor = hub.users.get(&self.user).map(|actor| actor.clone());
            if let Some(actor) = actor {
                // One with a full queue has the next thing to look after soon enough.
                let _ = actor.try_send(Command::SocketsClosed);
            }
        }
    }
}
