//! What WebChat is for: two people meet, talk and decide.

use contract::{
    api::TicketViewState,
    frames::{ChatServerFrame, NotificationsServerFrame},
    room::RoomStatus,
};
use domain::{
    RoomId,
    room::{Outcome, Reason, RoomState, Vote},
};

use crate::{
    client::Person,
    serve::Serve,
    socket::{ChatSocket, NotificationSocket},
};

#[tokio::test]
async fn two_people_sign_up_are_matched_talk_and_keep_each_other() {
    let web = Serve::start(&[]).await;
    two_people_keep_each_other(&web.url(), &web.url()).await;
}

#[tokio::test]
async fn a_pair_that_does_not_want_to_go_on_ends() {
    let web = Serve::start(&[]).await;
    let mut pair = Pair::meet(&web.url(), &web.url()).await;
    pair.talk().await;
    pair.ada.vote(pair.room, "end").await;
    pair.ben.vote(pair.room, "end").await;
    for chat in [&mut pair.ada_chat, &mut pair.ben_chat] {
        let status = until_state(chat, RoomState::Ended).await;
        assert_eq!(
            (status.outcome, status.reason),
            (Some(Outcome::Ended), Some(Reason::NotKept))
        );
        assert_eq!(chat.closed().await, 4005);
    }
    for person in [&pair.ada, &pair.ben] {
        person
            .listed(pair.room, "an ended room", |room| {
                room.state == RoomState::Ended && !room.kept
            })
            .await;
        assert_eq!(
            person.history(pair.room).await.len(),
            2,
            "the history stays readable"
        );
        assert_eq!(person.ticket().await.state, TicketViewState::None);
        let refused = person
            .order(&format!("/simple-countdown/start/{}", pair.room))
            .await;
        assert_eq!((refused.status, refused.code()), (409, "room_ended"));
    }
}

/// The whole journey of two people, each in front of a gateway, to a kept room.
pub async fn two_people_keep_each_other(ada_url: &str, ben_url: &str) -> [Person; 2] {
    let mut pair = Pair::meet(ada_url, ben_url).await;
    pair.talk().await;
    let status = pair.ada.vote(pair.room, "keep").await;
    assert_eq!(
        (status.state, status.my_response),
        (RoomState::Countdown, Some(Vote::Keep))
    );
    let seen_by_ben = pair.ben.status(pair.room).await;
    assert_eq!(
        (seen_by_ben.state, seen_by_ben.my_response),
        (RoomState::Countdown, None)
    );
    pair.ben.vote(pair.room, "keep").await;
    for chat in [&mut pair.ada_chat, &mut pair.ben_chat] {
        let status = until_state(chat, RoomState::Kept).await;
        assert_eq!(
            (status.outcome, status.reason),
            (Some(Outcome::Kept), Some(Reason::BothKept))
        );
    }
    for (person, peer) in [(&pair.ada, &pair.ben), (&pair.ben, &pair.ada)] {
        let kept = person
            .listed(pair.room, "a kept room", |room| room.kept)
            .await;
        assert_eq!((kept.state, kept.reveal_level), (RoomState::Kept, 2));
        assert!(kept.members.iter().any(|member| member.id == peer.id));
        assert_eq!(person.ticket().await.state, TicketViewState::None);
    }
    pair.ada_chat.say("still here").await;
    until_message(&mut pair.ben_chat, "still here").await;
    [pair.ada, pair.ben]
}

/// Two people whom the matchmaker brought together, both in their room.
struct Pair {
    room: RoomId,
    ada: Person,
    ben: Person,
    ada_chat: ChatSocket,
    ben_chat: ChatSocket,
}

impl Pair {
    async fn meet(ada_url: &str, ben_url: &str) -> Self {
        let (ada, ben) = (Person::join(ada_url).await, Person::join(ben_url).await);
        let (mut ada_bell, mut ben_bell) = (ada.notifications().await, ben.notifications().await);
        assert_eq!(ada.queue().await.state, TicketViewState::Waiting);
        ben.queue().await;
        let room = until_match(&mut ada_bell, &ben).await;
        assert_eq!(until_match(&mut ben_bell, &ada).await, room);
        let ticket = ada.ticket().await;
        assert_eq!(
            (ticket.state, ticket.room_id),
            (TicketViewState::Matched, Some(room))
        );

        let mut ada_chat = ada.chat(room).await;
        let mut ben_chat = ben.chat(room).await;
        // The second arrival starts the countdown, which the second one may see in its hello already.
        until_state(&mut ada_chat, RoomState::Countdown).await;
        if !matches!(&ben_chat.hello, ChatServerFrame::Hello { room, .. } if room.status.state == RoomState::Countdown)
        {
            until_state(&mut ben_chat, RoomState::Countdown).await;
        }
        Self {
            room,
            ada,
            ben,
            ada_chat,
            ben_chat,
        }
    }

    async fn talk(&mut self) {
        let first = self.ada_chat.say("hello, who are you?").await;
        assert_eq!(
            until_message(&mut self.ben_chat, "hello, who are you?").await,
            first.seq
        );
        let second = self.ben_chat.say("somebody like you").await;
        assert_eq!(
            until_message(&mut self.ada_chat, "somebody like you").await,
            second.seq
        );
        for chat in [&mut self.ada_chat, &mut self.ben_chat] {
            until_stored(chat, second.seq).await;
        }
        for person in [&self.ada, &self.ben] {
            let history = person.history(self.room).await;
            let seqs: Vec<_> = history
                .iter()
                .map(|message| (message.prev_seq, message.seq))
                .collect();
            assert_eq!(seqs, [(0, first.seq), (first.seq, second.seq)]);
        }
    }
}

async fn until_match(bell: &mut NotificationSocket, peer: &Person) -> RoomId {
    bell.find("match_found", |frame| match frame {
        NotificationsServerFrame::MatchFound {
            room_id,
            peer: found,
            ..
        } if found.id == peer.id => Some(*room_id),
        _ => None,
    })
    .await
}

/// Waits for the room's status with this state.
pub async fn until_state(chat: &mut ChatSocket, state: RoomState) -> RoomStatus {
    chat.find(state.name(), |frame| match frame {
        ChatServerFrame::Room(status) if status.state == state => Some(status.clone()),
        _ => None,
    })
    .await
}

/// Waits for the message with this text and gives its sequence.
pub async fn until_message(chat: &mut ChatSocket, text: &str) -> u64 {
    chat.find(text, |frame| match frame {
        ChatServerFrame::Message(message) if message.text == text => Some(message.seq),
        _ => None,
    })
    .await
}

/// Waits until the database has every message of the room up to here.
pub async fn until_stored(chat: &mut ChatSocket, seq: u64) {
    if matches!(chat.hello, ChatServerFrame::Hello { stored_seq, .. } if stored_seq >= seq) {
        return;
    }
    chat.find("stored", |frame| {
        matches!(frame, ChatServerFrame::Stored { seq: stored } if *stored >= seq).then_some(())
    })
    .await;
}
