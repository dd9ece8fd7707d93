//! Entries of `LIFE` under a deleted user's subjects that this release cannot read. Poison goes, as nobody can say what it tells.
//! What a newer release wrote stays for that one, and the deletion stays noted; neither keeps anything else from going.

use broker::{
    ReadError,
    life::{Versioned, decode},
};
use contract::streams::LIFE;
use serde::{Serialize, de::DeserializeOwned};

use super::Pass;

impl Pass<'_> {
    /// The newest value of a subject, once the poison on top of it is gone; `None` where there is none, or none for this
    /// release.
    pub(super) async fn newest<T: DeserializeOwned + Serialize>(
        &mut self,
        subject: &str,
    ) -> anyhow::Result<Option<Versioned<T>>> {
        while let Some(record) = self.broker.last(&LIFE, subject).await? {
            match decode(&record) {
                Ok(value) => return Ok(Some(value)),
                Err(ReadError::Malformed { what, reason }) => {
                    tracing::warn!(%what, seq = record.seq, %reason, "an entry that nobody can read goes with its user");
                    self.broker.delete_message(&LIFE, record.seq).await?;
                    self.found += 1;
                }
                Err(newer @ ReadError::Newer { .. }) => {
                    self.leave(&newer);
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// The pass goes on, and is not the last.
    pub(super) fn leave(&mut self, why: &impl std::fmt::Display) {
        tracing::warn!(user_id = %self.user, %why, "something of a deleted user has to stay for now");
        self.left += 1;
    }
}
