//! Scores of the waiting, ticket by ticket.

use domain::{
    TicketId, Timestamp,
    matching::{
        ADULT_AGE, Features, Side, explain,
        model::{Belief, Weights},
    },
};
use metrics_exporter_prometheus::PrometheusBuilder;
use uuid::Uuid;

use super::*;

fn candidate(number: u128, age: u8) -> Candidate {
    Candidate {
        user: UserId(Uuid::from_u128(number)),
        ticket: TicketId(Uuid::from_u128(number)),
        joined_at: Timestamp(0),
        features: Features {
            age,
            // Otherwise the age counts for nothing.
            age_min: Some(ADULT_AGE),
            ..Features::default()
        },
    }
}

fn scores() -> Scores {
    Scores::new(settings::matching_prior().unwrap()).unwrap()
}

fn liked(mean: f64) -> Option<PersonBeliefs> {
    let belief = Belief {
        mean,
        variance: 0.1,
    };
    Some(PersonBeliefs {
        generosity: belief,
        appeal: belief,
    })
}

fn score_of(scores: &mut Scores, learned: [Learned; 2]) -> f64 {
    let pool = [candidate(1, 30), candidate(2, 31)];
    scores.prepare(&pool, &learned);
    let people = scores.in_order(&pool);
    scores.score(people[0], people[1])
}

fn at(seq: u64, beliefs: Option<PersonBeliefs>) -> Learned {
    Learned { seq, beliefs }
}

#[test]
fn what_was_learned_of_people_moves_their_score() {
    let mut scores = scores();
    let strangers = score_of(&mut scores, [at(1, None), at(2, None)]);
    let liked = score_of(&mut scores, [at(3, liked(1.0)), at(4, liked(1.0))]);
    assert!(liked > strangers + 0.1, "{liked} {strangers}");
}

/// What two people of these ages are told of their score. Whoever waits has named interests.
fn told(ages: [u8; 2]) -> f64 {
    let mut pool = [candidate(1, ages[0]), candidate(2, ages[1])];
    for (person, interests) in pool
        .iter_mut()
        .zip([["chess", "hiking"], ["chess", "movies"]])
    {
        person.features.interests = interests.map(str::to_owned).into();
    }
    let told = ToldScores::new(&settings::matching_prior().unwrap()).unwrap();
    let (score, parts) = told.of([&pool[0].features, &pool[1].features]);
    let side = |person: usize| Side {
        ticket: pool[person].ticket,
        features: &pool[person].features,
        words: None,
        bio: None,
    };
    explain(side(0), side(1), score, &parts).score
}

#[test]
fn a_year_more_or_less_is_hardly_seen_in_the_score_that_is_told() {
    for older in 18..94 {
        let step = told([30, older]) - told([30, older + 1]);
        // Where a score lies between two steps, a year tells something: that cannot be had otherwise by rounding.
        assert!(step.abs() < 0.011, "{older}: {step}");
    }
}

#[test]
fn a_person_is_prepared_once_for_a_ticket() {
    let mut scores = scores();
    let first = score_of(&mut scores, [at(1, None), at(2, None)]);
    // The same event cannot say something else.
    assert_eq!(
        score_of(&mut scores, [at(1, liked(2.0)), at(2, None)]),
        first
    );
    assert_ne!(
        score_of(&mut scores, [at(9, liked(2.0)), at(2, None)]),
        first
    );
}

#[test]
fn a_birthday_counts_in_the_score_without_another_ticket() {
    let mut scores = scores();
    let learned = [at(1, None), at(2, None)];
    let mut score = |age| {
        let pool = [candidate(1, 30), candidate(2, age)];
        scores.prepare(&pool, &learned);
        let people = scores.in_order(&pool);
        scores.score(people[0], people[1])
    };
    assert_ne!(score(44), score(45));
}

#[test]
fn whatever_a_ticket_says_its_score_is_a_probability() {
    let numbers = [
        0.0,
        1.0,
        -1e9,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::NAN,
        f64::INFINITY,
    ];
    let beliefs = numbers.into_iter().flat_map(|mean| {
        numbers.map(|variance| {
            let belief = Belief { mean, variance };
            Some(PersonBeliefs {
                generosity: belief,
                appeal: belief,
            })
        })
    });
    let learned: Vec<Learned> = beliefs
        .chain([None])
        .map(|beliefs| at(1, beliefs))
        .collect();
    let ages = [0, 17, 30, 255].into_iter().cycle();
    let pool: Vec<Candidate> = (0..)
        .zip(ages)
        .take(learned.len())
        .map(|(number, age)| {
            let mut candidate = candidate(number, age);
            candidate.features.interests = match number % 3 {
                0 => vec!["no such thing".to_owned(); 500],
                1 => vec!["chess".to_owned(); 3],
                _ => Vec::new(),
            };
            candidate
        })
        .collect();
    let mut scores = scores();
    scores.prepare(&pool, &learned);
    let people = scores.in_order(&pool);
    for one in &people {
        assert!((0.0..=1.0).contains(&one.usual()), "{one:?}");
        for other in &people {
            let score = scores.score(one, other);
            assert!((0.0..=1.0).contains(&score), "{score}: {one:?} {other:?}");
        }
    }
}

fn published(version: i64, weights: Weights) -> Option<Arc<PublishedModel>> {
    Some(Arc::new(PublishedModel { version, weights }))
}

#[test]
fn nobody_stays_behind_however_often_the_weights_move() {
    let mut scores = scores();
    let prior = settings::matching_prior().unwrap();
    let weights = domain::matching::model::Model::new(prior).unwrap();
    let pool: Vec<Candidate> = (0..3 * FOLLOW_AT_ONCE)
        .map(|number| candidate(number as u128, 30))
        .collect();
    let learned = vec![at(1, None); pool.len()];
    scores.prepare(&pool, &learned);
    for version in 6..9 {
        scores.follow(published(version, weights.weights().clone()).as_ref());
        scores.prepare(&pool, &learned);
        let followed = scores.people.values();
        let followed = followed.filter(|known| known.version == Some(version));
        assert_eq!(followed.count(), FOLLOW_AT_ONCE);
    }
    assert!(scores.people.values().all(|known| known.version.is_some()));
}

#[test]
fn learned_weights_are_followed_and_those_of_another_prior_are_not() {
    let mut scores = scores();
    let shipped = score_of(&mut scores, [at(1, None), at(2, None)]);
    let prior = settings::matching_prior().unwrap();
    let model = domain::matching::model::Model::new(prior).unwrap();
    let mut weights = model.weights().clone();
    weights.intercept.mean += 2.0;
    let mut foreign = weights.clone();
    foreign.prior_version += 1;
    let recorder = PrometheusBuilder::new().build_recorder();
    let page = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        for _ in 0..3 {
            scores.follow(published(5, foreign.clone()).as_ref());
        }
    });
    let told = page.render();
    assert!(told.contains("models_refused_total 1"), "told once: {told}");
    assert_eq!(score_of(&mut scores, [at(1, None), at(2, None)]), shipped);
    scores.follow(published(6, weights).as_ref());
    assert!(score_of(&mut scores, [at(1, None), at(2, None)]) > shipped + 0.1);
}

#[test]
fn whoever_no_longer_waits_is_forgotten() {
    let mut scores = scores();
    let pool: Vec<Candidate> = (0..1_000).map(|number| candidate(number, 30)).collect();
    let learned: Vec<Learned> = (0..1_000).map(|seq| at(seq, None)).collect();
    scores.prepare(&pool, &learned);
    scores.prepare(&pool[..2], &learned[..2]);
    assert_eq!(scores.people.len(), 2);
    assert!(
        scores.people.capacity() < 100,
        "{}",
        scores.people.capacity()
    );
}
