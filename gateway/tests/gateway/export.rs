//! The copy of everything that is kept of a user.

use serde_json::json;

use crate::{
    avatars::{level, picture, put},
    files::in_both_storages,
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
    assert_eq!(empty["avatar"], json!(null));
    assert_eq!(empty["learned"]["outcomes"], json!(0));
}

in_both_storages!(an_export_says_where_the_avatar_is_and_since_when);

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
