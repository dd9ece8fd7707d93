//! Messages and how far each member has read.
//!
//! Messages and rooms are projected from two streams independently, so neither table points to `rooms`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, json_binary, text, uuid};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(messages()).await?;
        manager
            .create_index(
                Index::create()
                    .name("messages_room_id_sender_id_client_id")
                    .table("messages")
                    .col("room_id")
                    .col("sender_id")
                    .col("client_id")
                    .unique()
                    .take(),
            )
            .await?;
        // For the table's highest sequence, which a starting gateway compares with the stream's.
        manager
            .create_index(
                Index::create()
                    .name("messages_seq")
                    .table("messages")
                    .col("seq")
                    .take(),
            )
            .await?;
        manager.create_table(read_positions()).await
    }
}

fn messages() -> TableCreateStatement {
    Table::create()
        .table("messages")
        .col(uuid("room_id"))
        .col(big_integer("seq"))
        .col(uuid("id"))
        .col(uuid("sender_id"))
        .col(uuid("client_id"))
        .col(text("text"))
        .col(json_binary("attachments"))
        .col(big_integer("sent_at"))
        .primary_key(Index::create().col("room_id").col("seq"))
        .take()
}

fn read_positions() -> TableCreateStatement {
    Table::create()
        .table("read_positions")
        .col(uuid("room_id"))
        .col(uuid("user_id"))
        .col(big_integer("seq"))
        .col(big_integer("updated_at"))
        .primary_key(Index::create().col("room_id").col("user_id"))
        .take()
}
