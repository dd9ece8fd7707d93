use sea_orm::{DatabaseConnection, EntityTrait, PaginatorTrait};
use webchat_entities::message::{self, Window};
use webchat_entities::{read_position, room};

use crate::{ADA, BEN, EVE, a_message, a_room, id, on_both_databases};

on_both_databases!(
    a_redelivered_batch_changes_nothing,
    a_client_id_is_stored_once_and_the_first_sequence_stays,
    a_taken_sequence_is_an_error_not_a_lost_message,
    large_batches_are_written_whole,
    pages_are_ascending_and_know_their_previous_message,
    unread_counts_messages_of_others_after_the_read_position,
    a_read_position_only_moves_forward,
    a_read_position_has_the_time_of_its_last_receipt,
);

async fn a_redelivered_batch_changes_nothing(db: &DatabaseConnection) {
    let batch = vec![
        a_message(1, ADA, 5),
        a_message(2, ADA, 6),
        a_message(1, BEN, 7),
    ];
    assert_eq!(message::Entity::insert_new(db, batch.clone()).await, Ok(3));
    assert_eq!(message::Entity::insert_new(db, batch.clone()).await, Ok(0));
    assert_eq!(message::Entity::in_room(id(1)).count(db).await, Ok(2));
    let again = message::Entity::find_by_client_id(id(1), BEN, batch[2].client_id)
        .one(db)
        .await;
    assert_eq!(
        again,
        Ok(Some(batch[2].clone())),
        "every column comes back as it was written"
    );
    assert_eq!(message::Entity::highest_seq(db).await, Ok(7));
}

async fn a_client_id_is_stored_once_and_the_first_sequence_stays(db: &DatabaseConnection) {
    let first = a_message(1, ADA, 5);
    let repeat = message::Model {
        seq: 9,
        ..first.clone()
    };
    let other_sender = message::Model {
        seq: 10,
        sender_id: BEN,
        ..first.clone()
    };
    let batch = vec![first, repeat, other_sender];
    assert_eq!(message::Entity::insert_new(db, batch).await, Ok(2));
    let stored = message::Entity::stored_seqs(db, &[id(1), id(2)], 5, 10)
        .await
        .expect("read");
    assert_eq!(stored, [5, 10].into());
}

async fn a_taken_sequence_is_an_error_not_a_lost_message(db: &DatabaseConnection) {
    message::Entity::insert_new(db, vec![a_message(1, ADA, 5)])
        .await
        .expect("insert");
    let other = message::Model {
        client_id: id(77),
        ..a_message(1, ADA, 5)
    };
    let refused = message::Entity::insert_new(db, vec![other])
        .await
        .expect_err("refused");
    assert!(
        matches!(
            refused.sql_err(),
            Some(sea_orm::SqlErr::UniqueConstraintViolation(_))
        ),
        "{refused}"
    );
}

async fn large_batches_are_written_whole(db: &DatabaseConnection) {
    let batch: Vec<_> = (1..=1_201).map(|seq| a_message(1, ADA, seq)).collect();
    assert_eq!(message::Entity::insert_new(db, batch).await, Ok(1_201));
    assert_eq!(message::Entity::find().count(db).await, Ok(1_201));
}

async fn pages_are_ascending_and_know_their_previous_message(db: &DatabaseConnection) {
    // Sequences of one room have gaps: the stream is shared.
    let ours = [3, 7, 12, 20, 31].map(|seq| a_message(1, ADA, seq));
    let others = [4, 8, 30].map(|seq| a_message(2, ADA, seq));
    message::Entity::insert_new(db, ours.into_iter().chain(others).collect())
        .await
        .expect("insert");

    let page = async |before, after, limit| {
        let window = Window {
            before,
            after,
            limit,
        };
        let page = message::Entity::page(db, id(1), window)
            .await
            .expect("read");
        (
            page.prev_seq,
            page.items.iter().map(|item| item.seq).collect::<Vec<_>>(),
        )
    };
    assert_eq!(page(None, None, 2).await, (12, vec![20, 31]), "the newest");
    assert_eq!(
        page(Some(20), None, 2).await,
        (3, vec![7, 12]),
        "the newest before"
    );
    assert_eq!(
        page(Some(7), None, 2).await,
        (0, vec![3]),
        "the first page has no previous one"
    );
    assert_eq!(
        page(None, Some(7), 2).await,
        (7, vec![12, 20]),
        "the oldest after"
    );
    assert_eq!(
        page(None, Some(8), 1).await,
        (7, vec![12]),
        "a bound need not be a message of the room"
    );
    assert_eq!(
        page(Some(31), Some(3), 9).await,
        (3, vec![7, 12, 20]),
        "between"
    );
    assert_eq!(
        page(Some(3), None, 2).await,
        (0, vec![]),
        "nothing before the first"
    );
    assert_eq!(message::Entity::prev_seq(db, id(1), 31).await, Ok(20));
    assert_eq!(message::Entity::prev_seq(db, id(9), 31).await, Ok(0));
}

async fn unread_counts_messages_of_others_after_the_read_position(db: &DatabaseConnection) {
    room::Entity::upsert(db, (1..=3).map(|number| a_room(number, "idle", 1)))
        .await
        .expect("rooms");
    let batch = vec![
        a_message(1, BEN, 1),
        a_message(1, BEN, 2),
        a_message(1, ADA, 3),
        a_message(1, BEN, 4),
        a_message(2, BEN, 5),
        a_message(3, ADA, 6),
    ];
    message::Entity::insert_new(db, batch)
        .await
        .expect("insert");
    let rooms = [id(1), id(2), id(3), id(99)];
    let unread = async |user| {
        read_position::Entity::unread_counts(db, user, &rooms)
            .await
            .expect("count")
    };

    assert_eq!(
        unread(ADA).await,
        [(id(1), 3), (id(2), 1)].into(),
        "without a position everything is unread"
    );
    assert_eq!(unread(BEN).await, [(id(1), 1), (id(3), 1)].into());
    assert_eq!(unread(EVE).await, [].into(), "a stranger has nothing");

    read_position::Entity::advance(db, [position(1, ADA, 2), position(2, ADA, 5)])
        .await
        .expect("advance");
    assert_eq!(unread(ADA).await, [(id(1), 1)].into());
    assert_eq!(
        unread(BEN).await,
        [(id(1), 1), (id(3), 1)].into(),
        "each has their own position"
    );
}

async fn a_read_position_only_moves_forward(db: &DatabaseConnection) {
    let seq = async || {
        let all = read_position::Entity::in_room(id(1))
            .all(db)
            .await
            .expect("read");
        all.iter()
            .map(|row| (row.user_id, row.seq))
            .collect::<Vec<_>>()
    };
    read_position::Entity::advance(db, [position(1, ADA, 7), position(1, ADA, 5)])
        .await
        .expect("advance");
    assert_eq!(seq().await, [(ADA, 7)], "twice in one batch: the furthest");
    read_position::Entity::advance(db, [position(1, ADA, 6)])
        .await
        .expect("advance");
    assert_eq!(seq().await, [(ADA, 7)], "a late one changes nothing");
    read_position::Entity::advance(db, [position(1, ADA, 8)])
        .await
        .expect("advance");
    assert_eq!(seq().await, [(ADA, 8)]);
}

/// Of two at one place the stream keeps the later one: rows that are made anew from it are the same.
async fn a_read_position_has_the_time_of_its_last_receipt(db: &DatabaseConnection) {
    let at = |updated_at| read_position::Model {
        updated_at,
        ..position(1, ADA, 7)
    };
    for (written, kept) in [
        (vec![at(100)], 100),
        (vec![at(104)], 104),
        (vec![at(101)], 104),
        (vec![at(110), at(108)], 110),
    ] {
        read_position::Entity::advance(db, written)
            .await
            .expect("advance");
        let rows = read_position::Entity::in_room(id(1)).all(db).await;
        let times = rows.expect("read").into_iter().map(|row| row.updated_at);
        assert_eq!(times.collect::<Vec<_>>(), [kept]);
    }
}

fn position(room: u128, user_id: sea_orm::prelude::Uuid, seq: i64) -> read_position::Model {
    read_position::Model {
        room_id: id(room),
        user_id,
        seq,
        updated_at: seq,
    }
}
