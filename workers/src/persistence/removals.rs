//! Rounds over what is removed in SQL and has to go out of the storage. What cannot go keeps its row, and holds up nothing: a
//! round goes on behind what was tried last, and begins anew when it has come to the end.

use std::sync::{Mutex, PoisonError};

use entities::removal::{Place, Removal};

use super::rounds::{self, Left};

/// Rows of one round.
pub(super) const AT_ONCE: u64 = 100;

/// How far the rounds over one table are.
#[derive(Debug, Default)]
pub(super) struct Removals(Mutex<Option<Place>>);

impl Removals {
    /// Behind which row the next round begins; `None` at the first.
    pub(super) fn behind(&self) -> Option<Place> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the objects of these rows go, which are the next.
    ///
    /// # Errors
    /// The first that there was; the next round goes on behind the last one that was tried.
    pub(super) async fn round<'a, E, F>(
        &self,
        removed: &'a [E::Model],
        mut let_go: impl FnMut(&'a E::Model) -> F + Send,
    ) -> anyhow::Result<Left>
    where
        E: Removal<Model: Sync>,
        F: Future<Output = anyhow::Result<()>> + Send,
    {
        let done = rounds::each(removed, |row| {
            self.go_on_behind(E::place(row));
            let_go(row)
        })
        .await;
        let all_were_tried = removed
            .last()
            .is_none_or(|last| E::place(last) == self.behind());
        let is_at_the_end = all_were_tried && (removed.len() as u64) < AT_ONCE;
        if is_at_the_end {
            self.go_on_behind(None);
        }
        done?;
        Ok(match is_at_the_end {
            true => Left::Nothing,
            false => Left::More,
        })
    }

    fn go_on_behind(&self, place: Option<Place>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}
