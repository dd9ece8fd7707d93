//! What nobody should have written into the queue: it is skipped and counted, and harms nobody else.

use std::time::Duration;

use broker::{Broker, Publish, life::Write};
use contract::{Envelope, subjects};
use domain::{
    UserId,
    matching::{
        Features,
        model::{Belief, PersonBeliefs},
    },
    pair::Input,
    ticket::Ticket,
};
use serde_json::{Value, json};
use uuid::Uuid;
use webchat_tests::nats::Nats;

use crate::{
    lifecycle::{Worker, anybody, connected, eventually, key_of, room_id, ticket_id, user},
    told::on_one_thread,
};

const LIMIT: Duration = Duration::from_secs(30);
const QUICK: (&str, &str) = ("MATCH__TICK_MS", "50");

async fn put(broker: &Broker, user: UserId, body: Vec<u8>) {
    let publish = Publish::new(subjects::life_ticket(user), body);
    broker.publish(publish).await.expect("published");
}

/// A ticket as JSON, spoilt.
fn spoilt(broker: &Broker, user: UserId, spoil: impl FnOnce(&mut Value)) -> Vec<u8> {
    let ticket = Ticket::join(ticket_id(), user, anybody(), broker.clock().now());
    let envelope = Envelope::new(Uuid::now_v7(), ticket);
    let mut json = serde_json::to_value(envelope).expect("json");
    spoil(&mut json["body"]);
    serde_json::to_vec(&json).expect("json")
}

async fn join(broker: &Broker, features: Features, learned: Option<PersonBeliefs>) -> UserId {
    let user = user();
    let ticket = Ticket {
        learned,
        ..Ticket::join(ticket_id(), user, features, broker.clock().now())
    };
    let write = Write::Ticket(Box::new(ticket), 0);
    broker.commit(&[write]).await.expect("joined");
    user
}

#[test]
fn tickets_that_cannot_be_read_are_counted_and_everybody_else_is_matched() {
    on_one_thread(async |told| {
        let nats = Nats::start().await;
        let broker = connected(&nats).await;
        put(&broker, user(), b"{ no ticket".to_vec()).await;
        let somebody = user();
        let vector = json!({ "mode": "word_llama", "version": 1, "values": "AAAA" });
        let damaged = spoilt(&broker, somebody, |ticket| ticket["bio"] = vector);
        put(&broker, somebody, damaged).await;
        let somebody = user();
        // JSON has no NaN: what was one is null.
        let nan = json!({ "mean": null, "variance": 1.0 });
        let learned = json!({ "generosity": nan, "appeal": nan });
        let not_a_number = spoilt(&broker, somebody, |ticket| ticket["learned"] = learned);
        put(&broker, somebody, not_a_number).await;
        let (one, other) = (
            join(&broker, anybody(), None).await,
            join(&broker, anybody(), None).await,
        );
        let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
        until_matched(&broker, one).await;
        until_matched(&broker, other).await;
        assert!(told.number("webchat_match_records_skipped_total") >= 3.0);
    });
}

#[test]
fn a_ticket_that_was_readable_and_is_so_no_more_holds_up_nobody() {
    on_one_thread(async |_told| {
        let nats = Nats::start().await;
        let broker = connected(&nats).await;
        let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
        let before = join(&broker, anybody(), None).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        put(&broker, before, b"{ no ticket".to_vec()).await;
        let (one, other) = (
            join(&broker, anybody(), None).await,
            join(&broker, anybody(), None).await,
        );
        until_matched(&broker, one).await;
        until_matched(&broker, other).await;
    });
}

#[test]
fn two_of_whom_something_cannot_be_read_are_kept_apart_and_everybody_else_is_matched() {
    on_one_thread(async |told| {
        let nats = Nats::start().await;
        let broker = connected(&nats).await;
        // The view of whoever wishes for nothing else would propose these two again and again.
        let only = |language: &str| Features {
            languages: vec![language.to_owned()],
            ..anybody()
        };
        let of_a_pair = [
            join(&broker, only("fr"), None).await,
            join(&broker, only("fr"), None).await,
        ];
        let pair = subjects::life_pair(key_of(of_a_pair[0], of_a_pair[1]));
        let newer = json!({ "version": 99, "event_id": Uuid::now_v7(), "body": {} });
        let newer = serde_json::to_vec(&newer).expect("json");
        broker
            .publish(Publish::new(pair, newer))
            .await
            .expect("published");
        let of_a_room = [
            join(&broker, only("it"), None).await,
            join(&broker, only("it"), None).await,
        ];
        let room = room_id();
        let opened = Input::Opened(room);
        broker
            .change_pair(key_of(of_a_room[0], of_a_room[1]), opened)
            .await
            .expect("a pair");
        let no_room = Publish::new(subjects::life_room(room), b"{ no room".to_vec());
        broker.publish(no_room).await.expect("published");
        let (one, other) = (
            join(&broker, only("de"), None).await,
            join(&broker, only("de"), None).await,
        );
        let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
        until_matched(&broker, one).await;
        until_matched(&broker, other).await;
        // Many ticks later each of the two couples was looked at once.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let counted = told.number("webchat_match_pairs_unreadable_total");
        assert!((counted - 2.0).abs() < f64::EPSILON, "{counted}");
        for user in of_a_pair.into_iter().chain(of_a_room) {
            let ticket = broker.ticket(user).await.expect("a read");
            assert!(ticket.expect("a ticket").value.is_waiting());
        }
        // They are not out: whoever else comes is matched with one of them.
        let third = join(&broker, only("fr"), None).await;
        until_matched(&broker, third).await;
    });
}

#[test]
fn absurd_people_are_matched_with_a_score_like_all_others() {
    on_one_thread(async |told| {
        let nats = Nats::start().await;
        let broker = connected(&nats).await;
        let endless = |word: &str| vec![word.repeat(50); 200];
        let absurd = Features {
            age: 255,
            gender: "\u{202e}".to_owned(),
            interests: endless("no such thing "),
            looking_for: endless(""),
            languages: Vec::new(),
            preferred_genders: Vec::new(),
            age_min: Some(0),
            age_max: Some(255),
        };
        let belief = Belief {
            mean: f64::MAX,
            variance: f64::MIN_POSITIVE,
        };
        let beyond = PersonBeliefs {
            generosity: belief,
            appeal: belief,
        };
        let one = join(&broker, absurd.clone(), Some(beyond)).await;
        let nobody = Features {
            age: 255,
            ..Features::default()
        };
        let other = join(&broker, nobody, None).await;
        let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
        until_matched(&broker, other).await;
        let score = until_matched(&broker, one).await;
        assert!((0.0..=1.0).contains(&score), "{score}");
        assert!(told.number("webchat_match_beliefs_ignored_total") >= 1.0);
    });
}

/// The score of the match.
async fn until_matched(broker: &Broker, user: UserId) -> f64 {
    let room = eventually("a match", LIMIT, || async {
        broker.ticket(user).await.ok()??.value.matched_room()
    });
    let room = broker.room(room.await).await.expect("a read");
    let room = room.expect("a room").value;
    room.the_match().expect("a match").score
}
