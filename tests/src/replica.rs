//! A replica that lags, and one that is asked and does not answer: on one nats-server, and for as long as a test wants.

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// Lets direct gets of a stream be answered by two, one of which has heard of one subject only: a mirror of that subject
/// answers them beside its stream, as a replica does. It begins with the first message of the subject, which is still to
/// be published. `ask` sends a request to the broker (subject, payload).
///
/// # Panics
/// Where the broker refuses.
pub async fn that_heard_only(
    heard: &str,
    stream: &str,
    ask: impl AsyncFnOnce(String, String) -> String,
) {
    let mirror = format!(
        r#"{{"name":"LAGGING","storage":"memory","num_replicas":1,"allow_direct":true,"mirror_direct":true,"mirror":{{"name":"{stream}","filter_subject":"{heard}"}}}}"#
    );
    let answer = ask("$JS.API.STREAM.CREATE.LAGGING".to_owned(), mirror).await;
    assert!(!answer.contains("\"error\""), "{answer}");
}

/// Takes the direct gets of a stream that answers none itself, and answers none either, until it is dropped.
#[derive(Debug)]
pub struct Silent(BufReader<TcpStream>);

impl Silent {
    /// Listens on the nats-server of this port.
    ///
    /// # Panics
    /// Where there is no server.
    pub async fn begin(port: u16, stream: &str) -> Self {
        let connection = TcpStream::connect(("127.0.0.1", port)).await;
        let mut silent = Self(BufReader::new(connection.expect("a server")));
        let hello = format!(
            "CONNECT {{\"verbose\":false}}\r\nSUB $JS.API.DIRECT.GET.{stream} 1\r\nPING\r\n"
        );
        let said = silent.0.write_all(hello.as_bytes()).await;
        said.expect("said");
        silent.until("PONG").await;
        silent
    }

    /// Somebody has asked and waits for an answer.
    ///
    /// # Panics
    /// Where the server closes the connection.
    pub async fn asked(&mut self) {
        self.until("MSG ").await;
    }

    async fn until(&mut self, beginning: &str) {
        let mut line = String::new();
        while !line.starts_with(beginning) {
            line.clear();
            let read = self.0.read_line(&mut line).await;
            assert!(read.expect("a line") > 0, "the server has closed");
        }
    }
}
