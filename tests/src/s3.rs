//! A real server of the S3 API: `moto_server` of the Python package index. It keeps everything in its memory and believes
//! every signature, so what it shows is the protocol: keys, parts, ranges, lists, and their absence.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use crate::nats::free_port;

const BINARY: &str = "WEBCHAT_TEST_S3_SERVER";
/// It is Python that starts, perhaps beside much else.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Credentials that it accepts, as the AWS tools name them.
pub const CREDENTIALS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
];

/// A running server. Killed when dropped.
#[derive(Debug)]
pub struct S3 {
    child: Child,
    port: u16,
    buckets: AtomicU32,
}

impl S3 {
    /// The server that all tests of this binary share; started at the first call. It ends with this process.
    pub fn shared() -> &'static S3 {
        static SHARED: OnceLock<S3> = OnceLock::new();
        SHARED.get_or_init(|| {
            // It is killed when the thread ends that started it, and a test's own thread ends before others are done.
            let (sender, started) = mpsc::channel();
            thread::spawn(move || {
                sender.send(S3::start()).expect("somebody waits for it");
                loop {
                    thread::park();
                }
            });
            started.recv().expect("a server of the S3 API")
        })
    }

    /// Starts a server and waits until it answers.
    ///
    /// # Panics
    /// Where there is none; the message says what to do.
    pub fn start() -> S3 {
        let port = free_port();
        let child = Command::new("setpriv")
            .arg("--pdeathsig=KILL")
            .arg(binary())
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("setpriv can be started");
        let buckets = AtomicU32::new(0);
        let mut server = S3 {
            child,
            port,
            buckets,
        };
        let give_up = Instant::now() + START_LIMIT;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.child.try_wait().expect("look at the server");
            assert!(
                ended.is_none() && Instant::now() < give_up,
                "no server of the S3 API ({ended:?}): `make test` installs it, or name moto_server in {BINARY}"
            );
            thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// Makes a bucket and returns its name.
    pub fn fresh_bucket(&self) -> String {
        let number = self.buckets.fetch_add(1, Ordering::Relaxed);
        let name = format!("webchat-{number}");
        let answer = self.ask("PUT", &format!("/{name}"));
        assert!(answer.contains(" 200 "), "no bucket: {answer}");
        name
    }

    /// The settings of a storage in this bucket, below a prefix.
    pub fn settings(&self, bucket: &str) -> Vec<(&'static str, String)> {
        vec![
            ("STORAGE_URL", format!("s3://{bucket}/chat")),
            ("WEBCHAT__STORAGE__ENDPOINT", self.endpoint()),
            ("WEBCHAT__STORAGE__REGION", "eu-central-1".to_owned()),
        ]
    }

    /// Where it is.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the bucket has: the answer of the API, with the keys of all objects.
    pub fn objects(&self, bucket: &str) -> String {
        self.ask("GET", &format!("/{bucket}?list-type=2"))
    }

    /// Uploads in parts that are neither finished nor aborted: the answer of the API, with their keys.
    pub fn unfinished(&self, bucket: &str) -> String {
        self.ask("GET", &format!("/{bucket}?uploads"))
    }

    /// Writes an object past whoever uses the bucket.
    pub fn put(&self, bucket: &str, key: &str, text: &str) {
        let answer = self.ask_with("PUT", &format!("/{bucket}/{key}"), text);
        assert!(answer.contains(" 200 "), "not written: {answer}");
    }

    /// Ends it without a word.
    pub fn kill9(&mut self) {
        self.child.kill().expect("the server can be killed");
        self.child.wait().expect("the server ends");
    }

    fn ask(&self, method: &str, path: &str) -> String {
        self.ask_with(method, path, "")
    }

    fn ask_with(&self, method: &str, path: &str, body: &str) -> String {
        let mut server = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        server.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        server.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        // It may have been killed by the test already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn binary() -> PathBuf {
    std::env::var_os(BINARY)
        .map(PathBuf::from)
        .or_else(installed)
        .unwrap_or_else(|| PathBuf::from("moto_server"))
}

/// The one that `make` installed below the project.
fn installed() -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools");
    let found = std::fs::read_dir(tools).ok()?.filter_map(Result::ok);
    found
        .map(|folder| folder.path().join("bin/moto_server"))
        .find(|path| path.is_file())
}
