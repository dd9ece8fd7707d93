//! What was learned of somebody who does not want it any more, or who is deleted.

use sea_orm::entity::prelude::*;
use sea_orm::{QuerySelect, QueryTrait};

use super::{Column, Entity, is_of};
use crate::{matching_model, matching_person, matching_telling, room_member, user};

impl Entity {
    /// Takes the user out of what was learned `at` a time of the broker: what is believed of them is what is believed of somebody
    /// new, and their outcomes so far are those of `nobody`, a random id that no account has ([`is_nobody`]). So is what was
    /// decided until then and is stored later, under other ids. Call it in a transaction.
    pub async fn withdraw<C: ConnectionTrait>(
        db: &C,
        id: Uuid,
        nobody: Uuid,
        at: i64,
    ) -> Result<(), DbErr> {
        user::Entity::note_reset(db, id, at).await?;
        matching_model::Entity::hold(db).await?;
        let mut changed = 0;
        for column in [Column::LowUser, Column::HighUser] {
            let renamed = Entity::update_many()
                .col_expr(column, Expr::value(nobody))
                .filter(column.eq(id))
                .exec(db)
                .await?;
            changed += renamed.rows_affected;
        }
        let beliefs = matching_person::Entity::delete_by_id(id).exec(db).await?;
        matching_telling::Entity::delete_by_id(id).exec(db).await?;
        if changed + beliefs.rows_affected > 0 {
            matching_model::Entity::withdraw(db).await?;
        }
        Ok(())
    }

    /// Removes the outcomes of a deleted user, also those that were taken back, and what is believed of them. Says how many
    /// rows changed. Call it in a transaction, while the rooms still have their members.
    pub async fn forget<C: ConnectionTrait>(db: &C, user: Uuid) -> Result<u64, DbErr> {
        matching_model::Entity::hold(db).await?;
        let rooms = room_member::Entity::find()
            .select_only()
            .column(room_member::Column::RoomId)
            .filter(room_member::Column::UserId.eq(user))
            .into_query();
        let theirs = is_of(user).add(Column::RoomId.in_subquery(rooms));
        let outcomes = Entity::delete_many().filter(theirs).exec(db).await?;
        let beliefs = matching_person::Entity::delete_by_id(user).exec(db).await?;
        matching_telling::Entity::delete_by_id(user)
            .exec(db)
            .await?;
        let removed = outcomes.rows_affected + beliefs.rows_affected;
        if removed > 0 {
            matching_model::Entity::withdraw(db).await?;
        }
        Ok(removed)
    }
}
