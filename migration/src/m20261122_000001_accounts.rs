//! Users, their profiles and their signed-in sessions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer_null, json_binary, pk_uuid, text, text_null, text_uniq,
    uuid,
};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(users()).await?;
        manager.create_table(profiles()).await?;
        manager.create_table(sessions()).await?;
        manager
            .create_index(
                Index::create()
                    .name("sessions_user_id")
                    .table("sessions")
                    .col("user_id")
                    .take(),
            )
            .await
    }
}

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(pk_uuid("id"))
        .col(text("username"))
        .col(text_uniq("username_key"))
        .col(text("password_hash"))
        .col(text("date_of_birth"))
        .col(text("display_name"))
        .col(big_integer("created_at"))
        .col(big_integer_null("deleted_at"))
        .take()
}

fn profiles() -> TableCreateStatement {
    Table::create()
        .table("profiles")
        .col(pk_uuid("user_id"))
        .col(text("bio"))
        .col(text_null("gender"))
        .col(integer_null("age_min"))
        .col(integer_null("age_max"))
        .col(json_binary("interests"))
        .col(json_binary("looking_for"))
        .col(json_binary("languages"))
        .col(json_binary("preferred_genders"))
        .col(big_integer("updated_at"))
        .foreign_key(&mut to_user("profiles"))
        .take()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(text_uniq("current_hash"))
        .col(text_null("previous_hash"))
        .col(big_integer("rotated_at"))
        .col(big_integer("created_at"))
        .col(big_integer("last_used_at"))
        .col(big_integer("expires_at"))
        .col(text_null("user_agent"))
        .col(big_integer_null("ended_at"))
        .foreign_key(&mut to_user("sessions"))
        .take()
}

fn to_user(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_user_id"))
        .from(table, "user_id")
        .to("users", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}
