//! What two users are to each other, as projected from the pair's last event.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, json_binary, uuid, uuid_null,
};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(pairs()).await?;
        // The primary key serves the lower member's lists, this index the higher one's.
        manager
            .create_index(
                Index::create()
                    .name("pairs_high_user")
                    .table("pairs")
                    .col("high_user")
                    .take(),
            )
            .await
    }
}

fn pairs() -> TableCreateStatement {
    Table::create()
        .table("pairs")
        .col(uuid("low_user"))
        .col(uuid("high_user"))
        .col(big_integer("life_seq"))
        .col(json_binary("document"))
        .col(integer("reveal_level"))
        .col(boolean("kept"))
        .col(big_integer_null("last_met_at"))
        .col(uuid_null("open_room"))
        .col(boolean("blocked_by_low"))
        .col(boolean("blocked_by_high"))
        .col(boolean("liked_by_low"))
        .col(boolean("liked_by_high"))
        .primary_key(Index::create().col("low_user").col("high_user"))
        .take()
}
