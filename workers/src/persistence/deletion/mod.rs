//! What a deleted user has left goes: out of the broker, the dead letters, SQL and the storage of files.
//!
//! The account's own transaction, at a gateway, has taken the personal data out of the account, and has noted the user.
//! Here the rest is carried out in passes over everything, until one finds nothing any more. What was under way when the
//! account was deleted may still arrive for some seconds, so no pass before that is the last; whatever comes even later
//! is left out by the projections, which note the user again ([`super::gone`]).

mod rooms;
mod unreadable;

use std::{collections::HashSet, time::Duration};

use anyhow::Context;
use bootstrap::{Database, Shutdown};
use broker::{Broker, Publish, PublishError, life::Write};
use contract::{
    DeadLetter,
    consumers::PERSISTENCE_LIFE,
    message::StoredMessage,
    revocation::{MARGIN, Revocation},
    streams::{LIFE, RECEIPT},
    subjects::{self, LifeKind},
};
use domain::{RoomId, Timestamp, UserId, ticket::Ticket};
use entities::{avatar, deletion, file, report, user};
use sea_orm::EntityTrait;

use super::{
    dead_letters, in_hand,
    rounds::{self, Left},
};

/// Users of one round.
const AT_ONCE: u64 = 100;
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After so long, every gateway knows that the user is deleted, and what it had under way has arrived.
const SETTLED_AFTER: Duration = Duration::from_secs(10);

/// Carries out what is noted, until shutdown. `token_life` is how long an access token is good.
pub(super) async fn run(
    broker: Broker,
    database: Database,
    token_life: Duration,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let purpose = "the removal of what deleted users have left";
    rounds::until_shutdown(purpose, LOOK_EVERY, shutdown, || {
        round(&broker, &database, token_life)
    })
    .await
}

async fn round(broker: &Broker, database: &Database, token_life: Duration) -> anyhow::Result<Left> {
    for note in deletion::Entity::due(&database.read, AT_ONCE).await? {
        if let Err(error) = pass(broker, database, &note, token_life).await {
            tracing::warn!(user_id = %note.user_id, %error, "what a deleted user has left is not removed yet");
        }
    }
    Ok(Left::Nothing)
}

async fn pass(
    broker: &Broker,
    database: &Database,
    note: &deletion::Model,
    token_life: Duration,
) -> anyhow::Result<()> {
    let account = user::Entity::find_by_id(note.user_id)
        .one(&database.read)
        .await?;
    let deleted_at = account.and_then(|account| account.deleted_at);
    let mut pass = Pass {
        broker,
        database,
        user: UserId(note.user_id),
        deleted_at: Timestamp(deleted_at.context("the user is not deleted")?),
        held: report::Entity::rooms_held_of(&database.read, note.user_id).await?,
        rooms: HashSet::new(),
        found: 0,
        left: 0,
    };
    if pass.over_everything(token_life).await? {
        let held = report::Entity::holds_something_of(&database.read, note.user_id).await?;
        deletion::Entity::done(&database.write, note, held).await?;
        metrics::counter!("webchat_deleted_users_total").increment(1);
        tracing::info!(user_id = %pass.user, held, "what a deleted user has left is removed");
    }
    Ok(())
}

/// One pass over everything that a deleted user may have left.
struct Pass<'a> {
    broker: &'a Broker,
    database: &'a Database,
    user: UserId,
    deleted_at: Timestamp,
    /// Rooms in which the user's words are evidence of an open report.
    held: HashSet<uuid::Uuid>,
    /// All rooms that the user was in.
    rooms: HashSet<RoomId>,
    /// How much there was to remove.
    found: u64,
    /// How much there was that could not be.
    left: u64,
}

impl Pass<'_> {
    /// Says whether nothing was left, and nothing is under way any more.
    async fn over_everything(&mut self, token_life: Duration) -> anyhow::Result<bool> {
        self.end_sessions(token_life).await?;
        self.leave_queue().await?;
        // Only then does SQL know every room that the user was in when the pass began.
        let knows_all_rooms = in_hand::is_finished(self.broker, &PERSISTENCE_LIFE).await?;
        self.over_rooms().await?;
        let receipts = subjects::receipts_by(self.user);
        self.found += self.broker.purge(&RECEIPT, &receipts, 0).await?;
        for pairs in subjects::life_pairs_of(self.user) {
            self.found += self.broker.purge(&LIFE, &pairs, 0).await?;
        }
        self.forget_dead_letters().await?;
        let transaction = self.database.begin_write().await?;
        self.found += deletion::Entity::erase_account(&transaction, self.user.0).await?;
        // Their objects follow, and a pass that finds rows still is not the last.
        let now = self.broker.clock().now().0;
        self.found += file::Entity::remove_of(&transaction, self.user.0, now).await?;
        self.found += avatar::Entity::erase(&transaction, self.user.0, now).await?;
        transaction.commit().await?;
        let is_empty = self.found == 0 && self.left == 0;
        Ok(knows_all_rooms && is_empty && self.is_settled_since(self.deleted_at))
    }

    fn is_settled_since(&self, at: Timestamp) -> bool {
        self.broker.clock().now().since(at) >= SETTLED_AFTER
    }

    /// The gateway has done so already, unless it died.
    async fn end_sessions(&self, token_life: Duration) -> anyhow::Result<()> {
        let kept_for = token_life + MARGIN;
        if self.broker.clock().now().since(self.deleted_at) > kept_for {
            return Ok(());
        }
        let revocation = Revocation::of_deleted(self.user, self.deleted_at, token_life);
        let body = serde_json::to_vec(&revocation)?;
        let publish = Publish::new(revocation.subject(), body)
            .message_id(format!("deleted:{}", self.user))
            .ttl(kept_for);
        self.broker.publish(publish).await?;
        Ok(())
    }

    /// What a ticket says of the user's profile goes at once, the empty ticket in its time: matchmakers have to see it.
    async fn leave_queue(&mut self) -> anyhow::Result<()> {
        let events = subjects::life_ticket(self.user);
        let Some(ticket) = self.newest::<Ticket>(&events).await? else {
            return Ok(());
        };
        let gone = ticket.value.of_deleted();
        if gone != ticket.value {
            self.found += 1;
            match self
                .broker
                .commit(&[Write::Ticket(Box::new(gone), ticket.seq)])
                .await
            {
                // Whoever was faster is found by the next pass.
                Ok(_) | Err(PublishError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.found += self.broker.purge(&LIFE, &events, 1).await?;
        Ok(())
    }

    async fn forget_dead_letters(&mut self) -> anyhow::Result<()> {
        let goes = |letter: &DeadLetter| self.may_tell_of_the_user(letter);
        let removed = dead_letters::forget(self.broker, None, goes).await?;
        self.found += removed;
        Ok(())
    }

    /// Of a message that nobody can read, nobody knows whose it was.
    fn may_tell_of_the_user(&self, letter: &DeadLetter) -> bool {
        if let Some(room) = subjects::parse_chat(&letter.subject) {
            return self.rooms.contains(&room)
                && !self.held.contains(&room.0)
                && letter
                    .body()
                    .map_or(true, |body| may_be_by(&body, self.user));
        }
        if let Some((_, reader)) = subjects::parse_receipt(&letter.subject) {
            return reader == self.user;
        }
        match subjects::parse_life(&letter.subject) {
            Some(LifeKind::Room(room)) => self.rooms.contains(&room),
            Some(LifeKind::Pair(pair)) => pair.members().contains(&self.user),
            Some(LifeKind::Ticket(user)) => user == self.user,
            _ => false,
        }
    }
}

/// Whether a message may be this user's: it says so, or nobody can read it.
fn may_be_by(body: &[u8], user: UserId) -> bool {
    serde_json::from_slice::<StoredMessage>(body).map_or(true, |message| message.sender_id == user)
}
