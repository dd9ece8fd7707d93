//! Where pictures wait for their turn. One at a time is at the front, where it takes what it needs; then the next one is.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::UserId;
use tokio::sync::oneshot;

use super::turns::Turns;
use crate::error::ApiError;

/// The queue. Clones share it.
#[derive(Clone)]
pub(super) struct Queue(Arc<Mutex<State>>);

struct State {
    turns: Turns<oneshot::Sender<Turn>>,
    front_is_taken: bool,
}

/// A picture's turn. It is over when this is dropped.
pub struct Turn {
    queue: Queue,
    user: UserId,
    is_at_front: bool,
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").finish_non_exhaustive()
    }
}

impl Queue {
    /// Nobody waits, and so many pictures of one user are under way at the most.
    pub fn new(share: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            turns: Turns::new(share),
            front_is_taken: false,
        })))
    }

    /// Waits until a picture of this user is at the front.
    ///
    /// # Errors
    /// None that can come about: a queue that ends while somebody waits in it.
    pub async fn turn(&self, user: UserId) -> Result<Turn, ApiError> {
        let (ticket, turn) = oneshot::channel();
        self.state().turns.wait(user, ticket);
        self.advance();
        turn.await.map_err(ApiError::internal)
    }

    /// Lets the next one to the front, if nobody is there.
    fn advance(&self) {
        let next = {
            let mut state = self.state();
            match state.front_is_taken {
                true => None,
                false => state.turns.next(),
            }
            .inspect(|_| state.front_is_taken = true)
        };
        if let Some((user, ticket)) = next {
            let turn = Turn {
                queue: self.clone(),
                user,
                is_at_front: true,
            };
            // Who has gone meanwhile gives it back, which lets the one behind go on.
            drop(ticket.send(turn));
        }
    }

    /// Nothing that holds the lock can leave the state half-changed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Has all that it needs: the next one may be at the front.
    pub fn leave_front(&mut self) {
        if std::mem::take(&mut self.is_at_front) {
            self.queue.state().front_is_taken = false;
            self.queue.advance();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.queue.state().turns.end(self.user);
        if self.is_at_front {
            self.queue.state().front_is_taken = false;
        }
        self.queue.advance();
    }
}
