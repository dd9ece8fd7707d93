//! People's sockets, with typed frames.

use std::{fmt::Debug, marker::PhantomData};

use contract::frames::{ChatServerFrame, ErrorFrame, NotificationsServerFrame};
use domain::ClientId;
use futures_util::SinkExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::wire::{self, FRAME_LIMIT, Frame, Wire, upgrade};

/// A room's socket.
pub type ChatSocket = Socket<ChatServerFrame>;
/// The notification socket.
pub type NotificationSocket = Socket<NotificationsServerFrame>;

/// An open socket whose frames are of one type.
#[derive(Debug)]
pub struct Socket<F> {
    stream: Wire,
    /// The first frame.
    pub hello: F,
    frames: PhantomData<F>,
}

/// A message that the broker has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acked {
    /// The sender's name for it.
    pub client_id: ClientId,
    /// Its place in the order.
    pub seq: u64,
}

impl<F: DeserializeOwned + Debug> Socket<F> {
    /// Opens a socket and reads its first frame.
    pub async fn open(url: &str, path: &str, token: &str) -> Self {
        let mut stream = wire::open(upgrade(url, path, Some(token)))
            .await
            .unwrap_or_else(|refusal| panic!("the socket {path} was refused: {refusal:?}"));
        let hello = match wire::read(&mut stream).await {
            Frame::Text(text) => wire::parse(&text),
            Frame::Closed(code) => {
                panic!("the socket {path} was closed with {code} before its hello")
            }
        };
        Self {
            stream,
            hello,
            frames: PhantomData,
        }
    }

    /// Sends whatever this is.
    pub async fn send(&mut self, message: Message) {
        timeout(FRAME_LIMIT, self.stream.send(message))
            .await
            .expect("in time")
            .expect("an open socket");
    }

    /// Sends a frame.
    pub async fn send_json(&mut self, frame: &Value) {
        self.send(Message::text(frame.to_string())).await;
    }

    /// The next frame.
    pub async fn next(&mut self) -> F {
        match wire::read(&mut self.stream).await {
            Frame::Text(text) => wire::parse(&text),
            Frame::Closed(code) => panic!("the socket was closed with {code}"),
        }
    }

    /// The first frame from now on that is what the test waits for; others are passed over.
    pub async fn find<T>(&mut self, what: &str, pick: impl Fn(&F) -> Option<T>) -> T {
        let found = timeout(FRAME_LIMIT, async {
            loop {
                if let Some(found) = pick(&self.next().await) {
                    return found;
                }
            }
        });
        found
            .await
            .unwrap_or_else(|_elapsed| panic!("no frame within {FRAME_LIMIT:?}: {what}"))
    }

    /// Waits for the end of the socket and gives its close code; frames before it are passed over.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Frame::Closed(code) = wire::read(&mut self.stream).await {
                return code;
            }
        }
    }
}

impl ChatSocket {
    /// Sends a message and waits for its ack.
    pub async fn say(&mut self, text: &str) -> Acked {
        self.say_all(&[text.to_owned()]).await[0]
    }

    /// Sends messages without waiting in between, then waits for all acks.
    pub async fn say_all(&mut self, texts: &[String]) -> Vec<Acked> {
        self.send_all(texts).await;
        let mut acks = Vec::new();
        while acks.len() < texts.len() {
            acks.push(self.acked().await);
        }
        acks
    }

    /// Sends messages and waits for nothing.
    pub async fn send_all(&mut self, texts: &[String]) {
        for text in texts {
            let frame = json!({ "type": "send", "client_id": Uuid::now_v7(), "text": text });
            self.stream
                .feed(Message::text(frame.to_string()))
                .await
                .expect("an open socket");
        }
        self.stream.flush().await.expect("an open socket");
    }

    /// The next ack.
    pub async fn acked(&mut self) -> Acked {
        self.find("ack", |frame| match frame {
            ChatServerFrame::Ack { client_id, seq, .. } => Some(Acked {
                client_id: *client_id,
                seq: *seq,
            }),
            ChatServerFrame::Error(error) => panic!("{error:?}"),
            _ => None,
        })
        .await
    }

    /// How many acks come before the end of the socket, and its close code.
    pub async fn acked_until_closed(&mut self) -> (usize, u16) {
        let mut acks = 0;
        loop {
            match wire::read(&mut self.stream).await {
                Frame::Closed(code) => return (acks, code),
                Frame::Text(text) => {
                    let is_ack = matches!(wire::parse(&text), ChatServerFrame::Ack { .. });
                    acks += usize::from(is_ack);
                }
            }
        }
    }

    /// Up to where the database was said to be before the end of the socket, and its close code.
    pub async fn stored_until_closed(&mut self) -> (u64, u16) {
        let mut told = 0;
        loop {
            match wire::read(&mut self.stream).await {
                Frame::Closed(code) => return (told, code),
                Frame::Text(text) => {
                    if let ChatServerFrame::Stored { seq } = wire::parse(&text) {
                        told = told.max(seq);
                    }
                }
            }
        }
    }

    /// The next refusal.
    pub async fn refusal(&mut self) -> ErrorFrame {
        self.find("error", |frame| match frame {
            ChatServerFrame::Error(error) => Some(error.clone()),
            _ => None,
        })
        .await
    }

    /// Shows that the socket is open and served.
    pub async fn is_alive(&mut self) {
        self.send_json(&json!({ "type": "ping" })).await;
        self.find("pong", |frame| {
            matches!(frame, ChatServerFrame::Pong { .. }).then_some(())
        })
        .await;
    }
}
