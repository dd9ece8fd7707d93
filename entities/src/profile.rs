//! What a user tells matching and peers.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{FromJsonQueryResult, Iterable};
use serde::{Deserialize, Serialize};

use crate::among;

/// A list of names from the profile options, kept as one JSON array.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Names(pub Vec<String>);

impl From<Vec<String>> for Names {
    fn from(names: Vec<String>) -> Names {
        Names(names)
    }
}

/// A profile. The display name is the account's.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profiles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub bio: String,
    pub gender: Option<String>,
    pub age_min: Option<i32>,
    pub age_max: Option<i32>,
    #[sea_orm(column_type = "JsonBinary")]
    pub interests: Names,
    #[sea_orm(column_type = "JsonBinary")]
    pub looking_for: Names,
    #[sea_orm(column_type = "JsonBinary")]
    pub languages: Names,
    #[sea_orm(column_type = "JsonBinary")]
    pub preferred_genders: Names,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The youngest and the oldest age that the user wishes to meet.
    pub fn wished_ages(&self) -> [Option<u8>; 2] {
        [self.age_min, self.age_max].map(|age| age.and_then(|age| u8::try_from(age).ok()))
    }
}

impl Entity {
    /// The user's profile; there is none until the first [`Entity::save`].
    pub fn of(user: Uuid) -> Select<Entity> {
        Entity::find_by_id(user)
    }

    /// The profiles of these users; some have none.
    pub async fn among<C: ConnectionTrait>(db: &C, users: &[Uuid]) -> Result<Vec<Model>, DbErr> {
        among::rows::<Entity>(db, Column::UserId, users).await
    }

    /// Writes the profile, new or not.
    pub async fn save<C: ConnectionTrait>(db: &C, profile: Model) -> Result<(), DbErr> {
        let replace = OnConflict::column(Column::UserId)
            .update_columns(Column::iter().filter(|column| !matches!(column, Column::UserId)))
            .to_owned();
        Entity::insert(ActiveModel::from(profile))
            .on_conflict(replace)
            .exec_without_returning(db)
            .await?;
        Ok(())
    }

    /// Forgets everything the user told, at `now`; does nothing where there is no profile.
    pub async fn clear<C: ConnectionTrait>(db: &C, user: Uuid, now: i64) -> Result<(), DbErr> {
        let empty = ActiveModel {
            bio: Set(String::new()),
            gender: Set(None),
            age_min: Set(None),
            age_max: Set(None),
            interests: Set(Names::default()),
            looking_for: Set(Names::default()),
            languages: Set(Names::default()),
            preferred_genders: Set(Names::default()),
            updated_at: Set(now),
            ..Default::default()
        };
        Entity::update_many()
            .set(empty)
            .filter(Column::UserId.eq(user))
            .exec(db)
            .await?;
        Ok(())
    }
}
