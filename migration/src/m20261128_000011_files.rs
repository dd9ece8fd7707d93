//! Uploaded files: whose they are, what they are, and with which message they were sent. Their bytes are in the storage.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer_null, pk_uuid, text, text_null, uuid, uuid_null,
};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(files()).await?;
        for columns in [
            &["room_id", "owner_id"][..],
            // What one user's files take.
            &["owner_id"],
            // What was never sent, the oldest first.
            &["message_id", "created_at"],
            &["removed_at"],
        ] {
            let mut index = Index::create();
            index
                .name(format!("files_by_{}", columns.join("_")))
                .table("files");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn files() -> TableCreateStatement {
    Table::create()
        .table("files")
        .col(pk_uuid("id"))
        .col(uuid("room_id"))
        .col(uuid("owner_id"))
        .col(text("kind"))
        .col(text("name"))
        .col(text("content_type"))
        .col(big_integer("size_bytes"))
        .col(integer_null("width"))
        .col(integer_null("height"))
        .col(text_null("thumbnail_type"))
        .col(big_integer_null("thumbnail_bytes"))
        .col(text_null("placeholder"))
        .col(big_integer("created_at"))
        .col(uuid_null("client_id"))
        .col(big_integer_null("claimed_at"))
        .col(uuid_null("message_id"))
        .col(big_integer_null("removed_at"))
        .take()
}
