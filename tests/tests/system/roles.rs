//! The roles as processes of their own, on one nats-server and one database.

use std::{collections::BTreeMap, path::Path, process::ExitStatus};

use rustix::process::Signal;
use tempfile::TempDir;
use webchat_tests::{
    nats::{Nats, free_port},
    s3::{CREDENTIALS, S3},
};

use crate::{
    eventually,
    program::{self, Program, Said, Variables, common},
    request::is_ready,
};

const SECRET: &str = "a secret of the tests, longer than 32 bytes";

/// The programs of a whole deployment.
pub const ALL: [&str; 4] = ["gateway", "persistence", "matchmaker", "countdown"];

/// Processes by their names: `gateway`, or `gateway-2` for a second one.
#[derive(Debug)]
pub struct Roles {
    running: BTreeMap<String, Program>,
    ports: BTreeMap<String, Ports>,
    /// The broker.
    pub nats: Nats,
    folder: TempDir,
    variables: Variables,
    /// What single processes are told besides.
    told: BTreeMap<String, Variables>,
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    http: u16,
    admin: u16,
}

impl Roles {
    /// Starts one process of each role, on SQLite unless the settings name another `DATABASE_URL`, and waits until all
    /// are ready.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let mut roles = Self::prepare(settings).await;
        roles.start_all(&ALL).await;
        roles
    }

    /// The same, with the files in this bucket and the credentials in the environment.
    pub async fn start_with_bucket(server: &S3, bucket: &str) -> Self {
        let settings = server.settings(bucket);
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(CREDENTIALS)
            .collect();
        Self::start(&settings).await
    }

    /// The broker alone; the processes are started with [`Roles::start_all`].
    pub async fn prepare(settings: &[(&str, &str)]) -> Self {
        let nats = Nats::start().await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut variables = common(folder.path());
        let database = folder.path().join("webchat.db");
        variables.insert("NATS_URL".to_owned(), nats.url());
        variables.insert(
            "DATABASE_URL".to_owned(),
            format!("sqlite://{}", database.display()),
        );
        variables.insert("JWT_SECRET_KEY".to_owned(), SECRET.to_owned());
        variables.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        Self {
            running: BTreeMap::new(),
            ports: BTreeMap::new(),
            nats,
            folder,
            variables,
            told: BTreeMap::new(),
        }
    }

    /// Changes the environment of processes that are started from now on.
    pub fn set(&mut self, name: &str, value: String) {
        self.variables.insert(name.to_owned(), value);
    }

    /// Gives one process variables of its own, from its next start on.
    pub fn tell(&mut self, name: &str, variables: &[(&str, &str)]) {
        let told = self.told.entry(name.to_owned()).or_default();
        told.extend(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
    }

    /// Starts these processes at once and waits until all are ready.
    pub async fn start_all(&mut self, names: &[&str]) {
        for name in names {
            self.spawn(name);
        }
        for name in names {
            self.until_ready(name).await;
        }
    }

    /// Starts a process and does not wait for it.
    pub fn spawn(&mut self, name: &str) {
        let ports = *self.ports.entry(name.to_owned()).or_insert_with(|| Ports {
            http: free_port(),
            admin: free_port(),
        });
        let mut variables = self.variables.clone();
        variables.insert("PORT".to_owned(), ports.http.to_string());
        variables.insert("WEBCHAT__ADMIN__PORT".to_owned(), ports.admin.to_string());
        variables.extend(self.told.get(name).cloned().unwrap_or_default());
        let program = name.split('-').next().expect("a program's name");
        let started = Program::start(program, &[], name, self.folder.path(), &variables);
        self.running.insert(name.to_owned(), started);
    }

    /// Waits until a process is ready.
    pub async fn until_ready(&mut self, name: &str) {
        let program = self.running.get_mut(name).expect("a running process");
        let ports = self.ports[name];
        // A gateway is ready for people when its public port says so.
        let port = if name.starts_with("gateway") {
            ports.http
        } else {
            ports.admin
        };
        let url = format!("http://127.0.0.1:{port}");
        eventually(&format!("{name} is ready"), async || {
            let outcome = program.outcome();
            assert!(
                outcome.is_none(),
                "{name} ended: {outcome:?}: {}",
                program.complaint()
            );
            is_ready(&url).await.then_some(())
        })
        .await;
    }

    /// Asks a process to stop and waits for its end.
    pub async fn stop(&mut self, name: &str) -> ExitStatus {
        self.signal(name, Signal::TERM);
        self.ended(name).await
    }

    /// Sends a signal to a process.
    pub fn signal(&self, name: &str, signal: Signal) {
        self.running[name].signal(signal);
    }

    /// Waits until a process ends by itself.
    pub async fn ended(&mut self, name: &str) -> ExitStatus {
        let mut program = self.running.remove(name).expect("a running process");
        program.ended().await
    }

    /// The id of a running process.
    pub fn process_id(&self, name: &str) -> u32 {
        self.running[name].id()
    }

    /// The memory that a process has now.
    pub fn resident_bytes(&self, name: &str) -> u64 {
        self.running[name].resident_bytes()
    }

    /// Kills a process with SIGKILL; `nats` is the broker.
    pub fn kill9(&mut self, name: &str) {
        match name {
            "nats" => self.nats.kill9(),
            name => self
                .running
                .remove(name)
                .expect("a running process")
                .kill9(),
        }
    }

    /// Suspends a process with SIGSTOP: its connections stay open, and it goes on later where it was.
    pub fn pause(&self, name: &str) {
        self.running[name].signal(Signal::STOP);
    }

    /// Lets a process go on; one that was not paused is not disturbed.
    pub fn resume(&self, name: &str) {
        self.running[name].signal(Signal::CONT);
    }

    /// Starts again what was killed, and does not wait until it is ready.
    pub async fn start_again(&mut self, name: &str) {
        match name {
            "nats" => self.nats.restart().await,
            name => self.spawn(name),
        }
    }

    /// Runs an operator's command of `webchat` to its end.
    pub async fn operate(&self, arguments: &[&str]) -> Said {
        program::run("webchat", arguments, self.folder.path(), &self.variables).await
    }

    /// Starts an operator's command of `webchat` and does not wait for it.
    pub fn start_operating(&self, arguments: &[&str]) -> Program {
        Program::start(
            "webchat",
            arguments,
            "operator",
            self.folder.path(),
            &self.variables,
        )
    }

    /// The address of the database, as `DATABASE_URL` has it.
    pub fn database_url(&self) -> &str {
        &self.variables["DATABASE_URL"]
    }

    /// Where an operator reaches a process.
    pub fn admin_url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports[name].admin)
    }

    /// Where the processes work; their log files are in `logs`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The port at which people reach a gateway.
    pub fn port(&self, gateway: &str) -> u16 {
        self.ports[gateway].http
    }

    /// Where people reach a gateway.
    pub fn url(&self, gateway: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports[gateway].http)
    }
}
