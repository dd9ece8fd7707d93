//! Ada and Ben in a room, Cleo outside of it, and bad requests of theirs.

use contract::problem::{PROBLEM_JSON, Problem};
use domain::RoomId;
use reqwest::Method;
use serde_json::Value;

use crate::{
    client::Person,
    request::{Answer, http, request, send},
    serve::Serve,
};

/// Ada and Ben share a room; Cleo has no part in it.
pub struct Scene {
    pub web: Serve,
    pub ada: Person,
    pub ben: Person,
    pub cleo: Person,
    pub room: RoomId,
}

impl Scene {
    pub async fn set() -> Self {
        let web = Serve::start(&[]).await;
        let url = web.url();
        let (ada, ben, cleo) = tokio::join!(
            Person::join(&url),
            Person::join(&url),
            Person::register(&url)
        );
        let room = ada.open_room(&ben).await;
        Self {
            web,
            ada,
            ben,
            cleo,
            room,
        }
    }

    pub fn filled(&self, path: &str) -> String {
        path.replace("{room}", &self.room.to_string())
            .replace("{user}", &self.ben.id.to_string())
            .replace("{file}", &self.room.to_string())
            .replace("{session}", &self.room.to_string())
    }

    pub async fn ask(
        &self,
        method: &Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        request(method.clone(), &self.web.url(), path, token, body).await
    }

    /// Sends these very bytes as Ada.
    pub async fn raw(
        &self,
        method: &Method,
        path: &str,
        content_type: &str,
        body: String,
    ) -> Answer {
        let url = format!("{}{}", self.web.url(), self.filled(path));
        let builder = http()
            .request(method.clone(), url)
            .bearer_auth(&self.ada.token);
        send(builder.header("content-type", content_type).body(body)).await
    }
}

/// A problem body with this status and code.
pub fn check(what: &str, answer: Answer, status: u16, code: &str) -> Problem {
    assert_eq!(
        (answer.status, answer.code()),
        (status, code),
        "{what}: {}",
        answer.body
    );
    assert!(
        answer.content_type.starts_with(PROBLEM_JSON),
        "{what}: {}",
        answer.content_type
    );
    let problem: Problem = answer.expect(status);
    assert_eq!(problem.status, status, "{what}");
    assert!(
        !problem.title.is_empty() && !problem.detail.is_empty() && !problem.kind.is_empty(),
        "{what}: {problem:?}"
    );
    problem
}
