//! Stored outcomes, as the model takes them.

use std::{collections::HashSet, sync::Arc};

use domain::{
    RoomId, UserId,
    matching::{
        Features,
        model::{Outcome, Portrait, Refused},
    },
};
use entities::matching_outcome::{self, LEARNED};
use serde_json::Value;
use uuid::Uuid;

/// The outcome's room is in no table: nobody knows where it comes from.
pub(super) const UNKNOWN_ROOM: &str = "unknown_room";

/// An outcome with who its members were.
pub(super) struct Source {
    pub outcome: Outcome,
    pub one: Arc<Portrait>,
    pub other: Arc<Portrait>,
}

impl Source {
    pub(super) fn of(row: &matching_outcome::Model) -> Self {
        let outcome = Outcome {
            seq: row.seq.unsigned_abs(),
            room: RoomId(row.room_id),
            one: UserId(row.low_user),
            other: UserId(row.high_user),
            one_keeps: row.low_keeps,
            other_keeps: row.high_keeps,
        };
        Self {
            outcome,
            one: Arc::new(portrait(row.low_features.as_ref())),
            other: Arc::new(portrait(row.high_features.as_ref())),
        }
    }
}

/// Of somebody unknown, and of a profile that cannot be read, nothing is known: it counts as average.
fn portrait(features: Option<&Value>) -> Portrait {
    let features = features.map(|json| serde_json::from_value::<Features>(json.clone()));
    match features {
        Some(Ok(features)) => Portrait::from(&features),
        Some(Err(error)) => {
            metrics::counter!("webchat_matching_profiles_unreadable_total").increment(1);
            tracing::warn!(%error, "the profile of an outcome cannot be read, and counts as empty");
            Portrait::default()
        }
        None => Portrait::default(),
    }
}

/// The rows whose rooms are known, and the others.
pub(super) fn sorted_out<'a>(
    rows: &'a [matching_outcome::Model],
    known: &HashSet<Uuid>,
) -> (Vec<&'a matching_outcome::Model>, Vec<Uuid>) {
    let (known, unknown): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| known.contains(&row.room_id));
    (known, unknown.iter().map(|row| row.room_id).collect())
}

/// What a row says of what became of its outcome.
pub(super) fn fate(learned: Result<(), Refused>) -> &'static str {
    match learned {
        Ok(()) => LEARNED,
        Err(Refused::AlreadyApplied) => "already_applied",
        Err(Refused::RoomAlreadyApplied) => "room_already_applied",
        Err(Refused::SamePerson) => "same_person",
    }
}

/// Counts what became of outcomes.
pub(super) fn count(fates: &[(Uuid, &'static str)]) {
    for (_, fate) in fates {
        metrics::counter!("webchat_matching_outcomes_total", "fate" => *fate).increment(1);
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_profile_that_cannot_be_read_is_counted_and_its_person_is_average() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let page = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            let looking_for = vec!["dating".to_owned()];
            let said = Features {
                looking_for,
                ..Features::default()
            };
            let readable = serde_json::to_value(said).unwrap();
            assert!(portrait(Some(&readable)).goals.contains("dating"));
            assert_eq!(portrait(None), Portrait::default());
            assert!(!page.render().contains("unreadable"));
            assert_eq!(portrait(Some(&json!(["none"]))), Portrait::default());
        });
        let told = "webchat_matching_profiles_unreadable_total 1";
        assert!(page.render().contains(told), "{}", page.render());
    }
}
