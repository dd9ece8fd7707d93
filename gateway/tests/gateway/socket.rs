//! A person's socket, seen from outside.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::{Instant, timeout, timeout_at},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};
use uuid::Uuid;

use crate::world::{Client, Person};

const PATIENCE: Duration = Duration::from_secs(10);

pub struct Socket {
    pub stream: WebSocketStream<TcpStream>,
}

/// Why there is no socket.
#[derive(Debug)]
pub struct Refused {
    pub status: u16,
    pub body: Value,
}

impl Socket {
    /// Opens a room's socket; `query` may be empty. Gives the hello too.
    pub async fn chat(client: &Client, person: &Person, room: &str, query: &str) -> (Self, Value) {
        let mut socket = Self::open(client, &format!("/ws/chat/{room}{query}"), &person.token)
            .await
            .unwrap();
        let hello = socket.next().await;
        assert_eq!(hello["type"], "hello", "{hello}");
        (socket, hello)
    }

    pub async fn notifications(client: &Client, person: &Person) -> (Self, Value) {
        let mut socket = Self::open(client, "/ws/notifications", &person.token)
            .await
            .unwrap();
        let hello = socket.next().await;
        assert_eq!(hello["type"], "hello", "{hello}");
        (socket, hello)
    }

    pub async fn open(client: &Client, path: &str, token: &str) -> Result<Self, Refused> {
        Self::open_with(
            client,
            path,
            &[("authorization", &format!("Bearer {token}"))],
        )
        .await
    }

    pub async fn open_with(
        client: &Client,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Refused> {
        let address = client.base.strip_prefix("http://").unwrap();
        let mut request = format!("ws://{address}{path}")
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let socket = TcpSocket::new_v4().unwrap();
        // Little room, so that a socket that is not read is soon full.
        socket.set_recv_buffer_size(8 * 1024).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        match client_async(request, stream).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err(Refused {
                    status: response.status().as_u16(),
                    body: serde_json::from_slice(body).unwrap_or_default(),
                })
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn send(&mut self, frame: &Value) {
        self.stream
            .send(Message::text(frame.to_string()))
            .await
            .unwrap();
    }

    /// Sends a text under a fresh client id, without waiting.
    pub async fn say(&mut self, text: &str) -> String {
        let client_id = Uuid::now_v7().to_string();
        self.send(&json!({ "type": "send", "client_id": client_id, "text": text }))
            .await;
        client_id
    }

    /// The next frame.
    pub async fn next(&mut self) -> Value {
        match self.read(Instant::now() + PATIENCE).await {
            Some(Ok(frame)) => frame,
            Some(Err(code)) => panic!("closed with {code}"),
            None => panic!("no frame"),
        }
    }

    /// The next frame of a type; others are passed over.
    pub async fn find(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// Everything that comes within a time.
    pub async fn all_within(&mut self, length: Duration) -> Vec<Value> {
        let end = Instant::now() + length;
        let mut frames = Vec::new();
        while let Some(Ok(frame)) = self.read(end).await {
            frames.push(frame);
        }
        frames
    }

    /// What comes until the close, and its code.
    pub async fn until_closed(&mut self) -> (Vec<Value>, u16) {
        let mut frames = Vec::new();
        loop {
            match self.read(Instant::now() + PATIENCE).await {
                Some(Ok(frame)) => frames.push(frame),
                Some(Err(code)) => return (frames, code),
                None => panic!("not closed; so far: {frames:?}"),
            }
        }
    }

    /// A frame, a close code (1006 where the connection broke), or nothing in time.
    async fn read(&mut self, until: Instant) -> Option<Result<Value, u16>> {
        loop {
            match timeout_at(until, self.stream.next()).await.ok()? {
                Some(Ok(Message::Text(text))) => {
                    return Some(Ok(serde_json::from_str(&text).unwrap()));
                }
                Some(Ok(Message::Close(close))) => {
                    return Some(Err(close.map_or(1005, |close| close.code.into())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Some(Err(1006)),
            }
        }
    }

    /// Says goodbye properly.
    pub async fn bye(mut self) {
        self.stream.close(None).await.unwrap();
        timeout(PATIENCE, async {
            while let Some(Ok(_)) = self.stream.next().await {}
        })
        .await
        .unwrap();
    }
}
