//! The rooms that have sockets here.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bootstrap::Shutdown;
use contract::streams::CHAT;
use dashmap::DashMap;
use domain::{RoomId, UserId, room::Room};
use tokio::sync::{Semaphore, mpsc, oneshot};
use uuid::Uuid;

use super::{
    outbox::Outbox,
    room_actor,
    room_joining::{Command, Joined},
    sent_here::SentHere,
    sockets::{Permit, Sockets},
};
use crate::{error::ApiError, state::AppState};

/// Commands that may wait for an actor.
const COMMANDS: usize = 64;
/// How many rooms read the broker again at the same time after a new connection.
const REREADS_AT_ONCE: usize = 64;
/// How long a stream's epoch is taken for known.
const EPOCH_HOLDS: Duration = Duration::from_secs(5);
/// How often a joining meets an actor that is just ending.
const JOIN_ATTEMPTS: usize = 5;

/// One actor for each room with sockets here, and what they share.
#[derive(Debug)]
pub struct Hub {
    rooms: DashMap<RoomId, mpsc::Sender<Command>>,
    sockets: Arc<Sockets>,
    shutdown: Shutdown,
    epoch: Mutex<Option<Epoch>>,
    /// Bounds the reading after a new connection.
    pub(super) rereads: Semaphore,
}

#[derive(Debug, Clone, Copy)]
struct Epoch {
    epoch: Uuid,
    established: u64,
    read_at: Instant,
}

/// A socket that joins a room.
#[derive(Debug, Clone)]
pub(super) struct Joining {
    /// Whose it is.
    pub user: UserId,
    /// The way to it.
    pub outbox: Arc<Outbox>,
    /// What was sent on it.
    pub sent_here: Arc<SentHere>,
}

impl Hub {
    /// A hub without rooms.
    pub fn new(shutdown: &Shutdown) -> Arc<Self> {
        Arc::new(Self {
            rooms: DashMap::new(),
            sockets: Arc::default(),
            shutdown: shutdown.clone(),
            epoch: Mutex::new(None),
            rereads: Semaphore::new(REREADS_AT_ONCE),
        })
    }

    /// How many sockets are open here, of rooms and of notifications.
    pub fn socket_count(&self) -> usize {
        self.sockets.count()
    }

    /// The request to stop.
    pub(super) fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }

    /// One more socket, unless there are too many or the gateway stops.
    pub(super) fn admit(&self, state: &AppState) -> Result<Permit, ApiError> {
        if self.shutdown.is_requested() || !state.broker.is_vouched() {
            return Err(ApiError::overloaded());
        }
        self.sockets
            .admit(state.settings.realtime.max_sockets)
            .ok_or_else(ApiError::overloaded)
    }

    /// The epoch of `CHAT`, read again after a while, for each new connection whose streams were looked at, and where the
    /// floors are of another one.
    pub(super) async fn epoch(&self, state: &AppState) -> Result<Uuid, ApiError> {
        let established = *state.broker.vouched().borrow();
        let known = *self.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |known: &Epoch| {
            known.established == established
                && known.read_at.elapsed() < EPOCH_HOLDS
                && known.epoch == state.floors.chat().epoch
        };
        if let Some(known) = known.filter(fresh) {
            return Ok(known.epoch);
        }
        let read_at = Instant::now();
        let epoch = state.broker.stream_state(&CHAT).await?.epoch;
        let read = Epoch {
            epoch,
            established,
            read_at,
        };
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(epoch)
    }

    /// Joins a socket to its room. From then on the room's frames come to its outbox.
    pub(super) async fn join(
        &self,
        state: &AppState,
        room: &Arc<Room>,
        joining: &Joining,
    ) -> Result<Joined, ApiError> {
        for _ in 0..JOIN_ATTEMPTS {
            let commands = self.actor(state, room);
            let (reply, answer) = oneshot::channel();
            let join = Command::Join {
                joining: joining.clone(),
                reply,
            };
            if commands.send(join).await.is_ok()
                && let Ok(joined) = answer.await
            {
                return joined;
            }
        }
        Err(ApiError::unavailable(
            "a room's actor ended again and again",
        ))
    }

    /// An actor has ended; a newer one of the same room stays.
    pub(super) fn forget(&self, room: RoomId, ended: &mpsc::Sender<Command>) {
        self.rooms
            .remove_if(&room, |_, commands| commands.same_channel(ended));
    }

    fn actor(&self, state: &AppState, room: &Arc<Room>) -> mpsc::Sender<Command> {
        let actor = self.rooms.entry(room.id).or_insert_with(|| {
            let (commands, inbox) = mpsc::channel(COMMANDS);
            tokio::spawn(room_actor::run(
                state.clone(),
                Arc::clone(room),
                commands.clone(),
                inbox,
            ));
            commands
        });
        actor.clone()
    }
}
