//! Whose the files in the storage are. There is one row, from the first start on that needs the storage.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

const ONLY: i32 = 1;

/// The id of this installation in the mark of its storage.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "storage_owner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub installation: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The id of this installation; `fresh` where it had none. Of several processes that come at once, the first one's counts.
    pub async fn installation<C: ConnectionTrait>(db: &C, fresh: Uuid) -> Result<Uuid, DbErr> {
        if let Some(known) = Entity::find_by_id(ONLY).one(db).await? {
            return Ok(known.installation);
        }
        let first = ActiveModel {
            id: Set(ONLY),
            installation: Set(fresh),
        };
        let ignore = OnConflict::column(Column::Id).do_nothing().to_owned();
        Entity::insert(first)
            .on_conflict(ignore)
            .exec_without_returning(db)
            .await?;
        let row = Entity::find_by_id(ONLY).one(db).await?;
        row.map(|row| row.installation).ok_or_else(|| {
            DbErr::RecordNotFound("the id of the installation was not kept".to_owned())
        })
    }
}
