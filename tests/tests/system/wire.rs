//! WebSocket connections: opened or refused, frames as text.

use std::{fmt::Debug, time::Duration};

use contract::frames::ChatServerFrame;
use domain::ClientId;
use futures_util::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::Request},
};

/// How long a frame may be awaited.
pub const FRAME_LIMIT: Duration = Duration::from_secs(20);

/// An open connection.
pub type Wire = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The HTTP status of the answer.
    Status(u16),
    /// Nobody answered.
    Unreachable,
}

/// What comes in.
#[derive(Debug)]
pub enum Frame {
    /// A frame.
    Text(String),
    /// The end, with its close code; 1006 where the connection broke, as in browsers.
    Closed(u16),
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

/// Opens a connection.
pub async fn open(request: Request<()>) -> Result<Wire, Refusal> {
    match timeout(FRAME_LIMIT, connect_async(request))
        .await
        .expect("an answer in time")
    {
        Ok((wire, _response)) => Ok(wire),
        Err(Error::Http(response)) => Err(Refusal::Status(response.status().as_u16())),
        Err(_broken) => Err(Refusal::Unreachable),
    }
}

/// The next text, or the end. Safe to cancel.
pub async fn read<S>(wire: &mut WebSocketStream<S>) -> Frame
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    const BROKEN: u16 = 1006;
    const NO_CODE: u16 = 1005;
    loop {
        let message = timeout(FRAME_LIMIT, wire.next()).await;
        match message.unwrap_or_else(|_elapsed| panic!("no frame within {FRAME_LIMIT:?}")) {
            Some(Ok(Message::Text(text))) => return Frame::Text(text.to_string()),
            Some(Ok(Message::Close(close))) => {
                return Frame::Closed(close.map_or(NO_CODE, |close| close.code.into()));
            }
            Some(Ok(_control)) => {}
            Some(Err(_)) | None => return Frame::Closed(BROKEN),
        }
    }
}

/// What became of a message that was sent once.
pub enum Sent {
    /// It has this sequence.
    Acked(u64),
    /// The gateway refused it with this code.
    Refused(String),
    /// Nothing was heard of it, within the limit or before the connection ended.
    Unanswered,
}

/// Sends a message and reads until it is answered.
pub async fn send_once(
    wire: &mut Wire,
    client_id: ClientId,
    resend: bool,
    limit: Duration,
) -> Sent {
    let frame =
        json!({ "type": "send", "client_id": client_id, "text": client_id, "resend": resend });
    let exchange = async {
        if wire.send(Message::text(frame.to_string())).await.is_err() {
            return Sent::Unanswered;
        }
        while let Frame::Text(text) = read(wire).await {
            match parse(&text) {
                ChatServerFrame::Ack {
                    client_id: acked,
                    seq,
                    ..
                } if acked == client_id => return Sent::Acked(seq),
                ChatServerFrame::Error(error) => return Sent::Refused(error.code),
                _ => {}
            }
        }
        Sent::Unanswered
    };
    timeout(limit, exchange).await.unwrap_or(Sent::Unanswered)
}

/// A frame of the server.
pub fn parse<F: DeserializeOwned>(text: &str) -> F {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("not a server frame: {error}: {text}"))
}
