use contract::streams::EVENTS;
use domain::pair::PairKey;
use entities::{report, report_evidence};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::{
    client::Answer,
    deletion::delete,
    queue::until_matched,
    world::{Person, World},
};

#[tokio::test]
async fn a_report_keeps_the_rooms_last_messages_and_tells_the_world_neither_who_nor_why() {
    keeps_the_last_messages(World::start(&[]).await).await;
}

#[tokio::test]
async fn a_report_on_postgresql_keeps_the_rooms_last_messages() {
    keeps_the_last_messages(World::start_on_postgres(&[]).await).await;
}

async fn keeps_the_last_messages(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    world.say(&ann, &room, "go away").await.expect(201);
    for number in 0..104 {
        world
            .say(&ben, &room, &format!("rude {number}"))
            .await
            .expect(201);
    }
    let form = json!({ "reason": "harassment", "room_id": room, "detail": " he is rude " });
    let filed = report(&world, &ann, &ben.id, form).await.expect(201);
    let id: uuid::Uuid = filed["id"].as_str().unwrap().parse().unwrap();
    let stored = report::Entity::find_by_id(id)
        .one(&world.database.read)
        .await;
    let stored = stored.unwrap().unwrap();
    assert_eq!(stored.state, report::OPEN);
    assert_eq!(stored.detail.as_deref(), Some("he is rude"));
    assert_eq!(stored.room_id.map(|id| id.to_string()), Some(room));
    let evidence = report_evidence::Entity::of(id)
        .all(&world.database.read)
        .await
        .unwrap();
    let texts: Vec<_> = evidence.iter().map(|kept| kept.text.as_str()).collect();
    assert_eq!(
        (texts.len(), texts[0], texts[99]),
        (100, "rude 4", "rude 103")
    );

    let subject = format!("webchat.v1.evt.user.{}.reported", ben.id);
    let told = loop {
        let told = world.broker.replay(&EVENTS, &subject, 1, 10).await.unwrap();
        if !told.is_empty() {
            break told;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let event: Value = serde_json::from_slice(&told[0].payload).unwrap();
    assert_eq!(event["data"], json!({ "user_id": ben.id }));
    let text = event.to_string();
    assert!(
        !text.contains(&ann.id) && !text.contains("harassment"),
        "{text}"
    );
}

#[tokio::test]
async fn whoever_reports_somebody_is_not_matched_with_them_and_the_reported_one_sees_no_difference()
{
    let world = World::start(&[]).await;
    world.start_matchmaker();
    let (ann, ben, room) = world.two_in_a_room().await;
    let cleo = world.person("cleo").await;
    let peer = format!("/users/{}/profile", ann.id);
    let seen = async || {
        let profile = world.get(&ben, &peer).await.expect(200);
        let room = world.get(&ben, &format!("/chat/rooms/{room}")).await;
        let export = world.get(&ben, "/users/me/export").await.expect(200);
        (profile, room.expect(200), export["relations"].clone())
    };
    let before = seen().await;
    report(&world, &ann, &ben.id, json!({ "reason": "spam" }))
        .await
        .expect(201);
    let [one, other] = [&ann, &ben].map(|person| person.id.parse().unwrap());
    let key = PairKey::of(one, other).unwrap();
    let pair = world.broker.pair(key).await.unwrap().value;
    assert!(pair.is_reported(), "before it is acknowledged");
    assert_eq!(seen().await, before);
    world
        .post(&ann, &format!("/chat/rooms/{room}/leave"))
        .await
        .expect(200);
    for person in [&ann, &ben] {
        world.post(person, "/match/queue").await.expect(202);
    }
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    for person in [&ann, &ben] {
        let ticket = world.get(person, "/match/queue").await.expect(200);
        assert_eq!(ticket["state"], "waiting");
    }
    world.post(&cleo, "/match/queue").await.expect(202);
    until_matched(&world, &cleo).await;
}

#[tokio::test]
async fn a_user_can_be_reported_without_a_room_but_not_in_a_room_of_others() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let cleo = world.person("cleo").await;
    let spam = |room: Option<&str>| json!({ "reason": "spam", "room_id": room });
    report(&world, &cleo, &ben.id, spam(None)).await.expect(201);
    for (reporter, reported, room) in [
        (&cleo, &ben.id, Some(room.as_str())),
        (&ann, &cleo.id, Some(room.as_str())),
        (&ann, &ben.id, Some("01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b5c")),
    ] {
        let answer = report(&world, reporter, reported, spam(room)).await;
        answer.expect_problem(404, "room_not_found");
    }
    let nobody = report(
        &world,
        &ann,
        "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b5c",
        spam(None),
    )
    .await;
    nobody.expect_problem(404, "user_not_found");
    delete(&world, &ben, "correct horse").await.expect(204);
    let gone = report(&world, &ann, &ben.id, spam(Some(&room))).await;
    gone.expect_problem(404, "user_not_found");
    assert_eq!(reports(&world).await, 1);
}

#[tokio::test]
async fn a_report_that_says_nothing_right_is_not_filed() {
    let world = World::start(&[]).await;
    let (ann, ben, _) = world.two_in_a_room().await;
    let cases = [
        (json!({ "reason": "nonsense" }), "reason", "unknown_value"),
        (
            json!({ "reason": "spam", "detail": "ü".repeat(1_001) }),
            "detail",
            "too_long",
        ),
        (
            json!({ "reason": "spam", "detail": "a\u{0}" }),
            "detail",
            "invalid_characters",
        ),
        (
            json!({ "reason": "spam", "room_id": "nonsense" }),
            "room_id",
            "invalid_value",
        ),
        (
            json!({ "reason": "spam", "by": ben.id }),
            "by",
            "unknown_field",
        ),
        (json!({ "detail": "no reason" }), "reason", "required"),
    ];
    for (form, field, code) in cases {
        report(&world, &ann, &ben.id, form)
            .await
            .expect_fault(field, code);
    }
    let own = report(&world, &ann, &ann.id, json!({ "reason": "spam" })).await;
    own.expect_fault("id", "oneself");
    assert_eq!(reports(&world).await, 0);
}

#[tokio::test]
async fn reports_are_limited() {
    let limited = [
        ("WEBCHAT__LIMITS__ENABLED", "true"),
        ("WEBCHAT__LIMITS__REPORTS_PER_MINUTE", "2"),
    ];
    let world = World::start(&limited).await;
    let (ann, ben, _) = world.two_in_a_room().await;
    let spam = json!({ "reason": "spam" });
    for _ in 0..2 {
        report(&world, &ann, &ben.id, spam.clone())
            .await
            .expect(201);
    }
    let refused = report(&world, &ann, &ben.id, spam).await;
    refused.expect_problem(429, "rate_limited");
}

async fn report(world: &World, person: &Person, reported: &str, form: Value) -> Answer {
    let path = format!("/users/{reported}/report");
    world.ask(person, "POST", &path, Some(form)).await
}

async fn reports(world: &World) -> u64 {
    report::Entity::find()
        .count(&world.database.read)
        .await
        .unwrap()
}
