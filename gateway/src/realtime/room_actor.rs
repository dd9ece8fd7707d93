//! One room with sockets here: follows what happens in it and hands it to its sockets.

use std::{sync::Arc, time::Duration};

use broker::{ReadError, Subscription};
use contract::{streams::CHAT, subjects};
use domain::{
    RoomId,
    room::{Deadline, Room},
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior, interval_at, sleep_until},
};
use uuid::Uuid;

use super::{
    close_code::CloseCode,
    hub::Joining,
    position::Position,
    presence::{ANNOUNCE_EVERY, Presence},
    reads::ReadPositions,
    room_joining::Command,
    room_opening::{open, read_position},
};
use crate::{error::ApiError, state::AppState};

/// Every so many ticks (30 s) the room is read again, should a live copy have been lost without a trace.
const REREAD_EVERY_TICKS: u32 = 20;
/// A phase that is over for longer than this must have changed: its news were lost.
const OUTCOME_IS_LATE: Duration = Duration::from_secs(1);

/// The actor's own state.
pub(super) struct RoomActor {
    pub(super) state: AppState,
    pub(super) id: RoomId,
    /// Of the stream that the sequences are of.
    pub(super) epoch: Uuid,
    /// The connection on which that was last seen to be the stream's epoch.
    pub(super) compared_on: u64,
    /// Whether the stream has another one: a new actor begins with that.
    pub(super) is_over: bool,
    pub(super) room: watch::Sender<Arc<Room>>,
    pub(super) position: Position,
    pub(super) stored: u64,
    pub(super) reads: ReadPositions,
    pub(super) presence: Presence,
    /// Since when a seat is taken by a member whom no gateway announces.
    pub(super) unconfirmed_since: Option<Instant>,
    pub(super) sockets: Vec<(u64, Joining)>,
    /// Whether something could not be read and must be read again.
    pub(super) behind: bool,
    pub(super) ticks: u32,
    pub(super) next_socket: u64,
    pub(super) commands: mpsc::Sender<Command>,
}

/// Serves a room until its last socket has left.
pub(super) async fn run(
    state: AppState,
    room: Arc<Room>,
    commands: mpsc::Sender<Command>,
    mut inbox: mpsc::Receiver<Command>,
) {
    let id = room.id;
    let mut connection = state.broker.vouched();
    connection.mark_unchanged();
    let failed = match open(&state, room, commands.clone()).await {
        Ok((mut actor, live)) => {
            actor.serve(live, connection, &mut inbox).await;
            actor.write_last_reads();
            None
        }
        Err(error) => Some(error),
    };
    state.hub.forget(id, &commands);
    inbox.close();
    while let Some(command) = inbox.recv().await {
        // Without an answer, whoever asked in between asks a new actor.
        if let (Command::Join { reply, .. }, Some(error)) = (command, &failed) {
            let _ = reply.send(Err(error.clone()));
        }
    }
}

impl RoomActor {
    async fn serve(
        &mut self,
        mut live: Subscription,
        mut connection: watch::Receiver<u64>,
        inbox: &mut mpsc::Receiver<Command>,
    ) {
        let mut floor = self.state.floors.watch_chat();
        let spread = Duration::from_millis(u64::from(self.id.0.as_bytes()[14]) * 5);
        let mut tick = interval_at(Instant::now() + spread, ANNOUNCE_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut used = false;
        loop {
            let now = Instant::now();
            let write_at = self.reads.next_due(now);
            tokio::select! {
                Some(command) = inbox.recv() => {
                    self.obey(command).await;
                    // Also where the joining failed: nobody else may ever come.
                    used = true;
                }
                message = live.next() => match message {
                    Some(message) => self.take(message).await,
                    None => return self.close_all(CloseCode::TryLater),
                },
                Ok(()) = floor.changed(), if self.stored < self.position.last_seq() => self.tell_stored(),
                Ok(()) = connection.changed() => self.reread().await,
                () = sleep_until(write_at.unwrap_or(now)), if write_at.is_some() => self.write_reads(),
                _ = tick.tick() => self.tick().await,
            }
            if self.is_over || (used && self.sockets.is_empty()) {
                return;
            }
        }
    }

    async fn tick(&mut self) {
        self.ticks = self.ticks.wrapping_add(1);
        self.sockets.retain(|(_, socket)| !socket.outbox.is_gone());
        self.settle_presence();
        self.announce().await;
        self.arrive_all();
        let room = Arc::clone(&self.room.borrow());
        let late = |deadline: Deadline| self.state.now() > deadline.at.plus(OUTCOME_IS_LATE);
        if self.behind
            || self.ticks.is_multiple_of(REREAD_EVERY_TICKS)
            || room.deadline().is_some_and(late)
        {
            self.reread().await;
        }
    }

    /// Reads the room and its newest messages again. What fails is tried again at the next tick.
    async fn reread(&mut self) {
        let state = self.state.clone();
        let Ok(_permit) = state.hub.rereads.acquire().await else {
            return;
        };
        let outcome = self.try_reread().await;
        self.behind = outcome.is_err();
        if let Err(error) = outcome {
            tracing::debug!(room_id = %self.id, ?error, "a room could not be read again yet");
        }
    }

    pub(super) async fn try_reread(&mut self) -> Result<(), ApiError> {
        let connection = *self.state.broker.vouched().borrow();
        if self.state.hub.epoch(&self.state).await? != self.epoch {
            // The sequences mean nothing any more: a new socket begins with the new ones, at a new actor.
            self.close_all(CloseCode::Restart);
            self.sockets.clear();
            self.is_over = true;
            return Ok(());
        }
        self.compared_on = connection;
        if let Some(room) = self.state.broker.room(self.id).await? {
            self.take_room(Arc::new(room.value));
        }
        self.catch_up().await?;
        let members = self.room.borrow().members;
        for member in members {
            let seq = read_position(&self.state, self.id, member).await?;
            self.take_read(member, seq);
        }
        self.tell_stored();
        Ok(())
    }

    /// Hands on what the leader has and this room has not.
    pub(super) async fn catch_up(&mut self) -> Result<(), ReadError> {
        let newest = self
            .state
            .broker
            .last(&CHAT, &subjects::chat(self.id))
            .await?;
        match newest {
            Some(newest) if newest.seq > self.position.handled() => {
                self.replay_to(newest.seq).await
            }
            _ => Ok(()),
        }
    }
}
