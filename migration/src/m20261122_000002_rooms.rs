//! Rooms as projected from their last event, who is in them, and the events before the last.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, json_binary, pk_uuid, text, text_null, uuid,
};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(rooms()).await?;
        manager.create_table(room_members()).await?;
        manager
            .create_index(
                Index::create()
                    .name("room_members_room_id")
                    .table("room_members")
                    .col("room_id")
                    .take(),
            )
            .await?;
        manager.create_table(room_events()).await
    }
}

fn rooms() -> TableCreateStatement {
    Table::create()
        .table("rooms")
        .col(pk_uuid("id"))
        .col(uuid("low_user"))
        .col(uuid("high_user"))
        .col(text("state"))
        .col(boolean("kept"))
        .col(text_null("reason"))
        .col(big_integer("revision"))
        .col(big_integer("life_seq"))
        .col(big_integer("created_at"))
        .col(big_integer_null("ends_at"))
        .col(json_binary("document"))
        .col(big_integer("last_message_seq").default(0))
        .col(big_integer_null("last_message_at"))
        .take()
}

fn room_members() -> TableCreateStatement {
    Table::create()
        .table("room_members")
        .col(uuid("user_id"))
        .col(uuid("room_id"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("user_id").col("room_id"))
        .take()
}

fn room_events() -> TableCreateStatement {
    Table::create()
        .table("room_events")
        .col(uuid("room_id"))
        .col(big_integer("revision"))
        .col(big_integer("life_seq"))
        .col(json_binary("document"))
        .col(big_integer("recorded_at"))
        .primary_key(Index::create().col("room_id").col("revision"))
        .take()
}
