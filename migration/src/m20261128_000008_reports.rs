//! Who was reported for what, and the messages that show it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, json_binary, pk_uuid, text, text_null, uuid, uuid_null,
};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(reports()).await?;
        for column in ["room_id", "reported_id", "reporter_id"] {
            let index = Index::create()
                .name(format!("reports_{column}"))
                .table("reports")
                .col(column)
                .take();
            manager.create_index(index).await?;
        }
        manager.create_table(evidence()).await
    }
}

fn reports() -> TableCreateStatement {
    Table::create()
        .table("reports")
        .col(pk_uuid("id"))
        .col(uuid("reporter_id"))
        .col(uuid("reported_id"))
        .col(uuid_null("room_id"))
        .col(text("reason"))
        .col(text_null("detail"))
        .col(text("state"))
        .col(big_integer("created_at"))
        .col(big_integer_null("closed_at"))
        .take()
}

fn evidence() -> TableCreateStatement {
    Table::create()
        .table("report_evidence")
        .col(uuid("report_id"))
        .col(big_integer("seq"))
        .col(uuid("message_id"))
        .col(uuid("sender_id"))
        .col(text("text"))
        .col(json_binary("attachments"))
        .col(big_integer("sent_at"))
        .primary_key(Index::create().col("report_id").col("seq"))
        .foreign_key(
            ForeignKey::create()
                .name("report_evidence_report_id")
                .from("report_evidence", "report_id")
                .to("reports", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
