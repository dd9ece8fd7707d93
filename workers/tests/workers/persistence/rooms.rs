//! Rooms: every fact told once, every notice to those who may know.

use std::time::Duration;

use bootstrap::archive::Row;
use broker::life::Write;
use contract::{consumers::PERSISTENCE_LIFE, live::UserNotice, streams::LIFE, subjects};
use domain::{
    RoomId, UserId,
    matching::Match,
    pair::PairKey,
    room::{Input, Room, Vote},
};
use entities::{pair, room, room_event, room_member, room_past};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{Ground, TIMING, a_user, next_notice, notice, on_both_databases, until};

on_both_databases!(
    facts_are_told_once_with_the_same_ids_at_a_redelivery,
    facts_are_complete_when_two_workers_get_a_room_out_of_order,
    a_vote_is_no_notice_for_the_other_member,
    both_are_told_of_a_match_once_its_room_is_stored,
    an_outcome_leaves_one_event_in_the_stream_and_all_in_sql,
    what_a_dead_worker_left_of_an_old_rooms_past_goes_with_the_next,
    an_older_row_is_not_lost_where_sql_shows_the_outcome_by_now,
);

const LIVED: [&str; 3] = ["countdown_started", "created", "kept"];

async fn a_room(ground: &Ground) -> (RoomId, UserId, UserId) {
    let (ada, ben, id) = (a_user(), a_user(), RoomId(Uuid::now_v7()));
    ground
        .broker
        .open_room(PairKey::of(ada, ben).unwrap(), id, TIMING)
        .await
        .unwrap();
    (id, ada, ben)
}

async fn change(ground: &Ground, id: RoomId, input: Input) {
    assert!(
        ground
            .broker
            .change_room(id, input, None)
            .await
            .unwrap()
            .changed
    );
}

async fn keep(ground: &Ground, id: RoomId, ada: UserId, ben: UserId) {
    change(ground, id, Input::Start { by: ada }).await;
    change(
        ground,
        id,
        Input::Vote {
            by: ada,
            vote: Vote::Keep,
        },
    )
    .await;
    change(
        ground,
        id,
        Input::Vote {
            by: ben,
            vote: Vote::Keep,
        },
    )
    .await;
}

async fn facts_are_told_once_with_the_same_ids_at_a_redelivery(ground: Ground) {
    let (id, ada, ben) = a_room(&ground).await;
    keep(&ground, id, ada, ben).await;
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_LIFE).await;
    worker.stop().await;
    assert_eq!(ground.verbs().await, LIVED);
    ground.deliver_again(PERSISTENCE_LIFE).await;
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_LIFE).await;
    worker.stop().await;
    assert_eq!(ground.verbs().await, LIVED);
    let row = room::Entity::find_by_id(id.0)
        .one(&ground.database.read)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.state.as_str(), row.kept, row.revision),
        ("kept", true, 4)
    );
    let pair = pair::Entity::between(ada.0, ben.0)
        .one(&ground.database.read)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((pair.kept, pair.reveal_level), (true, 2));
    let members = room_member::Entity::find().filter(room_member::Column::RoomId.eq(id.0));
    assert_eq!(members.count(&ground.database.read).await.unwrap(), 2);
}

async fn facts_are_complete_when_two_workers_get_a_room_out_of_order(ground: Ground) {
    let (id, ada, ben) = a_room(&ground).await;
    keep(&ground, id, ada, ben).await;
    // The first three events (pair, room, countdown) are in another worker's hands.
    let mut other = ground.broker.consume(PERSISTENCE_LIFE).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(other.next().await);
    }
    let late = held.split_off(3);
    drop(other);
    let worker = ground.worker().await;
    let nothing = std::io::Error::other("not now");
    for delivery in late {
        delivery.retry(Duration::from_millis(1), &nothing).await;
    }
    until("the outcome is told", async || {
        ground.verbs().await == ["kept"]
    })
    .await;
    for delivery in held {
        delivery.retry(Duration::from_millis(1), &nothing).await;
    }
    ground.until_done(PERSISTENCE_LIFE).await;
    worker.stop().await;
    assert_eq!(ground.verbs().await, LIVED);
    let row = room::Entity::find_by_id(id.0)
        .one(&ground.database.read)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        row.revision, 4,
        "an older event does not replace a newer one"
    );
}

async fn a_vote_is_no_notice_for_the_other_member(ground: Ground) {
    let worker = ground.worker().await;
    let (id, ada, ben) = a_room(&ground).await;
    change(&ground, id, Input::Start { by: ada }).await;
    ground.until_done(PERSISTENCE_LIFE).await;
    let mut of_ada = ground.notices_of(ada).await;
    let mut of_ben = ground.notices_of(ben).await;
    change(
        &ground,
        id,
        Input::Vote {
            by: ada,
            vote: Vote::End,
        },
    )
    .await;
    assert_eq!(
        next_notice(&mut of_ada).await,
        UserNotice::RoomChanged { room_id: id }
    );
    ground.until_done(PERSISTENCE_LIFE).await;
    worker.stop().await;
    let silence = tokio::time::timeout(Duration::from_millis(300), of_ben.next()).await;
    assert!(
        silence.is_err(),
        "the vote is told to the other: {:?}",
        notice(&silence.unwrap().unwrap())
    );
    assert_eq!(ground.verbs().await, ["countdown_started", "created"]);
}

async fn both_are_told_of_a_match_once_its_room_is_stored(ground: Ground) {
    let (ada, ben, id) = (a_user(), a_user(), RoomId(Uuid::now_v7()));
    let mut notices = [ground.notices_of(ada).await, ground.notices_of(ben).await];
    let worker = ground.worker().await;
    let the_match = Match {
        score: 0.7,
        reasons: Vec::new(),
        icebreaker: None,
        icebreaker_topic: None,
        text_mode: None,
    };
    let room = Room::matched(
        id,
        [ada, ben],
        the_match,
        TIMING,
        ground.broker.clock().now(),
    );
    ground
        .broker
        .commit(&[Write::Room(Box::new(room), 0)])
        .await
        .unwrap();
    for of_member in &mut notices {
        assert_eq!(
            next_notice(of_member).await,
            UserNotice::MatchFound { room_id: id }
        );
        assert!(
            room::Entity::find_by_id(id.0)
                .one(&ground.database.read)
                .await
                .unwrap()
                .is_some()
        );
    }
    ground.until_done(PERSISTENCE_LIFE).await;
    worker.stop().await;
    assert_eq!(ground.verbs().await, ["created", "made"]);
}

async fn an_outcome_leaves_one_event_in_the_stream_and_all_in_sql(ground: Ground) {
    let worker = ground.worker().await;
    let (id, ada, ben) = a_room(&ground).await;
    keep(&ground, id, ada, ben).await;
    let (subject, timers) = (subjects::life_room(id), subjects::life_due(id));
    let fired = broker::Publish::new(timers.clone(), "served");
    ground.broker.publish(fired).await.unwrap();
    let of = async |subject: &str| {
        let left = ground.broker.replay(&LIFE, subject, 1, 100).await;
        left.unwrap().len()
    };
    let left = async || of(&subject).await;
    until("the past is purged", async || {
        left().await == 1 && of(&timers).await == 0
    })
    .await;
    change(&ground, id, Input::Leave { by: ben }).await;
    until("the past is purged again", async || {
        let ended = ground
            .broker
            .room(id)
            .await
            .unwrap()
            .unwrap()
            .value
            .is_ended();
        ended && left().await == 1
    })
    .await;
    worker.stop().await;
    let recorded = room_event::Entity::of(id.0)
        .all(&ground.database.read)
        .await
        .unwrap();
    let revisions: Vec<i64> = recorded.iter().map(|event| event.revision).collect();
    assert_eq!(revisions, [1, 2, 3, 4, 5]);
}

/// Else the room would be open again when the event of its end has had its seven days.
async fn what_a_dead_worker_left_of_an_old_rooms_past_goes_with_the_next(ground: Ground) {
    // Another worker has something earlier in hand: until then, nothing of what is stored may go.
    a_room(&ground).await;
    let mut elsewhere = ground.broker.consume(PERSISTENCE_LIFE).await.unwrap();
    let in_hand = elsewhere.next().await;
    drop(elsewhere);
    let made = uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000, &[7; 10]);
    let (id, ada, ben) = (RoomId(made.into_uuid()), a_user(), a_user());
    let key = PairKey::of(ada, ben).unwrap();
    ground.broker.open_room(key, id, TIMING).await.unwrap();
    keep(&ground, id, ada, ben).await;
    change(&ground, id, Input::Leave { by: ben }).await;
    let worker = ground.worker().await;
    until("the outcome is stored", async || {
        let row = room::Entity::find_by_id(id.0);
        let row = row.one(&ground.database.read).await.unwrap();
        row.is_some_and(|row| row.state == "ended")
    })
    .await;
    worker.kill().await;
    let subject = subjects::life_room(id);
    let left = async || {
        let left = ground.broker.replay(&LIFE, &subject, 1, 100).await;
        left.unwrap().len()
    };
    assert_eq!(left().await, 5, "the past waits");
    in_hand.done_confirmed().await;
    let worker = ground.worker().await;
    until("the past goes", async || left().await == 1).await;
    until("nothing is noted any more", async || {
        let noted = room_past::Entity::earliest(&ground.database.read, 10);
        noted.await.unwrap().is_empty()
    })
    .await;
    worker.stop().await;
}

/// A worker that looks at rows has read some a while ago; meanwhile another one stores an outcome, and purges the way to it.
async fn an_older_row_is_not_lost_where_sql_shows_the_outcome_by_now(ground: Ground) {
    let worker = ground.worker().await;
    let (id, ada, ben) = a_room(&ground).await;
    let keeps = |by| Input::Vote {
        by,
        vote: Vote::Keep,
    };
    change(&ground, id, Input::Start { by: ada }).await;
    change(&ground, id, keeps(ada)).await;
    ground.until_done(PERSISTENCE_LIFE).await;
    let row = room::Entity::find_by_id(id.0);
    let row = row.one(&ground.database.read).await.unwrap().unwrap();
    let row = Row::of_room(&row).unwrap();
    assert_eq!(
        row.lost(&ground.broker, &ground.database).await.unwrap(),
        None
    );
    change(&ground, id, keeps(ben)).await;
    let subject = subjects::life_room(id);
    until("the way to the outcome is purged", async || {
        let left = ground.broker.replay(&LIFE, &subject, 1, 100).await;
        left.unwrap().len() == 1
    })
    .await;
    worker.stop().await;
    let lost = row.lost(&ground.broker, &ground.database).await.unwrap();
    assert_eq!(lost, None, "it would be written over the outcome");
}
