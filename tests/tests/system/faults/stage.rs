//! The whole deployment as processes, with a proxy on every link.

use std::{collections::BTreeMap, time::Duration};

use rustix::process::Signal;
use tempfile::TempDir;
use tokio::time::{Instant, timeout};
use webchat_tests::{
    nats::{Nats, free_port},
    nats_cluster::NatsCluster,
    postgres_server::PostgresServer,
    proxy::{Link, Proxy},
};

use super::plan::{Fault, GATEWAYS, PROCESSES, Planned, Target, WITH_DATABASE};
use crate::{
    program::{Program, Variables, common},
    request::is_ready,
};

const SECRET: &str = "a secret of the tests, longer than 32 bytes";
/// How long everything may take to be ready, at the start and when all faults are over.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// How long a look at a process may hold up the faults.
const GLANCE: Duration = Duration::from_millis(50);
/// After so long a process has either started or given up: it has two minutes of patience with each step, and some wait for
/// the connections before.
const START_LIMIT: Duration = Duration::from_secs(180);

/// One nats-server, or three.
#[derive(Debug)]
pub enum Broker {
    One(Box<Nats>),
    Three(NatsCluster),
}

impl Broker {
    pub fn servers(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Three(cluster) => cluster.len(),
        }
    }

    fn server(&mut self, number: usize) -> &mut Nats {
        match self {
            Self::One(nats) => nats,
            Self::Three(cluster) => cluster.node(number),
        }
    }
}

/// A role's process, and its links.
#[derive(Debug)]
struct Process {
    running: Option<Program>,
    /// Since when it has been running, and that it was seen to be ready.
    since: Instant,
    was_ready: bool,
    variables: Variables,
    broker: Vec<Proxy>,
    database: Option<Proxy>,
    people: Option<Proxy>,
    admin: u16,
}

/// Everything that runs.
#[derive(Debug)]
pub struct Stage {
    pub broker: Broker,
    pub database: PostgresServer,
    processes: BTreeMap<&'static str, Process>,
    folder: TempDir,
    /// How often a process ended by itself at its start and was started again, as a service manager does.
    pub restarts: usize,
    /// Processes that ended by themselves although they had been up.
    pub ended: Vec<String>,
}

impl Stage {
    /// Starts everything and waits until it is ready.
    pub async fn set(broker: Broker, settings: &[(&str, &str)]) -> Self {
        let mut stage = Self {
            database: PostgresServer::start().await,
            broker,
            processes: BTreeMap::new(),
            folder: tempfile::tempdir().expect("a temporary folder"),
            restarts: 0,
            ended: Vec::new(),
        };
        for name in PROCESSES {
            let process = stage.prepare(name, settings).await;
            stage.processes.insert(name, process);
            stage.start(name);
        }
        stage.until_ready().await;
        stage
    }

    async fn prepare(&mut self, name: &'static str, settings: &[(&str, &str)]) -> Process {
        let mut links = Vec::new();
        for number in 0..self.broker.servers() {
            links.push(Proxy::start(self.broker.server(number).port()).await);
        }
        let urls: Vec<_> = links
            .iter()
            .map(|link| format!("nats://127.0.0.1:{}", link.port()))
            .collect();
        let (port, admin) = (free_port(), free_port());
        let database = if WITH_DATABASE.contains(&name) {
            Some(Proxy::start(self.database.port()).await)
        } else {
            None
        };
        let people = if GATEWAYS.contains(&name) {
            Some(Proxy::start(port).await)
        } else {
            None
        };
        let database_port = database.as_ref().map_or(self.database.port(), Proxy::port);
        let mut variables = common(self.folder.path());
        let own = [
            ("NATS_URL", urls.join(",")),
            ("WEBCHAT__NATS__REPLICAS", links.len().to_string()),
            ("DATABASE_URL", self.database.url_at(database_port)),
            ("JWT_SECRET_KEY", SECRET.to_owned()),
            ("PORT", port.to_string()),
            ("WEBCHAT__ADMIN__PORT", admin.to_string()),
        ];
        variables.extend(own.map(|(key, value)| (key.to_owned(), value)));
        let settings = settings.iter();
        variables.extend(settings.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        Process {
            running: None,
            since: Instant::now(),
            was_ready: false,
            variables,
            broker: links,
            database,
            people,
            admin,
        }
    }

    /// Where people reach the gateways.
    pub fn urls(&self) -> Vec<String> {
        let ports = GATEWAYS
            .iter()
            .filter_map(|name| self.processes[name].people.as_ref());
        ports
            .map(|link| format!("http://127.0.0.1:{}", link.port()))
            .collect()
    }

    fn start(&mut self, name: &'static str) {
        let folder = self.folder.path().to_owned();
        let process = self.process(name);
        let program = name.split('-').next().expect("a program's name");
        let started = Program::start(program, &[], name, &folder, &process.variables);
        (process.running, process.since) = (Some(started), Instant::now());
        process.was_ready = false;
    }

    fn process(&mut self, name: &str) -> &mut Process {
        self.processes.get_mut(name).expect("a known process")
    }

    /// Begins a fault.
    pub fn begin(&mut self, planned: &Planned) {
        match (planned.target, planned.fault) {
            (Target::Process(name), Fault::Kill) => {
                // One that has ended by itself is not killed unseen.
                self.look_after();
                drop(self.process(name).running.take());
            }
            (Target::Process(name), Fault::Pause) => self.signal(name, Signal::STOP),
            (Target::Broker(number), Fault::Kill) => self.broker.server(number).kill9(),
            (Target::Broker(number), Fault::Pause) => self.broker.server(number).pause(),
            (Target::Database, Fault::Kill) => self.database.kill9(),
            (Target::Database, Fault::Pause) => self.database.pause(),
            (_, Fault::Degrade(link)) => self.degrade(planned.target, link),
            (target, fault) => panic!("{target:?} cannot have {fault:?}"),
        }
    }

    /// Undoes a fault.
    pub async fn end(&mut self, planned: &Planned) {
        match (planned.target, planned.fault) {
            (Target::Process(name), Fault::Kill) => self.start(name),
            (Target::Process(name), Fault::Pause) => self.signal(name, Signal::CONT),
            (Target::Broker(number), Fault::Kill) => self.broker.server(number).restart().await,
            (Target::Broker(number), Fault::Pause) => self.broker.server(number).resume(),
            (Target::Database, Fault::Kill) => self.database.restart().await,
            (Target::Database, Fault::Pause) => self.database.resume(),
            (_, Fault::Degrade(_)) => self.degrade(planned.target, Link::PLAIN),
            (target, fault) => panic!("{target:?} cannot have {fault:?}"),
        }
    }

    fn signal(&mut self, name: &str, signal: Signal) {
        // It may have ended by itself a moment ago.
        if let Some(running) = &mut self.process(name).running
            && running.outcome().is_none()
        {
            running.signal(signal);
        }
    }

    fn degrade(&mut self, target: Target, link: Link) {
        if let (Target::Routes(node), Broker::Three(cluster)) = (target, &self.broker) {
            return cluster.set_routes_of(node, link);
        }
        let proxies: Vec<&Proxy> = match target {
            Target::BrokerLink(name) => self.process(name).broker.iter().collect(),
            Target::DatabaseLink(name) => self.process(name).database.iter().collect(),
            Target::PeopleLink(name) => self.process(name).people.iter().collect(),
            other => panic!("{other:?} is no link"),
        };
        for proxy in proxies {
            proxy.set(link);
        }
    }

    /// Starts again what ended by itself because the broker or the database was away for too long at its start. One that
    /// was up goes on through every outage: its end is a broken promise, and so is a panic.
    pub fn look_after(&mut self) {
        for name in PROCESSES {
            let process = self.process(name);
            let Some(running) = &mut process.running else {
                continue;
            };
            if running.outcome().is_none() {
                continue;
            }
            let last = running.complaint();
            let last = last.lines().last().unwrap_or_default().to_owned();
            let was_up = process.was_ready || process.since.elapsed() > START_LIMIT;
            eprintln!("          {name} ended: {last}");
            drop(process.running.take());
            if was_up {
                self.ended
                    .push(format!("R13: {name} ended although it had been up: {last}"));
            } else {
                self.restarts += 1;
            }
            self.start(name);
        }
    }

    /// Notes which processes have started by now.
    pub async fn see_who_is_up(&mut self) {
        for process in self.processes.values_mut() {
            if process.running.is_some() && !process.was_ready {
                let url = format!("http://127.0.0.1:{}", process.admin);
                let answer = timeout(GLANCE, is_ready(&url)).await;
                process.was_ready = answer.unwrap_or(false);
            }
        }
    }

    /// Waits until every process says that it is ready, and tells how long that took.
    pub async fn until_ready(&mut self) -> Duration {
        let begun = Instant::now();
        for name in PROCESSES {
            let url = format!("http://127.0.0.1:{}", self.process(name).admin);
            while !is_ready(&url).await {
                self.look_after();
                assert!(
                    begun.elapsed() < READY_LIMIT,
                    "{name} is not ready after {READY_LIMIT:?}"
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            self.process(name).was_ready = true;
        }
        begun.elapsed()
    }
}
