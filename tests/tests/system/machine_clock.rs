//! The time by this machine's clock, which is also the broker's.

use std::time::SystemTime;

use domain::Timestamp;

pub fn now() -> Timestamp {
    let since = SystemTime::UNIX_EPOCH.elapsed();
    let millis = since.expect("a clock after 1970").as_millis();
    Timestamp(i64::try_from(millis).expect("a time before the end of the world"))
}
