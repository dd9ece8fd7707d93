use broker::Publish;
use contract::{streams::CHAT, subjects};
use domain::RoomId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    realtime::two_in_a_room,
    socket::Socket,
    world::{Person, World},
};

/// A room with numbered messages from "0" on.
struct Talk {
    world: World,
    ben: Person,
    room: String,
    anns: Socket,
    seqs: Vec<u64>,
}

impl Talk {
    async fn begin(world: World) -> Self {
        let (ann, ben, room) = two_in_a_room(&world).await;
        let (anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
        Self {
            world,
            ben,
            room,
            anns,
            seqs: Vec::new(),
        }
    }

    async fn say(&mut self, count: usize) {
        for _ in 0..count {
            self.anns.say(&self.seqs.len().to_string()).await;
            self.seqs
                .push(self.anns.find("ack").await["seq"].as_u64().unwrap());
        }
    }

    async fn come_back(&self, query: &str) -> (Socket, Value) {
        Socket::chat(self.world.client(), &self.ben, &self.room, query).await
    }

    /// What follows the hello, up to a message that is said now.
    async fn replayed(&mut self, bens: &mut Socket) -> Vec<String> {
        self.say(1).await;
        let (mut texts, mut prev) = (Vec::new(), None);
        loop {
            let message = bens.find("message").await;
            assert!(
                prev.is_none_or(|prev| message["prev_seq"] == json!(prev)),
                "no gap, no repeat: {message}"
            );
            prev = message["seq"].as_u64();
            if prev == self.seqs.last().copied() {
                return texts;
            }
            texts.push(message["text"].as_str().unwrap().to_owned());
        }
    }
}

#[tokio::test]
async fn a_resume_after_a_cut_returns_exactly_what_was_missed() {
    let mut talk = Talk::begin(World::without_workers(&[]).await).await;
    let (mut bens, hello) = talk.come_back("").await;
    talk.say(3).await;
    for _ in 0..3 {
        bens.find("message").await;
    }
    drop(bens);
    talk.say(4).await;
    let epoch = hello["epoch"].as_str().unwrap();
    let query = format!("?after={}&epoch={epoch}", talk.seqs[2]);
    let (mut bens, hello) = talk.come_back(&query).await;
    assert_eq!(
        (&hello["recovered"], &hello["last_seq"]),
        (&json!(true), &json!(talk.seqs[6]))
    );
    assert_eq!(talk.replayed(&mut bens).await, ["3", "4", "5", "6"]);
    let query = format!("?after=0&epoch={epoch}");
    let (mut bens, hello) = talk.come_back(&query).await;
    assert_eq!(hello["recovered"], true);
    assert_eq!(
        talk.replayed(&mut bens).await.len(),
        8,
        "from the beginning"
    );
    let query = format!("?after={}&epoch={epoch}", talk.seqs.last().unwrap());
    let (mut bens, hello) = talk.come_back(&query).await;
    assert_eq!(hello["recovered"], true);
    assert!(
        talk.replayed(&mut bens).await.is_empty(),
        "nothing was missed"
    );
}

/// An older copy of the broker that nobody knows of keeps its epoch, and gives the same sequences to other messages.
#[tokio::test]
async fn who_has_another_message_at_the_same_place_is_told_to_read_again() {
    let mut talk = Talk::begin(World::without_workers(&[]).await).await;
    let (mut bens, hello) = talk.come_back("").await;
    let epoch = hello["epoch"].as_str().unwrap().to_owned();
    talk.say(2).await;
    let (first, second) = (bens.find("message").await, bens.find("message").await);
    drop(bens);
    let query = |seq: &Value, id: &Value| {
        let id = id.as_str().unwrap();
        format!("?after={seq}&epoch={epoch}&id={id}")
    };
    for (has, recovered, missed) in [
        (query(&first["seq"], &first["id"]), true, vec!["1"]),
        (query(&first["seq"], &second["id"]), false, vec![]),
        (query(&json!(0), &second["id"]), false, vec![]),
    ] {
        let (mut bens, hello) = talk.come_back(&has).await;
        assert_eq!(hello["recovered"], recovered, "{has}");
        let mut replayed = talk.replayed(&mut bens).await;
        replayed.truncate(1);
        assert_eq!(replayed, missed, "{has}");
    }
    let last = query(&second["seq"], &second["id"]);
    let (_, hello) = talk.come_back(&last).await;
    assert_eq!(hello["recovered"], true, "{last}");
}

#[tokio::test]
async fn what_cannot_be_resumed_says_so_and_replays_nothing() {
    let mut talk = Talk::begin(
        World::without_workers(&[("WEBCHAT__REALTIME__RESUME_MAX_MESSAGES", "5")]).await,
    )
    .await;
    talk.say(7).await;
    let (_, hello) = talk.come_back("").await;
    assert_eq!(
        hello["recovered"], true,
        "who asks for nothing misses nothing"
    );
    let epoch = hello["epoch"].as_str().unwrap();
    let last = talk.seqs[6];
    let lost = [
        format!("?after={last}"),
        format!("?after={last}&epoch={}", Uuid::now_v7()),
        format!("?after={}&epoch={epoch}", last + 1_000),
        format!("?after={}&epoch={epoch}", talk.seqs[0]),
    ];
    for query in lost {
        let (mut bens, hello) = talk.come_back(&query).await;
        assert_eq!(
            (&hello["recovered"], &hello["last_seq"].is_u64()),
            (&json!(false), &true),
            "{query}"
        );
        assert!(talk.replayed(&mut bens).await.is_empty(), "{query}");
    }
    let query = format!("?after={}&epoch={epoch}", talk.seqs[talk.seqs.len() - 6]);
    let (mut bens, hello) = talk.come_back(&query).await;
    assert_eq!(hello["recovered"], true, "exactly as many as are allowed");
    assert_eq!(talk.replayed(&mut bens).await.len(), 5);
}

#[tokio::test]
async fn what_the_stream_has_lost_comes_from_the_database() {
    let mut talk = Talk::begin(World::start(&[]).await).await;
    talk.say(6).await;
    while talk.anns.find("stored").await["seq"] != json!(talk.seqs[5]) {}
    let (_, hello) = talk.come_back("").await;
    let chat = subjects::chat(talk.room.parse().unwrap());
    talk.world.broker.purge(&CHAT, &chat, 2).await.unwrap();
    let query = format!(
        "?after={}&epoch={}",
        talk.seqs[0],
        hello["epoch"].as_str().unwrap()
    );
    let (mut bens, hello) = talk.come_back(&query).await;
    assert_eq!(hello["recovered"], true);
    assert_eq!(talk.replayed(&mut bens).await, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn messages_that_fly_while_a_member_comes_back_come_once_and_in_order() {
    let mut talk = Talk::begin(World::without_workers(&[]).await).await;
    talk.say(20).await;
    let (_, hello) = talk.come_back("").await;
    let query = format!("?after=0&epoch={}", hello["epoch"].as_str().unwrap());
    for _ in 0..60 {
        talk.anns.say("flying").await;
    }
    let (mut bens, _) = talk.come_back(&query).await;
    for _ in 0..60 {
        talk.seqs
            .push(talk.anns.find("ack").await["seq"].as_u64().unwrap());
    }
    assert_eq!(talk.replayed(&mut bens).await.len(), 80);
}

#[tokio::test]
async fn nothing_is_missing_for_who_comes_back_or_reads_while_a_replica_lags() {
    let mut talk = Talk::begin(World::without_workers(&[]).await).await;
    talk.say(6).await;
    let elsewhere = subjects::chat(RoomId(Uuid::now_v7()));
    let heard = Publish::new(elsewhere, "the replica begins");
    talk.world.begin_a_lagging_replica(&CHAT, heard).await;
    let (_, hello) = talk.come_back("").await;
    let epoch = hello["epoch"].as_str().unwrap();
    let query = format!("?after={}&epoch={epoch}", talk.seqs[0]);
    // Either of the two may be asked: often enough for both.
    for missed in 5..15 {
        let (mut bens, hello) = talk.come_back(&query).await;
        assert_eq!(hello["recovered"], true);
        assert_eq!(talk.replayed(&mut bens).await.len(), missed);
        let history = format!("/chat/rooms/{}/messages", talk.room);
        for query in ["", "?after=0"] {
            let history = talk
                .world
                .get(&talk.ben, &format!("{history}{query}"))
                .await;
            let items = history.expect(200)["items"].as_array().unwrap().len();
            assert_eq!(items, talk.seqs.len(), "{query}");
        }
    }
}
