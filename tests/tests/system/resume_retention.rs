//! How much a socket gives back: a thousand messages, and what SQL has of those that the stream has forgotten.

use broker::Broker;
use contract::{frames::ChatServerFrame, message::Message, streams::CHAT};
use domain::RoomId;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    client::Person,
    eventually, jetstream,
    roles::Roles,
    socket::Acked,
    wire::{self, FRAME_LIMIT, Frame},
};

/// As the settings have it.
const RESUME_MAX_MESSAGES: usize = 1_000;
const MORE: usize = 5;

struct Talk {
    roles: Roles,
    ada: Person,
    ben: Person,
    room: RoomId,
    said: Vec<Acked>,
}

impl Talk {
    async fn begin() -> Self {
        let mut roles = Roles::prepare(&[]).await;
        roles.start_all(&["persistence", "gateway"]).await;
        let url = roles.url("gateway");
        let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
        let room = ada.open_room(&ben).await;
        Self {
            roles,
            ada,
            ben,
            room,
            said: Vec::new(),
        }
    }

    async fn say(&mut self, count: usize) {
        let mut chat = self.ada.chat(self.room).await;
        let texts: Vec<_> = (0..count).map(|number| number.to_string()).collect();
        for some in texts.chunks(250) {
            self.said.extend(chat.say_all(some).await);
        }
    }

    async fn epoch(&self) -> Uuid {
        match self.ben.chat(self.room).await.hello {
            ChatServerFrame::Hello { epoch, .. } => epoch,
            other => panic!("a hello comes first: {other:?}"),
        }
    }

    /// Whether the hello says that all is there, and what follows it up to the newest message.
    async fn come_back(&self, epoch: Uuid, after: u64) -> (bool, Vec<Message>) {
        let heard = timeout(FRAME_LIMIT, self.hear(epoch, after)).await;
        heard.expect("everything missed is sent")
    }

    async fn hear(&self, epoch: Uuid, after: u64) -> (bool, Vec<Message>) {
        let query = format!("?after={after}&epoch={epoch}");
        let mut wire = self.ben.wire(self.room, &query).await.expect("a socket");
        let mut is_recovered = None;
        let mut messages = Vec::new();
        loop {
            let Frame::Text(text) = wire::read(&mut wire).await else {
                panic!("the socket was closed");
            };
            match wire::parse(&text) {
                ChatServerFrame::Hello { recovered, .. } => is_recovered = Some(recovered),
                ChatServerFrame::Message(message) => messages.push(message),
                _ => {}
            }
            let last = messages.last().map_or(after, |message| message.seq);
            let newest = self.said.last().expect("something said").seq;
            if is_recovered == Some(false) || last == newest {
                return (is_recovered.expect("a hello comes first"), messages);
            }
        }
    }

    /// The whole of what was missed, once, in a chain that begins where the client was, or before what is gone there.
    fn check(&self, missed: &[Message], after: u64) {
        assert!(missed[0].prev_seq <= after, "{:?} after {after}", missed[0]);
        for step in missed.windows(2) {
            assert_eq!(step[1].prev_seq, step[0].seq, "no gap and no repeat");
        }
        let expected = self.said.iter().filter(|acked| acked.seq > after);
        let seqs: Vec<_> = missed.iter().map(|message| message.seq).collect();
        assert!(seqs.iter().eq(expected.map(|acked| &acked.seq)), "{seqs:?}");
    }

    /// Until SQL has everything, and the gateway knows it.
    async fn until_stored(&self) {
        let newest = self.said.last().expect("something said").seq;
        eventually("everything is told to be stored", async || {
            let hello = self.ben.chat(self.room).await.hello;
            matches!(hello, ChatServerFrame::Hello { stored_seq, .. } if stored_seq >= newest)
                .then_some(())
        })
        .await;
    }

    /// Takes the oldest messages out of the stream one by one, as age does. Where all before a sequence are purged,
    /// consumers count what they never got as done.
    async fn forget(&self, broker: &Broker, count: usize) {
        for acked in &self.said[..count] {
            let was_there = broker.delete_message(&CHAT, acked.seq).await;
            assert!(was_there.expect("an answer"), "{acked:?}");
        }
    }
}

#[tokio::test]
async fn a_thousand_missed_messages_come_back_and_of_more_the_client_is_told() {
    let mut talk = Talk::begin().await;
    talk.say(1 + RESUME_MAX_MESSAGES + MORE).await;
    let epoch = talk.epoch().await;
    let broker = jetstream::connect(&talk.roles.nats.url()).await;
    for forgotten in [0, talk.said.len() / 2, talk.said.len()] {
        if let Some(first) = forgotten.checked_sub(1) {
            talk.until_stored().await;
            jetstream::forget_before(&broker, &CHAT, talk.said[first].seq + 1).await;
        }
        let after = talk.said[MORE].seq;
        let (recovered, missed) = talk.come_back(epoch, after).await;
        assert!(recovered, "{forgotten} are forgotten");
        talk.check(&missed, after);
        let after = talk.said[MORE - 1].seq;
        let (recovered, missed) = talk.come_back(epoch, after).await;
        assert!(!recovered && missed.is_empty(), "{forgotten} are forgotten");
    }
    assert_eq!(talk.ben.history(talk.room).await.len(), talk.said.len());
}

#[tokio::test]
async fn what_neither_the_stream_nor_sql_has_is_not_called_recovered() {
    let mut talk = Talk::begin().await;
    talk.say(MORE).await;
    talk.until_stored().await;
    talk.roles.kill9("persistence");
    talk.say(MORE).await;
    let epoch = talk.epoch().await;
    let broker = jetstream::connect(&talk.roles.nats.url()).await;
    // Two of those that were not stored are gone for good.
    talk.forget(&broker, MORE + 2).await;
    for (after, can_recover) in [(MORE - 1, false), (MORE, false), (MORE + 1, true)] {
        let after = talk.said[after].seq;
        let (recovered, missed) = talk.come_back(epoch, after).await;
        assert_eq!(recovered, can_recover, "after {after}");
        if recovered {
            talk.check(&missed, after);
        }
    }
    let history = talk.ben.history(talk.room).await;
    let seqs: Vec<_> = history.iter().map(|message| message.seq).collect();
    let there = talk.said[..MORE].iter().chain(&talk.said[MORE + 2..]);
    assert!(seqs.iter().eq(there.map(|acked| &acked.seq)), "{seqs:?}");
}
