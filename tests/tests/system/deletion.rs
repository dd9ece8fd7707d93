//! A deleted user's words are nowhere any more: no stream, no table, no dead letter, no file, no log has them.

mod search;

use std::time::Duration;

use contract::api::ReportFiled;
use domain::room::{Reason, RoomState};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use webchat_tests::postgres::Postgres;

use self::search::Search;

use crate::{
    client::{PASSWORD, Person},
    events, eventually,
    roles::Roles,
};

/// A message ends its room's time two seconds after the end.
const SHORT_RETENTION: (&str, &str) = ("WEBCHAT__RETENTION__ENDED_ROOM_SECS", "2");

#[tokio::test]
async fn a_deleted_users_words_are_found_nowhere_on_sqlite() {
    a_deleted_users_words_are_found_nowhere(&mut Roles::start(&[]).await).await;
}

#[tokio::test]
async fn a_deleted_users_words_are_found_nowhere_on_postgresql() {
    let url = Postgres::shared().fresh_database();
    let mut roles = Roles::start(&[("DATABASE_URL", &url)]).await;
    roles.spawn("persistence-2");
    roles.until_ready("persistence-2").await;
    a_deleted_users_words_are_found_nowhere(&mut roles).await;
}

/// Ada says the marker everywhere and goes; the workers that have to clear up are killed again and again.
async fn a_deleted_users_words_are_found_nowhere(roles: &mut Roles) {
    let search = Search::begin(roles).await;
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    ada.say(room, &search.marker).await;
    let answer = ben.say(room, "nothing special").await;
    ada.say(room, &format!("{} again", search.marker)).await;
    let profile = json!({ "display_name": search.marker, "bio": search.marker, "gender": "other", "interests": ["music"] });
    let _: Value = ada.put("/users/me/profile", profile).await.expect(200);
    ada.queue().await;
    search.poison(room).await;
    eventually("the words are everywhere", async || {
        let found = search.found(roles.folder()).await;
        let places = [
            "stream CHAT",
            "stream DLQ",
            "table messages",
            "table users",
            "table profiles",
        ];
        let is_in = |place: &str| found.iter().any(|found| found.starts_with(place));
        places.into_iter().all(is_in).then_some(())
    })
    .await;

    let password = json!({ "password": PASSWORD });
    let gone = ada.delete("/users/me", password).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    for pause in [0, 50, 200, 800] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        roles.kill9("persistence");
        roles.spawn("persistence");
    }
    roles.until_ready("persistence").await;
    eventually("nobody finds the words any more", async || {
        search.found(roles.folder()).await.is_empty().then_some(())
    })
    .await;
    search.until_none("SELECT 1 FROM deletions").await;
    assert_eq!(search.found(roles.folder()).await, Vec::<String>::new());

    let seen = ben.listed(room, "that Ada is gone", |room| {
        room.state == RoomState::Ended
    });
    let names = seen
        .await
        .members
        .into_iter()
        .map(|member| member.display_name);
    assert!(names.into_iter().any(|name| name == "deleted user"));
    assert_eq!(ben.status(room).await.reason, Some(Reason::Left));
    let history = ben.history(room).await;
    let left: Vec<_> = history.iter().map(|m| (m.prev_seq, m.seq)).collect();
    assert_eq!(left, [(0, answer.seq)], "a chain without a hole");
    let told = events::matching(&roles.nats, &subjects_of(&ada)).await;
    let verbs: Vec<_> = told.iter().map(|event| event.verb.as_str()).collect();
    assert_eq!(verbs, ["registered", "deleted"]);
    search.nobody_is_called(&ada).await;
}

#[tokio::test]
async fn a_reported_room_outlives_its_time_and_the_reported_ones_account() {
    let mut roles = Roles::start(&[SHORT_RETENTION]).await;
    let search = Search::begin(&roles).await;
    let url = roles.url("gateway");
    let (ada, ben, cleo) = tokio::join!(Person::join(&url), Person::join(&url), Person::join(&url));
    let (reported, other) = (ada.open_room(&ben).await, ada.open_room(&cleo).await);
    for room in [reported, other] {
        ada.say(room, &search.marker).await;
    }
    let form = json!({ "reason": "harassment", "room_id": reported, "detail": "this" });
    let path = format!("/users/{}/report", ada.id);
    let report: ReportFiled = ben.post(&path, form).await.expect(201);
    for room in [reported, other] {
        let left = ada.order(&format!("/chat/rooms/{room}/leave")).await;
        assert_eq!(left.status, 200, "{left:?}");
    }
    eventually("the other room's time is over", async || {
        cleo.history(other).await.is_empty().then_some(())
    })
    .await;
    assert_eq!(
        ben.history(reported).await.len(),
        1,
        "the reported room is frozen"
    );

    let gone = ada
        .delete("/users/me", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(gone.status, 204, "{gone:?}");
    search
        .until_some("SELECT 1 FROM deletions WHERE held")
        .await;
    roles.kill9("persistence");
    roles.spawn("persistence");
    roles.until_ready("persistence").await;
    assert_eq!(
        ben.history(reported).await.len(),
        1,
        "the reported room is frozen"
    );
    let mut held = search.in_tables().await;
    held.sort();
    assert_eq!(
        held,
        ["table messages, text: 1", "table report_evidence, text: 1"]
    );
    let told = events::matching(&roles.nats, &subjects_of(&ada)).await;
    let verbs: Vec<_> = told.iter().map(|event| event.verb.as_str()).collect();
    assert_eq!(verbs, ["registered", "reported", "deleted"]);

    let close = format!(
        "UPDATE reports SET state = 'closed', closed_at = 1 WHERE state = 'open' AND created_at = {}",
        report.created_at.0
    );
    search.database.execute_unprepared(&close).await.unwrap();
    eventually("what was held is gone", async || {
        search.found(roles.folder()).await.is_empty().then_some(())
    })
    .await;
    search.until_none("SELECT 1 FROM deletions").await;
}

fn subjects_of(person: &Person) -> String {
    format!("webchat.v1.evt.user.{}.*", person.id)
}
