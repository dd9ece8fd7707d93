//! When the messages of a room that was not kept go.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, pk_uuid};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let expiries = Table::create()
            .table("expiries")
            .col(pk_uuid("room_id"))
            .col(big_integer("ended_at"))
            .take();
        manager.create_table(expiries).await?;
        let oldest_first = Index::create()
            .name("expiries_by_ended_at")
            .table("expiries")
            .col("ended_at")
            .take();
        manager.create_index(oldest_first).await
    }
}
