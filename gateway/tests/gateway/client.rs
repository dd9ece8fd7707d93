//! A client of one gateway, and what it gets.

use std::time::Duration;

use reqwest::{Method, header};
use serde_json::{Value, json};

/// One gateway, seen from outside.
pub struct Client {
    pub base: String,
    http: reqwest::Client,
}

impl Client {
    /// A client of the gateway at this address. It follows no redirects and keeps no cookies.
    pub fn of(base: String) -> Self {
        Self {
            base,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
        }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let body = body.map(|body| ("application/json", body.to_string()));
        self.send_raw(
            method,
            path,
            token,
            body.as_ref().map(|(kind, body)| (*kind, body.as_bytes())),
        )
        .await
    }

    /// With a body that may be anything.
    pub async fn send_raw(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<(&str, &[u8])>,
    ) -> Answer {
        let mut request = self.http.request(
            method.parse::<Method>().unwrap(),
            format!("{}{path}", self.base),
        );
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some((kind, body)) = body {
            request = request
                .header(header::CONTENT_TYPE, kind)
                .body(body.to_vec());
        }
        Answer::read(request).await
    }

    /// What a file is answered with, its bytes as they are.
    pub async fn bytes(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Given {
        let method = method.parse::<Method>().unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        Given {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    pub async fn with_cookie(&self, path: &str, cookie: &str) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base));
        Answer::read(request.header(
            header::COOKIE,
            format!("theme=dark; webchat_refresh={cookie}"),
        ))
        .await
    }

    pub async fn register(&self, name: &str, date_of_birth: &str) -> Answer {
        let form = json!({ "username": name, "password": "correct horse", "date_of_birth": date_of_birth });
        self.send("POST", "/auth/register", None, Some(form)).await
    }

    pub async fn login(&self, name: &str, password: &str) -> Answer {
        let form = json!({ "username": name, "password": password });
        self.send("POST", "/auth/login", None, Some(form)).await
    }
}

/// A signed-in person.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub token: String,
    pub cookie: String,
}

/// A file that came back, or a part of it.
pub struct Given {
    pub status: u16,
    pub headers: header::HeaderMap,
    pub body: Vec<u8>,
}

impl Given {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: header::HeaderMap,
    pub text: String,
}

impl Answer {
    async fn read(request: reqwest::RequestBuilder) -> Self {
        let response = request
            // Longer than a gateway waits for anything.
            .timeout(Duration::from_secs(60))
            .send()
            .await
            .unwrap();
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body, after a look at the status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// A problem with this status and code, whole and in its media type.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status, "{body}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        for part in ["type", "title", "detail"] {
            assert!(
                body[part].as_str().is_some_and(|text| !text.is_empty()),
                "{part}: {body}"
            );
        }
        body
    }

    /// A `validation_failed` about this field, for this reason.
    #[track_caller]
    pub fn expect_fault(&self, field: &str, code: &str) {
        let body = self.expect_problem(422, "validation_failed");
        let errors = body["errors"].as_array().unwrap();
        let is_named = errors
            .iter()
            .any(|error| error["field"] == field && error["code"] == code);
        assert!(is_named, "{field} {code}: {body}");
    }

    /// The refresh token that the answer sets.
    #[track_caller]
    pub fn cookie(&self) -> String {
        let cookie = self
            .header("set-cookie")
            .strip_prefix("webchat_refresh=")
            .unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The person who is signed in by this answer.
    #[track_caller]
    pub fn person(&self) -> Person {
        let body = self.json();
        assert!(
            body["access_token"].is_string(),
            "{}: {}",
            self.status,
            self.text
        );
        Person {
            id: body["user"]["id"].as_str().unwrap().to_owned(),
            token: body["access_token"].as_str().unwrap().to_owned(),
            cookie: self.cookie(),
        }
    }
}
