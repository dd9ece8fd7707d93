//! Tells gateways how a waiting user stands: whom the own filters keep out, and how long it may take still.

use std::{collections::VecDeque, time::Duration};

use broker::LiveMessage;
use contract::{
    live::{OUTLOOK_WITHIN, Outlook, OutlookRequest},
    subjects::LIVE_QUEUE_OUTLOOK,
};
use domain::{RoomId, UserId};
use tokio::time::sleep;

use super::Matchmaker;

/// How many of the newest matched people the estimate is made from, at the most and at the least.
const NEWEST: usize = 50;
const ENOUGH: usize = 10;
const SUBSCRIBE_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long the newest matched people had waited. Pure.
#[derive(Debug, Default)]
pub(super) struct Waits(VecDeque<(UserId, RoomId, Duration)>);

impl Waits {
    /// Somebody was matched after so long. Counts once: the ticket is written again when the profile changes meanwhile.
    pub(super) fn matched_after(&mut self, user: UserId, room: RoomId, waited: Duration) {
        let is_known = |(who, of, _): &(UserId, RoomId, Duration)| (*who, *of) == (user, room);
        if self.0.iter().any(is_known) {
            return;
        }
        if self.0.len() == NEWEST {
            self.0.pop_front();
        }
        self.0.push_back((user, room, waited));
    }

    /// What is left for somebody who has `waited` already: of the median of the longer waits, as the shorter ones say nothing of
    /// whoever still waits. Whoever has waited longer than all of them may wait as long again. `None` after too few matches.
    pub(super) fn left(&self, waited: Duration) -> Option<Duration> {
        if self.0.len() < ENOUGH {
            return None;
        }
        let all = self.0.iter().map(|(_, _, waited)| *waited);
        let mut longer: Vec<Duration> = all.filter(|wait| *wait > waited).collect();
        longer.sort_unstable();
        let median = longer.get(longer.len() / 2).copied();
        Some(median.map_or(waited, |median| median.saturating_sub(waited)))
    }
}

impl Matchmaker {
    /// Answers the gateways while it leads; standbys stay silent. Never ends.
    pub(super) async fn answer_outlooks(&self) {
        loop {
            match self.broker.subscribe(LIVE_QUEUE_OUTLOOK.to_owned()).await {
                Ok(mut questions) => {
                    while let Some(question) = questions.next().await {
                        self.answer(question).await;
                    }
                }
                Err(error) => tracing::warn!(%error, "gateways cannot ask how a user stands yet"),
            }
            sleep(SUBSCRIBE_AGAIN_AFTER).await;
        }
    }

    async fn answer(&self, question: LiveMessage) {
        let Some(reply) = question.reply.filter(|_| self.lead.is_held()) else {
            return;
        };
        let request = match serde_json::from_slice::<OutlookRequest>(&question.payload) {
            Ok(request) => request,
            Err(error) => return tracing::warn!(%error, "a gateway's question cannot be read"),
        };
        let now = self.broker.clock().now();
        if request
            .asked_at
            .is_some_and(|at| now.since(at) > OUTLOOK_WITHIN)
        {
            return tracing::debug!("a question has waited for longer than whoever asked it");
        }
        let sent = match serde_json::to_vec(&self.outlook(request.user_id)) {
            Ok(payload) => self.broker.publish_core(reply, payload).await,
            Err(error) => return tracing::error!(%error, "an answer cannot be written"),
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "an answer was not sent");
        }
    }

    /// Nothing where the view does not know the user yet.
    fn outlook(&self, user: UserId) -> Outlook {
        let now = self.broker.clock().now();
        let mut pool = self.pool();
        pool.grow_older(now);
        let Some(me) = pool.waiting(user).map(|waiting| &waiting.ticket) else {
            return Outlook::default();
        };
        let left = pool.waits.left(now.since(me.joined_at));
        Outlook {
            filters: pool.census.excluded(&me.features),
            estimated_wait_ms: left.and_then(|left| u64::try_from(left.as_millis()).ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user(number: usize) -> UserId {
        UserId(Uuid::from_u128(number as u128))
    }

    fn room(number: usize) -> RoomId {
        RoomId(Uuid::from_u128(number as u128))
    }

    fn after(seconds: impl IntoIterator<Item = u64>) -> Waits {
        let mut waits = Waits::default();
        for (number, secs) in seconds.into_iter().enumerate() {
            waits.matched_after(user(number), room(number), Duration::from_secs(secs));
        }
        waits
    }

    #[test]
    fn a_matched_ticket_that_is_written_again_counts_once() {
        let mut waits = after([20; 9]);
        waits.matched_after(user(8), room(8), Duration::from_secs(99));
        assert_eq!(waits.left(Duration::ZERO), None, "nine were matched");
        waits.matched_after(user(8), room(9), Duration::from_secs(99));
        assert!(waits.left(Duration::ZERO).is_some());
    }

    #[test]
    fn too_few_matches_say_nothing() {
        assert_eq!(after(0..9).left(Duration::ZERO), None);
    }

    #[test]
    fn the_time_waited_already_is_taken_off_the_median() {
        let waits = after([20; 11]);
        assert_eq!(
            waits.left(Duration::from_secs(5)),
            Some(Duration::from_secs(15))
        );
    }

    #[test]
    fn whoever_has_waited_for_longer_than_most_is_told_of_those_who_have_too() {
        let secs = |secs| Some(Duration::from_secs(secs));
        let waits = after([5, 5, 5, 5, 5, 5, 5, 40, 60, 90]);
        assert_eq!(waits.left(Duration::ZERO), secs(5));
        assert_eq!(waits.left(Duration::from_secs(6)), secs(54));
        assert_eq!(waits.left(Duration::from_secs(70)), secs(20));
        assert_eq!(
            waits.left(Duration::from_secs(90)),
            secs(90),
            "as long again"
        );
    }

    #[test]
    fn only_the_newest_matches_count() {
        let waits = after((0..50).map(|_| 100).chain((0..50).map(|_| 1)));
        assert_eq!(waits.left(Duration::ZERO), Some(Duration::from_secs(1)));
    }
}
