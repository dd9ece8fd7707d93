//! From two people to a room: plan, then write both tickets, the pair and the room together or not at all.

use std::time::Duration;

use broker::{PublishError, ReadError, life::Write};
use domain::{
    RoomId,
    matching::Match,
    pair::{Input, PairKey},
    room::Room,
    ticket::TicketState,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use super::{Matchmaker, apart::apart_until, pool::Waiting};

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
    /// Claims what can be claimed. Whoever stays behind is looked at again by the next tick.
    pub(super) async fn claim(&self, intents: Vec<Intent>) {
        let plans = stream::iter(intents).map(|intent| self.plan_if_readable(intent));
        let planned = plans
            .buffer_unordered(READS_AT_ONCE)
            .try_collect::<Vec<_>>()
            .await;
        let claims: Vec<Claim> = match planned {
            Ok(claims) => claims.into_iter().flatten().collect(),
            Err(error) => {
                return tracing::warn!(%error, "pairs could not be read; nobody is matched in this tick");
            }
        };
        for batch in claims.chunks(self.claims_per_batch) {
            if !self.lead.is_held() {
                return;
            }
            if let Err(error) = self.execute(batch).await {
                return tracing::warn!(%error, "matches could not be written; the next tick tries again");
            }
        }
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
        let room_id = RoomId(Uuid::now_v7());
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
