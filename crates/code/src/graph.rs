//! Everything that a function reaches: all that it calls, reads or takes the address of, and what that reaches in turn.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::constants::constant;
use crate::instructions::{Reference, body};
use crate::pointers::Pointer;
use crate::program::Program;

/// A function or constant that is reached.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Absent: it is a constant, or code without a name.
    pub(crate) function: Option<String>,
    pub(crate) address: u64,
    pub(crate) bytes: u64,
    pub(crate) instructions: usize,
    /// A hash of the node itself, without its references.
    pub(crate) exact: u64,
    /// The same without the constants in instructions.
    pub(crate) shape: u64,
    /// Its references, in order.
    pub(crate) edges: Vec<usize>,
    /// How many steps it is away from the root.
    pub(crate) depth: usize,
}

/// All that is reached from one function, which is the first.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
}

/// The identity of a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Place {
    Function(u64),
    Bytes(u64, u64),
    Import(String),
}

impl Graph {
    /// Reads all that is reached from the function at `root`.
    pub(crate) fn of(program: &Program, root: u64) -> Self {
        let mut reader = Reader { program, numbers: HashMap::new(), places: Vec::new() };
        reader.number(Place::Function(root));
        let mut nodes: Vec<Node> = Vec::new();
        let mut depths = vec![0];
        // Breadth first: the least number of steps comes first.
        while nodes.len() < reader.places.len() {
            let at = nodes.len();
            let depth = depths[at];
            let node = reader.node(&reader.places[at].clone(), depth);
            depths.resize(reader.places.len(), depth + 1);
            nodes.push(node);
        }
        Self { nodes }
    }

    pub(crate) fn functions(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(|(_, node)| node.function.is_some())
    }
}

struct Reader<'p> {
    program: &'p Program,
    numbers: HashMap<Place, usize>,
    places: Vec<Place>,
}

impl Reader<'_> {
    fn number(&mut self, place: Place) -> usize {
        let next = self.places.len();
        *self.numbers.entry(place).or_insert_with_key(|place| {
            self.places.push(place.clone());
            next
        })
    }

    fn node(&mut self, place: &Place, depth: usize) -> Node {
        match place {
            Place::Function(address) => self.function(*address, depth),
            Place::Bytes(address, bytes) => self.constant(*address, *bytes, depth),
            Place::Import(name) => Node { exact: hash(name), shape: hash(name), depth, ..Node::nothing(0) },
        }
    }

    fn function(&mut self, address: u64, depth: usize) -> Node {
        let function = self.program.function_at(address).expect("a place is where a function is");
        let body = body(self.program, function);
        let edges = body.references.iter().map(|reference| self.referred(*reference)).collect();
        // A jump into the middle is not the same as a call.
        let entry = address - function.address;
        Node {
            function: Some(function.name.clone()),
            bytes: function.size,
            instructions: body.instructions,
            exact: hash(&(body.exact, entry)),
            shape: hash(&(body.shape, entry)),
            edges,
            depth,
            ..Node::nothing(function.address)
        }
    }

    fn constant(&mut self, address: u64, bytes: u64, depth: usize) -> Node {
        let constant = constant(self.program, address..address.saturating_add(bytes));
        let edges = constant.pointers.iter().map(|pointer| self.pointed(pointer)).collect();
        Node { bytes, exact: constant.hash, shape: constant.hash, edges, depth, ..Node::nothing(address) }
    }

    fn referred(&mut self, reference: Reference) -> usize {
        match reference {
            Reference::Address(address) => self.at(address),
            // A slot of a library's function: what it holds is known when the program is loaded.
            Reference::Bytes(address, 8) if self.program.pointer_at(address).is_some() => {
                self.number(Place::Bytes(address, 8))
            }
            Reference::Bytes(address, _) if self.program.is_writable(address) => self.at(address),
            Reference::Bytes(address, bytes) => self.number(Place::Bytes(address, bytes)),
        }
    }

    fn pointed(&mut self, pointer: &Pointer) -> usize {
        match pointer {
            Pointer::Address(address) => self.at(*address),
            Pointer::Import(name) => self.number(Place::Import(name.clone())),
        }
    }

    fn at(&mut self, address: u64) -> usize {
        let place = match (self.program.function_at(address), self.program.stub(address)) {
            (Some(_), _) => Place::Function(address),
            (None, Some(Pointer::Import(name))) => Place::Import(name.clone()),
            (None, _) => {
                let extent = self.program.extent(address);
                Place::Bytes(address, extent.end - extent.start)
            }
        };
        self.number(place)
    }
}

impl Node {
    fn nothing(address: u64) -> Self {
        Self {
            function: None,
            address,
            bytes: 0,
            instructions: 0,
            exact: 0,
            shape: 0,
            edges: vec![],
            depth: 0,
        }
    }
}

pub(crate) fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::{Program as Source, ROOT};

    /// The functions that `root` reaches, with the steps to them.
    fn reached(source: &str) -> Vec<(String, usize)> {
        let program = Source::of(source).read();
        let graph = Graph::of(&program, program.function(ROOT).expect("it has one"));
        let own = graph.functions().filter_map(|(_, node)| Some((node.function.clone()?, node.depth)));
        own.filter(|(name, _)| name.contains("program::")).collect()
    }

    #[track_caller]
    fn check(source: &str, expected: &[(&str, usize)]) {
        let found = reached(source);
        let found: Vec<_> = found.iter().map(|(name, depth)| (name.as_str(), *depth)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn calls_and_their_calls() {
        let source = "
            #[inline(never)] fn last(n: u64) -> u64 { std::hint::black_box(n) }
            #[inline(never)] fn middle(n: u64) -> u64 { last(n) + 1 }
            #[inline(never)] fn none(n: u64) -> u64 { n }
            #[inline(never)] pub fn root(n: u64) -> u64 { middle(n) ^ last(n + 1) }";
        let mut found = reached(source);
        found.sort();
        let expected = [("program::last", 1), ("program::middle", 1), ("program::root", 0)];
        assert_eq!(found, expected.map(|(name, depth)| (name.to_owned(), depth)));
    }

    #[test]
    fn recursion_ends() {
        let source = "
            #[inline(never)] fn odd(n: u64) -> bool { n != 0 && even(std::hint::black_box(n) - 1) }
            #[inline(never)] fn even(n: u64) -> bool { n == 0 || odd(std::hint::black_box(n) - 1) }
            #[inline(never)] pub fn root(n: u64) -> u64 { u64::from(even(n)) }";
        check(source, &[("program::root", 0), ("program::even", 1), ("program::odd", 2)]);
    }

    #[test]
    fn functions_by_pointer_and_in_statics() {
        let source = "
            #[inline(never)] fn one(n: u64) -> u64 { n + 1 }
            static STEPS: [fn(u64) -> u64; 1] = [one];
            #[inline(never)] pub fn root(n: u64) -> u64 { std::hint::black_box(&STEPS)[0](n) }";
        check(source, &[("program::root", 0), ("program::one", 2)]);
    }

    #[test]
    fn sizes_are_those_of_the_code() {
        let source = "#[inline(never)] pub fn root(n: u64) -> u64 { std::hint::black_box(n) + 1 }";
        let program = Source::of(source).read();
        let graph = Graph::of(&program, program.function(ROOT).expect("it has one"));
        let root = &graph.nodes[0];
        assert!((2..12).contains(&root.instructions), "{root:?}");
        assert!(root.bytes >= root.instructions as u64 && root.bytes < 64, "{root:?}");
    }
}
