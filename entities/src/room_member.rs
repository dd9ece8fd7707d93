//! Who is in which room: the index behind a user's list of rooms.

use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::{ROWS_PER_STATEMENT, room};

/// One member of a room. Room ids grow with time, so the key's order is the order of the list.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "room_members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub room_id: Uuid,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "room::Entity",
        from = "Column::RoomId",
        to = "room::Column::Id"
    )]
    Room,
}

impl Related<room::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Room.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// The two membership rows of a room.
pub(crate) fn of_room(room: &room::Model) -> [Model; 2] {
    [room.low_user, room.high_user].map(|user_id| Model {
        user_id,
        room_id: room.id,
        created_at: room.created_at,
    })
}

impl Entity {
    /// The rooms that the user keeps, the newest first, and with whom.
    pub async fn kept_with<C: ConnectionTrait>(
        db: &C,
        user: Uuid,
        limit: u64,
    ) -> Result<Vec<(Uuid, Uuid)>, DbErr> {
        let kept: Vec<(Uuid, Uuid, Uuid)> = room::Entity::page_of(user, None, limit)
            .filter(room::Column::State.eq("kept"))
            .select_only()
            .columns([
                room::Column::Id,
                room::Column::LowUser,
                room::Column::HighUser,
            ])
            .into_tuple()
            .all(db)
            .await?;
        let peer = |low, high| if low == user { high } else { low };
        Ok(kept
            .into_iter()
            .map(|(room, low, high)| (room, peer(low, high)))
            .collect())
    }

    /// Adds members; those who are in already stay as they are.
    pub(crate) async fn add<C: ConnectionTrait>(
        db: &C,
        members: impl IntoIterator<Item = Model>,
    ) -> Result<(), DbErr> {
        let members: Vec<ActiveModel> = members.into_iter().map(ActiveModel::from).collect();
        let ignore = OnConflict::columns([Column::UserId, Column::RoomId])
            .do_nothing()
            .to_owned();
        for chunk in members.chunks(ROWS_PER_STATEMENT) {
            Entity::insert_many(chunk.iter().cloned())
                .on_conflict(ignore.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }
}
