//! Looks everywhere for a room's messages: each is there once.

use broker::Broker;
use contract::{frames::ChatServerFrame, message::StoredMessage, streams::CHAT, subjects};
use domain::RoomId;
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::json;
use uuid::Uuid;

use crate::{client::Person, events, eventually, roles::Roles, socket::Acked};

const PAGE: usize = 1_000;

/// A room's messages in the stream.
pub async fn in_stream(broker: &Broker, room: RoomId) -> Vec<Acked> {
    let subject = subjects::chat(room);
    let records = broker.replay(&CHAT, &subject, 1, PAGE).await;
    let records = records.expect("a replay");
    assert!(records.len() < PAGE, "all of them");
    let of = |record: &broker::Record| {
        let stored: StoredMessage = serde_json::from_slice(&record.payload).expect("a message");
        Acked {
            client_id: stored.client_id,
            seq: record.seq,
        }
    };
    records.iter().map(of).collect()
}

/// The stream, the history over HTTP and on a socket, SQL and the public events have these messages, once each.
pub async fn check(roles: &Roles, broker: &Broker, person: &Person, room: RoomId, said: &[Acked]) {
    assert_eq!(in_stream(broker, room).await, said, "in the stream");
    assert_eq!(over_http(person, room).await, said, "in the history");
    assert_eq!(on_a_socket(person, room).await, said, "on a socket");
    let last = said.last().expect("something said").seq;
    eventually("everything is in SQL", async || {
        let rows = in_sql(roles, room).await;
        rows.iter().any(|row| row.seq == last).then_some(())
    })
    .await;
    assert_eq!(in_sql(roles, room).await, said, "in SQL");
    assert_eq!(over_http(person, room).await, said, "in the history");
    let told = eventually("everything is told", async || {
        let told = events::of_room(&roles.nats, room).await;
        let seqs: Vec<u64> = told
            .iter()
            .filter(|event| event.verb == "message_sent")
            .filter_map(|event| event.data["seq"].as_u64())
            .collect();
        (seqs.len() >= said.len()).then_some(seqs)
    })
    .await;
    let seqs: Vec<u64> = said.iter().map(|acked| acked.seq).collect();
    assert_eq!(told, seqs, "among the public events");
}

async fn over_http(person: &Person, room: RoomId) -> Vec<Acked> {
    let history = person.history(room).await;
    let of = |message: &contract::message::Message| Acked {
        client_id: message.client_id,
        seq: message.seq,
    };
    history.iter().map(of).collect()
}

async fn on_a_socket(person: &Person, room: RoomId) -> Vec<Acked> {
    let mut chat = person.chat(room).await;
    chat.send_json(&json!({ "type": "history", "limit": 100 }))
        .await;
    chat.find("the history", |frame| match frame {
        ChatServerFrame::History { items, has_more } => {
            assert!(!has_more, "all of them");
            let of = |message: &contract::message::Message| Acked {
                client_id: message.client_id,
                seq: message.seq,
            };
            Some(items.iter().map(of).collect())
        }
        _ => None,
    })
    .await
}

async fn in_sql(roles: &Roles, room: RoomId) -> Vec<Acked> {
    let database = Database::connect(roles.database_url())
        .await
        .expect("a connection");
    let question = Statement::from_sql_and_values(
        database.get_database_backend(),
        "SELECT client_id, seq FROM messages WHERE room_id = $1 ORDER BY seq",
        [room.0.into()],
    );
    let rows = database.query_all_raw(question).await.expect("rows");
    let of = |row: &sea_orm::QueryResult| Acked {
        client_id: domain::ClientId(row.try_get::<Uuid>("", "client_id").expect("an id")),
        seq: u64::try_from(row.try_get::<i64>("", "seq").expect("a sequence")).expect("positive"),
    };
    rows.iter().map(of).collect()
}
