//! A deleted user's rooms: they end, and what the user said there goes. What the other one said stays.

use broker::{
    ReadError,
    life::{ChangeError, Versioned},
};
use contract::{
    streams::{CHAT, LIFE},
    subjects,
};
use domain::{
    RoomId,
    room::{Input, Phase, Room},
};
use entities::{deletion, room};

use super::{Pass, may_be_by};
use crate::persistence::rows;

/// Rooms that are read at once.
const PAGE: u64 = 100;
/// Messages that are read at once.
const MESSAGES: usize = 256;

impl Pass<'_> {
    pub(super) async fn over_rooms(&mut self) -> anyhow::Result<()> {
        let mut before = None;
        loop {
            let page = room::Entity::page_of(self.user.0, before, PAGE);
            let rows = page.all(&self.database.read).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            before = Some(last.id);
            for row in rows {
                self.over_room(row).await?;
            }
        }
    }

    async fn over_room(&mut self, row: room::Model) -> anyhow::Result<()> {
        let id = RoomId(row.id);
        self.rooms.insert(id);
        if let Some(current) = self.newest(&subjects::life_room(id)).await? {
            self.end(current).await?;
        }
        if !self.held.contains(&row.id) {
            self.forget_messages(id).await?;
        }
        self.forget_in_sql(row).await
    }

    /// Leaves the room. Its last event, from which everybody reads the end, goes when nobody waits for it any more: SQL
    /// has the room.
    async fn end(&mut self, current: Versioned<Room>) -> anyhow::Result<()> {
        let id = current.value.id;
        match current.value.phase {
            Phase::Ended { at, .. } => {
                self.found += 1;
                if self.is_settled_since(at) {
                    self.broker
                        .purge(&LIFE, &subjects::life_room(id), 0)
                        .await?;
                }
            }
            _ => {
                self.found += 1;
                let leave = Input::Leave { by: self.user };
                match self.broker.change_room(id, leave, None).await {
                    Ok(_) | Err(ChangeError::NoSuchRoom) => {}
                    // Of the pair, which goes further on if it is poison.
                    Err(ChangeError::Read(
                        error @ (ReadError::Malformed { .. } | ReadError::Newer { .. }),
                    )) => self.leave(&error),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    async fn forget_messages(&mut self, room: RoomId) -> anyhow::Result<()> {
        let subject = subjects::chat(room);
        let mut from = 1;
        loop {
            let page = self.broker.replay(&CHAT, &subject, from, MESSAGES).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            from = last.seq + 1;
            for record in page {
                if may_be_by(&record.payload, self.user)
                    && self.broker.delete_message(&CHAT, record.seq).await?
                {
                    self.found += 1;
                }
            }
        }
    }

    async fn forget_in_sql(&mut self, row: room::Model) -> anyhow::Result<()> {
        let transaction = self.database.begin_write().await?;
        if !self.held.contains(&row.id) {
            self.found +=
                deletion::Entity::erase_in_room(&transaction, self.user.0, row.id).await?;
        }
        match serde_json::from_value::<Room>(row.document) {
            Ok(known) => {
                let bare = known.without_match_details();
                if bare != known {
                    self.found += 1;
                    let document = rows::document(&bare)?;
                    room::Entity::replace_document(&transaction, row.id, row.life_seq, document)
                        .await?;
                }
            }
            Err(error) => self.leave(&format_args!("the row of room {}: {error}", row.id)),
        }
        transaction.commit().await?;
        Ok(())
    }
}
