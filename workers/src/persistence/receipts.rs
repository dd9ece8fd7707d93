//! `RECEIPT`: how far each member has read.

use bootstrap::Transaction;
use contract::{
    consumers::{ConsumerSpec, PERSISTENCE_RECEIPT},
    receipt::Receipt,
    subjects,
};
use entities::read_position;
use sea_orm::DbErr;

use super::{
    backoff::Stopped,
    decode::{Event, Undecodable, sql_seq},
    gone::Gone,
    lane::Projection,
    notices::Notices,
};

/// Moves read positions forward and tells the readers' other devices. The stream's live copies tell the other member.
#[derive(Debug)]
pub(super) struct Receipts {
    pub notices: Notices,
}

impl Projection for Receipts {
    const CONSUMER: ConsumerSpec = PERSISTENCE_RECEIPT;
    const ANNOUNCES_FLOOR: bool = false;
    type Body = Receipt;
    type Stored = ();

    fn decode(subject: &str, payload: &[u8]) -> Result<Receipt, Undecodable> {
        let receipt: Receipt = serde_json::from_slice(payload)?;
        if subjects::receipt(receipt.room_id, receipt.user_id) != subject {
            return Err(Undecodable::Misplaced);
        }
        Ok(receipt)
    }

    async fn store(
        &self,
        transaction: &Transaction,
        batch: &[Event<Receipt>],
    ) -> Result<(), DbErr> {
        let readers = batch.iter().map(|event| event.body.user_id);
        let places = batch.iter().map(|event| event.body.room_id);
        let mut gone = Gone::among(transaction, readers, places).await?;
        let staying = batch
            .iter()
            .filter(|event| !gone.has(event.body.user_id, event.body.room_id));
        let positions: Vec<_> = staying.map(model).collect();
        gone.note(transaction).await?;
        read_position::Entity::advance(transaction, positions).await
    }

    async fn tell(&self, batch: &[Event<Receipt>], (): ()) -> Result<(), Stopped> {
        let reader = |event: &Event<Receipt>| (event.body.room_id.0, event.body.user_id.0);
        self.notices
            .read_on(&batch.iter().map(reader).collect())
            .await;
        Ok(())
    }
}

/// A read position's row. Its time is the broker's: of two at one place the one that the stream keeps is the later one by that, and
/// not by the clocks of two gateways.
pub(super) fn model(event: &Event<Receipt>) -> read_position::Model {
    read_position::Model {
        room_id: event.body.room_id.0,
        user_id: event.body.user_id.0,
        seq: sql_seq(event.body.seq),
        updated_at: event.at.0,
    }
}
