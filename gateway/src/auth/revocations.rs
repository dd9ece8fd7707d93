//! Which sessions were ended before their access tokens did.
//!
//! The truth is the stream `REVOKED`; each gateway keeps a copy in memory: read whole before it is ready, then every
//! second what is new, and what the live copies tell at once. Without a good read for ten seconds it trusts no token. At the
//! start it also asks SQL, for a broker that has lost its newest messages has lost ends of sessions, too.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use bootstrap::{Database, Shutdown};
use broker::{Broker, Publish, ReadError};
use contract::{
    revocation::{MARGIN, Revocation},
    streams::REVOKED,
    subjects,
};
use dashmap::DashMap;
use domain::{SessionId, Timestamp, UserId};
use entities::session;
use tokio::sync::broadcast;

use super::Session;
use crate::error::ApiError;

const READ_EVERY: Duration = Duration::from_secs(1);
const FRESH_FOR: Duration = Duration::from_secs(10);
/// Revocations of one read.
const BATCH: usize = 500;
/// How many revocations a slow listener may be behind.
const LISTENER_BACKLOG: usize = 1_024;
/// How often old revocations are forgotten, in reads.
const FORGET_EVERY_READS: u32 = 60;

/// The copy of one gateway.
#[derive(Debug)]
pub struct Revocations {
    broker: Broker,
    token_life: Duration,
    sessions: DashMap<SessionId, Timestamp>,
    users: DashMap<UserId, UserRevocation>,
    last_good_read: Mutex<Instant>,
    listeners: broadcast::Sender<Revocation>,
}

#[derive(Debug, Clone, Copy)]
struct UserRevocation {
    not_before: Timestamp,
    except: Option<SessionId>,
    told_at: Timestamp,
}

impl Revocations {
    /// Reads all revocations, and follows them until shutdown.
    ///
    /// # Errors
    /// The broker or the database cannot be read.
    pub async fn load(
        broker: Broker,
        database: &Database,
        token_life: Duration,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Arc<Self>> {
        let revocations = Arc::new(Self {
            broker,
            token_life,
            sessions: DashMap::new(),
            users: DashMap::new(),
            last_good_read: Mutex::new(Instant::now()),
            listeners: broadcast::channel(LISTENER_BACKLOG).0,
        });
        let live = revocations
            .broker
            .subscribe(subjects::LIVE_REVOKED_ALL.to_owned())
            .await?;
        let position = revocations.read_after(0).await?;
        let ended = revocations.learn_from_sql(database).await;
        ended.context("the ended sessions in the database")?;
        tokio::spawn(Arc::clone(&revocations).listen(live, shutdown.clone()));
        tokio::spawn(Arc::clone(&revocations).keep_reading(position, shutdown.clone()));
        Ok(revocations)
    }

    async fn learn_from_sql(&self, database: &Database) -> Result<(), sea_orm::DbErr> {
        let oldest = self.token_life + MARGIN;
        let oldest_ms = i64::try_from(oldest.as_millis()).unwrap_or(i64::MAX);
        let since = self.broker.clock().now().0.saturating_sub(oldest_ms);
        for (id, ended_at) in session::Entity::ended_since(&database.read, since).await? {
            let session_id = SessionId(id);
            self.learn(Revocation::Session { session_id }, Timestamp(ended_at));
        }
        Ok(())
    }

    /// Whether what is known here is recent enough to trust a token.
    pub fn is_fresh(&self) -> bool {
        let last = *self
            .last_good_read
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        last.elapsed() <= FRESH_FOR
    }

    /// Whether the token's session was ended.
    pub fn is_revoked(&self, session: &Session) -> bool {
        let of_user = self.users.get(&session.user_id).is_some_and(|revoked| {
            session.issued_at < revoked.not_before && revoked.except != Some(session.session_id)
        });
        of_user || self.sessions.contains_key(&session.session_id)
    }

    /// Every revocation from now on, once or more often.
    pub fn subscribe(&self) -> broadcast::Receiver<Revocation> {
        self.listeners.subscribe()
    }

    /// Ends a session, or sessions, on every gateway.
    ///
    /// # Errors
    /// `unavailable` where the broker did not store it.
    pub async fn publish(&self, revocation: Revocation) -> Result<(), ApiError> {
        let subject = revocation.subject();
        let payload = serde_json::to_vec(&revocation).map_err(ApiError::internal)?;
        let publish = Publish::new(subject, payload)
            .message_id(uuid::Uuid::now_v7().to_string())
            .ttl(self.token_life + MARGIN);
        self.broker.publish(publish).await?;
        self.learn(revocation, self.broker.clock().now());
        Ok(())
    }

    async fn listen(self: Arc<Self>, mut live: broker::Subscription, shutdown: Shutdown) {
        loop {
            let message = tokio::select! {
                message = live.next() => message,
                () = shutdown.requested() => None,
            };
            let Some(message) = message else { return };
            let told_at = message
                .stored_at
                .unwrap_or_else(|| self.broker.clock().now());
            self.take(&message.payload, told_at);
        }
    }

    async fn keep_reading(self: Arc<Self>, mut position: u64, shutdown: Shutdown) {
        let mut connection = self.broker.connection();
        let mut established = connection.borrow_and_update().established;
        for read in 1_u32.. {
            tokio::select! {
                () = tokio::time::sleep(READ_EVERY) => (),
                () = shutdown.requested() => return,
            }
            let now_established = connection.borrow_and_update().established;
            if now_established != established {
                // It may be another server with another stream: what was read says nothing about what is there.
                (position, established) = (0, now_established);
            }
            match self.read_after(position).await {
                Ok(last) => position = last,
                Err(error) => tracing::warn!(%error, "ended sessions could not be read"),
            }
            if read.is_multiple_of(FORGET_EVERY_READS) {
                self.forget_old();
            }
        }
    }

    /// Reads what stands after a position, and says how far it got.
    async fn read_after(&self, mut position: u64) -> Result<u64, ReadError> {
        let begun = Instant::now();
        loop {
            let records = self
                .broker
                .replay(&REVOKED, subjects::REVOKE_ALL, position + 1, BATCH)
                .await?;
            for record in &records {
                self.take(&record.payload, record.stored_at);
                position = position.max(record.seq);
            }
            if records.len() < BATCH {
                *self
                    .last_good_read
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = begun;
                return Ok(position);
            }
        }
    }

    fn take(&self, payload: &[u8], told_at: Timestamp) {
        match serde_json::from_slice(payload) {
            Ok(revocation) => self.learn(revocation, told_at),
            Err(error) => tracing::error!(%error, "a revocation cannot be read"),
        }
    }

    fn learn(&self, revocation: Revocation, told_at: Timestamp) {
        let is_new = match revocation {
            Revocation::Session { session_id } => {
                self.sessions.insert(session_id, told_at).is_none()
            }
            Revocation::User {
                user_id,
                not_before,
                except,
            } => {
                let revoked = UserRevocation {
                    not_before,
                    except,
                    told_at,
                };
                let known = self.users.get(&user_id).map(|known| known.not_before);
                if known.is_some_and(|known| known > not_before) {
                    return;
                }
                self.users.insert(user_id, revoked);
                known != Some(not_before)
            }
        };
        if is_new {
            // Fails only where nobody listens.
            let _ = self.listeners.send(revocation);
        }
    }

    /// Forgets revocations that no living token can fall under.
    fn forget_old(&self) {
        let now = self.broker.clock().now();
        let keep = |told_at: Timestamp| now.since(told_at) <= self.token_life + MARGIN;
        self.sessions.retain(|_, told_at| keep(*told_at));
        self.users.retain(|_, revoked| keep(revoked.told_at));
    }
}
