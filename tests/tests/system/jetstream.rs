//! NATS' own API: what an operator does with the `nats` command, and what time does to a stream.

use std::time::Duration;

use broker::{Broker, BrokerOptions};
use contract::{consumers::ConsumerSpec, streams::StreamSpec};
use serde_json::{Value, json};

use crate::eventually;

const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Waits until a cluster has chosen who answers for it.
pub async fn until_it_answers(url: &str) {
    ask(&dial(url).await, "INFO", &json!({})).await;
}

/// A connection of the test's own, when there are streams.
pub async fn connect(url: &str) -> Broker {
    let broker = dial(url).await;
    eventually("the broker's time", async || {
        broker.synchronise_clock().await.ok()
    })
    .await;
    broker
}

async fn dial(url: &str) -> Broker {
    let options = BrokerOptions {
        url: url.to_owned(),
        user: None,
        root_ca: None,
        name: "test".to_owned(),
        request_timeout: ANSWER_LIMIT,
        replicas: 1,
    };
    eventually("a connection to the broker", async || {
        Broker::connect(&options).await.ok()
    })
    .await
}

/// Makes a stream forget the ids of its messages after so long, instead of after two minutes.
pub async fn remember_ids_for(broker: &Broker, stream: &StreamSpec, window: Duration) {
    let mut config = info(broker, stream).await["config"].take();
    config["duplicate_window"] = json!(u64::try_from(window.as_nanos()).expect("a short time"));
    ask(broker, &format!("STREAM.UPDATE.{}", stream.name), &config).await;
}

/// Has a stream refuse larger messages; -1: none is too large.
pub async fn refuse_above(broker: &Broker, stream: &StreamSpec, bytes: i64) {
    let mut config = info(broker, stream).await["config"].take();
    config["max_msg_size"] = json!(bytes);
    ask(broker, &format!("STREAM.UPDATE.{}", stream.name), &config).await;
}

/// Removes a whole stream: a copy of before it was made does not have it.
pub async fn remove_stream(broker: &Broker, stream: &StreamSpec) {
    ask(
        broker,
        &format!("STREAM.DELETE.{}", stream.name),
        &json!({}),
    )
    .await;
}

/// Removes everything before a sequence, of which consumers have done all.
pub async fn forget_before(broker: &Broker, stream: &StreamSpec, seq: u64) {
    let purge = json!({ "seq": seq });
    ask(broker, &format!("STREAM.PURGE.{}", stream.name), &purge).await;
}

/// Makes a consumer of this name that no worker can use: it takes no acknowledgements. The streams are made as well.
pub async fn occupy(url: &str, consumer: &ConsumerSpec) {
    let broker = dial(url).await;
    broker.ensure_streams().await.expect("the streams");
    let request = format!(
        "CONSUMER.DURABLE.CREATE.{}.{}",
        consumer.stream.name, consumer.name
    );
    let config = json!({ "durable_name": consumer.name, "ack_policy": "none" });
    let body = json!({ "stream_name": consumer.stream.name, "config": config });
    ask(&broker, &request, &body).await;
}

/// Removes a consumer.
pub async fn remove(url: &str, consumer: &ConsumerSpec) {
    let request = format!("CONSUMER.DELETE.{}.{}", consumer.stream.name, consumer.name);
    ask(&dial(url).await, &request, &json!({})).await;
}

/// The server that leads a stream.
pub async fn leader(broker: &Broker, stream: &StreamSpec) -> String {
    eventually("the stream has a leader", async || {
        let info = info(broker, stream).await;
        info["cluster"]["leader"].as_str().map(str::to_owned)
    })
    .await
}

/// Has another server lead a stream.
pub async fn step_down(broker: &Broker, stream: &StreamSpec) {
    let request = format!("STREAM.LEADER.STEPDOWN.{}", stream.name);
    ask(broker, &request, &json!({})).await;
}

async fn info(broker: &Broker, stream: &StreamSpec) -> Value {
    ask(broker, &format!("STREAM.INFO.{}", stream.name), &json!({})).await
}

/// Asks until there is an answer that is no error: a cluster has none while it chooses a leader.
async fn ask(broker: &Broker, request: &str, body: &Value) -> Value {
    eventually(request, async || {
        let subject = format!("$JS.API.{request}");
        let answer = broker
            .ask_live(subject, body.to_string(), ANSWER_LIMIT)
            .await
            .ok()??;
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        answer.get("error").is_none().then_some(answer)
    })
    .await
}
