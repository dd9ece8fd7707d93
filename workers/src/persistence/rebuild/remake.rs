//! How each stream's rows are made anew: way is made, and the projection does the rest.

use bootstrap::Transaction;
use broker::Skipped;
use entities::make_way;
use sea_orm::DbErr;
use uuid::Uuid;

use super::super::{
    decode::Event,
    lane::Projection,
    messages::{self, Messages},
    receipts::{self, Receipts},
};

/// What may be touched, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    /// Rows that show a later event are persistence's business.
    pub until: u64,
    /// What the stream once lost, and has under other sequences since.
    pub lost: Option<Skipped>,
}

/// A projection whose rows can be made anew.
pub(super) trait Remake: Projection {
    /// Whether a row shows the last event of a subject, whatever came before.
    const ROWS_SHOW_THE_LAST: bool;

    /// Writes the rows of these events as if they had not been there. Doing so again changes nothing.
    async fn remake(
        &self,
        transaction: &Transaction,
        batch: &[Event<Self::Body>],
        scope: &Scope,
    ) -> Result<(), DbErr>;

    /// The rooms whose last message may have changed.
    fn rooms(batch: &[Event<Self::Body>]) -> Vec<Uuid>;
}

impl Remake for Messages {
    const ROWS_SHOW_THE_LAST: bool = false;

    /// What the projection leaves out stays as it is: of a deleted user's words, SQL may hold what an open report needs.
    async fn remake(
        &self,
        transaction: &Transaction,
        batch: &[Event<Self::Body>],
        _: &Scope,
    ) -> Result<(), DbErr> {
        let (staying, _gone) = messages::staying(transaction, batch).await?;
        let rows: Vec<_> = staying.into_iter().map(messages::model).collect();
        make_way::for_messages(transaction, &rows).await?;
        make_way::for_last_messages(transaction, &Self::rooms(batch)).await?;
        self.store(transaction, batch).await.map(drop)
    }

    fn rooms(batch: &[Event<Self::Body>]) -> Vec<Uuid> {
        messages::rooms_of(batch)
    }
}

impl Remake for Receipts {
    const ROWS_SHOW_THE_LAST: bool = false;

    /// A further position than the stream's newest one stays: the newest is not always the furthest.
    async fn remake(
        &self,
        transaction: &Transaction,
        batch: &[Event<Self::Body>],
        _: &Scope,
    ) -> Result<(), DbErr> {
        let rows: Vec<_> = batch.iter().map(receipts::model).collect();
        make_way::for_positions(transaction, &rows).await?;
        self.store(transaction, batch).await
    }

    fn rooms(_: &[Event<Self::Body>]) -> Vec<Uuid> {
        Vec::new()
    }
}
