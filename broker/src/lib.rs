//! Everything that WebChat does with NATS, and the only crate that names async-nats.
//!
//! | Seam | Guarantee |
//! |---|---|
//! | [`Broker::publish`] | acknowledged by the stream (replicated, where it is a cluster); repeated with the same id it is stored once |
//! | [`Broker::publish_batch`] | all or nothing, each part with its expected sequence |
//! | [`Broker::guarded`] | nothing is read or written on a connection whose streams nobody has looked at |
//! | [`Broker::last`], [`Broker::get`] | read from the stream's leader: nothing acknowledged is missing |
//! | [`Broker::replay`] | ascending, complete within the stream; on a cluster it may lag, so compare with the leader's tail |
//! | [`Broker::subscribe`], [`Broker::publish_core`] | at most once, lossy |
//! | [`consume::Deliveries`] | at least once, shared by all processes of a role |
//! | [`ordered::Ordered`] | in order, from the last value of each subject; for one process |

mod backlog;
mod batch;
mod clock;
mod connect;
pub mod consume;
mod dead_letters;
mod ensure;
mod error;
mod guard;
pub mod life;
mod live;
mod losses;
mod lost_tail;
pub mod ordered;
mod publish;
mod read;
mod record;
mod request;
mod skipped;
mod state;
mod writable;

pub use backlog::Backlog;
pub use batch::BatchEntry;
pub use clock::BrokerClock;
pub use connect::{Broker, BrokerOptions, Connection};
pub use dead_letters::Buried;
pub use error::{ConnectError, PublishError, ReadError};
pub use live::{LiveMessage, Subscription};
pub use publish::{Ack, Publish};
pub use record::Record;
pub use skipped::Skipped;
pub use state::{ConsumerState, Floor, StreamState};
pub use writable::Unwritable;
