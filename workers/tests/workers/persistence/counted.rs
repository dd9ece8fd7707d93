//! Outcomes that teach nothing are counted by their reason.

use broker::life::Write;
use domain::room::Vote;
use entities::matching_outcome;
use uuid::Uuid;

use super::{
    Ground, a_user,
    learning::{decide, insert, outcomes, until_learned, until_made_of},
    until,
};
use crate::told::on_one_thread;

#[test]
fn outcomes_that_come_twice_or_of_nowhere_are_counted_by_their_reason() {
    on_one_thread(async |told| {
        let ground = Ground::on_sqlite().await;
        let worker = ground.worker().await;
        let room = decide(&ground, [a_user(), a_user()], Vote::Keep).await;
        until_learned(&ground, 1).await;
        until_made_of(&ground, 1).await;
        // The same outcome in another event, as after a restore.
        let kept = ground.broker.room(room).await.unwrap().unwrap();
        let again = Write::Room(Box::new(kept.value), kept.seq);
        ground.broker.commit(&[again]).await.unwrap();
        let learned = matching_outcome::Model {
            room_id: Uuid::now_v7(),
            fate: None,
            ..outcomes(&ground).await.remove(0)
        };
        insert(&ground, learned).await;
        let fate = |fate: &str| {
            told.number(&format!(
                "webchat_matching_outcomes_total{{fate=\"{fate}\"}}"
            ))
        };
        until("all are counted", async || {
            let counted = ["learned", "duplicate", "unknown_room"].map(&fate);
            counted.iter().all(|number| *number >= 1.0)
        })
        .await;
        assert_eq!(["learned", "unknown_room"].map(fate), [1.0, 1.0]);
        worker.stop().await;
    });
}
