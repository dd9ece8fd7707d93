//! Makes the server's streams and consumers agree with the contract.

use std::{collections::HashMap, time::Duration};

use async_nats::jetstream::{
    ErrorCode,
    consumer::{AckPolicy, DeliverPolicy, pull},
    context::{CreateStreamError, CreateStreamErrorKind},
    stream::{Config, DiscardPolicy, Republish, StorageType, Stream},
};
use contract::{
    consumers::ConsumerSpec,
    streams::{self, StreamSpec},
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{Broker, ConnectError, state::EPOCH};

/// How long a cluster that starts may take to find its leader and its peers.
const CLUSTER_WITHIN: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

impl Broker {
    /// Makes all streams, or updates them to what the contract says. Any number of processes may do it at once.
    ///
    /// # Errors
    /// [`ConnectError::Provision`] where JetStream refuses.
    pub async fn ensure_streams(&self) -> Result<(), ConnectError> {
        for spec in &streams::ALL {
            self.ensure_stream(spec).await?;
        }
        Ok(())
    }

    async fn ensure_stream(&self, spec: &StreamSpec) -> Result<(), ConnectError> {
        let refused = |reason: String| ConnectError::Provision {
            what: format!("the stream {}", spec.name),
            reason,
        };
        let mut config = stream_config(spec, self.replicas);
        if spec.has_epoch {
            config.metadata = HashMap::from([(EPOCH.to_owned(), Uuid::now_v7().to_string())]);
        }
        let stream = match self.get_or_create(&config).await {
            Ok(stream) => stream,
            // Another process may have made it after we looked, with an epoch of its own: that one counts.
            Err(error) => match self.jetstream.get_stream(spec.name).await {
                Ok(stream) => stream,
                Err(_missing) => return Err(refused(error.to_string())),
            },
        };
        let existing = &stream.cached_info().config;
        config.metadata = existing.metadata.clone();
        if differs(existing, &config) {
            self.jetstream
                .update_stream(config)
                .await
                .map_err(|error| refused(error.to_string()))?;
        }
        Ok(())
    }

    async fn get_or_create(&self, config: &Config) -> Result<Stream, CreateStreamError> {
        let give_up = Instant::now() + CLUSTER_WITHIN;
        loop {
            match self.jetstream.get_or_create_stream(config).await {
                Err(error) if is_starting(&error.kind()) && Instant::now() < give_up => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Waits until all streams are there, for a role that does not make them.
    ///
    /// # Errors
    /// [`ConnectError::Provision`] naming the missing stream after `patience`.
    pub async fn await_streams(&self, patience: Duration) -> Result<(), ConnectError> {
        let give_up = Instant::now() + patience;
        for spec in &streams::ALL {
            while let Err(error) = self.stream_state(spec).await {
                if Instant::now() >= give_up {
                    return Err(ConnectError::Provision {
                        what: format!(
                            "the stream {} (a worker makes it: is one running?)",
                            spec.name
                        ),
                        reason: error.to_string(),
                    });
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(())
    }

    /// Makes the consumer of somebody else, unless there is one of this name: what its owner or the operator made of it
    /// stays.
    ///
    /// # Errors
    /// [`ConnectError::Provision`] where JetStream refuses.
    pub async fn offer_consumer(&self, spec: &ConsumerSpec) -> Result<(), ConnectError> {
        let refused = |reason: String| ConnectError::Provision {
            what: format!("the consumer {} on {}", spec.name, spec.stream.name),
            reason,
        };
        let stream = self.jetstream.get_stream(spec.stream.name).await;
        let stream = stream.map_err(|error| refused(error.to_string()))?;
        let offered = stream.get_or_create_consumer(spec.name, consumer_config(spec));
        offered
            .await
            .map_err(|error| refused(error.to_string()))
            .map(drop)
    }

    pub(crate) async fn ensure_consumer(
        &self,
        spec: &ConsumerSpec,
    ) -> Result<async_nats::jetstream::consumer::PullConsumer, ConnectError> {
        self.jetstream
            .create_consumer_on_stream(consumer_config(spec), spec.stream.name)
            .await
            .map_err(|error| ConnectError::Provision {
                what: format!("the consumer {} on {}", spec.name, spec.stream.name),
                reason: error.to_string(),
            })
    }
}

/// Whether the answer is that of a cluster whose servers have not found each other yet.
fn is_starting(error: &CreateStreamErrorKind) -> bool {
    const STARTING: [ErrorCode; 4] = [
        ErrorCode::CLUSTER_NOT_AVAILABLE,
        ErrorCode::CLUSTER_NO_PEERS,
        ErrorCode::CLUSTER_INCOMPLETE,
        ErrorCode::CLUSTER_NOT_LEADER,
    ];
    match error {
        CreateStreamErrorKind::TimedOut => true,
        CreateStreamErrorKind::JetStream(error) => STARTING.contains(&error.error_code()),
        _ => false,
    }
}

fn consumer_config(spec: &ConsumerSpec) -> pull::Config {
    pull::Config {
        durable_name: Some(spec.name.to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: spec.ack_wait,
        max_ack_pending: spec.max_ack_pending,
        filter_subjects: spec
            .filters
            .iter()
            .map(|&filter| filter.to_owned())
            .collect(),
        ..pull::Config::default()
    }
}

fn stream_config(spec: &StreamSpec, replicas: usize) -> Config {
    Config {
        name: spec.name.to_owned(),
        description: Some(spec.description.to_owned()),
        subjects: spec
            .subjects
            .iter()
            .map(|&subject| subject.to_owned())
            .collect(),
        storage: StorageType::File,
        num_replicas: replicas,
        discard: DiscardPolicy::Old,
        max_age: spec.max_age.unwrap_or_default(),
        max_messages_per_subject: spec.max_per_subject.unwrap_or(-1),
        duplicate_window: spec.duplicate_window,
        allow_direct: true,
        allow_message_ttl: spec.message_ttl,
        allow_message_schedules: spec.schedules,
        allow_rollup: spec.schedules,
        allow_atomic_publish: spec.atomic_batches,
        republish: spec.republish.map(|republish| Republish {
            source: republish.source.to_owned(),
            destination: republish.destination.to_owned(),
            headers_only: false,
        }),
        ..Config::default()
    }
}

/// Whether anything that the contract says is different.
fn differs(existing: &Config, wanted: &Config) -> bool {
    existing.subjects != wanted.subjects
        || existing.max_age != wanted.max_age
        || existing.max_messages_per_subject != wanted.max_messages_per_subject
        || existing.duplicate_window != wanted.duplicate_window
        || existing.num_replicas != wanted.num_replicas
        || existing.allow_message_ttl != wanted.allow_message_ttl
        || existing.allow_message_schedules != wanted.allow_message_schedules
        || existing.allow_atomic_publish != wanted.allow_atomic_publish
        || existing.republish != wanted.republish
}
