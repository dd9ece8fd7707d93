//! Opening a room with somebody: one open room a pair.

use domain::{
    RoomId,
    pair::{Input, PairKey},
    room::{Room, Timing},
};

use super::{ChangeError, Write};
use crate::{Broker, PublishError};

const ATTEMPTS: usize = 16;

/// The pair's open room.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The room.
    pub room: Room,
    /// The sequence of its event.
    pub seq: u64,
    /// Whether this call made it.
    pub created: bool,
}

impl Broker {
    /// The open room of two people; made with `id` where they have none.
    ///
    /// # Errors
    /// [`ChangeError::PairRefused`] where one blocks the other.
    pub async fn open_room(
        &self,
        key: PairKey,
        id: RoomId,
        timing: Timing,
    ) -> Result<Opened, ChangeError> {
        for _ in 0..ATTEMPTS {
            let pair = self.pair(key).await?;
            let opened = pair.value.apply(Input::Opened(id))?;
            let existing = match pair.value.room {
                Some(existing) => self.room(existing).await?,
                None => None,
            };
            if let Some(existing) = existing.filter(|room| !room.value.is_ended()) {
                return Ok(Opened {
                    room: existing.value,
                    seq: existing.seq,
                    created: false,
                });
            }
            let room = Room::direct(id, key.members(), timing, self.clock().now());
            let writes = [pair.becomes(opened), Write::Room(Box::new(room.clone()), 0)];
            match self.commit(&writes).await {
                Ok(seq) => {
                    return Ok(Opened {
                        room,
                        seq,
                        created: true,
                    });
                }
                Err(PublishError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ChangeError::Contended)
    }
}
