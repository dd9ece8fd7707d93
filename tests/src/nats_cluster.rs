//! Three nats-servers that keep three copies of each stream (R3).

use crate::{
    nats::{Nats, free_port},
    proxy::{Link, Proxy},
};

const NODES: usize = 3;

/// A running cluster. Its servers are killed when dropped.
#[derive(Debug)]
pub struct NatsCluster {
    nodes: Vec<Nats>,
    monitors: Vec<u16>,
    routes: Vec<Route>,
}

/// The connections that one server opens to another one.
#[derive(Debug)]
struct Route {
    from: usize,
    to: usize,
    proxy: Proxy,
}

impl NatsCluster {
    /// Starts three servers and waits until each takes connections. They choose a leader in the next seconds; until
    /// then JetStream answers that it is not available.
    ///
    /// # Panics
    /// Where there is no nats-server; the message says what to do.
    pub async fn start() -> Self {
        let ports: Vec<u16> = (0..NODES).map(|_| free_port()).collect();
        let monitors: Vec<u16> = (0..NODES).map(|_| free_port()).collect();
        let mut routes = Vec::new();
        for from in 0..NODES {
            for to in (0..NODES).filter(|to| *to != from) {
                let proxy = Proxy::start(ports[to]).await;
                routes.push(Route { from, to, proxy });
            }
        }
        let nodes: Vec<Nats> = (0..NODES)
            .map(|node| {
                let (name, port, monitor) = (name(node), ports[node], monitors[node]);
                let own = routes.iter().filter(|route| route.from == node);
                let urls: Vec<String> = own
                    .map(|route| format!("\"nats://127.0.0.1:{}\"", route.proxy.port()))
                    .collect();
                // Servers tell each other where to find them; past the proxies nobody does.
                let nowhere = free_port();
                let more = format!(
                    "server_name: {name}\nhttp: \"127.0.0.1:{monitor}\"\n\
                     cluster {{ name: tests-{}, listen: \"127.0.0.1:{port}\", advertise: \"127.0.0.1:{nowhere}\", routes: [{}] }}\n",
                    // Whoever gets a port of another cluster by mistake is turned away.
                    ports[0],
                    urls.join(", ")
                );
                Nats::spawn(free_port(), more)
            })
            .collect();
        for node in &nodes {
            node.until_it_answers().await;
        }
        Self {
            nodes,
            monitors,
            routes,
        }
    }

    /// Where all of them listen, comma-separated, as `NATS_URL` has it.
    pub fn urls(&self) -> String {
        let urls: Vec<String> = self.nodes.iter().map(Nats::url).collect();
        urls.join(",")
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none: never.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// One of the servers.
    pub fn node(&mut self, node: usize) -> &mut Nats {
        &mut self.nodes[node]
    }

    /// Changes what the links between one server and the others do.
    pub fn set_routes_of(&self, node: usize, link: Link) {
        let of_node = |route: &&Route| route.from == node || route.to == node;
        for route in self.routes.iter().filter(of_node) {
            route.proxy.set(link);
        }
    }

    /// Where a server tells about itself over HTTP (`/jsz?streams=true` names each stream's leader).
    pub fn monitor_url(&self, node: usize) -> String {
        format!("http://127.0.0.1:{}", self.monitors[node])
    }

    /// The server of this name, as `/jsz` and the stream's information name it.
    pub fn named(&self, wanted: &str) -> Option<usize> {
        (0..self.nodes.len()).find(|node| name(*node) == wanted)
    }
}

fn name(node: usize) -> String {
    format!("node-{}", node + 1)
}
