use serde_json::json;

use crate::world::World;

const JSON: &str = "application/json";

#[tokio::test]
async fn only_malformed_json_is_a_400_and_nothing_is_half_written() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    let post = async |kind: &str, body: &[u8]| {
        client
            .send_raw("POST", "/auth/register", None, Some((kind, body)))
            .await
    };
    for body in [
        &b""[..],
        b"{",
        b"\xff\xfe",
        b"{\"username\": \"ann\",}",
        b"nope",
    ] {
        post(JSON, body).await.expect_problem(400, "malformed_json");
    }
    for body in [
        &b"null"[..],
        b"7",
        b"\"ann\"",
        b"[\"ann\", \"correct horse\", \"1990-05-17\"]",
    ] {
        post(JSON, body).await.expect_fault("", "wrong_type");
    }
    post(JSON, br#"{"username":{},"password":"","date_of_birth":""}"#)
        .await
        .expect_fault("username", "wrong_type");
    let extra = br#"{"username":"ann","password":"correct horse","date_of_birth":"1990-05-17","is_admin":true}"#;
    post(JSON, extra)
        .await
        .expect_fault("is_admin", "unknown_field");
    let twice = br#"{"username":"ann","username":"eve","password":"correct horse","date_of_birth":"1990-05-17"}"#;
    post(JSON, twice)
        .await
        .expect_fault("username", "duplicate_field");
    post("text/plain", b"{}")
        .await
        .expect_problem(415, "unsupported_media_type");
    let large = format!("{{\"username\":\"{}\"}}", "x".repeat(70_000));
    post(JSON, large.as_bytes())
        .await
        .expect_problem(413, "payload_too_large");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    post(JSON, deep.as_bytes())
        .await
        .expect_problem(400, "malformed_json");
    client.register("ann", "1990-05-17").await.expect(201);
}

#[tokio::test]
async fn u_0000_is_refused_wherever_it_stands() {
    let world = World::without_workers(&[]).await;
    let ann = world.person("ann").await;
    let cases = [
        json!({ "bio": "a\u{0}" }),
        json!({ "interests": ["chess", "\u{0}"] }),
        json!({ "bio\u{0}": "a" }),
    ];
    for form in cases {
        let refused = world
            .ask(&ann, "PUT", "/users/me/profile", Some(form))
            .await;
        let body = refused.expect_problem(422, "validation_failed");
        assert_eq!(body["errors"][0]["code"], "invalid_characters");
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    for path in [
        "/nonsense",
        "/chat",
        "/chat/rooms/",
        "/../etc/passwd",
        "/%2e%2e/Cargo.toml",
        "/js/nothing.js",
    ] {
        client
            .send("GET", path, None, None)
            .await
            .expect_problem(404, "not_found");
    }
    client
        .send("POST", "/nonsense", None, None)
        .await
        .expect_problem(404, "not_found");
    for (method, path) in [
        ("PUT", "/auth/login"),
        ("GET", "/auth/login"),
        ("POST", "/health"),
        ("POST", "/users/me"),
    ] {
        let refused = client.send(method, path, None, None).await;
        refused.expect_problem(405, "method_not_allowed");
        assert!(!refused.header("allow").is_empty());
    }
}

#[tokio::test]
async fn lists_take_no_wrong_page() {
    let world = World::without_workers(&[]).await;
    let ann = world.person("ann").await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("cursor=x", "cursor"),
    ] {
        world
            .get(&ann, &format!("/chat/rooms?{query}"))
            .await
            .expect_fault(field, wrong(query));
    }
}

fn wrong(query: &str) -> &'static str {
    match query {
        "limit=0" | "limit=101" => "out_of_range",
        _ => "invalid_value",
    }
}
