use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use webchat_entities::{message, pair, room, room_member};

use crate::{ADA, BEN, EVE, a_message, a_room, id, on_both_databases};

on_both_databases!(
    a_late_room_event_never_replaces_a_newer_one,
    of_several_events_for_one_room_in_a_batch_the_latest_counts,
    a_room_is_visible_to_its_members_alone,
    the_list_of_rooms_pages_from_the_newest_down,
    only_kept_rooms_say_with_whom_a_user_stays_in_touch,
    the_last_message_is_right_in_whichever_order_the_streams_are_projected,
    a_pair_keeps_its_latest_event,
    likes_and_blocks_are_listed_for_the_one_who_gave_them,
);

async fn state(db: &DatabaseConnection, number: u128) -> String {
    room::Entity::find_by_id(id(number))
        .one(db)
        .await
        .expect("read")
        .expect("room")
        .state
}

async fn a_late_room_event_never_replaces_a_newer_one(db: &DatabaseConnection) {
    room::Entity::upsert(db, [a_room(1, "countdown", 20)])
        .await
        .expect("first");
    room::Entity::upsert(db, [a_room(1, "idle", 10)])
        .await
        .expect("late");
    assert_eq!(state(db, 1).await, "countdown");
    room::Entity::upsert(db, [a_room(1, "other", 20)])
        .await
        .expect("repeated");
    assert_eq!(state(db, 1).await, "countdown");
    let ended = room::Model {
        reason: Some("left".into()),
        ends_at: Some(5),
        ..a_room(1, "ended", 30)
    };
    room::Entity::upsert(db, [ended.clone()])
        .await
        .expect("newer");
    let stored = room::Entity::find_by_id(id(1)).one(db).await;
    assert_eq!(
        stored,
        Ok(Some(ended)),
        "every column comes back as it was written"
    );
    assert_eq!(room_member::Entity::find().count(db).await, Ok(2));
}

async fn of_several_events_for_one_room_in_a_batch_the_latest_counts(db: &DatabaseConnection) {
    room::Entity::upsert(
        db,
        [
            a_room(1, "idle", 1),
            a_room(1, "countdown", 3),
            a_room(1, "late", 2),
        ],
    )
    .await
    .expect("upsert");
    assert_eq!(state(db, 1).await, "countdown");
}

async fn a_room_is_visible_to_its_members_alone(db: &DatabaseConnection) {
    room::Entity::upsert(db, [a_room(1, "idle", 1)])
        .await
        .expect("upsert");
    let sees = async |user| {
        room::Entity::visible_to(user)
            .filter(room::Column::Id.eq(id(1)))
            .count(db)
            .await
            .expect("count")
            == 1
    };
    assert!(sees(ADA).await);
    assert!(sees(BEN).await);
    assert!(!sees(EVE).await);
}

async fn the_list_of_rooms_pages_from_the_newest_down(db: &DatabaseConnection) {
    let with_eve = room::Model {
        low_user: BEN,
        high_user: EVE,
        ..a_room(4, "idle", 1)
    };
    let rooms = [1, 2, 3, 5].map(|number| a_room(number, "idle", 1));
    room::Entity::upsert(db, rooms.into_iter().chain([with_eve]))
        .await
        .expect("upsert");
    let page = async |user, before: Option<Uuid>, limit| {
        let rooms = room::Entity::page_of(user, before, limit)
            .all(db)
            .await
            .expect("read");
        rooms
            .iter()
            .map(|room| room.id.as_u128())
            .collect::<Vec<_>>()
    };
    assert_eq!(page(ADA, None, 2).await, [5, 3]);
    assert_eq!(page(ADA, Some(id(3)), 2).await, [2, 1]);
    assert_eq!(page(ADA, Some(id(1)), 2).await, [0_u128; 0]);
    assert_eq!(page(EVE, None, 9).await, [4]);
    assert_eq!(page(BEN, None, 9).await, [5, 4, 3, 2, 1]);
}

async fn the_last_message_is_right_in_whichever_order_the_streams_are_projected(
    db: &DatabaseConnection,
) {
    let last = async |number| {
        let room = room::Entity::find_by_id(id(number))
            .one(db)
            .await
            .expect("read")
            .expect("room");
        (room.last_message_seq, room.last_message_at)
    };
    message::Entity::insert_new(db, vec![a_message(1, ADA, 4), a_message(1, BEN, 6)])
        .await
        .expect("insert");
    room::Entity::refresh_last_message(db, &[id(1)])
        .await
        .expect("there is no room yet");

    room::Entity::upsert(db, [a_room(1, "idle", 1), a_room(2, "idle", 2)])
        .await
        .expect("upsert");
    assert_eq!(
        last(1).await,
        (6, Some(60)),
        "the room came after its messages"
    );
    assert_eq!(last(2).await, (0, None));

    message::Entity::insert_new(db, vec![a_message(1, ADA, 9)])
        .await
        .expect("insert");
    room::Entity::refresh_last_message(db, &[id(1), id(2)])
        .await
        .expect("refresh");
    assert_eq!(last(1).await, (9, Some(90)));
    room::Entity::upsert(db, [a_room(1, "countdown", 3)])
        .await
        .expect("upsert");
    assert_eq!(
        last(1).await,
        (9, Some(90)),
        "a later event leaves it alone"
    );

    let newest = message::Entity::last_in_rooms(db, &[id(1), id(2), id(3)])
        .await
        .expect("read");
    assert_eq!(newest, [(id(1), a_message(1, ADA, 9))].into());
}

fn pair(low_user: Uuid, high_user: Uuid, life_seq: i64) -> pair::Model {
    pair::Model {
        low_user,
        high_user,
        life_seq,
        document: serde_json::json!({}),
        reveal_level: 0,
        kept: false,
        last_met_at: None,
        open_room: None,
        blocked_by_low: false,
        blocked_by_high: false,
        liked_by_low: false,
        liked_by_high: false,
    }
}

async fn only_kept_rooms_say_with_whom_a_user_stays_in_touch(db: &DatabaseConnection) {
    let with_eve = |number, state| room::Model {
        high_user: EVE,
        ..a_room(number, state, 30)
    };
    let rooms = [
        a_room(1, "kept", 10),
        a_room(2, "ended", 20),
        with_eve(3, "kept"),
        with_eve(4, "countdown"),
    ];
    room::Entity::upsert(db, rooms).await.expect("rooms");
    let kept = async |user, limit| room_member::Entity::kept_with(db, user, limit).await;
    let both = vec![(id(3), EVE), (id(1), BEN)];
    assert_eq!(kept(ADA, 9).await, Ok(both.clone()));
    assert_eq!(kept(ADA, 1).await, Ok(both[..1].to_vec()), "the newest");
    assert_eq!(kept(EVE, 9).await, Ok(vec![(id(3), ADA)]));
}

async fn a_pair_keeps_its_latest_event(db: &DatabaseConnection) {
    let newer = pair::Model {
        reveal_level: 1,
        open_room: Some(id(1)),
        ..pair(ADA, BEN, 8)
    };
    pair::Entity::upsert(db, [pair(ADA, BEN, 5), newer.clone(), pair(ADA, BEN, 6)])
        .await
        .expect("batch");
    pair::Entity::upsert(db, [pair(ADA, BEN, 7)])
        .await
        .expect("late");
    assert_eq!(
        pair::Entity::between(ADA, BEN).one(db).await,
        Ok(Some(newer.clone()))
    );
    assert_eq!(
        pair::Entity::between(BEN, ADA).one(db).await,
        Ok(Some(newer)),
        "in either order"
    );
    assert_eq!(pair::Entity::between(BEN, EVE).one(db).await, Ok(None));
}

async fn likes_and_blocks_are_listed_for_the_one_who_gave_them(db: &DatabaseConnection) {
    let ada_ben = pair::Model {
        liked_by_high: true,
        blocked_by_low: true,
        ..pair(ADA, BEN, 1)
    };
    let ben_eve = pair::Model {
        liked_by_low: true,
        ..pair(BEN, EVE, 2)
    };
    pair::Entity::upsert(db, [ada_ben, ben_eve])
        .await
        .expect("upsert");
    let liked = async |user| {
        let pairs = pair::Entity::liked_by(user, None)
            .all(db)
            .await
            .expect("read");
        pairs
            .iter()
            .map(|pair| pair.peer_of(user))
            .collect::<Vec<_>>()
    };
    assert_eq!(liked(BEN).await, [EVE], "not whom Ada's block hides");
    assert!(liked(ADA).await.is_empty());
    assert!(liked(EVE).await.is_empty());
    assert_eq!(pair::Entity::blocked_by(ADA, None).count(db).await, Ok(1));
    assert_eq!(pair::Entity::blocked_by(BEN, None).count(db).await, Ok(0));
    let after_ben = pair::Entity::blocked_by(ADA, Some(BEN));
    assert_eq!(after_ben.count(db).await, Ok(0), "the next page");
}
