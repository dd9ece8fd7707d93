//! Room for rows that are made anew: what stands in the place of a projected row is removed, so that the projection, which
//! leaves alone what is there, writes it again. Call these and the projection in one transaction.

use std::ops::RangeInclusive;

use sea_orm::Condition;
use sea_orm::ExprTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SimpleExpr;

use crate::{
    KEYS_PER_STATEMENT, ROWS_PER_STATEMENT, expiry, message, pair, read_position, room, room_event,
    room_member,
};

/// Removes whatever stands at the sequences of these messages, and later repetitions of them. What repeats an earlier
/// message stays where it stands.
pub async fn for_messages<C: ConnectionTrait>(
    db: &C,
    messages: &[message::Model],
) -> Result<(), DbErr> {
    use message::Column;
    for chunk in messages.chunks(ROWS_PER_STATEMENT) {
        message::Entity::delete_many()
            .filter(Column::Seq.is_in(chunk.iter().map(|message| message.seq)))
            .exec(db)
            .await?;
    }
    let later_repetition = |message: &message::Model| {
        Column::RoomId
            .eq(message.room_id)
            .and(Column::SenderId.eq(message.sender_id))
            .and(Column::ClientId.eq(message.client_id))
            .and(Column::Seq.gt(message.seq))
    };
    for chunk in messages.chunks(KEYS_PER_STATEMENT) {
        message::Entity::delete_many()
            .filter(any_of(chunk.iter().map(later_repetition)))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Forgets what is shown as the last message of these rooms.
pub async fn for_last_messages<C: ConnectionTrait>(db: &C, rooms: &[Uuid]) -> Result<(), DbErr> {
    use room::Column;
    for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
        room::Entity::update_many()
            .col_expr(Column::LastMessageSeq, Expr::value(0))
            .col_expr(Column::LastMessageAt, Expr::value(Option::<i64>::None))
            .filter(Column::Id.is_in(chunk.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Removes rooms and their members. A room that shows an event after `until` stays.
pub async fn for_rooms<C: ConnectionTrait>(
    db: &C,
    rooms: &[Uuid],
    until: i64,
) -> Result<(), DbErr> {
    for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
        room::Entity::delete_many()
            .filter(room::Column::Id.is_in(chunk.iter().copied()))
            .filter(room::Column::LifeSeq.lte(until))
            .exec(db)
            .await?;
        room_member::Entity::delete_many()
            .filter(room_member::Column::RoomId.is_in(chunk.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Removes recorded events, named by room and revision. Those that were recorded from a sequence of `lost` stay: the
/// stream has them under another one.
pub async fn for_room_events<C: ConnectionTrait>(
    db: &C,
    revisions: &[(Uuid, i64)],
    lost: Option<RangeInclusive<i64>>,
) -> Result<(), DbErr> {
    use room_event::Column;
    let revision = |(room, revision): &(Uuid, i64)| {
        Column::RoomId.eq(*room).and(Column::Revision.eq(*revision))
    };
    for chunk in revisions.chunks(KEYS_PER_STATEMENT) {
        let mut delete =
            room_event::Entity::delete_many().filter(any_of(chunk.iter().map(revision)));
        if let Some(lost) = &lost {
            delete = delete.filter(Column::LifeSeq.between(*lost.start(), *lost.end()).not());
        }
        delete.exec(db).await?;
    }
    Ok(())
}

/// Removes notes that are wrong: of a room that does not expire, or with another end. Of a room that has expired, the note
/// stays.
pub async fn for_expiries<C: ConnectionTrait>(
    db: &C,
    rooms: &[(Uuid, Option<i64>)],
) -> Result<(), DbErr> {
    use expiry::Column;
    let wrong = |(room, ended_at): &(Uuid, Option<i64>)| match ended_at {
        None => Column::RoomId.eq(*room),
        Some(at) => Column::RoomId.eq(*room).and(Column::EndedAt.ne(*at)),
    };
    for chunk in rooms.chunks(KEYS_PER_STATEMENT) {
        expiry::Entity::delete_many()
            .filter(any_of(chunk.iter().map(wrong)))
            .filter(Column::ExpiredAt.is_null())
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Removes pairs. One that shows an event after `until` stays.
pub async fn for_pairs<C: ConnectionTrait>(
    db: &C,
    pairs: &[(Uuid, Uuid)],
    until: i64,
) -> Result<(), DbErr> {
    use pair::Column;
    let key = |(low, high): &(Uuid, Uuid)| Column::LowUser.eq(*low).and(Column::HighUser.eq(*high));
    for chunk in pairs.chunks(KEYS_PER_STATEMENT) {
        pair::Entity::delete_many()
            .filter(any_of(chunk.iter().map(key)))
            .filter(Column::LifeSeq.lte(until))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Removes read positions that are not as far as these, or claim to be as far at a later time. The same position written
/// again is no news, so one of an earlier time stays.
pub async fn for_positions<C: ConnectionTrait>(
    db: &C,
    positions: &[read_position::Model],
) -> Result<(), DbErr> {
    use read_position::Column;
    let wrong = |position: &read_position::Model| {
        Column::RoomId
            .eq(position.room_id)
            .and(Column::UserId.eq(position.user_id))
            .and(
                Column::Seq.lt(position.seq).or(Column::Seq
                    .eq(position.seq)
                    .and(Column::UpdatedAt.gt(position.updated_at))),
            )
    };
    for chunk in positions.chunks(KEYS_PER_STATEMENT) {
        read_position::Entity::delete_many()
            .filter(any_of(chunk.iter().map(wrong)))
            .exec(db)
            .await?;
    }
    Ok(())
}

fn any_of(conditions: impl Iterator<Item = SimpleExpr>) -> Condition {
    conditions.fold(Condition::any(), Condition::add)
}
