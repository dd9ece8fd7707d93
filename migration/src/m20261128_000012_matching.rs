//! What matching learns from, and what it has learned.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, double, integer, json_binary, json_binary_null, pk_uuid, string_null,
    uuid,
};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(outcomes()).await?;
        for (name, columns) in [
            ("matching_outcomes_by_fate_seq", vec!["fate", "seq"]),
            ("matching_outcomes_by_low_user", vec!["low_user"]),
            ("matching_outcomes_by_high_user", vec!["high_user"]),
        ] {
            let mut index = Index::create().name(name).table("matching_outcomes").take();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        manager.create_table(people()).await?;
        manager.create_table(model()).await?;
        // The row is a lock, too, so it is there from the beginning. Of prior 0 nothing was learned.
        let first = "INSERT INTO matching_model (id, version, withdrawals, prior_version, applied_seq, weights, \
                     rebuilt_at) VALUES (1, 0, 0, 0, 0, '{}', 0)";
        let connection = manager.get_connection();
        connection.execute_unprepared(first).await?;
        Ok(())
    }
}

fn outcomes() -> TableCreateStatement {
    Table::create()
        .table("matching_outcomes")
        .col(pk_uuid("room_id"))
        .col(big_integer("seq"))
        .col(uuid("low_user"))
        .col(uuid("high_user"))
        .col(boolean("low_keeps"))
        .col(boolean("high_keeps"))
        .col(json_binary_null("low_features"))
        .col(json_binary_null("high_features"))
        .col(double("score"))
        .col(big_integer("decided_at"))
        .col(string_null("fate"))
        .take()
}

fn people() -> TableCreateStatement {
    Table::create()
        .table("matching_people")
        .col(pk_uuid("user_id"))
        .col(double("generosity_mean"))
        .col(double("generosity_variance"))
        .col(double("appeal_mean"))
        .col(double("appeal_variance"))
        .take()
}

fn model() -> TableCreateStatement {
    Table::create()
        .table("matching_model")
        .col(integer("id").primary_key())
        .col(big_integer("version"))
        .col(big_integer("withdrawals"))
        .col(integer("prior_version"))
        .col(big_integer("applied_seq"))
        .col(json_binary("weights"))
        .col(big_integer("rebuilt_at"))
        .take()
}
