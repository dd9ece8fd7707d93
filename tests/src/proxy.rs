//! A TCP proxy for one link between two processes. The link can be cut, delayed, throttled, or left half-open
//! in both directions or in one.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    task::AbortHandle,
    time::{Instant, sleep, sleep_until},
};

/// Bytes that are passed on at once.
const CHUNK: usize = 4 * 1024;
/// Chunks of one direction that may be on their way.
const IN_FLIGHT: usize = 256;

/// What a link does with what is sent over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Passes everything on, each chunk after this time.
    Open {
        /// How long a chunk is on its way.
        delay: Duration,
    },
    /// Passes on at most so many bytes a second in each direction.
    Throttled {
        /// Bytes of one connection and direction.
        bytes_per_second: u32,
    },
    /// Connections stay open and new ones are accepted; nothing arrives.
    HalfOpen,
    /// What goes up arrives; no answer comes back.
    Unanswered,
    /// There are no connections, and new ones end at once.
    Cut,
}

/// Which way something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// To whom the proxy stands for.
    Up,
    /// Back.
    Down,
}

impl Link {
    /// As if there were no proxy.
    pub const PLAIN: Self = Self::Open {
        delay: Duration::ZERO,
    };

    fn holds_back(self, way: Way) -> bool {
        match self {
            Self::HalfOpen => true,
            Self::Unanswered => way == Way::Down,
            Self::Open { .. } | Self::Throttled { .. } | Self::Cut => false,
        }
    }
}

/// A running proxy. It ends, with its connections, when dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    /// The last one is that of new connections; over the others nothing passes any more.
    links: Mutex<Vec<watch::Sender<Link>>>,
    newest: watch::Sender<watch::Receiver<Link>>,
    accepting: AbortHandle,
}

impl Proxy {
    /// Starts a proxy on a free port of loopback for whatever listens on `upstream` there.
    ///
    /// # Panics
    /// Where no port is free.
    pub async fn start(upstream: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let (link, follow) = watch::channel(Link::PLAIN);
        let (newest, links) = watch::channel(follow);
        let accepting = tokio::spawn(accept(listener, upstream, links)).abort_handle();
        Self {
            port,
            links: Mutex::new(vec![link]),
            newest,
            accepting,
        }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes what the link does, also for connections that are open.
    pub fn set(&self, link: Link) {
        self.link().send_replace(link);
    }

    /// Forgets the connections that are open, as a restarted router does: they stay open for good and nothing arrives.
    /// New ones are served as if there were no proxy.
    pub fn forget(&self) {
        self.set(Link::HalfOpen);
        let (link, follow) = watch::channel(Link::PLAIN);
        self.links
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(link);
        self.newest.send_replace(follow);
    }

    fn link(&self) -> watch::Sender<Link> {
        let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.last().cloned().expect("there is always one")
    }

    /// Ends all connections once; new ones are served.
    pub fn reset(&self) {
        let sender = self.link();
        let link = *sender.borrow();
        // Every connection has its own receiver, and sees the last value only: it must not miss the cut.
        sender.send_replace(Link::Cut);
        tokio::spawn(async move {
            sleep(Duration::from_millis(20)).await;
            sender.send_if_modified(|now| {
                let cut = *now == Link::Cut;
                if cut {
                    *now = link;
                }
                cut
            });
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        for link in links.iter() {
            link.send_replace(Link::Cut);
        }
    }
}

async fn accept(
    listener: TcpListener,
    upstream: u16,
    links: watch::Receiver<watch::Receiver<Link>>,
) {
    loop {
        // A connection that ended before it was accepted concerns nobody else.
        let Ok((near, _)) = listener.accept().await else {
            continue;
        };
        let link = links.borrow().clone();
        if *link.borrow() == Link::Cut {
            continue;
        }
        tokio::spawn(connect(near, upstream, link));
    }
}

async fn connect(near: TcpStream, upstream: u16, mut link: watch::Receiver<Link>) {
    if until_it_passes(&mut link, Way::Up).await.is_none() {
        return;
    }
    let Ok(far) = TcpStream::connect(("127.0.0.1", upstream)).await else {
        return;
    };
    for stream in [&near, &far] {
        // A connection that has ended already needs no option.
        stream.set_nodelay(true).ok();
    }
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    // Both directions end together: a process behind a broken link sees a broken connection.
    tokio::select! {
        () = pass(Way::Up, near_read, far_write, link.clone()) => {}
        () = pass(Way::Down, far_read, near_write, link) => {}
    }
}

async fn pass(way: Way, from: OwnedReadHalf, to: OwnedWriteHalf, link: watch::Receiver<Link>) {
    let (sender, receiver) = mpsc::channel(IN_FLIGHT);
    let mut watched = link.clone();
    tokio::select! {
        // Whoever closed its end is heard to the end of what it said.
        ((), ()) = async { tokio::join!(take(from, sender, link.clone()), give(way, to, receiver, link.clone())) } => {}
        _cut = watched.wait_for(|link| *link == Link::Cut) => {}
    }
}

/// Reads, and says when each chunk should arrive. What is read while the link is half-open waits until it is not.
async fn take(
    mut from: OwnedReadHalf,
    to: mpsc::Sender<(Instant, Vec<u8>)>,
    link: watch::Receiver<Link>,
) {
    let mut buffer = vec![0; CHUNK];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let delay = match *link.borrow() {
            Link::Open { delay } => delay,
            _ => Duration::ZERO,
        };
        let due = Instant::now() + delay;
        if to.send((due, buffer[..length].to_vec())).await.is_err() {
            return;
        }
    }
}

async fn give(
    way: Way,
    mut to: OwnedWriteHalf,
    mut from: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut link: watch::Receiver<Link>,
) {
    while let Some((due, chunk)) = from.recv().await {
        sleep_until(due).await;
        let Some(link) = until_it_passes(&mut link, way).await else {
            return;
        };
        if to.write_all(&chunk).await.is_err() {
            return;
        }
        if let Link::Throttled { bytes_per_second } = link {
            let bytes = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            sleep(Duration::from_secs(1) * bytes / bytes_per_second.max(1)).await;
        }
    }
}

/// Waits while the link holds back what goes this way; `None` where it was cut.
async fn until_it_passes(link: &mut watch::Receiver<Link>, way: Way) -> Option<Link> {
    let passes = link.wait_for(|link| !link.holds_back(way)).await;
    passes
        .ok()
        .map(|link| *link)
        .filter(|link| *link != Link::Cut)
}
