//! The matchmaker pairs by the model that was published, and tells people what the shipped weights make of both profiles.

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

/// What the shipped weights say of two such people.
fn expected(learned: Option<PersonBeliefs>) -> f64 {
    let prior = settings::matching_prior().expect("weights");
    let scoring = Scoring::new(&prior, None).expect("usable");
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
    let of_profiles = expected(None);
    assert!((found.score - of_profiles).abs() < TOLD, "{found:?}");
    assert!(expected(liked()) > of_profiles + 0.1);
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

/// People of two tastes, and whom of the others the first one meets where all four wait when the worker starts.
async fn meets(nats: &Nats, broker: &Broker, tastes: &[Features; 2]) -> (&'static str, f64) {
    let mut of_taste = Vec::new();
    for features in tastes {
        let one = join(broker, features.clone(), None).await;
        of_taste.push([one, join(broker, features.clone(), None).await]);
    }
    let worker = Worker::matchmaker(nats, &[QUICK]).await;
    let found = match_of(broker, of_taste[0][0]).await;
    let room = async |user| {
        let ticket = broker.ticket(user).await.expect("a read");
        ticket.expect("a ticket").value.matched_room()
    };
    let is_alike = room(of_taste[0][0]).await == room(of_taste[0][1]).await;
    for user in of_taste.into_iter().flatten() {
        match_of(broker, user).await;
    }
    worker.stop().await;
    (if is_alike { "alike" } else { "unlike" }, found.score)
}

#[tokio::test]
async fn published_weights_pair_and_those_of_another_prior_do_not_and_neither_moves_what_is_told() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let prior = settings::matching_prior().expect("weights");
    let taste = |interests: &[&str]| Features {
        interests: interests.iter().map(|name| (*name).to_owned()).collect(),
        ..anybody()
    };
    let tastes = [
        taste(&["hiking", "sports", "fitness"]),
        taste(&["reading", "theatre", "museums"]),
    ];
    let mut weights = Model::new(prior.clone())
        .expect("a model")
        .weights()
        .clone();
    for belief in &mut weights.pair {
        belief.mean *= -5.0;
    }
    let score = |weights: Option<Weights>, of: [usize; 2]| {
        let scoring = Scoring::new(&prior, weights).expect("usable");
        let [one, other] = of.map(|taste| scoring.prepare(&tastes[taste], None));
        scoring.score(&one, &other)
    };
    let gain = |weights: Option<Weights>| {
        let alike = score(weights.clone(), [0, 0]) + score(weights.clone(), [1, 1]);
        alike - 2.0 * score(weights, [0, 1])
    };
    let shipped = if gain(None) > 0.0 { "alike" } else { "unlike" };
    let (now, then) = (gain(None), gain(Some(weights.clone())));
    assert!(
        now * then < 0.0,
        "they differ in whom to pair: {now} {then}"
    );
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
    let told = |who: &str| score(None, [0, usize::from(who == "unlike")]);
    publish(1, &foreign).await;
    let (who, score) = meets(&nats, &broker, &tastes).await;
    assert_eq!(who, shipped);
    assert!((score - told(who)).abs() < TOLD, "{score} {}", told(who));
    publish(2, &weights).await;
    let (who, score) = meets(&nats, &broker, &tastes).await;
    assert_ne!(who, shipped);
    assert!((score - told(who)).abs() < TOLD, "{score} {}", told(who));
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
