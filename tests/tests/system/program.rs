//! A process of the product, and what it said.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use webchat_tests::{disk::on_small_disk, nats};

use crate::eventually;

/// Lines of a process that a failed test shows.
const LAST_WORDS: usize = 40;

/// The environment of a process, all of it.
pub type Variables = BTreeMap<String, String>;

/// A running process. Killed when dropped; if the test fails, its last words are shown. A panic of its own fails the test.
#[derive(Debug)]
pub struct Program {
    child: Child,
    name: String,
    folder: PathBuf,
}

impl Program {
    /// Starts `program` as `name` with these arguments and this environment. It works, and writes its output, in
    /// `folder`.
    pub fn start(
        program: &str,
        arguments: &[&str],
        name: &str,
        folder: &Path,
        variables: &Variables,
    ) -> Self {
        let mut command = Command::new(binary(program));
        command.args(arguments);
        Self::launch(command, name, folder, variables)
    }

    /// The same, with a disk of `mib` mebibytes of its own on the folder `place`.
    pub fn start_on_small_disk(
        (program, arguments): (&str, &[&str]),
        name: &str,
        folder: &Path,
        variables: &Variables,
        (place, mib): (&Path, u32),
    ) -> Self {
        fs::create_dir_all(place).expect("a folder for a disk");
        let mut command = on_small_disk(place, mib, "mode=0700");
        command.arg(binary(program)).args(arguments);
        Self::launch(command, name, folder, variables)
    }

    fn launch(mut command: Command, name: &str, folder: &Path, variables: &Variables) -> Self {
        let output = |kind: &str| {
            let path = folder.join(format!("{name}.{kind}"));
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .expect("a file for a program's output")
        };
        let child = command
            .current_dir(folder)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(output("stdout"))
            .stderr(output("stderr"))
            .spawn()
            .expect("a program can be started");
        Self {
            child,
            name: name.to_owned(),
            folder: folder.to_owned(),
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The memory that it has now, as the system counts it.
    pub fn resident_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kib.expect("VmRSS in kB") * 1_024
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        send(self.child.id(), signal);
    }

    /// Kills it with SIGKILL, without a word.
    pub fn kill9(&mut self) {
        self.child.kill().expect("a program can be killed");
        self.child.wait().expect("a killed program ends");
    }

    /// How it ended, if it did.
    pub fn outcome(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a program can be looked at")
    }

    /// Waits until it ends by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        eventually(&format!("{} ends", self.name), async || self.outcome()).await
    }

    /// What it wrote to standard error.
    pub fn complaint(&self) -> String {
        self.output("stderr")
    }

    fn show_last_words(&self) {
        for kind in ["stdout", "stderr"] {
            let output = self.output(kind);
            let lines: Vec<_> = output.lines().collect();
            let last = &lines[lines.len().saturating_sub(LAST_WORDS)..];
            eprintln!("--- {} {kind} ---\n{}", self.name, last.join("\n"));
        }
    }

    fn output(&self, kind: &str) -> String {
        fs::read_to_string(self.folder.join(format!("{}.{kind}", self.name))).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            self.show_last_words();
        } else {
            let complaint = self.complaint();
            assert!(
                !complaint.contains("panicked at"),
                "{}: {complaint}",
                self.name
            );
        }
    }
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub struct Said {
    /// Whether it succeeded.
    pub success: bool,
    /// On standard output.
    pub stdout: String,
    /// On standard error.
    pub stderr: String,
}

/// Runs a program to its end.
pub async fn run(program: &str, arguments: &[&str], folder: &Path, variables: &Variables) -> Said {
    let output = tokio::process::Command::new(binary(program))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("a program can be run");
    Said {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Sends a signal to a process of this test.
pub fn send(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .expect("a process id");
    kill_process(pid, signal).expect("a signal can be sent");
}

/// The processes whose command line or environment names the folder. A zombie has neither.
pub fn processes_naming(folder: &Path) -> Vec<u32> {
    let needle = folder.as_os_str().as_encoded_bytes();
    let names_it = |pid: &u32| {
        ["cmdline", "environ"].iter().any(|file| {
            let content = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            content.windows(needle.len()).any(|part| part == needle)
        })
    };
    fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(names_it)
        .collect()
}

/// The settings that all processes of all tests have: cheap passwords, no rate limits, quick matching.
pub fn common(folder: &Path) -> Variables {
    let path = std::env::var("PATH").unwrap_or_default();
    let nats = nats::binary();
    let nats = nats.parent().filter(|folder| folder.is_absolute());
    let path = nats.map_or(path.clone(), |nats| format!("{}:{path}", nats.display()));
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../static");
    let text = |path: PathBuf| path.display().to_string();
    [
        ("PATH", path),
        ("HOST", "127.0.0.1".to_owned()),
        ("WEBCHAT_DATA_DIR", text(folder.join("data"))),
        ("LOG_DIR", text(folder.join("logs"))),
        ("WEBCHAT__ADMIN__PORT", "0".to_owned()),
        ("WEBCHAT__HTTP__STATIC_DIR", text(web)),
        ("WEBCHAT__LIMITS__ENABLED", "false".to_owned()),
        ("WEBCHAT__AUTH__HASH_MEMORY_KIB", "8".to_owned()),
        ("WEBCHAT__AUTH__HASH_ITERATIONS", "1".to_owned()),
        ("WEBCHAT__MATCH__TICK_MS", "100".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn binary(program: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    let built = test
        .parent()
        .and_then(Path::parent)
        .expect("the target folder")
        .join(program);
    assert!(
        built.is_file(),
        "{} is missing: run `cargo build --workspace` first",
        built.display()
    );
    built
}
