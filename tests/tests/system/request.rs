//! Single requests and what comes back for them.

use std::{sync::LazyLock, time::Duration};

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

const REQUEST_LIMIT: Duration = Duration::from_secs(15);

/// What came back for a request.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub content_type: String,
    /// When it is worth trying again, in seconds.
    pub retry_after: Option<u64>,
    /// The body; a string where it is no JSON.
    pub body: Value,
    request: String,
}

impl Answer {
    /// The body of an answer that must have this status.
    pub fn expect<T: DeserializeOwned>(self, status: u16) -> T {
        assert_eq!(self.status, status, "{}: {}", self.request, self.body);
        let shown = self.body.to_string();
        serde_json::from_value(self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {shown}", self.request))
    }

    /// The stable code of a refusal; empty for anything else.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// Whether `/readyz` says so.
pub async fn is_ready(url: &str) -> bool {
    let answer = http().get(format!("{url}/readyz")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

/// One request on a connection of its own.
pub async fn request(
    method: Method,
    url: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
) -> Answer {
    send(built(method, url, path, token, body)).await
}

/// The same where it is no surprise that nobody answers.
pub async fn try_request(
    method: Method,
    url: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
) -> Result<Answer, reqwest::Error> {
    try_send(built(method, url, path, token, body)).await
}

fn built(
    method: Method,
    url: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
) -> reqwest::RequestBuilder {
    let mut request = http().request(method, format!("{url}{path}"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    request
}

/// Sends a request that the caller has built.
pub async fn send(request: reqwest::RequestBuilder) -> Answer {
    try_send(request)
        .await
        .unwrap_or_else(|error| panic!("{error:?}"))
}

async fn try_send(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request?;
    let shown = format!("{} {}", request.method(), request.url());
    let response = client.execute(request).await?;
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let content_type = response
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer {
        status,
        content_type,
        retry_after,
        body,
        request: shown,
    })
}

/// A client that keeps no connections: gateways come and go in these tests. All share it, as making one takes longer than a
/// request.
pub fn http() -> &'static reqwest::Client {
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
        reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .timeout(REQUEST_LIMIT)
            .build()
            .expect("an HTTP client")
    });
    &HTTP
}
