use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_gateway_says_how_it_is() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    client.send("GET", "/livez", None, None).await.expect(200);
    // What has not been looked at yet is not said to be well.
    for path in ["/readyz", "/health"] {
        let begun = Instant::now();
        while client.send("GET", path, None, None).await.status != 200 {
            assert!(begun.elapsed() < Duration::from_secs(5), "{path}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let health = client.send("GET", "/health", None, None).await.expect(200);
    assert_eq!(
        (&health["status"], &health["websocket_connections"]),
        (&json!("ok"), &json!(0))
    );
    for check in ["database", "nats", "storage", "workers"] {
        assert_eq!(health["checks"][check]["status"], "ok", "{health}");
        assert!(health["checks"][check]["latency_ms"].is_u64(), "{health}");
    }
}

#[tokio::test]
async fn the_web_client_is_served_under_a_strict_policy() {
    let world = World::without_workers(&[]).await;
    let script = world.client().send("GET", "/js/app.js", None, None).await;
    script.expect(200);
    assert!(script.header("content-type").contains("javascript"));
    assert_eq!(script.header("cache-control"), "no-cache");
    let policy = script.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self';")
            && policy.contains("require-trusted-types-for 'script'"),
        "{policy}"
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(script.header(name), value);
    }
    let api = world
        .client()
        .send("GET", "/profiles/options", None, None)
        .await;
    assert_eq!(api.header("cache-control"), "no-store");
    assert!(!api.header("x-request-id").is_empty());
}

#[tokio::test]
async fn the_documents_describe_every_route_and_need_no_other_origin() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    let document = client
        .send("GET", "/openapi.json", None, None)
        .await
        .expect(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["title"], "WebChat");
    for path in [
        "/auth/register",
        "/auth/login",
        "/auth/refresh",
        "/auth/logout",
        "/users/me",
        "/users/me/profile",
        "/users/me/learned",
        "/profiles/options",
        "/match/queue",
        "/chat/rooms",
        "/chat/rooms/{id}",
        "/chat/rooms/{id}/messages",
        "/chat/rooms/{id}/leave",
        "/chat/keep/{room_id}",
        "/chat/like/{room_id}",
        "/simple-countdown/start/{room_id}",
        "/simple-countdown/response/{room_id}",
        "/simple-countdown/extend/{room_id}",
        "/simple-countdown/status/{room_id}",
        "/users/{id}/like",
        "/users/{id}/block",
        "/health",
        "/livez",
        "/readyz",
    ] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    let text = document.to_string();
    for (reference, _) in text.match_indices("\"#/components/schemas/") {
        let name = text[reference..].split(['/', '"']).nth(4).unwrap();
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name} is not described"
        );
    }
    let mut names = std::collections::HashSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{method} {path}: {name}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_described = response["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty());
                assert!(is_described, "{method} {path}: {status}");
            }
        }
    }
    let viewer = client.send("GET", "/docs/", None, None).await;
    viewer.expect(200);
    assert!(
        !viewer.text.contains("https://") && !viewer.text.contains("<script>"),
        "{}",
        viewer.text
    );
    assert!(
        !viewer
            .header("content-security-policy")
            .contains("script-src 'self' 'unsafe")
    );
    client
        .send("GET", "/asyncapi.json", None, None)
        .await
        .expect(200);
    client.send("GET", "/ws/docs", None, None).await.expect(200);
}

#[tokio::test]
async fn a_broker_that_is_away_is_told_with_the_time_to_come_back_and_mends_itself() {
    let mut world = World::start(&[("WEBCHAT__NATS__REQUEST_TIMEOUT_MS", "300")]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    world.nats.kill9();
    for refused in [
        world.get(&ann, "/chat/rooms").await,
        world.say(&ann, &room, "hello?").await,
        world.post(&ann, "/match/queue").await,
        world.post(&ann, "/auth/logout").await,
    ] {
        refused.expect_problem(503, "unavailable");
        assert_eq!(refused.header("retry-after"), "1");
    }
    let begun = Instant::now();
    while world
        .client()
        .send("GET", "/health", None, None)
        .await
        .status
        != 503
    {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "the health is still good"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world
        .client()
        .send("GET", "/livez", None, None)
        .await
        .expect(200);
    world.nats.restart().await;
    let begun = Instant::now();
    while world.say(&ann, &room, "hello again").await.status != 201 {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "no message gets through"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.post(&ann, "/auth/logout").await.expect(204);
}
