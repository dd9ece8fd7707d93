//! A message whose ack is lost is sent again: to each gateway, by each way, before and after it is forgotten.

use std::time::Duration;

use contract::{message::Message as Shown, streams::CHAT};
use domain::{ClientId, RoomId};
use serde_json::json;
use tokio::time::sleep;
use webchat_tests::proxy::{Link, Proxy};

use super::{OLD, Talk, WINDOW, client_id_made, open, send};
use crate::{
    client::Person,
    conversation, jetstream, once_record,
    request::Answer,
    roles::Roles,
    socket::Acked,
    wire::{self, Frame},
};

#[tokio::test]
async fn a_message_sent_again_by_a_client_that_got_no_ack_is_one_message_whenever_it_comes() {
    let mut talk = Talk::begin(async |_: &mut Roles| {}).await;
    let link = Proxy::start(talk.roles.port("gateway")).await;
    let mut said = vec![say_and_hear_the_ack(&talk).await];
    send_again_everywhere(&talk, said[0]).await;
    // The broker knows the ids and is asked first; it knows them and they are looked up; it has forgotten them; it has,
    // and SQL does not have the messages yet.
    for (age, forgotten, persistence_away) in [
        (Duration::ZERO, false, false),
        (OLD, false, false),
        (OLD, true, false),
        (OLD, true, true),
    ] {
        if persistence_away {
            talk.roles.kill9("persistence");
        }
        if forgotten {
            jetstream::remember_ids_for(&talk.broker, &CHAT, WINDOW).await;
        }
        let lost = say_and_hear_no_ack(&talk, &link, said.len(), age).await;
        if forgotten {
            sleep(WINDOW * 3 / 2).await;
        }
        for acked in &lost {
            send_again_everywhere(&talk, *acked).await;
        }
        said.extend(lost);
        assert_eq!(
            once_record::in_stream(&talk.broker, talk.room).await,
            said,
            "{age:?} old, forgotten: {forgotten}, persistence away: {persistence_away}"
        );
    }
    talk.roles.start_all(&["persistence"]).await;
    talk.check(&said).await;
    eprintln!(
        "R2 {} messages, each sent again {} times: each once in the stream, in SQL and in the history",
        said.len(),
        SENT_AGAIN
    );
}

async fn say_and_hear_the_ack(talk: &Talk) -> Acked {
    let client_id = client_id_made(Duration::ZERO);
    let seq = conversation::say(&mut None, &talk.ada, talk.room, client_id, false).await;
    let seq = seq.expect("an ack");
    Acked { client_id, seq }
}

/// Three messages, written so long ago, reach the stream, and their acks nobody; the connection is cut after that.
async fn say_and_hear_no_ack(
    talk: &Talk,
    link: &Proxy,
    before: usize,
    age: Duration,
) -> Vec<Acked> {
    const MESSAGES: usize = 3;
    let ada = talk.ada.at(&format!("http://127.0.0.1:{}", link.port()));
    let mut wire = open(&ada, talk.room).await.expect("a socket");
    link.set(Link::Unanswered);
    for _ in 0..MESSAGES {
        send(&mut wire, client_id_made(age)).await;
    }
    let stored = talk.until_the_stream_has(before + MESSAGES).await;
    link.set(Link::Cut);
    let Frame::Closed(_) = wire::read(&mut wire).await else {
        panic!("an answer came through");
    };
    link.set(Link::PLAIN);
    stored[before..].to_vec()
}

/// By [`send_again_everywhere`]: at two gateways on two sockets and over HTTP.
const SENT_AGAIN: usize = 6;

/// On a socket of each gateway and over HTTP, said to be sent before or not: the answer is the message that is there. A
/// new one that is not said to be sent before is published, and it is the broker that knows it.
async fn send_again_everywhere(talk: &Talk, acked: Acked) {
    for gateway in ["gateway-2", "gateway"] {
        let ada = talk.ada.at(&talk.roles.url(gateway));
        for resend in [false, true] {
            let mut wire = None;
            let again = conversation::say(&mut wire, &ada, talk.room, acked.client_id, resend);
            let again = again.await;
            assert_eq!(again, Some(acked.seq), "on a socket of {gateway}, {resend}");
        }
        let again: Shown = over_http(&ada, talk.room, acked.client_id)
            .await
            .expect(200);
        assert_eq!(again.seq, acked.seq, "over HTTP at {gateway}");
    }
}

async fn over_http(person: &Person, room: RoomId, client_id: ClientId) -> Answer {
    let form = json!({ "client_id": client_id, "text": "once" });
    person
        .post(&format!("/chat/rooms/{room}/messages"), form)
        .await
}
