//! Uploaded files: who may send them, what is counted, when they go.

use sea_orm::prelude::Uuid;
use sea_orm::{DatabaseConnection, EntityTrait};
use webchat_entities::{
    expiry,
    file::{self, Attached, Claim, Entity},
    removal::Removal,
    report,
};

use crate::{ADA, BEN, id, on_both_databases};

on_both_databases!(
    a_send_takes_its_senders_own_free_files_of_its_room_and_no_others,
    what_is_counted_is_what_can_still_be_had,
    what_was_not_sent_goes_and_what_is_on_its_way_stays,
    an_expired_room_takes_its_files_with_it_and_a_reported_one_does_not,
    a_deleted_users_files_go_but_for_those_that_a_report_holds,
    an_object_without_a_row_is_told_from_one_with,
    what_is_removed_is_gone_through_from_the_longest_removed_to_the_last,
);

const ROOM: Uuid = Uuid::from_u128(0x100);
const ELSEWHERE: Uuid = Uuid::from_u128(0x101);
const NONE: [Uuid; 0] = [];

fn a_file(number: u128, owner: Uuid, room: Uuid) -> file::Model {
    file::Model {
        id: id(number),
        room_id: room,
        owner_id: owner,
        kind: "file".to_owned(),
        name: "notes.txt".to_owned(),
        content_type: "text/plain".to_owned(),
        size_bytes: 1_000,
        width: None,
        height: None,
        thumbnail_type: None,
        thumbnail_bytes: None,
        placeholder: None,
        created_at: 10,
        client_id: None,
        claimed_at: None,
        message_id: None,
        removed_at: None,
    }
}

async fn add(db: &DatabaseConnection, number: u128, owner: Uuid, room: Uuid) -> Uuid {
    Entity::add(db, a_file(number, owner, room))
        .await
        .expect("a file");
    id(number)
}

async fn claim(db: &DatabaseConnection, client_id: u128, files: &[Uuid]) -> Vec<Uuid> {
    let claim = Claim {
        room: ROOM,
        sender: ADA,
        client_id: id(client_id),
        files,
        now: 20,
    };
    let mut taken: Vec<_> = Entity::claim(db, claim).await.expect("a claim");
    taken.sort_by_key(|file| file.id);
    taken.into_iter().map(|file| file.id).collect()
}

async fn attach(db: &DatabaseConnection, file: Uuid, message: u128) {
    let sent = Attached {
        room: ROOM,
        sender: ADA,
        message: id(message),
        files: &[file],
    };
    Entity::attach(db, sent).await.expect("attached");
}

async fn present(db: &DatabaseConnection, file: Uuid) -> bool {
    Entity::present(file)
        .one(db)
        .await
        .expect("a query")
        .is_some()
}

async fn a_send_takes_its_senders_own_free_files_of_its_room_and_no_others(
    db: &DatabaseConnection,
) {
    let mine = add(db, 1, ADA, ROOM).await;
    let second = add(db, 2, ADA, ROOM).await;
    let of_ben = add(db, 3, BEN, ROOM).await;
    let in_another_room = add(db, 4, ADA, ELSEWHERE).await;
    let all = [mine, second, of_ben, in_another_room, id(5)];
    assert_eq!(claim(db, 0x10, &all).await, [mine, second]);
    assert_eq!(
        claim(db, 0x10, &[mine]).await,
        [mine],
        "the same send again"
    );
    assert_eq!(claim(db, 0x11, &[mine, second]).await, NONE, "another send");
    attach(db, mine, 0x20).await;
    assert_eq!(
        claim(db, 0x10, &[mine]).await,
        [mine],
        "the same send, stored"
    );
    attach(db, mine, 0x21).await;
    let row = Entity::find_by_id(mine).one(db).await.expect("a query");
    assert_eq!(row.expect("a row").message_id, Some(id(0x20)));
}

async fn what_is_counted_is_what_can_still_be_had(db: &DatabaseConnection) {
    assert_eq!(Entity::taken_by(db, ADA).await.expect("a sum"), 0);
    add(db, 1, ADA, ROOM).await;
    add(db, 2, ADA, ELSEWHERE).await;
    add(db, 3, BEN, ROOM).await;
    assert_eq!(Entity::taken_by(db, ADA).await.expect("a sum"), 2_000);
    assert_eq!(
        Entity::remove_in_room(db, ROOM, 30).await.expect("removed"),
        2
    );
    assert_eq!(
        Entity::remove_in_room(db, ROOM, 31).await.expect("again"),
        0
    );
    assert_eq!(Entity::taken_by(db, ADA).await.expect("a sum"), 1_000);
    assert!(!present(db, id(1)).await && present(db, id(2)).await);
    let removed = Entity::removed(db, None, 10).await.expect("a list");
    assert_eq!(removed.len(), 2);
    assert!(removed.iter().all(|file| file.removed_at == Some(30)));
}

async fn what_was_not_sent_goes_and_what_is_on_its_way_stays(db: &DatabaseConnection) {
    let forgotten = add(db, 1, ADA, ROOM).await;
    let on_its_way = add(db, 2, ADA, ROOM).await;
    let sent = add(db, 3, ADA, ROOM).await;
    claim(db, 0x10, &[on_its_way]).await;
    attach(db, sent, 0x20).await;
    assert_eq!(Entity::unsent(db, 10, &[], 9).await.expect("a list"), NONE);
    assert_eq!(
        Entity::unsent(db, 15, &[], 9).await.expect("a list"),
        [forgotten]
    );
    let all = [forgotten, on_its_way, sent];
    assert_eq!(
        Entity::remove_unsent(db, &all, 15, 40).await.expect("one"),
        1
    );
    assert!(!present(db, forgotten).await);
    assert_eq!(claim(db, 0x11, &[forgotten]).await, NONE, "it is too late");
    // A send that came to nothing; in a room that is held, it may come to something.
    for (held, expected) in [
        (&[][..], &[on_its_way][..]),
        (&[ELSEWHERE], &[on_its_way]),
        (&[ELSEWHERE, ROOM], &[]),
    ] {
        let unsent = Entity::unsent(db, 21, held, 9).await.expect("a list");
        assert_eq!(unsent, expected);
    }
    assert_eq!(
        Entity::remove_unsent(db, &all, 21, 41).await.expect("one"),
        1
    );
    assert!(present(db, sent).await);
    for file in all {
        Entity::forget(db, file).await.expect("forgotten");
    }
    let left = Entity::find().all(db).await.expect("a list");
    assert_eq!(left.len(), 1, "only what was removed can be forgotten");
}

fn a_report(number: u128, room: Uuid) -> report::Model {
    report::Model {
        id: id(number),
        reporter_id: BEN,
        reported_id: ADA,
        room_id: Some(room),
        avatar_version: None,
        reason: "spam".to_owned(),
        detail: None,
        state: report::OPEN.to_owned(),
        created_at: 1,
        closed_at: None,
    }
}

async fn an_expired_room_takes_its_files_with_it_and_a_reported_one_does_not(
    db: &DatabaseConnection,
) {
    let (here, there) = (
        add(db, 1, ADA, ROOM).await,
        add(db, 2, ADA, ELSEWHERE).await,
    );
    let ended = |room_id| expiry::Model {
        room_id,
        ended_at: 1,
        expired_at: None,
        has_remains: true,
    };
    expiry::Entity::note(db, [ended(ROOM), ended(ELSEWHERE)])
        .await
        .expect("noted");
    report::Entity::file(db, a_report(7, ELSEWHERE), Vec::new())
        .await
        .expect("a report");
    for room in [ROOM, ELSEWHERE] {
        expiry::Entity::carry_out(db, room, 50)
            .await
            .expect("carried out");
    }
    assert!(!present(db, here).await && present(db, there).await);
}

async fn a_deleted_users_files_go_but_for_those_that_a_report_holds(db: &DatabaseConnection) {
    let (here, there) = (
        add(db, 1, ADA, ROOM).await,
        add(db, 2, ADA, ELSEWHERE).await,
    );
    let of_ben = add(db, 3, BEN, ROOM).await;
    report::Entity::file(db, a_report(7, ELSEWHERE), Vec::new())
        .await
        .expect("a report");
    for _ in 0..2 {
        let left = Entity::remove_of(db, ADA, 60).await.expect("removed");
        assert_eq!(left, 1, "its object is there still");
    }
    assert!(!present(db, here).await && present(db, there).await && present(db, of_ben).await);
    Entity::forget(db, here).await.expect("forgotten");
    assert_eq!(Entity::remove_of(db, ADA, 61).await.expect("nothing"), 0);
}

async fn an_object_without_a_row_is_told_from_one_with(db: &DatabaseConnection) {
    let known = add(db, 1, ADA, ROOM).await;
    let among = Entity::known_among(db, &[known, id(2)])
        .await
        .expect("a list");
    assert_eq!(among.into_iter().collect::<Vec<_>>(), [known]);
}

async fn what_is_removed_is_gone_through_from_the_longest_removed_to_the_last(
    db: &DatabaseConnection,
) {
    for (number, room) in [(3, ROOM), (1, ELSEWHERE), (2, ELSEWHERE), (4, ELSEWHERE)] {
        add(db, number, ADA, room).await;
    }
    for (room, now) in [(ROOM, 20), (ELSEWHERE, 30)] {
        Entity::remove_in_room(db, room, now)
            .await
            .expect("removed");
    }
    let (mut behind, mut found) = (None, Vec::new());
    loop {
        let page = Entity::removed(db, behind, 2).await.expect("a list");
        let Some(last) = page.last() else { break };
        behind = Entity::place(last);
        found.extend(page.into_iter().map(|file| file.id));
    }
    assert_eq!(found, [3, 1, 2, 4].map(id), "each once");
}
