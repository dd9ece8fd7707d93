//! A good pairing of a large pool: greedy, then exchanges between two couples while they gain (2-opt).

use super::Edge;

/// How often all edges are tried again at the most.
const PASSES: u8 = 4;
const NO_EDGE: u32 = u32::MAX;

/// An edge as one of its people sees it.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    edge: u32,
    to: u32,
}

/// A pairing in progress, over the edges of the sparse graph, the heaviest first.
struct Pairing<'a> {
    edges: &'a [Edge],
    /// The edge in use of each person.
    used: Vec<u32>,
    /// The edges of each person, one slice after the other.
    starts: Vec<u32>,
    of_person: Vec<Way>,
    /// In which pass each person last changed.
    changed: Vec<u8>,
    pass: u8,
}

/// Couples of a great total weight. `edges` come the heaviest first, each pair once.
pub(super) fn heavy(people: usize, edges: &[Edge]) -> Vec<Edge> {
    let mut pairing = Pairing::new(people, edges);
    // The first pass finds free people only: it is the greedy pairing.
    for pass in 0..=PASSES {
        pairing.pass = pass;
        let mut improved = false;
        for edge in (0u32..).take(edges.len()) {
            improved |= pairing.try_edge(edge);
        }
        if !improved {
            break;
        }
    }
    let ranks = (0u32..).take(people);
    let used = ranks.filter_map(|rank| {
        let edge = pairing.edge(pairing.used[rank as usize])?;
        (edge.pair.one() == rank).then_some(*edge)
    });
    used.collect()
}

impl<'a> Pairing<'a> {
    fn new(people: usize, edges: &'a [Edge]) -> Self {
        let mut starts = vec![0u32; people + 1];
        for rank in edges.iter().flat_map(|edge| edge.pair.ranks()) {
            starts[rank as usize + 1] += 1;
        }
        for next in 1..starts.len() {
            starts[next] += starts[next - 1];
        }
        let mut free = starts.clone();
        let mut of_person = vec![Way::default(); edges.len() * 2];
        for (index, edge) in (0u32..).zip(edges) {
            for rank in edge.pair.ranks() {
                let slot = &mut free[rank as usize];
                of_person[*slot as usize] = Way {
                    edge: index,
                    to: edge.pair.one() + edge.pair.other() - rank,
                };
                *slot += 1;
            }
        }
        Self {
            edges,
            used: vec![NO_EDGE; people],
            starts,
            of_person,
            changed: vec![0; people],
            pass: 0,
        }
    }

    /// Takes an edge into the pairing where that gains, with what the two left behind get instead: each other, or
    /// somebody free each.
    fn try_edge(&mut self, index: u32) -> bool {
        let Some(edge) = self.edge(index).copied() else {
            return false;
        };
        let [a, b] = edge.pair.ranks();
        // Nothing new for either since the last time.
        if [a, b]
            .iter()
            .all(|rank| self.changed[*rank as usize] + 1 < self.pass)
        {
            return false;
        }
        let (with_a, with_b) = (self.used[a as usize], self.used[b as usize]);
        if with_a == index {
            return false;
        }
        if with_a == NO_EDGE && with_b == NO_EDGE {
            self.use_edge(index);
            return true;
        }
        let lost = self.weight(with_a) + self.weight(with_b);
        let left = [self.mate(a), self.mate(b)];
        let best = left.iter().flatten().map(|rank| self.heaviest_of(*rank));
        if edge.weight + best.sum::<f32>() <= lost + f32::EPSILON {
            return false;
        }
        let together = match left {
            [Some(one), Some(other)] => self.between(one, other),
            _ => NO_EDGE,
        };
        let apart = self.free_for(left, [a, b]);
        let gained = self
            .weight(together)
            .max(apart.iter().map(|edge| self.weight(*edge)).sum());
        if edge.weight + gained <= lost + 1e-6 {
            return false;
        }
        self.leave(with_a);
        self.leave(with_b);
        self.use_edge(index);
        if together != NO_EDGE && self.weight(together) >= gained {
            self.use_edge(together);
        } else {
            apart.into_iter().for_each(|edge| self.use_edge(edge));
        }
        true
    }

    /// For each of the two the heaviest edge to somebody free; never the same person for both.
    fn free_for(&self, left: [Option<u32>; 2], taken: [u32; 2]) -> [u32; 2] {
        let mut found = [NO_EDGE; 2];
        let mut used_up = None;
        for (slot, rank) in found.iter_mut().zip(left) {
            let Some(rank) = rank else { continue };
            let free = self.ways_of(rank).iter().find(|way| {
                let is_free = self.used[way.to as usize] == NO_EDGE;
                is_free && !taken.contains(&way.to) && used_up != Some(way.to)
            });
            if let Some(way) = free {
                used_up = Some(way.to);
                *slot = way.edge;
            }
        }
        found
    }

    fn between(&self, one: u32, other: u32) -> u32 {
        let mut ways = self.ways_of(one).iter();
        let way = ways.find(|way| way.to == other);
        way.map_or(NO_EDGE, |way| way.edge)
    }

    fn ways_of(&self, rank: u32) -> &[Way] {
        let (begin, end) = (self.starts[rank as usize], self.starts[rank as usize + 1]);
        &self.of_person[begin as usize..end as usize]
    }

    /// Edges come the heaviest first, so a person's first is the heaviest.
    fn heaviest_of(&self, rank: u32) -> f32 {
        let first = self.ways_of(rank).first();
        first.map_or(0.0, |way| self.weight(way.edge))
    }

    fn edge(&self, index: u32) -> Option<&'a Edge> {
        self.edges.get(index as usize)
    }

    fn weight(&self, index: u32) -> f32 {
        self.edge(index).map_or(0.0, |edge| edge.weight)
    }

    fn mate(&self, rank: u32) -> Option<u32> {
        let used = self.used[rank as usize];
        (used != NO_EDGE).then(|| self.other(used, rank))
    }

    fn other(&self, index: u32, rank: u32) -> u32 {
        let [one, other] = self.edges[index as usize].pair.ranks();
        if one == rank { other } else { one }
    }

    fn leave(&mut self, index: u32) {
        for rank in self
            .edge(index)
            .into_iter()
            .flat_map(|edge| edge.pair.ranks())
        {
            self.used[rank as usize] = NO_EDGE;
            self.changed[rank as usize] = self.pass;
        }
    }

    fn use_edge(&mut self, index: u32) {
        for rank in self
            .edge(index)
            .into_iter()
            .flat_map(|edge| edge.pair.ranks())
        {
            self.used[rank as usize] = index;
            self.changed[rank as usize] = self.pass;
        }
    }
}
