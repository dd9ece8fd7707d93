//! A good pairing of a large pool: greedy, then exchanges between two couples while they gain (2-opt).

use super::Edge;

/// How often all edges are tried again at the most.
const PASSES: u8 = 4;
const NO_EDGE: u32 = u32::MAX;
const NOBODY: u32 = u32::MAX;

/// An edge as one of its people sees it.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    edge: u32,
    to: u32,
}

/// What the search asks of a person again and again: together, because it is read together.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The edge in use.
    used: u32,
    /// Whom it leads to.
    mate: u32,
    /// Its weight; nothing without one.
    worth: f32,
    /// The weight of the heaviest edge.
    best: f32,
    /// How many of those around are free; counted from the first exchange on.
    free_around: u32,
    /// One bit each for those around, by their ranks: who has none there is not around.
    around: u64,
    /// In which pass the person last changed.
    changed: u8,
}

/// A pairing in progress, over the edges of the sparse graph, the heaviest first.
struct Pairing<'a> {
    edges: &'a [Edge],
    places: Vec<Place>,
    /// Who is free: apart from the places, because it is asked of everybody around.
    is_free: Vec<bool>,
    /// The edges of each person, one slice after the other.
    starts: Vec<u32>,
    of_person: Vec<Way>,
    pass: u8,
}

/// Couples of a great total weight. `edges` come the heaviest first, each pair once.
pub(super) fn heavy(people: usize, edges: &[Edge]) -> Vec<Edge> {
    let mut pairing = Pairing::new(people, edges);
    // The first pass takes free people only: it is the greedy pairing.
    for pass in 0..=PASSES {
        pairing.pass = pass;
        if pass == 1 {
            pairing.count_free();
        }
        let mut improved = false;
        for (index, edge) in (0u32..).zip(edges) {
            improved |= pairing.try_edge(index, edge);
        }
        if !improved {
            break;
        }
    }
    let places = (0u32..).zip(&pairing.places);
    let used = places.filter_map(|(rank, place)| {
        let edge = edges.get(place.used as usize)?;
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
        let place = |rank: usize| {
            // A person's edges come the heaviest first, too.
            let ways = &of_person[starts[rank] as usize..starts[rank + 1] as usize];
            Place {
                best: ways
                    .first()
                    .map_or(0.0, |way| edges[way.edge as usize].weight),
                around: ways.iter().fold(0, |around, way| around | bit(way.to)),
                ..Place::FREE
            }
        };
        Self {
            edges,
            places: (0..people).map(place).collect(),
            is_free: vec![true; people],
            starts,
            of_person,
            pass: 0,
        }
    }

    /// Takes an edge into the pairing where that gains, with what the two left behind get instead: each other, or
    /// somebody free each.
    fn try_edge(&mut self, index: u32, edge: &Edge) -> bool {
        let [a, b] = edge.pair.ranks();
        let [at_a, at_b] = [a, b].map(|rank| self.places[rank as usize]);
        // Nothing new for either since the last time.
        if at_a.changed.max(at_b.changed) + 1 < self.pass || at_a.used == index {
            return false;
        }
        if at_a.used == NO_EDGE && at_b.used == NO_EDGE {
            self.use_edge(index);
            return true;
        }
        if self.pass == 0 {
            return false;
        }
        let lost = at_a.worth + at_b.worth;
        // Of two edges that replace two others one is worth more than half: it will be tried itself.
        if edge.weight * 2.0 <= lost {
            return false;
        }
        let left = [at_a.mate, at_b.mate];
        let best: f32 = left.iter().map(|rank| self.best_of(*rank)).sum();
        if edge.weight + best <= lost + f32::EPSILON {
            return false;
        }
        let together = self.between(left);
        let apart = self.free_for(left, [a, b]);
        let gained = self
            .weight(together)
            .max(apart.iter().map(|edge| self.weight(*edge)).sum());
        if edge.weight + gained <= lost + 1e-6 {
            return false;
        }
        self.leave(at_a.used);
        self.leave(at_b.used);
        self.use_edge(index);
        if together != NO_EDGE && self.weight(together) >= gained {
            self.use_edge(together);
        } else {
            apart.into_iter().for_each(|edge| self.use_edge(edge));
        }
        true
    }

    /// For each of the two the heaviest edge to somebody free; never the same person for both.
    fn free_for(&self, left: [u32; 2], taken: [u32; 2]) -> [u32; 2] {
        let mut found = [NO_EDGE; 2];
        let mut used_up = NOBODY;
        for (slot, rank) in found.iter_mut().zip(left) {
            let place = self.places.get(rank as usize);
            if place.is_none_or(|place| place.free_around == 0) {
                continue;
            }
            let free = self.ways_of(rank).iter().find(|way| {
                self.is_free[way.to as usize] && !taken.contains(&way.to) && used_up != way.to
            });
            if let Some(way) = free {
                used_up = way.to;
                *slot = way.edge;
            }
        }
        found
    }

    /// The edge between the two, if there is one.
    fn between(&self, [one, other]: [u32; 2]) -> u32 {
        let place = |rank: u32| self.places.get(rank as usize);
        let (Some(at_one), Some(at_other)) = (place(one), place(other)) else {
            return NO_EDGE;
        };
        if at_one.around & bit(other) == 0 || at_other.around & bit(one) == 0 {
            return NO_EDGE;
        }
        let mut ways = self.ways_of(one).iter();
        let way = ways.find(|way| way.to == other);
        way.map_or(NO_EDGE, |way| way.edge)
    }

    fn ways_of(&self, rank: u32) -> &[Way] {
        if rank == NOBODY {
            return &[];
        }
        let (begin, end) = (self.starts[rank as usize], self.starts[rank as usize + 1]);
        &self.of_person[begin as usize..end as usize]
    }

    fn best_of(&self, rank: u32) -> f32 {
        let place = self.places.get(rank as usize);
        place.map_or(0.0, |place| place.best)
    }

    fn weight(&self, index: u32) -> f32 {
        let edge = self.edges.get(index as usize);
        edge.map_or(0.0, |edge| edge.weight)
    }

    fn leave(&mut self, index: u32) {
        let Some(edge) = self.edges.get(index as usize) else {
            return;
        };
        for rank in edge.pair.ranks().map(|rank| rank as usize) {
            let place = &mut self.places[rank];
            (place.used, place.mate, place.worth) = (NO_EDGE, NOBODY, 0.0);
            place.changed = self.pass;
            self.is_free[rank] = true;
            self.count_around(rank, 1);
        }
    }

    fn use_edge(&mut self, index: u32) {
        let Some(edge) = self.edges.get(index as usize) else {
            return;
        };
        let [one, other] = edge.pair.ranks();
        for (rank, mate) in [(one, other), (other, one)] {
            let rank = rank as usize;
            let place = &mut self.places[rank];
            (place.used, place.mate, place.worth) = (index, mate, edge.weight);
            place.changed = self.pass;
            self.is_free[rank] = false;
            self.count_around(rank, -1);
        }
    }

    /// Who is free is counted by everybody around, once nobody free is left beside somebody free.
    fn count_free(&mut self) {
        for rank in 0..self.places.len() {
            if self.is_free[rank] {
                self.count_around(rank, 1);
            }
        }
    }

    /// Somebody has become free, or is not any more.
    fn count_around(&mut self, rank: usize, change: i32) {
        if self.pass == 0 {
            return;
        }
        let (begin, end) = (self.starts[rank], self.starts[rank + 1]);
        for way in &self.of_person[begin as usize..end as usize] {
            let count = &mut self.places[way.to as usize].free_around;
            *count = count.wrapping_add_signed(change);
        }
    }
}

impl Place {
    const FREE: Self = Self {
        used: NO_EDGE,
        mate: NOBODY,
        worth: 0.0,
        best: 0.0,
        free_around: 0,
        around: 0,
        changed: 0,
    };
}

fn bit(rank: u32) -> u64 {
    1 << (rank % u64::BITS)
}
