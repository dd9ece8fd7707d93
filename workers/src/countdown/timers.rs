//! A room's event with a deadline becomes a schedule of the broker, before the event is acknowledged.

use std::time::Duration;

use broker::{Broker, PublishError, consume::Delivery};
use contract::{Envelope, EnvelopeError, life::Due, subjects};
use domain::room::Room;

use super::pause_after;

/// How long a fired timer waits for a countdown worker: one that is gone before it was served would leave its room in
/// its phase for ever. Persistence purges the timers of decided rooms much earlier.
const FIRED_TTL: Duration = Duration::from_secs(7 * 86_400);

/// Sets the timer that the event needs, if any. The event is acknowledged only when the broker has the schedule: a
/// worker that dies in between leaves it to another.
pub(super) async fn set(broker: Broker, delivery: Delivery) {
    let room = match Envelope::<Room>::open(&delivery.payload) {
        Ok(event) => event.body,
        Err(newer @ EnvelopeError::Newer { .. }) => return delivery.leave_to_newer(&newer).await,
        Err(error) => return delivery.reject(&error).await,
    };
    let Some(due) = needed_by(&room) else {
        return delivery.done().await;
    };
    match schedule(&broker, due).await {
        Ok(()) => delivery.done().await,
        Err(error) => {
            let pause = pause_after(delivery.attempt);
            delivery.retry(pause, &error).await;
        }
    }
}

/// The timer of the room's deadline, if it has one.
pub(super) fn needed_by(room: &Room) -> Option<Due> {
    let deadline = room.deadline()?;
    Some(Due {
        room_id: room.id,
        deadline,
    })
}

/// Has the broker fire this timer at its deadline. Doing so again is harmless.
pub(super) async fn schedule(broker: &Broker, due: Due) -> Result<(), PublishError> {
    let payload =
        serde_json::to_vec(&due).map_err(|error| PublishError::Rejected(error.to_string()))?;
    let subject = subjects::life_sched(due.room_id, due.deadline.revision);
    let target = subjects::life_due(due.room_id);
    broker
        .schedule(subject, &target, due.deadline.at, payload, FIRED_TTL)
        .await?;
    metrics::counter!("webchat_timers_set_total").increment(1);
    Ok(())
}
