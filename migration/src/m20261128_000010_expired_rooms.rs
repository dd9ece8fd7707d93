//! A room whose messages went stays known as such, so that a late copy of a message does not bring them back.
//!
//! Rooms that had ended before there were expiries get theirs, as if they had ended now.

use std::time::{SystemTime, UNIX_EPOCH};

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, boolean};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One after the other: SQLite adds one column at a time.
        for column in [
            big_integer_null("expired_at"),
            boolean("has_remains").default(true).take(),
        ] {
            let wider = Table::alter().table("expiries").add_column(column).take();
            manager.alter_table(wider).await?;
        }
        let waiting = Index::create()
            .name("expiries_by_has_remains_ended_at")
            .table("expiries")
            .col("has_remains")
            .col("ended_at")
            .take();
        manager.create_index(waiting).await?;
        let connection = manager.get_connection();
        connection.execute_unprepared(&earlier_ends()).await?;
        Ok(())
    }
}

fn earlier_ends() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let now = now.as_millis();
    format!(
        "INSERT INTO expiries (room_id, ended_at) SELECT id, {now} FROM rooms WHERE state = 'ended' AND NOT kept \
         ON CONFLICT (room_id) DO NOTHING"
    )
}
