//! Likes: a mutual one is told to both and to the world, a one-sided one to nobody.

use std::time::Duration;

use contract::{consumers::PERSISTENCE_LIFE, live::UserNotice};
use domain::{
    RoomId,
    pair::{Input, PairKey},
};
use uuid::Uuid;

use super::{Ground, TIMING, a_user, next_notice, notice, on_both_databases};

on_both_databases!(a_mutual_like_is_told_to_both_and_a_one_sided_one_to_nobody);

async fn a_mutual_like_is_told_to_both_and_a_one_sided_one_to_nobody(ground: Ground) {
    let (ada, ben, room) = (a_user(), a_user(), RoomId(Uuid::now_v7()));
    let key = PairKey::of(ada, ben).unwrap();
    ground.broker.open_room(key, room, TIMING).await.unwrap();
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_LIFE).await;
    let (mut of_ada, mut of_ben) = (ground.notices_of(ada).await, ground.notices_of(ben).await);
    let like = |by| ground.broker.change_pair(key, Input::Like { by, on: true });
    like(ada).await.unwrap();
    ground.until_done(PERSISTENCE_LIFE).await;
    let silence = tokio::time::timeout(Duration::from_millis(500), of_ben.next()).await;
    assert!(
        silence.is_err(),
        "told: {:?}",
        notice(&silence.unwrap().unwrap())
    );
    assert_eq!(ground.verbs().await, ["created"]);
    like(ben).await.unwrap();
    for (notices, other) in [(&mut of_ada, ben), (&mut of_ben, ada)] {
        let expected = UserNotice::MutualLike {
            user_id: other,
            room_id: Some(room),
            reveal_level: 1,
        };
        assert_eq!(next_notice(notices).await, expected);
    }
    ground.until_done(PERSISTENCE_LIFE).await;
    worker.stop().await;
    assert_eq!(ground.verbs().await, ["created", "mutual_like"]);
}
