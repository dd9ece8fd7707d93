//! People who use WebChat over HTTP.

use std::sync::atomic::{AtomicU32, Ordering};

use contract::{
    api::{Page, SignedIn, TicketView},
    message::Message,
    room::{RoomStatus, RoomSummary},
};
use domain::{RoomId, UserId};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    eventually,
    request::{Answer, request},
    socket::{ChatSocket, NotificationSocket},
    wire::{self, Refusal, Wire, upgrade},
};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody with an account, in front of one gateway.
#[derive(Debug, Clone)]
pub struct Person {
    /// The user.
    pub id: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The access token.
    pub token: String,
    url: String,
}

impl Person {
    /// Registers somebody new whose profile is complete.
    pub async fn join(url: &str) -> Self {
        let person = Self::register(url).await;
        let profile = json!({
            "display_name": "Somebody", "gender": "other", "interests": ["music", "chess"],
        });
        let _: Value = person.put("/users/me/profile", profile).await.expect(200);
        person
    }

    /// Registers somebody new.
    pub async fn register(url: &str) -> Self {
        Self::try_register(url)
            .await
            .unwrap_or_else(|answer| panic!("{answer:?}"))
    }

    /// Asks for an account.
    pub async fn try_register(url: &str) -> Result<Self, Answer> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let username = format!("person_{}_{number}", std::process::id());
        let form =
            json!({ "username": username, "password": PASSWORD, "date_of_birth": "1990-05-17" });
        let answer = request(Method::POST, url, "/auth/register", None, Some(form)).await;
        if answer.status != 201 {
            return Err(answer);
        }
        let signed_in: SignedIn = answer.expect(201);
        Ok(Self {
            id: signed_in.user.id,
            username,
            token: signed_in.access_token,
            url: url.to_owned(),
        })
    }

    /// The same person in front of another gateway.
    pub fn at(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    /// The gateway that the person is in front of.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        request(Method::GET, &self.url, path, Some(&self.token), None).await
    }

    /// `POST` with a body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        request(Method::POST, &self.url, path, Some(&self.token), Some(body)).await
    }

    /// `POST` without a body.
    pub async fn order(&self, path: &str) -> Answer {
        request(Method::POST, &self.url, path, Some(&self.token), None).await
    }

    /// `PUT` with a body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        request(Method::PUT, &self.url, path, Some(&self.token), Some(body)).await
    }

    /// `DELETE` with a body.
    pub async fn delete(&self, path: &str, body: Value) -> Answer {
        let token = Some(self.token.as_str());
        request(Method::DELETE, &self.url, path, token, Some(body)).await
    }

    /// Opens a room with somebody whose id is known.
    pub async fn open_room(&self, peer: &Person) -> RoomId {
        let room: RoomSummary = self
            .post("/chat/rooms", json!({ "peer_id": peer.id }))
            .await
            .expect(201);
        room.id
    }

    /// The first page of the own rooms.
    pub async fn rooms(&self) -> Vec<RoomSummary> {
        self.get("/chat/rooms?limit=100")
            .await
            .expect::<Page<RoomSummary>>(200)
            .items
    }

    /// The room of this id in the own list; waits until it looks as wished.
    pub async fn listed(
        &self,
        room: RoomId,
        what: &str,
        wished: impl Fn(&RoomSummary) -> bool,
    ) -> RoomSummary {
        eventually(&format!("the list shows {what}"), async || {
            self.rooms()
                .await
                .into_iter()
                .find(|listed| listed.id == room && wished(listed))
        })
        .await
    }

    /// All messages of a room, oldest first.
    pub async fn history(&self, room: RoomId) -> Vec<Message> {
        let mut all: Vec<Message> = Vec::new();
        loop {
            let after = all.last().map_or(0, |message| message.seq);
            let path = format!("/chat/rooms/{room}/messages?after={after}&limit=100");
            let page: Value = self.get(&path).await.expect(200);
            let items: Vec<Message> =
                serde_json::from_value(page["items"].clone()).expect("messages");
            if items.is_empty() {
                return all;
            }
            all.extend(items);
        }
    }

    /// Sends a message over HTTP.
    pub async fn say(&self, room: RoomId, text: &str) -> Message {
        let form = json!({ "client_id": Uuid::now_v7(), "text": text });
        self.post(&format!("/chat/rooms/{room}/messages"), form)
            .await
            .expect(201)
    }

    /// Starts the countdown.
    pub async fn start_countdown(&self, room: RoomId) -> RoomStatus {
        self.order(&format!("/simple-countdown/start/{room}"))
            .await
            .expect(200)
    }

    /// Votes `keep` or `end`.
    pub async fn vote(&self, room: RoomId, response: &str) -> RoomStatus {
        let form = json!({ "response": response });
        self.post(&format!("/simple-countdown/response/{room}"), form)
            .await
            .expect(200)
    }

    /// The own view of a room's lifecycle.
    pub async fn status(&self, room: RoomId) -> RoomStatus {
        self.get(&format!("/simple-countdown/status/{room}"))
            .await
            .expect(200)
    }

    /// Joins the queue.
    pub async fn queue(&self) -> TicketView {
        self.order("/match/queue").await.expect(202)
    }

    /// The own ticket.
    pub async fn ticket(&self) -> TicketView {
        self.get("/match/queue").await.expect(200)
    }

    /// Opens a room's socket; its `hello` is read first.
    pub async fn chat(&self, room: RoomId) -> ChatSocket {
        ChatSocket::open(&self.url, &format!("/ws/chat/{room}"), &self.token).await
    }

    /// Opens a connection to a room's socket, with a query, that may be refused.
    pub async fn wire(&self, room: RoomId, query: &str) -> Result<Wire, Refusal> {
        let path = format!("/ws/chat/{room}{query}");
        wire::open(upgrade(&self.url, &path, Some(&self.token))).await
    }

    /// Opens a connection to the notification socket that may be refused.
    pub async fn bell(&self) -> Result<Wire, Refusal> {
        wire::open(upgrade(&self.url, "/ws/notifications", Some(&self.token))).await
    }

    /// Opens the notification socket; its `hello` is read first.
    pub async fn notifications(&self) -> NotificationSocket {
        NotificationSocket::open(&self.url, "/ws/notifications", &self.token).await
    }
}
