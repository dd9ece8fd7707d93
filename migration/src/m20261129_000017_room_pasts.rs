//! Rooms whose outcome is stored and whose past is still in the stream: noted with the outcome, so that no worker's memory
//! decides whether it goes. What was decided before is looked at once more.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, pk_uuid};

const DECIDED: &str = "INSERT INTO room_pasts (room_id, life_seq) \
     SELECT id, life_seq FROM rooms WHERE state IN ('kept', 'ended')";

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pasts = Table::create()
            .table("room_pasts")
            .col(pk_uuid("room_id"))
            .col(big_integer("life_seq"))
            .take();
        manager.create_table(pasts).await?;
        let by_seq = Index::create()
            .name("room_pasts_by_life_seq")
            .table("room_pasts")
            .col("life_seq")
            .take();
        manager.create_index(by_seq).await?;
        manager
            .get_connection()
            .execute_unprepared(DECIDED)
            .await
            .map(drop)
    }
}
