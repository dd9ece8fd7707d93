//! What an operator sees of each program.

use std::fs;

use serde_json::Value;

use crate::{
    eventually,
    request::{http, request},
    roles::{ALL, Roles},
    serve::Serve,
};

#[tokio::test]
async fn each_program_shows_its_metrics_writes_its_log_and_stops_in_order() {
    let mut roles = Roles::start(&[]).await;
    for role in ALL {
        let metrics = http()
            .get(format!("{}/metrics", roles.admin_url(role)))
            .send()
            .await
            .unwrap();
        assert!(metrics.status().is_success(), "{role}");
        let text = metrics.text().await.unwrap();
        assert!(text.contains("# TYPE webchat_"), "{role}: {text}");
        let log = fs::read_dir(roles.folder().join("logs"))
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
            .find(|name| name.starts_with(role) && name.ends_with(".log"));
        assert!(log.is_some(), "{role} writes a daily file");
        let status = roles.stop(role).await;
        assert!(status.success(), "{role}: {status}");
    }
}

#[tokio::test]
async fn health_names_every_part_and_the_documents_are_served() {
    let web = Serve::start(&[]).await;
    let get = |path: &'static str| {
        let url = web.url();
        async move { request(reqwest::Method::GET, &url, path, None, None).await }
    };
    // Ready is who has looked at what nobody can be served without; not yet, perhaps, at the rest.
    let health: Value = eventually("every part has been looked at", async || {
        let health = get("/health").await;
        (health.status == 200).then_some(health.body)
    })
    .await;
    assert_eq!(health["status"], "ok", "{health}");
    for part in ["database", "nats", "storage"] {
        assert_eq!(health["checks"][part]["status"], "ok", "{health}");
        assert!(health["checks"][part]["latency_ms"].is_number(), "{health}");
    }
    for document in ["/openapi.json", "/asyncapi.json"] {
        let body: Value = get(document).await.expect(200);
        assert!(body["info"]["title"].is_string(), "{document}");
    }
    for page in ["/", "/docs/", "/ws/docs"] {
        let answer = get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        assert!(answer.content_type.starts_with("text/html"), "{page}");
    }
}
