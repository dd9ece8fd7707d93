//! Which matchmaker pairs: the one whose heartbeat stands in the broker.
//!
//! A heartbeat is a compare-and-set on one subject. Leading saves work and is no fence: that is the atomic claim.

use std::time::{Duration, Instant};

use broker::{Broker, Publish, PublishError};
use contract::{life::Heartbeat, streams::LIFE, subjects};
use tokio::sync::watch;
use uuid::Uuid;

/// How often the leader renews its heartbeat and a standby looks at it.
const RENEW_EVERY: Duration = Duration::from_secs(1);
/// A heartbeat that stands still for so long, by the standby's own clock, is nobody's any more. A leader that could
/// not renew for so long does not count as leading, by its own clock.
const SILENCE: Duration = Duration::from_secs(3);
/// How long the broker keeps a heartbeat.
const HEARTBEAT_TTL: Duration = Duration::from_secs(10);

/// What a matchmaker knows of who leads. Pure: time comes in as an argument.
#[derive(Debug)]
struct Leadership {
    me: Uuid,
    standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Watches the heartbeat: its sequence, and since when it stands there.
    Standby { seen: Option<(u64, Instant)> },
    /// Its own heartbeat is the last one.
    Leading { seq: u64 },
}

impl Leadership {
    fn new(me: Uuid) -> Self {
        let standing = Standing::Standby { seen: None };
        Self { me, standing }
    }

    /// Takes what stands in the broker now; says which sequence to expect when taking over, `None`: wait.
    fn observe(&mut self, heartbeat: Option<(u64, Uuid)>, now: Instant) -> Option<u64> {
        let Some((seq, holder)) = heartbeat else {
            self.standing = Standing::Standby { seen: None };
            return Some(0);
        };
        let since = match self.standing {
            Standing::Standby {
                seen: Some((last, since)),
            } if last == seq => since,
            _ => now,
        };
        self.standing = Standing::Standby {
            seen: Some((seq, since)),
        };
        let is_free = holder.is_nil() || holder == self.me;
        (is_free || now.duration_since(since) >= SILENCE).then_some(seq)
    }

    fn won(&mut self, seq: u64) {
        self.standing = Standing::Leading { seq };
    }

    fn lost(&mut self) {
        self.standing = Standing::Standby { seen: None };
    }
}

/// A seat at a pool's matchmaking, as leader or as standby.
pub(super) struct Seat {
    broker: Broker,
    subject: String,
    leadership: Leadership,
    leads_until: watch::Sender<Option<Instant>>,
}

/// Whether this matchmaker leads now.
#[derive(Debug)]
pub(super) struct Lead(watch::Receiver<Option<Instant>>);

impl Lead {
    /// Whether it leads: the last renewal worked, and is not long ago.
    pub(super) fn is_held(&self) -> bool {
        self.0.borrow().is_some_and(|until| Instant::now() < until)
    }
}

impl Seat {
    pub(super) fn take(broker: Broker, pool: &str) -> (Self, Lead) {
        let (leads_until, lead) = watch::channel(None);
        let seat = Self {
            broker,
            subject: subjects::life_leader(pool),
            leadership: Leadership::new(Uuid::now_v7()),
            leads_until,
        };
        (seat, Lead(lead))
    }

    /// Leads or waits to lead; never ends.
    pub(super) async fn keep(&mut self) {
        loop {
            let begun = Instant::now();
            self.step(begun).await;
            tokio::time::sleep(RENEW_EVERY.saturating_sub(begun.elapsed())).await;
        }
    }

    async fn step(&mut self, now: Instant) {
        let expected = match self.leadership.standing {
            Standing::Leading { seq } => Some(seq),
            Standing::Standby { .. } => match self.heartbeat().await {
                Ok(heartbeat) => self.leadership.observe(heartbeat, Instant::now()),
                Err(error) => {
                    tracing::debug!(%error, "who leads is not known");
                    None
                }
            },
        };
        if let Some(expected) = expected {
            self.renew(expected, now).await;
        }
        let leads = self.leads_until.borrow().is_some();
        metrics::gauge!("webchat_match_leader").set(if leads { 1.0 } else { 0.0 });
    }

    async fn renew(&mut self, expected: u64, begun: Instant) {
        let was_leading = self.leads_until.borrow().is_some();
        match self.publish(self.leadership.me, expected).await {
            Ok(seq) => {
                self.leadership.won(seq);
                self.leads_until.send_replace(Some(begun + SILENCE));
                if !was_leading {
                    tracing::info!("leads the matchmaking");
                }
            }
            Err(error) => {
                self.leadership.lost();
                self.leads_until.send_replace(None);
                if was_leading {
                    tracing::warn!(%error, "does not lead the matchmaking any more");
                }
            }
        }
    }

    /// Gives the lead back, so that a standby takes over at once.
    pub(super) async fn release(&mut self) {
        self.leads_until.send_replace(None);
        let held = match self.heartbeat().await {
            Ok(heartbeat) => heartbeat.filter(|(_, holder)| *holder == self.leadership.me),
            Err(error) => return tracing::debug!(%error, "the lead is left to run out"),
        };
        let Some((seq, _)) = held else { return };
        match self.publish(Uuid::nil(), seq).await {
            Ok(_) => tracing::info!("gave back the lead of the matchmaking"),
            Err(error) => tracing::debug!(%error, "the lead is left to run out"),
        }
    }

    async fn publish(&self, holder: Uuid, expected: u64) -> Result<u64, PublishError> {
        let payload = serde_json::to_vec(&Heartbeat { holder })
            .map_err(|error| PublishError::Rejected(error.to_string()))?;
        let publish = Publish::new(self.subject.clone(), payload)
            .expecting_last(expected)
            .ttl(HEARTBEAT_TTL);
        self.broker.publish(publish).await.map(|ack| ack.seq)
    }

    /// The last heartbeat's sequence and holder. One that cannot be read is nobody's and has to grow old.
    async fn heartbeat(&self) -> Result<Option<(u64, Uuid)>, broker::ReadError> {
        let record = self.broker.last(&LIFE, &self.subject).await?;
        Ok(record.map(|record| {
            let heartbeat = serde_json::from_slice::<Heartbeat>(&record.payload);
            (
                record.seq,
                heartbeat.map_or(Uuid::max(), |heartbeat| heartbeat.holder),
            )
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standby() -> (Leadership, Uuid, Instant) {
        (
            Leadership::new(Uuid::now_v7()),
            Uuid::now_v7(),
            Instant::now(),
        )
    }

    #[test]
    fn an_empty_or_released_seat_is_taken_at_once() {
        let (mut me, _, now) = standby();
        assert_eq!(me.observe(None, now), Some(0));
        assert_eq!(me.observe(Some((7, Uuid::nil())), now), Some(7));
    }

    #[test]
    fn a_beating_leader_is_left_alone() {
        let (mut me, leader, now) = standby();
        for beat in 0..20 {
            let at = now + Duration::from_secs(beat);
            assert_eq!(me.observe(Some((beat + 1, leader)), at), None);
        }
    }

    #[test]
    fn a_silent_leader_is_replaced_after_three_seconds_of_own_watching() {
        let (mut me, leader, now) = standby();
        assert_eq!(me.observe(Some((5, leader)), now), None);
        assert_eq!(
            me.observe(Some((5, leader)), now + Duration::from_millis(2_999)),
            None
        );
        assert_eq!(me.observe(Some((5, leader)), now + SILENCE), Some(5));
    }

    #[test]
    fn a_leader_that_failed_to_renew_knows_its_own_heartbeat_again() {
        let (mut me, leader, now) = standby();
        me.won(5);
        assert_eq!(me.standing, Standing::Leading { seq: 5 });
        me.lost();
        assert_eq!(me.observe(Some((6, me.me)), now), Some(6));
        me.lost();
        assert_eq!(
            me.observe(Some((7, leader)), now + SILENCE),
            None,
            "the other's time begins now"
        );
    }
}
