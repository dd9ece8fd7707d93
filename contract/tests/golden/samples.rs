//! One value of each kind that travels.

use domain::matching::{Match, MatchReason};
use domain::room::{Outcome, Reason, Room, RoomState, Timing, Vote};
use domain::{ClientId, FileId, MessageId, RoomId, TicketId, Timestamp, UserId};
use uuid::Uuid;
use webchat_contract::api::{TicketView, TicketViewState};
use webchat_contract::frames::ErrorFrame;
use webchat_contract::message::{Attachment, Message, StoredMessage};
use webchat_contract::room::{Member, RoomStatus, RoomSummary};

pub const NOW: Timestamp = Timestamp(1_795_460_400_123);
pub const LATER: Timestamp = Timestamp(1_795_460_700_123);

pub fn uuid(last: u8) -> Uuid {
    Uuid::from_u128(0x0193_8f6e_2f6a_7cc0_9c5a_6f1d_2f3a_4b00 + u128::from(last))
}

pub fn one() -> UserId {
    UserId(uuid(1))
}

pub fn other() -> UserId {
    UserId(uuid(2))
}

pub fn room_id() -> RoomId {
    RoomId(uuid(3))
}

pub fn stored_message() -> StoredMessage {
    StoredMessage {
        id: MessageId(uuid(4)),
        client_id: ClientId(uuid(5)),
        room_id: room_id(),
        sender_id: one(),
        text: "Hello \u{1f44b}".to_owned(),
        attachments: Vec::new(),
        sent_at: NOW,
    }
}

pub fn stored_message_with_files() -> StoredMessage {
    let image = Attachment {
        id: FileId(uuid(6)),
        kind: "image".to_owned(),
        name: "sea.jpg".to_owned(),
        content_type: "image/jpeg".to_owned(),
        size_bytes: 123_456,
        width: Some(1_600),
        height: Some(1_200),
        placeholder: Some("1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned()),
        thumbnail_url: Some(format!("/files/{}/thumbnail", uuid(6))),
        url: format!("/files/{}", uuid(6)),
    };
    let file = Attachment {
        id: FileId(uuid(7)),
        kind: "file".to_owned(),
        name: "notes.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        size_bytes: 7,
        width: None,
        height: None,
        placeholder: None,
        thumbnail_url: None,
        url: format!("/files/{}", uuid(7)),
    };
    StoredMessage {
        text: String::new(),
        attachments: vec![image, file],
        ..stored_message()
    }
}

pub fn message() -> Message {
    stored_message().placed(42, 40)
}

pub fn status() -> RoomStatus {
    RoomStatus {
        room_id: room_id(),
        state: RoomState::Countdown,
        ends_at: Some(LATER),
        remaining_ms: Some(300_000),
        server_time: NOW,
        my_response: Some(Vote::Keep),
        outcome: None,
        reason: None,
    }
}

pub fn ended() -> RoomStatus {
    RoomStatus {
        state: RoomState::Ended,
        ends_at: None,
        remaining_ms: None,
        outcome: Some(Outcome::Ended),
        reason: Some(Reason::NotKept),
        ..status()
    }
}

pub fn the_match() -> Match {
    Match {
        score: 0.75,
        reasons: vec![MatchReason {
            code: "shared_interests".to_owned(),
            values: vec!["hiking".to_owned()],
            text: "You both like hiking.".to_owned(),
        }],
        icebreaker: Some("Where did you walk last?".to_owned()),
        icebreaker_topic: Some("hiking".to_owned()),
        text_mode: Some("word_llama".to_owned()),
    }
}

pub fn members() -> [Member; 2] {
    [(one(), "Ann"), (other(), "Ben")].map(|(id, name)| Member {
        id,
        display_name: name.to_owned(),
        deleted: false,
    })
}

/// A room that is over, as the account of the other one is.
pub fn summary_with_a_deleted_peer() -> RoomSummary {
    let [user, peer] = members();
    let gone = Member {
        display_name: "deleted user".to_owned(),
        deleted: true,
        ..peer
    };
    RoomSummary {
        id: RoomId(uuid(10)),
        state: RoomState::Ended,
        members: vec![user, gone],
        last_message: None,
        unread_count: 0,
        the_match: None,
        ..summary()
    }
}

pub fn summary() -> RoomSummary {
    RoomSummary {
        id: room_id(),
        state: RoomState::Kept,
        kept: true,
        members: members().to_vec(),
        reveal_level: 2,
        ends_at: None,
        created_at: NOW,
        last_message: Some(message()),
        unread_count: 3,
        read_seq: 38,
        the_match: Some(the_match()),
    }
}

pub fn ticket_view() -> TicketView {
    TicketView {
        ticket_id: Some(TicketId(uuid(6))),
        state: TicketViewState::Waiting,
        joined_at: Some(NOW),
        estimated_wait_ms: None,
        room_id: None,
        filters: Vec::new(),
    }
}

pub fn room() -> Room {
    let timing = Timing {
        countdown_ms: 300_000,
        notification_ms: 30_000,
        no_show_ms: 30_000,
        extension_ms: 20_000,
        extensions_max: 10,
    };
    Room::matched(room_id(), [other(), one()], the_match(), timing, NOW)
}

pub fn error() -> ErrorFrame {
    ErrorFrame {
        code: "room_ended".to_owned(),
        detail: "The room has ended.".to_owned(),
        client_id: Some(ClientId(uuid(5))),
        errors: Vec::new(),
    }
}
