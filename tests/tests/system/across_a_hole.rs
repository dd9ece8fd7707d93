//! What people see of a room whose newest messages the stream has lost and SQL has: the same as before.

use contract::{frames::ChatServerFrame, message::Message, room::RoomSummary};
use domain::RoomId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    client::Person,
    eventually,
    socket::Acked,
    wire::{self, Frame, Wire},
};

/// A room, what was said in it, and one of its members.
pub struct Seen<'a> {
    pub reader: &'a Person,
    pub room: RoomId,
    pub said: &'a [Acked],
    /// Of the stream as it is now.
    pub epoch: Uuid,
}

/// The history is whole in the first answer, although the gateway may have just come back.
pub async fn is_read_back(reader: &Person, room: RoomId, said: &[Acked]) {
    let path = format!("/chat/rooms/{room}/messages?limit=100");
    let page: Value = eventually("an answer", async || {
        let answer = reader.get(&path).await;
        (answer.status == 200).then(|| answer.expect(200))
    })
    .await;
    let items: Vec<Message> = serde_json::from_value(page["items"].clone()).expect("messages");
    is_chain(&items, said, 0);
}

fn is_chain(messages: &[Message], said: &[Acked], mut before: u64) {
    let acked: Vec<_> = messages
        .iter()
        .map(|message| Acked {
            client_id: message.client_id,
            seq: message.seq,
        })
        .collect();
    assert_eq!(acked, said, "everything once, in its place");
    for message in messages {
        assert_eq!(message.prev_seq, before, "before {}", message.seq);
        before = message.seq;
    }
}

impl Seen<'_> {
    /// Every way of reading knows what the stream has lost.
    pub async fn is_as_it_was(&self) {
        self.pages_are_chained().await;
        self.a_resume_brings_all_or_nothing().await;
        self.everything_can_be_read().await;
    }

    fn last(&self) -> u64 {
        self.said.last().expect("something said").seq
    }

    async fn pages_are_chained(&self) {
        let mut before = 0;
        for message in self.said {
            let (room, end) = (self.room, message.seq + 1);
            for window in [format!("before={end}"), format!("after={before}")] {
                let path = format!("/chat/rooms/{room}/messages?{window}&limit=1");
                let page: Value = self.reader.get(&path).await.expect(200);
                let items: Vec<Message> =
                    serde_json::from_value(page["items"].clone()).expect("messages");
                is_chain(&items, &[*message], before);
            }
            before = message.seq;
        }
    }

    async fn a_resume_brings_all_or_nothing(&self) {
        for (missed_from, message) in self.said.iter().enumerate() {
            let query = format!("?after={}&epoch={}", message.seq, self.epoch);
            let mut socket = self.reader.wire(self.room, &query).await.expect("a socket");
            let ChatServerFrame::Hello {
                recovered,
                last_seq,
                ..
            } = next(&mut socket).await
            else {
                panic!("a hello comes first");
            };
            assert_eq!((recovered, last_seq), (true, self.last()), "{query}");
            let missed = &self.said[missed_from + 1..];
            let mut replayed = Vec::new();
            while replayed.len() < missed.len() {
                if let ChatServerFrame::Message(message) = next(&mut socket).await {
                    replayed.push(message);
                }
            }
            is_chain(&replayed, missed, message.seq);
        }
    }

    /// To the last, and then nothing is unread.
    async fn everything_can_be_read(&self) {
        let (room, last) = (self.room, self.last());
        let shown: Value = self
            .reader
            .get(&format!("/chat/rooms/{room}"))
            .await
            .expect(200);
        assert_eq!(shown["last_message"]["seq"], last, "{shown}");
        let mut chat = self.reader.chat(room).await;
        chat.send_json(&json!({ "type": "read", "seq": last }))
            .await;
        chat.find("the read position", |frame| {
            matches!(frame, ChatServerFrame::Read { seq, .. } if *seq == last).then_some(())
        })
        .await;
        let nothing_unread = |listed: &RoomSummary| listed.unread_count == 0;
        self.reader
            .listed(room, "nothing unread", nothing_unread)
            .await;
    }
}

async fn next(socket: &mut Wire) -> ChatServerFrame {
    match wire::read(socket).await {
        Frame::Text(text) => wire::parse(&text),
        Frame::Closed(code) => panic!("closed with {code}"),
    }
}
