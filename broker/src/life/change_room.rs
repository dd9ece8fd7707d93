//! Changing a room: read, decide, write if nobody was faster, otherwise again.

use contract::subjects;
use domain::{
    RoomId, Timestamp,
    pair::{self, PairKey},
    room::{Consequence, Input, Room, Transition},
};

use uuid::Uuid;

use super::{ChangeError, Versioned, Write};
use crate::{Broker, PublishError, ReadError};

/// How often a change is tried again when others are faster. Two members and a timer are all who can be.
const ATTEMPTS: usize = 16;

/// The room after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomChange {
    /// Its state now.
    pub room: Room,
    /// The sequence of its event.
    pub seq: u64,
    /// Whether this call changed it.
    pub changed: bool,
}

impl RoomChange {
    fn of(current: Versioned<Room>, changed: bool) -> Self {
        Self {
            room: current.value,
            seq: current.seq,
            changed,
        }
    }
}

impl Broker {
    /// Applies an input to a room at the broker's time, or at `not_before` where the own estimate lags behind that.
    /// What must change together with the room (the pair, the tickets) changes in the same atomic batch.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub async fn change_room(
        &self,
        id: RoomId,
        input: Input,
        not_before: Option<Timestamp>,
    ) -> Result<RoomChange, ChangeError> {
        let event_id = Uuid::now_v7();
        let mut tried_on = None;
        for _ in 0..ATTEMPTS {
            let current = self.room(id).await?.ok_or(ChangeError::NoSuchRoom)?;
            if let Some(seq) = tried_on
                && self
                    .was_taken_anyhow(&current, input, event_id, seq)
                    .await?
            {
                return Ok(RoomChange::of(current, true));
            }
            let now = self.clock().now().max(not_before.unwrap_or_default());
            let (room, consequence) = match current.value.apply(input, now)? {
                Transition::Unchanged => return Ok(RoomChange::of(current, false)),
                Transition::Changed { room, consequence } => (room, consequence),
            };
            let writes = self.room_writes(&room, &current, consequence).await?;
            match self.commit_as(event_id, &writes).await {
                Ok(seq) => {
                    return Ok(RoomChange {
                        room: *room,
                        seq,
                        changed: true,
                    });
                }
                Err(PublishError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
            tried_on.get_or_insert(current.seq);
        }
        Err(ChangeError::Contended)
    }

    /// Whether an earlier try was written after all: where the broker's answer was lost, and others have written since, it is
    /// not the last event any more. A decided room's past may be gone; its seats still tell.
    async fn was_taken_anyhow(
        &self,
        current: &Versioned<Room>,
        input: Input,
        event_id: Uuid,
        tried_on: u64,
    ) -> Result<bool, ReadError> {
        if current.value.is_decided() && current.value.has_counted(input) {
            return Ok(true);
        }
        let subject = subjects::life_room(current.value.id);
        self.has_written(event_id, &subject, tried_on).await
    }

    /// The room's event goes last, so that the batch's sequence is the room's.
    async fn room_writes(
        &self,
        room: &Room,
        current: &Versioned<Room>,
        consequence: Option<Consequence>,
    ) -> Result<Vec<Write>, ChangeError> {
        let mut writes = match consequence {
            None => Vec::new(),
            Some(Consequence::PairKept) => self.pair_kept(room).await?,
            Some(Consequence::TicketsReleased) => self.tickets_released(room).await?,
        };
        writes.push(current.becomes(room.clone()));
        Ok(writes)
    }

    async fn pair_kept(&self, room: &Room) -> Result<Vec<Write>, ChangeError> {
        let [low, high] = room.members;
        let pair = self.pair(PairKey { low, high }).await?;
        let next = pair.value.apply(pair::Input::Kept)?;
        Ok(vec![pair.becomes(next)])
    }

    async fn tickets_released(&self, room: &Room) -> Result<Vec<Write>, ChangeError> {
        let mut writes = Vec::new();
        for member in room.members {
            let Some(ticket) = self.ticket(member).await? else {
                continue;
            };
            if let Some(next) = room.ticket_after_no_show(&ticket.value) {
                writes.push(ticket.becomes(next));
            }
        }
        Ok(writes)
    }
}
