//! People's sockets.

use std::{fmt::Debug, marker::PhantomData, time::Duration};

use contract::frames::{ChatServerFrame, ErrorFrame, NotificationsServerFrame};
use domain::ClientId;
use futures_util::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::Request},
};
use uuid::Uuid;

/// How long a frame may be awaited.
const FRAME_LIMIT: Duration = Duration::from_secs(20);

/// A room's socket.
pub type ChatSocket = Socket<ChatServerFrame>;
/// The notification socket.
pub type NotificationSocket = Socket<NotificationsServerFrame>;

/// An open socket whose frames are of one type.
#[derive(Debug)]
pub struct Socket<F> {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
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
        let mut stream = connect(upgrade(url, path, Some(token)))
            .await
            .unwrap_or_else(|status| {
                panic!("the socket {path} was refused with {status}");
            });
        let hello = match read(&mut stream).await {
            Frame::Text(text) => parse(&text),
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
        match read(&mut self.stream).await {
            Frame::Text(text) => parse(&text),
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
            if let Frame::Closed(code) = read(&mut self.stream).await {
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
        for text in texts {
            let frame = json!({ "type": "send", "client_id": Uuid::now_v7(), "text": text });
            self.stream
                .feed(Message::text(frame.to_string()))
                .await
                .expect("an open socket");
        }
        self.stream.flush().await.expect("an open socket");
        let mut acks = Vec::new();
        while acks.len() < texts.len() {
            let ack = self.find("ack", |frame| match frame {
                ChatServerFrame::Ack { client_id, seq, .. } => Some(Acked {
                    client_id: *client_id,
                    seq: *seq,
                }),
                ChatServerFrame::Error(error) => panic!("{error:?}"),
                _ => None,
            });
            acks.push(ack.await);
        }
        acks
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

/// An upgrade request.
pub fn upgrade(url: &str, path: &str, token: Option<&str>) -> Request<()> {
    let address = format!("{}{path}", url.replacen("http", "ws", 1));
    let mut request = address.into_client_request().expect("an upgrade request");
    if let Some(token) = token {
        let bearer = format!("Bearer {token}").parse().expect("a header value");
        request.headers_mut().insert("authorization", bearer);
    }
    request
}

/// Opens a socket, or says the HTTP status of the refusal.
pub async fn connect(
    request: Request<()>,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, u16> {
    match timeout(FRAME_LIMIT, connect_async(request))
        .await
        .expect("an answer in time")
    {
        Ok((stream, _response)) => Ok(stream),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("no socket: {error}"),
    }
}

enum Frame {
    Text(String),
    Closed(u16),
}

/// The next text, or the end. A connection that breaks without a close frame ends with 1006, as in browsers.
async fn read(stream: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Frame {
    const BROKEN: u16 = 1006;
    loop {
        let message = timeout(FRAME_LIMIT, stream.next()).await;
        match message.unwrap_or_else(|_elapsed| panic!("no frame within {FRAME_LIMIT:?}")) {
            Some(Ok(Message::Text(text))) => return Frame::Text(text.to_string()),
            Some(Ok(Message::Close(close))) => {
                return Frame::Closed(close.map_or(1005, |close| close.code.into()));
            }
            Some(Ok(_control)) => {}
            Some(Err(_)) | None => return Frame::Closed(BROKEN),
        }
    }
}

fn parse<F: DeserializeOwned>(text: &str) -> F {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("not a server frame: {error}: {text}"))
}
