//! `webchat serve`: all roles in one process, with a nats-server child of its own.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::Signal;
use tempfile::TempDir;
use webchat_tests::{
    disk::SmallDisk,
    nats::{self, free_port},
};

use crate::{
    eventually,
    program::{self, Program, Said, Variables, common, processes_naming, send},
    request::is_ready,
};

/// A `webchat serve` on a port and a folder of its own.
#[derive(Debug)]
pub struct Serve {
    /// The process; `None` between its end and its next start.
    pub program: Option<Program>,
    folder: TempDir,
    variables: Variables,
    port: u16,
    disk_mib: Option<u32>,
}

impl Serve {
    /// Starts one with these settings beside the common ones, and waits until it is ready.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let mut serve = Self::prepare(settings);
        serve.restart().await;
        serve
    }

    /// One that is not started yet.
    pub fn prepare(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let mut variables = common(folder.path());
        variables.insert("PORT".to_owned(), port.to_string());
        variables.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        Self {
            program: None,
            folder,
            variables,
            port,
            disk_mib: None,
        }
    }

    /// Starts one with these settings whose data folder is a disk of so many mebibytes, and waits until it is ready.
    pub async fn start_on_small_disk(mib: u32, settings: &[(&str, &str)]) -> Self {
        let mut serve = Self::prepare(settings);
        serve.disk_mib = Some(mib);
        serve.restart().await;
        serve
    }

    /// The disk of [`Serve::start_on_small_disk`].
    pub fn disk(&mut self) -> SmallDisk {
        let data = self.data_folder();
        SmallDisk::of(self.program().id(), &data)
    }

    /// Its data folder, which a small disk may be mounted on.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A second process with the same settings, some of them changed, that is not waited for.
    pub fn another(&self, name: &str, changed: &[(&str, &str)]) -> Program {
        let mut variables = self.variables.clone();
        variables.extend(
            changed
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let (folder, serve) = (self.folder.path(), ("webchat", &["serve"][..]));
        match self.disk_mib {
            None => Program::start(serve.0, serve.1, name, folder, &variables),
            Some(mib) => {
                let disk = (&*folder.join("data"), mib);
                Program::start_on_small_disk(serve, name, folder, &variables, disk)
            }
        }
    }

    /// Starts it, also again, waits until it is ready, and says how long that took.
    pub async fn restart(&mut self) -> Duration {
        let begun = Instant::now();
        let mut program = self.another("serve", &[]);
        let url = self.url();
        eventually("webchat serve is ready", async || {
            let outcome = program.outcome();
            assert!(
                outcome.is_none(),
                "webchat serve ended: {outcome:?}: {}",
                program.complaint()
            );
            is_ready(&url).await.then_some(())
        })
        .await;
        self.program = Some(program);
        begun.elapsed()
    }

    /// Runs an operator's command of `webchat` on this one's folder to its end.
    pub async fn operate(&self, arguments: &[&str]) -> Said {
        program::run("webchat", arguments, self.folder.path(), &self.variables).await
    }

    /// The running process.
    pub fn program(&mut self) -> &mut Program {
        self.program.as_mut().expect("webchat serve runs")
    }

    /// Kills the nats-server and `webchat serve` with SIGKILL.
    pub async fn kill9_everything(&mut self) {
        let nats = self.nats_server().await;
        send(nats, Signal::KILL);
        self.program().kill9();
        self.program = None;
        self.nothing_is_left().await;
    }

    /// The process id of the nats-server child.
    pub async fn nats_server(&self) -> u32 {
        eventually("the nats-server child runs", async || {
            self.nats_servers().first().copied()
        })
        .await
    }

    /// The nats-servers of this folder.
    pub fn nats_servers(&self) -> Vec<u32> {
        processes_naming(&self.nats_configuration())
            .into_iter()
            .filter(is_nats_server)
            .collect()
    }

    /// Starts a nats-server as this one's child would be, bound to nobody's life.
    pub fn leave_a_nats_server_behind(&self) -> Child {
        let data = self.folder.path().join("data");
        let password = |user: &str| fs::read_to_string(data.join(format!("nats-{user}.secret")));
        let users = ["gateway", "workers", "integrator"];
        let passwords = users.map(|user| {
            let variable = format!("NATS_{}_PASSWORD", user.to_uppercase());
            (
                variable,
                password(user).expect("a password").trim().to_owned(),
            )
        });
        Command::new(nats::binary())
            .arg("-c")
            .arg(self.nats_configuration())
            .envs(passwords)
            .stderr(Stdio::null())
            .spawn()
            .expect("a nats-server")
    }

    /// Waits until no process knows this folder any more.
    pub async fn nothing_is_left(&self) {
        eventually("no process is left", async || {
            processes_naming(self.folder.path())
                .is_empty()
                .then_some(())
        })
        .await;
    }

    fn nats_configuration(&self) -> PathBuf {
        self.folder.path().join("data/nats/nats-server.conf")
    }
}

fn is_nats_server(pid: &u32) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0)
        .next()
        .is_some_and(|program| program.ends_with(b"nats-server"))
}
