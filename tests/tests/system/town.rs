//! A few people, one room of each kind, and something said in each.

use domain::{RoomId, room::RoomState};
use serde_json::json;

use crate::{archive::Archive, client::Person, eventually, roles::Roles};

/// People, their rooms and what they said, all of it stored.
pub struct Town {
    pub archive: Archive,
    pub ada: Person,
    pub ben: Person,
    /// A room of Ada and Ben that goes on.
    pub open: RoomId,
    /// The sequences of what was said there.
    pub said: Vec<u64>,
}

impl Town {
    pub async fn of(roles: &Roles) -> Self {
        let url = roles.url("gateway");
        let join = || Person::join(&url);
        let (ada, ben, cleo, dan) = tokio::join!(join(), join(), join(), join());
        let open = ada.open_room(&ben).await;
        let mut said = Vec::new();
        for n in 0..5 {
            said.push(ada.say(open, &format!("to Ben {n}")).await.seq);
        }
        read(&ben, open, said[2]).await;
        ada.like(&ben).await;
        ben.like(&ada).await;
        let kept = ada.open_room(&cleo).await;
        cleo.say(kept, "to Ada").await;
        ada.start_countdown(kept).await;
        for person in [&ada, &cleo] {
            person.vote(kept, "keep").await;
        }
        let left = ben.open_room(&cleo).await;
        ben.say(left, "farewell").await;
        ben.order(&format!("/chat/rooms/{left}/leave")).await;
        let blocked = format!("/users/{}/block", ben.id);
        assert!(cleo.put(&blocked, json!({})).await.status < 300);
        meet(&ada, &dan).await;
        let archive = Archive::of(roles).await;
        eventually("Ben's position is stored", async || {
            (archive.positions().await == 1).then_some(())
        })
        .await;
        archive.until_all_is_stored().await;
        Self {
            archive,
            ada,
            ben,
            open,
            said,
        }
    }
}

impl Person {
    async fn like(&self, peer: &Person) {
        let liked = self
            .put(&format!("/users/{}/like", peer.id), json!({}))
            .await;
        assert!(liked.status < 300, "{liked:?}");
    }
}

/// Brings two people together by the queue.
async fn meet(one: &Person, other: &Person) {
    one.queue().await;
    other.queue().await;
    eventually("they meet", async || {
        let rooms = other.rooms().await;
        rooms
            .iter()
            .any(|room| room.state != RoomState::Ended)
            .then_some(())
    })
    .await;
}

async fn read(person: &Person, room: RoomId, seq: u64) {
    let mut chat = person.chat(room).await;
    chat.send_json(&json!({ "type": "read", "seq": seq })).await;
    chat.is_alive().await;
}
