//! The persistence worker: nothing is lost, nothing is stored or told twice, nobody waits for it.

mod counted;
mod deletion;
mod expiry;
mod failures;
mod files;
mod frozen;
mod ground;
mod learning;
mod likes;
mod messages;
mod relearning;
mod relearning_meanwhile;
mod rooms;
mod sharing;
mod unlearning;
mod unread;

use std::{future::Future, time::Duration};

use broker::{LiveMessage, Subscription};
use contract::{live::UserNotice, message::StoredMessage};
use domain::{ClientId, MessageId, RoomId, Timestamp, UserId, room::Timing};
use entities::report;
use tokio::time::timeout;
use uuid::Uuid;

pub use self::ground::Ground;

const PATIENCE: Duration = Duration::from_secs(60);
const TIMING: Timing = Timing {
    countdown_ms: 300_000,
    notification_ms: 30_000,
    no_show_ms: 30_000,
    extension_ms: 20_000,
    extensions_max: 10,
};

pub async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let patient = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, patient)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}

pub async fn next_notice(subscription: &mut Subscription) -> UserNotice {
    let live = timeout(PATIENCE, subscription.next())
        .await
        .expect("a notice")
        .unwrap();
    notice(&live)
}

pub fn notice(live: &LiveMessage) -> UserNotice {
    serde_json::from_slice(&live.payload).unwrap()
}

pub fn a_user() -> UserId {
    UserId(Uuid::now_v7())
}

pub fn a_message(room_id: RoomId, sender_id: UserId, text: &str) -> StoredMessage {
    StoredMessage {
        id: MessageId(Uuid::now_v7()),
        client_id: ClientId(Uuid::now_v7()),
        room_id,
        sender_id,
        text: text.to_owned(),
        attachments: Vec::new(),
        sent_at: Timestamp(1_795_460_400_123),
    }
}

/// An open report about what somebody did in a room.
pub fn report_of(room: RoomId, reporter: UserId, reported: UserId) -> report::Model {
    report::Model {
        id: Uuid::now_v7(),
        reporter_id: reporter.0,
        reported_id: reported.0,
        room_id: Some(room.0),
        avatar_version: None,
        reason: "harassment".to_owned(),
        detail: Some("it hurt".to_owned()),
        state: report::OPEN.to_owned(),
        created_at: 1_000,
        closed_at: None,
    }
}

/// Makes two tests of each body, `name::sqlite` and `name::postgres`.
macro_rules! on_both_databases {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            use crate::persistence::Ground;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$body(Ground::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                super::$body(Ground::on_postgres().await).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;
