//! What a report keeps of an avatar.

use entities::{avatar, report};
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::json;

use super::{avatar_of, picture, put, until_left};
use crate::{files::in_both_storages, world::World};

in_both_storages!(what_a_reported_user_showed_is_kept_and_not_served);

async fn what_a_reported_user_showed_is_kept_and_not_served(world: World) {
    let (ann, ben, _) = world.two_in_a_room().await;
    put(&world, &ann, &[("file", &picture(64, 40))])
        .await
        .expect(200);
    let seen = avatar_of(&world, &ben, &ann).await;
    let form = json!({ "reason": "impersonation" });
    let path = format!("/users/{}/report", ann.id);
    world.ask(&ben, "POST", &path, Some(form)).await.expect(201);
    assert_eq!(avatar_of(&world, &ben, &ann).await.text, seen.text);

    put(&world, &ann, &[("file", &picture(64, 90))])
        .await
        .expect(200);
    let next = avatar_of(&world, &ben, &ann).await;
    assert_ne!(next.header("etag"), seen.header("etag"));
    let removed = world.ask(&ann, "DELETE", "/users/me/avatar", None).await;
    removed.expect(204);
    for reader in [&ann, &ben] {
        avatar_of(&world, reader, &ann)
            .await
            .expect_problem(404, "avatar_not_found");
    }
    until_left(&world, &ann, 1).await;
    let kept = avatar::Entity::find().one(&world.database.read).await;
    let version = kept.unwrap().unwrap().version.to_string();
    assert!(
        seen.header("etag").contains(&version),
        "the one that was reported"
    );
    close_reports(&world).await;
    until_left(&world, &ann, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_that_goes_while_it_is_reported_is_kept_or_was_not_seen() {
    taken_away_while_reported(World::start(&[]).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_that_goes_while_it_is_reported_on_postgresql_is_kept_or_was_not_seen() {
    taken_away_while_reported(World::start_on_postgres(&[]).await).await;
}

async fn taken_away_while_reported(world: World) {
    let (ann, ben, _) = world.two_in_a_room().await;
    let path = format!("/users/{}/report", ann.id);
    for _ in 0..10 {
        put(&world, &ann, &[("file", &picture(64, 40))])
            .await
            .expect(200);
        let form = json!({ "reason": "impersonation" });
        let (filed, removed) = tokio::join!(
            world.ask(&ben, "POST", &path, Some(form)),
            world.ask(&ann, "DELETE", "/users/me/avatar", None),
        );
        filed.expect(201);
        removed.expect(204);
    }
    let reports = report::Entity::find().all(&world.database.read).await;
    let seen = reports.unwrap().into_iter();
    let seen = seen
        .filter(|report| report.avatar_version.is_some())
        .count();
    until_left(&world, &ann, seen).await;
    close_reports(&world).await;
    until_left(&world, &ann, 0).await;
}

async fn close_reports(world: &World) {
    let closed =
        report::Entity::update_many().col_expr(report::Column::State, Expr::value("upheld"));
    closed.exec(&world.database.write).await.unwrap();
}
