//! Files: taken in, sent, given out.

mod attachments;
mod away;
mod given;
mod guarded;
mod heard;
mod left;
mod owned;
mod quota;
mod refused;
mod stalled;
mod taken;
mod taken_back;
mod trouble;
mod turns;

use std::time::Duration;

use entities::file;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;
use webchat_tests::s3::S3;

use crate::world::{Answer, Person, World};

/// Long enough for a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A world whose files are in a bucket.
pub async fn in_a_bucket(more: &[(&str, &str)]) -> World {
    in_the_bucket(S3::shared(), &S3::shared().fresh_bucket(), more).await
}

/// A world whose files are in this bucket.
async fn in_the_bucket(server: &S3, bucket: &str, more: &[(&str, &str)]) -> World {
    bootstrap::install_crypto_provider();
    let settings = server.settings(bucket);
    let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
    let all: Vec<_> = settings.chain(more.iter().copied()).collect();
    World::start(&all).await
}

/// Makes two tests of each body, `name::folder` and `name::bucket`.
macro_rules! in_both_storages {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            #[tokio::test(flavor = "multi_thread")]
            async fn folder() {
                super::$body(crate::world::World::start(&[]).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn bucket() {
                super::$body(crate::files::in_a_bucket(&[]).await).await;
            }
        }
    )+};
}
pub(crate) use in_both_storages;

/// The form of one file.
pub fn form(field: &str, name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n--edge--\r\n"].concat()
}

/// The row of a small text, of which there is no object.
pub fn text_of(owner: Uuid, id: Uuid) -> file::Model {
    file::Model {
        id,
        room_id: Uuid::now_v7(),
        owner_id: owner,
        kind: "file".to_owned(),
        name: "a.txt".to_owned(),
        content_type: "text/plain".to_owned(),
        size_bytes: 5,
        width: None,
        height: None,
        thumbnail_type: None,
        thumbnail_bytes: None,
        placeholder: None,
        created_at: 1,
        client_id: None,
        claimed_at: None,
        message_id: None,
        removed_at: None,
    }
}

pub const FORM: &str = "multipart/form-data; boundary=edge";

impl World {
    /// Uploads a file into a room.
    pub async fn upload(&self, person: &Person, room: &str, name: &str, content: &[u8]) -> Answer {
        let body = form("file", name, content);
        self.upload_form(person, room, &body).await
    }

    pub async fn upload_form(&self, person: &Person, room: &str, body: &[u8]) -> Answer {
        let path = format!("/chat/rooms/{room}/files");
        let body = Some((FORM, body));
        let token = Some(person.token.as_str());
        self.client().send_raw("POST", &path, token, body).await
    }

    /// Sends a message with files under a fresh client id.
    pub async fn send_files(
        &self,
        person: &Person,
        room: &str,
        text: &str,
        files: &[&Value],
    ) -> Answer {
        let form = json!({ "client_id": Uuid::now_v7(), "text": text, "attachment_ids": files });
        let path = format!("/chat/rooms/{room}/messages");
        self.ask(person, "POST", &path, Some(form)).await
    }

    /// Nothing is left of any upload: no row, no object, no beginning of one. What was refused goes after its answer.
    #[track_caller]
    pub fn has_no_files(&self) -> impl Future<Output = ()> + '_ {
        let place = std::panic::Location::caller();
        async move {
            let give_up = Instant::now() + PATIENCE;
            while !self.has_nothing_stored().await && Instant::now() < give_up {
                sleep(Duration::from_millis(50)).await;
            }
            let rows = file::Entity::find().all(&self.database.read).await.unwrap();
            assert!(rows.is_empty(), "{place}: {rows:?}");
            assert!(self.has_nothing_stored().await, "{place}");
        }
    }

    /// Whether the storage has no object and no beginning of one, nor the shared server parts of one.
    pub async fn has_nothing_stored(&self) -> bool {
        let has_parts = self
            .bucket()
            .is_some_and(|bucket| S3::shared().unfinished(&bucket).contains("<Key>"));
        !has_parts && self.storage.is_empty().await.unwrap()
    }
}
