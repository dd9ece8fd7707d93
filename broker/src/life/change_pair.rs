//! Changing a pair. A block ends the pair's open room in the same batch.

use domain::{
    pair::{Input, Pair, PairKey},
    room::{self, Transition},
};

use super::{ChangeError, Write};
use crate::{Broker, PublishError};

const ATTEMPTS: usize = 16;

/// The pair before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairChange {
    /// Its state before.
    pub before: Pair,
    /// Its state now.
    pub after: Pair,
    /// The sequence of the newest event; 0 where the pair has none.
    pub seq: u64,
}

impl Broker {
    /// Applies an input to a pair.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub async fn change_pair(&self, key: PairKey, input: Input) -> Result<PairChange, ChangeError> {
        for _ in 0..ATTEMPTS {
            let current = self.pair(key).await?;
            let after = current.value.apply(input)?;
            let mut writes = match input {
                Input::Block { by, on: true } => self.room_blocked(&current.value, by).await?,
                _ => Vec::new(),
            };
            if after == current.value && writes.is_empty() {
                return Ok(PairChange {
                    before: current.value,
                    after,
                    seq: current.seq,
                });
            }
            writes.push(current.becomes(after.clone()));
            match self.commit(&writes).await {
                Ok(seq) => {
                    return Ok(PairChange {
                        before: current.value,
                        after,
                        seq,
                    });
                }
                Err(PublishError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ChangeError::Contended)
    }

    async fn room_blocked(
        &self,
        pair: &Pair,
        by: domain::UserId,
    ) -> Result<Vec<Write>, ChangeError> {
        let Some(id) = pair.room else {
            return Ok(Vec::new());
        };
        let Some(room) = self.room(id).await? else {
            return Ok(Vec::new());
        };
        let now = self.clock().now();
        match room.value.apply(room::Input::Block { by }, now)? {
            Transition::Unchanged => Ok(Vec::new()),
            Transition::Changed { room: next, .. } => Ok(vec![room.becomes(*next)]),
        }
    }
}
