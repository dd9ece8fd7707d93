use std::time::{Duration, Instant};

use broker::Publish;
use contract::{revocation::Revocation, streams::REVOKED, subjects};
use domain::SessionId;
use uuid::Uuid;

use crate::world::World;

#[tokio::test]
async fn wrong_names_and_wrong_passwords_cannot_be_told_apart() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    client.register("Ann", "1990-05-17").await.expect(201);
    let wrong_password = client.login("ann", "wrong horse").await;
    let wrong_name = client.login("nobody", "correct horse").await;
    wrong_password.expect_problem(401, "bad_credentials");
    assert_eq!(wrong_password.text, wrong_name.text);
    client.login("aNN", "correct horse").await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_rotates_and_within_the_grace_gives_the_same_successor() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    let registered = client.register("ann", "1990-05-17").await;
    let set_cookie = registered.header("set-cookie").to_owned();
    for attribute in [
        "Path=/auth",
        "HttpOnly",
        "SameSite=Strict",
        "Max-Age=2592000",
    ] {
        assert!(set_cookie.contains(attribute), "{set_cookie}");
    }
    assert!(
        !set_cookie.contains("Secure"),
        "without https a browser would drop it: {set_cookie}"
    );
    let first = registered.person();
    let second = client
        .with_cookie("/auth/refresh", &first.cookie)
        .await
        .person();
    assert_eq!(
        (second.id == first.id, second.cookie == first.cookie),
        (true, false)
    );
    let repeated = client
        .with_cookie("/auth/refresh", &first.cookie)
        .await
        .person();
    assert_eq!(repeated.cookie, second.cookie);
    for token in [&first.token, &second.token, &repeated.token] {
        client
            .send("GET", "/users/me", Some(token), None)
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn the_use_of_a_spent_refresh_token_ends_the_whole_session() {
    let world = World::without_workers(&[("WEBCHAT__AUTH__REFRESH_GRACE_SECS", "0")]).await;
    let client = world.client();
    let first = client.register("ann", "1990-05-17").await.person();
    let second = client
        .with_cookie("/auth/refresh", &first.cookie)
        .await
        .person();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let refused = client.with_cookie("/auth/refresh", &first.cookie).await;
    refused.expect_problem(401, "invalid_refresh_token");
    assert!(refused.header("set-cookie").contains("Max-Age=0"));
    client
        .with_cookie("/auth/refresh", &second.cookie)
        .await
        .expect_problem(401, "invalid_refresh_token");
    client
        .send("GET", "/users/me", Some(&second.token), None)
        .await
        .expect_problem(401, "not_authenticated");
}

#[tokio::test]
async fn a_made_up_refresh_token_ends_nothing() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    let ann = client.register("ann", "1990-05-17").await.person();
    let session = ann.cookie.split('.').next().unwrap();
    for made_up in [
        "",
        "x",
        "x.y",
        &format!("{session}.AAAA"),
        &format!("{session}.{}", "A".repeat(43)),
    ] {
        client
            .with_cookie("/auth/refresh", made_up)
            .await
            .expect_problem(401, "invalid_refresh_token");
    }
    client
        .with_cookie("/auth/refresh", &ann.cookie)
        .await
        .expect(200);
}

#[tokio::test]
async fn two_refreshes_at_once_get_one_successor() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    let ann = client.register("ann", "1990-05-17").await.person();
    let refresh = || client.with_cookie("/auth/refresh", &ann.cookie);
    let (one, other) = tokio::join!(refresh(), refresh());
    assert_eq!(one.person().cookie, other.person().cookie);
}

#[tokio::test]
async fn a_logout_reaches_every_gateway_within_two_seconds() {
    let world = World::without_workers(&[]).await;
    let (here, there) = (world.client(), world.another_gateway().await);
    let ann = here.register("ann", "1990-05-17").await.person();
    there
        .send("GET", "/users/me", Some(&ann.token), None)
        .await
        .expect(200);
    here.send("POST", "/auth/logout", Some(&ann.token), None)
        .await
        .expect(204);
    let begun = Instant::now();
    here.send("GET", "/users/me", Some(&ann.token), None)
        .await
        .expect_problem(401, "not_authenticated");
    while there
        .send("GET", "/users/me", Some(&ann.token), None)
        .await
        .status
        == 200
    {
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "the other gateway still takes the token"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    here.with_cookie("/auth/refresh", &ann.cookie)
        .await
        .expect_problem(401, "invalid_refresh_token");
    let started_later = world.another_gateway().await;
    started_later
        .send("GET", "/users/me", Some(&ann.token), None)
        .await
        .expect_problem(401, "not_authenticated");
}

#[tokio::test]
async fn a_gateway_that_starts_while_a_replica_lags_knows_who_has_left() {
    let world = World::without_workers(&[]).await;
    let here = world.client();
    let ann = here.register("ann", "1990-05-17").await.person();
    let session_id = SessionId(Uuid::now_v7());
    let another = serde_json::to_vec(&Revocation::Session { session_id }).unwrap();
    let heard = Publish::new(subjects::revoke_session(session_id), another);
    world.begin_a_lagging_replica(&REVOKED, heard).await;
    here.send("POST", "/auth/logout", Some(&ann.token), None)
        .await
        .expect(204);
    // Either of the two may be asked: often enough for both.
    for _ in 0..8 {
        let started_later = world.another_gateway().await;
        started_later
            .send("GET", "/users/me", Some(&ann.token), None)
            .await
            .expect_problem(401, "not_authenticated");
    }
}

#[tokio::test]
async fn only_a_good_token_opens_anything() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    let ann = client.register("ann", "1990-05-17").await.person();
    for token in [
        None,
        Some(""),
        Some("nonsense"),
        Some(&ann.cookie),
        Some(&*format!("{}x", ann.token)),
    ] {
        let answer = client.send("GET", "/users/me", token, None).await;
        answer.expect_problem(401, "not_authenticated");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn too_many_sign_ins_are_told_when_to_come_back() {
    let limits = [
        ("WEBCHAT__LIMITS__ENABLED", "true"),
        ("WEBCHAT__LIMITS__AUTH_PER_MINUTE", "3"),
    ];
    let world = World::without_workers(&limits).await;
    for _ in 0..3 {
        world
            .client()
            .login("ann", "correct horse")
            .await
            .expect(401);
    }
    let refused = world.client().login("ann", "correct horse").await;
    refused.expect_problem(429, "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
}

/// The broker has lost it, as with an older copy; SQL has not.
#[tokio::test]
async fn a_gateway_that_starts_knows_of_ended_sessions_that_the_broker_has_lost() {
    let world = World::without_workers(&[]).await;
    let ann = world.person("ann").await;
    world.post(&ann, "/auth/logout").await.expect(204);
    let lost = world.broker.purge(&REVOKED, subjects::REVOKE_ALL, 0).await;
    assert_eq!(lost.unwrap(), 1);
    let there = world.another_gateway().await;
    let refused = there.send("GET", "/users/me", Some(&ann.token), None).await;
    refused.expect_problem(401, "not_authenticated");
}
