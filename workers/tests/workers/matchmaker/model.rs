//! The matchmaker scores by the model: people are told what the weights that were published make of both profiles.

use std::time::Duration;

use broker::{Broker, Publish, life::Write};
use contract::{life::PublishedModel, subjects::LIFE_MODEL};
use domain::{
    UserId,
    matching::{
        Features, Match, TEXT_DIMENSIONS, TextMode, TextVector,
        model::{Belief, Model, PersonBeliefs, Scoring, Weights},
    },
    ticket::Ticket,
};
use webchat_tests::nats::Nats;

use crate::lifecycle::{Worker, anybody, connected, eventually, ticket_id, user};

const LIMIT: Duration = Duration::from_secs(15);
const QUICK: (&str, &str) = ("MATCH__TICK_MS", "50");

async fn join(broker: &Broker, features: Features, learned: Option<PersonBeliefs>) -> UserId {
    let user = user();
    let ticket = Ticket {
        learned,
        words: TextVector::hashed(&features.interests.join(", ")),
        bio: TextVector::new(TextMode::WordLlama, 1, &[1.0; TEXT_DIMENSIONS]),
        ..Ticket::join(ticket_id(), user, features, broker.clock().now())
    };
    let write = Write::Ticket(Box::new(ticket), 0);
    broker.commit(&[write]).await.expect("joined");
    user
}

async fn match_of(broker: &Broker, user: UserId) -> Match {
    let room = eventually("a match", LIMIT, || async {
        broker.ticket(user).await.ok()??.value.matched_room()
    });
    let room = broker
        .room(room.await)
        .await
        .expect("a read")
        .expect("a room");
    room.value.the_match().expect("a match").clone()
}

fn liked() -> Option<PersonBeliefs> {
    let belief = |mean| Belief {
        mean,
        variance: 0.2,
    };
    Some(PersonBeliefs {
        generosity: belief(0.8),
        appeal: belief(1.2),
    })
}

/// A score is told with two decimals.
const TOLD: f64 = 0.005_001;

/// What the model says of two such people.
fn expected(weights: Option<Weights>, learned: Option<PersonBeliefs>) -> f64 {
    let prior = settings::matching_prior().expect("weights");
    let scoring = Scoring::new(&prior, weights).expect("usable");
    let person = scoring.prepare(&anybody(), learned);
    scoring.score(&person, &person)
}

#[tokio::test]
async fn a_match_carries_the_score_of_both_profiles_and_plain_reasons() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    let one = join(&broker, anybody(), liked()).await;
    join(&broker, anybody(), liked()).await;
    let found = match_of(&broker, one).await;
    // What was learned of either moves with what others have answered them.
    let of_profiles = expected(None, None);
    assert!((found.score - of_profiles).abs() < TOLD, "{found:?}");
    assert!(expected(None, liked()) > of_profiles + 0.1);
    let codes: Vec<&str> = found
        .reasons
        .iter()
        .map(|reason| reason.code.as_str())
        .collect();
    assert!(codes.contains(&"shared_interests"), "{codes:?}");
    let [.., interests, bios] = found.reasons.as_slice() else {
        panic!("{codes:?}");
    };
    for (reason, code, mode) in [
        (interests, "alike_interests", "hashed_ngrams"),
        (bios, "alike_bios", "word_llama"),
    ] {
        assert_eq!(
            (reason.code.as_str(), reason.values.as_slice()),
            (code, [mode.to_owned()].as_slice())
        );
    }
}

#[tokio::test]
async fn published_weights_are_used_and_those_of_another_prior_are_not() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let prior = settings::matching_prior().expect("weights");
    let mut weights = Model::new(prior).expect("a model").weights().clone();
    weights.intercept.mean += 2.0;
    let mut foreign = weights.clone();
    foreign.prior_version += 1;
    let publish = async |version, weights: &Weights| {
        let model = PublishedModel {
            version,
            weights: weights.clone(),
        };
        let body = serde_json::to_vec(&model).expect("json");
        let publish = Publish::new(LIFE_MODEL.to_owned(), body);
        broker.publish(publish).await.expect("published");
    };
    publish(1, &foreign).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    let one = join(&broker, anybody(), None).await;
    join(&broker, anybody(), None).await;
    let found = match_of(&broker, one).await;
    assert!(
        (found.score - expected(None, None)).abs() < TOLD,
        "{found:?}"
    );
    publish(2, &weights).await;
    let one = join(&broker, anybody(), None).await;
    join(&broker, anybody(), None).await;
    let found = match_of(&broker, one).await;
    let learned = expected(Some(weights), None);
    assert!((found.score - learned).abs() < TOLD, "{found:?} {learned}");
}

#[tokio::test]
async fn who_have_no_language_in_common_are_not_matched() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    let speaking = |code: &str| Features {
        languages: vec![code.to_owned()],
        ..anybody()
    };
    let german = join(&broker, speaking("de"), None).await;
    let english = join(&broker, speaking("en"), None).await;
    let other_english = join(&broker, speaking("en"), None).await;
    match_of(&broker, english).await;
    match_of(&broker, other_english).await;
    let ticket = broker
        .ticket(german)
        .await
        .expect("a read")
        .expect("a ticket");
    assert!(ticket.value.is_waiting());
}
