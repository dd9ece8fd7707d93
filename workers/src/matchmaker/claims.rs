//! From two people to a room: plan, then write both tickets, the pair and the room together or not at all.

use std::time::Duration;

use broker::{PublishError, ReadError, life::Write};
use domain::{
    RoomId, Timestamp,
    matching::Match,
    pair::{Input, PairKey},
    room::Room,
    ticket::TicketState,
};
use futures_util::{StreamExt, stream};
use uuid::Uuid;

use super::{Matchmaker, apart::apart_until, decide::Couple, pool::Waiting};

/// How many pairs are read at once.
const READS_AT_ONCE: usize = 16;
/// Two who share an open room, or of whom something cannot be read, are looked at again after so long.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Two people whom a tick wants to bring together.
#[derive(Debug)]
pub(super) struct Intent {
    pub(super) tickets: [Waiting; 2],
    pub(super) the_match: Match,
}

/// A pair that is ready to be written. No two claims of a tick write the same subject.
#[derive(Debug)]
struct Claim {
    room_id: RoomId,
    tickets: [Waiting; 2],
    writes: Vec<Write>,
}

impl Matchmaker {
    /// Claims what can be claimed, some at a time: the first need not wait for the last, and a plan is as new as it can be.
    /// Whoever stays behind is looked at again by the next tick.
    pub(super) async fn claim(&self, couples: Vec<Couple>) {
        for couples in couples.chunks(self.claims_per_batch) {
            if !self.lead.is_held() {
                break;
            }
            let plans =
                stream::iter(self.intents(couples)).map(|intent| self.plan_if_readable(intent));
            let planned = plans.buffer_unordered(READS_AT_ONCE).collect().await;
            let claims: Vec<Claim> = match readable(planned) {
                Ok(claims) => claims.into_iter().flatten().collect(),
                Err(error) => {
                    tracing::warn!(%error, "pairs could not be read; the next tick tries again");
                    break;
                }
            };
            if let Err(error) = self.execute(&claims).await {
                tracing::warn!(%error, "matches could not be written; the next tick tries again");
                break;
            }
        }
        self.watched.tell_waits();
    }

    /// Two of whom something cannot be read are kept apart for a while, and nobody else has to wait for it.
    async fn plan_if_readable(&self, intent: Intent) -> Result<Option<Claim>, ReadError> {
        let [one, other] = [0, 1].map(|side: usize| intent.tickets[side].ticket.user_id);
        match self.plan(intent).await {
            Err(error @ (ReadError::Malformed { .. } | ReadError::Newer { .. })) => {
                metrics::counter!("webchat_match_pairs_unreadable_total").increment(1);
                tracing::error!(%one, %other, %error, "two are not matched, as something of them cannot be read");
                if let Some(key) = PairKey::of(one, other) {
                    let until = self.broker.clock().now().plus(LOOK_AGAIN_AFTER);
                    self.pool().apart.keep(key, until);
                }
                Ok(None)
            }
            planned => planned,
        }
    }

    /// Looks at the pair as the stream's leader has it, and says what to write; `None` where the two may not meet.
    async fn plan(&self, intent: Intent) -> Result<Option<Claim>, ReadError> {
        let [one, other] = intent.tickets;
        let members = [one.ticket.user_id, other.ticket.user_id];
        let Some(key) = PairKey::of(members[0], members[1]) else {
            return Ok(None);
        };
        let pair = self.broker.pair(key).await?;
        let now = self.broker.clock().now();
        if apart_until(&pair.value, self.recent_partner) > now {
            self.pool().apart.pair_is(&pair.value, now);
            return Ok(None);
        }
        if self.share_a_room(pair.value.room).await? {
            self.pool().apart.keep(key, now.plus(LOOK_AGAIN_AFTER));
            return Ok(None);
        }
        let room_id = new_room(now);
        let Ok(met) = pair.value.apply(Input::Met {
            room: room_id,
            at: now,
        }) else {
            return Ok(None);
        };
        let room = Room::matched(room_id, members, intent.the_match, self.timing, now);
        let matched = TicketState::Matched { room_id };
        let writes = vec![
            one.moved_to(matched.clone()),
            other.moved_to(matched),
            pair.becomes(met),
            Write::Room(Box::new(room), 0),
        ];
        Ok(Some(Claim {
            room_id,
            tickets: [one, other],
            writes,
        }))
    }

    /// A pair has one open room at the most: who share one already have no use for a second.
    async fn share_a_room(&self, newest: Option<RoomId>) -> Result<bool, ReadError> {
        let Some(newest) = newest else {
            return Ok(false);
        };
        let room = self.broker.room(newest).await?;
        Ok(room.is_some_and(|room| !room.value.is_ended()))
    }

    /// Writes a batch; where any of its claims came too late, each by itself.
    async fn execute(&self, batch: &[Claim]) -> Result<(), PublishError> {
        if batch.is_empty() {
            return Ok(());
        }
        let writes: Vec<Write> = batch
            .iter()
            .flat_map(|claim| claim.writes.iter().cloned())
            .collect();
        match self.broker.commit(&writes).await {
            Ok(_) => {
                batch.iter().for_each(|claim| self.made(claim));
                return Ok(());
            }
            Err(PublishError::Conflict) => {}
            Err(error) => return Err(error),
        }
        if let [claim] = batch {
            self.came_too_late(claim).await;
            return Ok(());
        }
        for claim in batch {
            match self.broker.commit(&claim.writes).await {
                Ok(_) => self.made(claim),
                Err(PublishError::Conflict) => self.came_too_late(claim).await,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn made(&self, claim: &Claim) {
        metrics::counter!("webchat_matches_total").increment(1);
        tracing::info!(room_id = %claim.room_id, "a match is made");
        self.watched
            .matched(&claim.tickets, self.broker.clock().now());
        let mut pool = self.pool();
        for waiting in &claim.tickets {
            pool.waits_no_more(waiting.ticket.user_id, waiting.seq);
        }
    }

    /// Somebody left or was matched by another in between: the claim is dropped and the view corrected.
    async fn came_too_late(&self, claim: &Claim) {
        metrics::counter!("webchat_match_claim_conflicts_total").increment(1);
        tracing::debug!(room_id = %claim.room_id, "a claim came too late");
        for waiting in &claim.tickets {
            self.reread_ticket(waiting).await;
        }
    }
}

/// The id of a room that is made now, by the broker's time: how long its members have waited is told by it.
fn new_room(now: Timestamp) -> RoomId {
    let drawn = Uuid::new_v4().into_bytes();
    // All but the bytes that say the version and the variant.
    let mut random = [0; 10];
    random[..6].copy_from_slice(&drawn[..6]);
    random[6..].copy_from_slice(&drawn[12..]);
    RoomId::made(now, random)
}

/// What could be read. A read without an answer keeps nobody else apart.
///
/// # Errors
/// The last one, where nothing could be read.
fn readable<T>(reads: Vec<Result<T, ReadError>>) -> Result<Vec<T>, ReadError> {
    let mut unread = None;
    let mut found = Vec::with_capacity(reads.len());
    for read in reads {
        match read {
            Ok(read) => found.push(read),
            Err(error) => {
                tracing::debug!(%error, "two are not matched in this tick, as their pair could not be read");
                unread = Some(error);
            }
        }
    }
    match unread {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unanswered<T>() -> Result<T, ReadError> {
        Err(ReadError::Unavailable("no answer in time".to_owned()))
    }

    #[test]
    fn a_room_is_made_by_the_brokers_time_and_not_by_this_machines() {
        let now = Timestamp(1_000);
        let (one, other) = (new_room(now), new_room(now));
        assert_eq!((one.made_at(), other.made_at()), (Some(now), Some(now)));
        assert_ne!(one, other);
    }

    #[test]
    fn one_read_without_an_answer_keeps_nobody_else_apart() {
        let reads = vec![Ok(1), unanswered(), Ok(3)];
        assert_eq!(readable(reads).unwrap(), [1, 3]);
    }

    #[test]
    fn a_broker_that_answers_nothing_ends_the_tick() {
        let reads: Vec<Result<u8, _>> = vec![unanswered(), unanswered()];
        assert!(readable(reads).is_err());
        let nothing: Vec<Result<u8, _>> = Vec::new();
        assert!(readable(nothing).unwrap().is_empty());
    }
}
