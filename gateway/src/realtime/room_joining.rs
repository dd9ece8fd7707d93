//! What a socket asks of its room: to join, to leave, and to say how far its member has read.

use std::sync::Arc;

use domain::{UserId, room::Room};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use super::{hub::Joining, room_actor::RoomActor};
use crate::error::ApiError;

/// What a socket asks of its room.
#[derive(Debug)]
pub(super) enum Command {
    /// A socket joins.
    Join {
        /// The socket.
        joining: Joining,
        /// What it finds.
        reply: oneshot::Sender<Result<Joined, ApiError>>,
    },
    /// A socket leaves.
    Leave {
        /// Which one.
        socket: u64,
    },
    /// A member has read up to a message.
    Read {
        /// The member.
        user: UserId,
        /// Up to here.
        seq: u64,
    },
}

/// What a socket finds when it joins. What happens later comes to its outbox.
#[derive(Debug)]
pub(super) struct Joined {
    /// The room, now and as it changes.
    pub room: watch::Receiver<Arc<Room>>,
    /// Of the stream that the sequences are of.
    pub epoch: Uuid,
    /// The room at the joining: what changed since then comes to the outbox, and would not be news after a later one.
    pub room_then: Arc<Room>,
    /// The room's newest message.
    pub last_seq: u64,
    /// The database has every message of the room up to here.
    pub stored_seq: u64,
    /// Each member, whether online, and how far it has read.
    pub members: [(UserId, bool, u64); 2],
    /// The socket's number.
    pub socket: u64,
    /// The way to the actor.
    pub commands: mpsc::Sender<Command>,
}

impl RoomActor {
    pub(super) async fn obey(&mut self, command: Command) {
        match command {
            Command::Join { joining, reply } => {
                let joined = self.join(joining).await;
                if self.is_over {
                    // Without an answer, a new actor is asked.
                    return;
                }
                let socket = joined.as_ref().map(|joined| joined.socket).ok();
                if reply.send(joined).is_err()
                    && let Some(socket) = socket
                {
                    self.leave(socket).await;
                }
            }
            Command::Leave { socket } => self.leave(socket).await,
            Command::Read { user, seq } => {
                self.reads.want(user, seq.min(self.position.last_seq()));
                self.write_reads();
            }
        }
    }

    /// A client may know of messages that no live copy has told of yet, so the leader is asked first.
    async fn join(&mut self, joining: Joining) -> Result<Joined, ApiError> {
        if self.compared_on != *self.state.broker.vouched().borrow() {
            self.try_reread().await?;
        }
        self.catch_up().await?;
        self.tell_stored();
        self.next_socket += 1;
        let (socket, user) = (self.next_socket, joining.user);
        self.sockets.push((socket, joining));
        let first = !self.presence.is_here(user);
        self.settle_presence();
        if first {
            self.announce().await;
            self.arrive(user);
        }
        let room = self.room.subscribe();
        let room_then = Arc::clone(&room.borrow());
        let members = room_then.members;
        Ok(Joined {
            room,
            epoch: self.epoch,
            room_then,
            last_seq: self.position.last_seq(),
            stored_seq: self.stored,
            members: members.map(|id| (id, self.presence.is_online(id), self.reads.of(id))),
            socket,
            commands: self.commands.clone(),
        })
    }

    async fn leave(&mut self, socket: u64) {
        self.sockets.retain(|(number, _)| *number != socket);
        let here = self.presence.here();
        self.settle_presence();
        if here != self.presence.here() {
            self.announce().await;
        }
    }
}
