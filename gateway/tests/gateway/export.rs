//! The copy of everything that is kept of a user.

use std::time::Duration;

use entities::file;
use serde_json::json;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::{
    avatars::{level, picture, put},
    files::{self, PATIENCE, in_both_storages},
    world::World,
};

#[tokio::test]
async fn an_export_has_everything_of_the_user_and_no_word_of_a_peer() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    // More than one page, and the end of each page is somebody else's.
    for number in 0..130 {
        world
            .say(&ann, &room, &format!("mine {number}"))
            .await
            .expect(201);
        world.say(&ben, &room, "a peer's secret").await.expect(201);
    }
    let like = format!("/users/{}/like", ben.id);
    world.ask(&ann, "PUT", &like, None).await.expect(204);
    let report = json!({ "reason": "spam", "detail": "sells things" });
    let path = format!("/users/{}/report", ben.id);
    world
        .ask(&ann, "POST", &path, Some(report))
        .await
        .expect(201);

    let export = world.get(&ann, "/users/me/export").await;
    assert_eq!(export.header("content-type"), "application/json");
    assert!(
        export
            .header("content-disposition")
            .starts_with("attachment;")
    );
    assert!(!export.text.contains("a peer's secret"));
    let export = export.expect(200);
    assert_eq!(export["account"]["username"], "ann");
    assert_eq!(export["profile"]["interests"], json!(["chess"]));
    assert_eq!(export["sessions"].as_array().unwrap().len(), 1);
    let relation = json!({ "user_id": ben.id, "liked": true, "blocked": false });
    assert_eq!(export["relations"], json!([relation]));
    assert_eq!(export["reports"][0]["detail"], "sells things");
    let rooms = export["rooms"].as_array().unwrap();
    assert_eq!(rooms.len(), 1);
    assert_eq!(rooms[0]["peer_id"], ben.id.as_str());
    let texts: Vec<_> = rooms[0]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .collect();
    let said: Vec<_> = (0..130).map(|number| format!("mine {number}")).collect();
    assert_eq!(texts, said);

    let of_ben = world.get(&ben, "/users/me/export").await;
    for hidden in ["mine 1", "sells things", "\"liked\":true"] {
        assert!(!of_ben.text.contains(hidden), "{hidden}");
    }
    let nobody = world.person("new").await;
    let empty = world.get(&nobody, "/users/me/export").await.expect(200);
    assert_eq!(empty["rooms"], json!([]));
    assert_eq!(empty["files"], json!([]));
    assert_eq!(empty["avatar"], json!(null));
    assert_eq!(empty["learned"]["outcomes"], json!(0));
}

in_both_storages!(
    an_export_says_where_the_avatar_is_and_since_when,
    an_export_says_which_files_there_are_and_where,
);

async fn an_export_says_which_files_there_are_and_where(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    let photo = world.upload(&ann, &room, "me.png", &picture(64, 40)).await;
    let photo = photo.expect(201);
    let notes = world.upload(&ann, &room, "notes.txt", b"words").await;
    let notes = notes.expect(201);
    let theirs = world.upload(&ben, &room, "theirs.txt", b"a secret").await;
    theirs.expect(201);
    let sent = world.send_files(&ann, &room, "look", &[&photo["id"]]).await;
    let sent = sent.expect(201);
    let give_up = Instant::now() + PATIENCE;
    // A message is with its file when it is in SQL.
    let files = loop {
        let exported = world.get(&ann, "/users/me/export").await.expect(200);
        if exported["files"][0]["message_id"] == sent["id"] {
            break exported["files"].clone();
        }
        assert!(Instant::now() < give_up, "{exported}");
        sleep(Duration::from_millis(50)).await;
    };
    let [first, second] = files.as_array().unwrap().as_slice() else {
        panic!("{files}");
    };
    assert_eq!(first["id"], photo["id"]);
    assert_eq!(
        (&first["kind"], &first["width"]),
        (&json!("image"), &json!(64))
    );
    assert_eq!(second["name"], "notes.txt");
    assert_eq!(second["size_bytes"], json!(5));
    assert_eq!(second["message_id"], json!(null));
    for (exported, uploaded) in [(first, &photo), (second, &notes)] {
        assert_eq!(exported["room_id"], room.as_str());
        assert!(exported["uploaded_at"].is_string());
        let link = exported["url"].as_str().unwrap();
        let by_link = world.client().bytes("GET", link, &[]).await;
        assert_eq!(by_link.status, 200, "without a sign-in");
        let (path, _) = link.split_once('?').unwrap();
        assert_eq!(
            uploaded["url"].as_str().unwrap().split_once('?').unwrap().0,
            path
        );
        assert_eq!(world.get(&ann, path).await.status, 200);
    }
}

#[tokio::test]
async fn an_export_has_every_file_also_of_many() {
    let world = World::without_workers(&[]).await;
    let ann = world.person("ann").await;
    let owner = ann.id.parse().unwrap();
    let ids: Vec<Uuid> = (0..200).map(|_| Uuid::now_v7()).collect();
    for id in &ids {
        let row = files::text_of(owner, *id);
        file::Entity::add(&world.database.write, row).await.unwrap();
    }
    let exported = world.get(&ann, "/users/me/export").await.expect(200);
    let files = exported["files"].as_array().unwrap().iter();
    let named: Vec<Uuid> = files
        .map(|file| file["id"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(named, ids);
}

async fn an_export_says_where_the_avatar_is_and_since_when(world: World) {
    let ann = world.person("ann").await;
    let stored = put(&world, &ann, &[("file", &picture(64, 40))])
        .await
        .expect(200);
    let export = async || world.get(&ann, "/users/me/export").await.expect(200);
    let exported = export().await;
    let avatar = &exported["avatar"];
    assert_eq!(avatar["url"], stored["avatar_url"]);
    assert_eq!(avatar["content_type"], "image/jpeg");
    let (shown_at, exported_at) = (
        avatar["shown_at"].as_str(),
        exported["exported_at"].as_str(),
    );
    assert!(shown_at.is_some() && shown_at <= exported_at, "{exported}");
    let picture = world.get(&ann, avatar["url"].as_str().unwrap()).await;
    assert_eq!(level(&picture), "clear");
    world
        .ask(&ann, "DELETE", "/users/me/avatar", None)
        .await
        .expect(204);
    assert_eq!(export().await["avatar"], json!(null));
}
