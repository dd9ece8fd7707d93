//! What ends a socket from outside: its token, its session's end, silence, the gateway's end.

use std::time::Duration;

use bootstrap::Shutdown;
use contract::{problem::Code, revocation::Revocation};
use domain::Timestamp;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until},
};

use crate::{
    auth::{Session, authenticate},
    error::ApiError,
    state::AppState,
};

const PING_EVERY: Duration = Duration::from_secs(20);
const SILENT_FOR: Duration = Duration::from_secs(45);

/// Watches over one socket.
#[derive(Debug)]
pub struct Guard {
    session: Session,
    expires: Instant,
    revocations: broadcast::Receiver<Revocation>,
    next_ping: Instant,
    dead_at: Instant,
    shutdown: Shutdown,
}

/// What the guard asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// Send a ping.
    PingDue,
    /// The access token has ended.
    Expired,
    /// The session was ended.
    Revoked,
    /// Nothing was heard for too long.
    Silent,
    /// The gateway stops.
    Shutdown,
}

impl Guard {
    /// A guard over a socket of this session.
    pub fn new(state: &AppState, session: Session) -> Self {
        let now = Instant::now();
        Self {
            session,
            expires: now + session.expires_at.since(state.now()),
            revocations: state.revocations.subscribe(),
            next_ping: now + PING_EVERY,
            dead_at: now + SILENT_FOR,
            shutdown: state.hub.shutdown().clone(),
        }
    }

    /// Something came from the client.
    pub fn heard(&mut self) {
        self.dead_at = Instant::now() + SILENT_FOR;
    }

    /// Takes a fresh token of the same user and session; says when it ends.
    ///
    /// # Errors
    /// The token is not good, or another's; the socket keeps its old end.
    pub fn renew(&mut self, state: &AppState, token: &str) -> Result<Timestamp, ApiError> {
        let fresh = authenticate(state, token)?;
        if (fresh.user_id, fresh.session_id) != (self.session.user_id, self.session.session_id) {
            let detail = "The token is of another user or session; open a new socket for it.";
            return Err(ApiError::new(Code::NotAuthenticated, detail));
        }
        self.expires = Instant::now() + fresh.expires_at.since(state.now());
        self.session = fresh;
        Ok(fresh.expires_at)
    }

    /// Waits for the next alarm. May be dropped and called again.
    pub async fn alarm(&mut self, state: &AppState) -> Alarm {
        if state.revocations.is_revoked(&self.session) {
            return Alarm::Revoked;
        }
        loop {
            let next = self.expires.min(self.dead_at).min(self.next_ping);
            tokio::select! {
                () = self.shutdown.requested() => return Alarm::Shutdown,
                () = sleep_until(next) => return self.due(Instant::now()),
                revocation = self.revocations.recv() => match revocation {
                    Ok(_) | Err(RecvError::Lagged(_)) if state.revocations.is_revoked(&self.session) => {
                        return Alarm::Revoked;
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Alarm::Shutdown,
                },
            }
        }
    }

    fn due(&mut self, now: Instant) -> Alarm {
        match now {
            _ if now >= self.expires => Alarm::Expired,
            _ if now >= self.dead_at => Alarm::Silent,
            _ => {
                self.next_ping = now + PING_EVERY;
                Alarm::PingDue
            }
        }
    }
}
