//! Accounts.

use sea_orm::entity::prelude::*;

/// An account. A deleted one stays as a row without personal data, so that its id keeps its meaning.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As typed at registration.
    pub username: String,
    /// What makes usernames equal: see [`username_key`]. Unique.
    #[sea_orm(unique)]
    pub username_key: String,
    pub password_hash: String,
    /// ISO 8601 date.
    pub date_of_birth: String,
    pub display_name: String,
    pub created_at: i64,
    pub deleted_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The form in which two usernames are compared: case does not matter.
pub fn username_key(username: &str) -> String {
    username.to_lowercase()
}

impl Entity {
    /// All accounts that are not deleted.
    pub fn active() -> Select<Entity> {
        Entity::find().filter(Column::DeletedAt.is_null())
    }

    /// The account, unless it is deleted.
    pub fn find_active(id: Uuid) -> Select<Entity> {
        Entity::active().filter(Column::Id.eq(id))
    }

    /// The account that may sign in under this name, in any case.
    pub fn find_by_username(username: &str) -> Select<Entity> {
        Entity::active().filter(Column::UsernameKey.eq(username_key(username)))
    }

    /// These accounts, deleted ones too: their peers still see that somebody was there.
    pub fn find_all(ids: &[Uuid]) -> Select<Entity> {
        Entity::find().filter(Column::Id.is_in(ids.iter().copied()))
    }
}
