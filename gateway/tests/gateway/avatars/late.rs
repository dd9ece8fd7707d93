//! Avatars whose account is deleted while they are being stored.

use std::{future::Future, time::Duration};

use settings::Settings;
use webchat_tests::{
    proxy::{Link, Proxy},
    s3::S3,
};

use super::{picture, put, rows_of};
use crate::{
    deletion::delete,
    world::{World, storage},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_deleted_while_its_avatar_is_stored_leaves_no_picture() {
    bootstrap::install_crypto_provider();
    let bucket = S3::shared().settings(&S3::shared().fresh_bucket());
    let port = S3::shared().endpoint().rsplit(':').next().unwrap().parse();
    let link = Proxy::start(port.unwrap()).await;
    let behind_the_link = format!("http://127.0.0.1:{}", link.port());
    let variables: Vec<_> = bucket
        .iter()
        .map(|(name, value)| match *name {
            "WEBCHAT__STORAGE__ENDPOINT" => (*name, behind_the_link.as_str()),
            _ => (*name, value.as_str()),
        })
        .collect();
    let world = World::without_workers(&variables).await;
    let direct = bucket
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    let direct = storage(&Settings::from_sources(None, direct).unwrap());
    world.start_persistence(direct.clone());
    let ann = world.person("ann").await;

    link.set(Link::HalfOpen);
    let picture = picture(64, 40);
    let fields = [("file", picture.as_slice())];
    let deleted_meanwhile = async {
        until(async || rows_of(&world, &ann).await == 1).await;
        delete(&world, &ann, "correct horse").await.expect(204);
        // Persistence has looked for its pictures, and found none yet.
        until(async || rows_of(&world, &ann).await == 0).await;
        link.set(Link::PLAIN);
    };
    let (refused, ()) = tokio::join!(put(&world, &ann, &fields), deleted_meanwhile);
    refused.expect_problem(401, "not_authenticated");
    let left = direct.avatars_of(ann.id.parse().unwrap()).await.unwrap();
    assert_eq!(left, 0, "the gateway has taken back what it stored");
}

async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    for _ in 0..1_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never");
}
