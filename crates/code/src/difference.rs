//! Which functions differ between two programs, among those that are reached from a function of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Graph, Node};
use crate::program::Program;
use crate::refine::classes;

/// How two programs differ in what a function reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How many functions are reached, on each side.
    pub reached: [usize; 2],
    /// Those nearest to the root first.
    pub differences: Vec<Difference>,
    /// Everything that is reached is the same, constants included.
    pub is_equal: bool,
}

/// A function that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// As in the source: `my_crate::module::name`.
    pub function: String,
    pub change: Change,
    /// Absent: the side does not reach it.
    pub before: Option<Extent>,
    pub after: Option<Extent>,
    /// Functions that it called before and does not call now.
    pub no_longer_calls: Vec<String>,
    /// Functions that it calls now and did not call before.
    pub now_calls: Vec<String>,
    /// The least number of calls from the root.
    pub depth: usize,
}

/// In what two versions of a function differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// In instructions.
    Code,
    /// A function that was called is now part of it, or the other way round.
    Inlining,
    /// In constants only: numbers within instructions, or data that they read.
    Constants,
    /// Only the candidate reaches it.
    Added,
    /// Only the baseline reaches it.
    Removed,
}

/// How large a function is, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Without padding.
    pub instructions: usize,
    pub bytes: u64,
    pub address: u64,
}

/// Compares what is reached from the function at each program's address: baseline first.
#[must_use]
pub fn compare(programs: [&Program; 2], roots: [u64; 2]) -> Comparison {
    let graphs = &[0, 1].map(|side| Graph::of(programs[side], roots[side]));
    let [base, candidate] = graphs;
    let classes = classes([base, candidate]);
    let reached = [base, candidate].map(|graph| graph.functions().count());
    let is_equal = classes[0][0] == classes[1][0];
    let differences = if is_equal { Vec::new() } else { Sides { graphs, classes }.differences() };
    Comparison { reached, differences, is_equal }
}

struct Sides<'g> {
    graphs: &'g [Graph; 2],
    classes: [Vec<u64>; 2],
}

impl Sides<'_> {
    fn differences(&self) -> Vec<Difference> {
        let [base, candidate] = [0, 1].map(|side| self.by_name(side));
        let names: BTreeSet<&str> = base.keys().chain(candidate.keys()).copied().collect();
        let none = Vec::new();
        let of_name =
            |name: &str| self.of_name([&base, &candidate].map(|side| side.get(name).unwrap_or(&none)));
        let mut all: Vec<_> = names.into_iter().flat_map(of_name).collect();
        all.sort_by(|one, other| (one.depth, &one.function).cmp(&(other.depth, &other.function)));
        all
    }

    fn by_name(&self, side: usize) -> BTreeMap<&str, Vec<usize>> {
        let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, node) in self.graphs[side].functions() {
            found.entry(node.function.as_deref().unwrap_or_default()).or_default().push(at);
        }
        found
    }

    /// Compares the functions of one name: instances of generics may share it.
    fn of_name(&self, nodes: [&Vec<usize>; 2]) -> Vec<Difference> {
        let mut after: Vec<usize> = nodes[1].clone();
        // Those that have an equal on the other side are none of this.
        let before: Vec<usize> =
            nodes[0].iter().copied().filter(|base| !self.takes_equal(*base, &mut after)).collect();
        let mut found = Vec::new();
        let paired = before.len().min(after.len());
        for (base, candidate) in before.iter().zip(&after) {
            found.push(self.changed(*base, *candidate));
        }
        let only = |side: usize, nodes: &[usize]| -> Vec<Difference> {
            nodes[paired..].iter().filter_map(|at| self.of_one_side(side, *at)).collect()
        };
        found.extend(only(0, &before));
        found.extend(only(1, &after));
        found
    }

    fn takes_equal(&self, base: usize, after: &mut Vec<usize>) -> bool {
        let equal = after.iter().position(|candidate| self.are_alike(base, *candidate));
        equal.map(|at| after.swap_remove(at)).is_some()
    }

    /// Says whether the two are the same, whatever the functions are like that they call: those have rows of their own.
    fn are_alike(&self, base: usize, candidate: usize) -> bool {
        let (one, other) = (self.node(0, base), self.node(1, candidate));
        self.are_equal(base, candidate)
            || (one.exact == other.exact
                && one.edges.len() == other.edges.len()
                && one.edges.iter().zip(&other.edges).all(|(one, other)| self.lead_alike(*one, *other, 0)))
    }

    fn are_equal(&self, base: usize, candidate: usize) -> bool {
        self.classes[0][base] == self.classes[1][candidate]
    }

    /// Says whether two references mean the same: equal things, functions of one name, or constants that are alike themselves.
    fn lead_alike(&self, base: usize, candidate: usize, depth: usize) -> bool {
        let (one, other) = (self.node(0, base), self.node(1, candidate));
        match (&one.function, &other.function) {
            _ if self.are_equal(base, candidate) => true,
            (Some(one), Some(other)) => one == other,
            (None, None) => {
                depth < DEEPEST_TABLE
                    && one.exact == other.exact
                    && one.edges.len() == other.edges.len()
                    && one
                        .edges
                        .iter()
                        .zip(&other.edges)
                        .all(|(one, other)| self.lead_alike(*one, *other, depth + 1))
            }
            _ => false,
        }
    }

    fn changed(&self, base: usize, candidate: usize) -> Difference {
        let (before, after) = (self.node(0, base), self.node(1, candidate));
        let calls = [(0, before), (1, after)].map(|(side, node)| self.calls(side, node));
        let less = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
            one.difference(other).cloned().collect::<Vec<_>>()
        };
        let (no_longer_calls, now_calls) = (less(&calls[0], &calls[1]), less(&calls[1], &calls[0]));
        let has_taken_in = !no_longer_calls.is_empty() && after.instructions > before.instructions;
        let has_given_off = !now_calls.is_empty() && after.instructions < before.instructions;
        let change = if before.shape == after.shape && no_longer_calls.is_empty() && now_calls.is_empty() {
            Change::Constants
        } else if has_taken_in || has_given_off {
            Change::Inlining
        } else {
            Change::Code
        };
        Difference { no_longer_calls, now_calls, ..Difference::of(change, Some(before), Some(after)) }
    }

    /// A function that the other side does not reach, unless it does so by another name.
    fn of_one_side(&self, side: usize, at: usize) -> Option<Difference> {
        let class = self.classes[side][at];
        let has_twin = self.classes[1 - side].contains(&class);
        let node = self.node(side, at);
        let (change, before, after) = match side {
            0 => (Change::Removed, Some(node), None),
            _ => (Change::Added, None, Some(node)),
        };
        (!has_twin).then(|| Difference::of(change, before, after))
    }

    fn calls(&self, side: usize, node: &Node) -> BTreeSet<String> {
        node.edges.iter().filter_map(|edge| self.node(side, *edge).function.clone()).collect()
    }

    fn node(&self, side: usize, at: usize) -> &Node {
        &self.graphs[side].nodes[at]
    }
}

/// Tables of tables of functions are compared up to here; beyond, they count as different.
const DEEPEST_TABLE: usize = 4;

impl Difference {
    fn of(change: Change, before: Option<&Node>, after: Option<&Node>) -> Self {
        let either = before.or(after).expect("a function is on one side at least");
        Self {
            function: either.function.clone().unwrap_or_default(),
            change,
            before: before.map(Extent::of),
            after: after.map(Extent::of),
            no_longer_calls: Vec::new(),
            now_calls: Vec::new(),
            depth: before.into_iter().chain(after).map(|node| node.depth).min().unwrap_or_default(),
        }
    }
}

impl Extent {
    fn of(node: &Node) -> Self {
        Self { instructions: node.instructions, bytes: node.bytes, address: node.address }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::{Program as Source, compared};

    /// The functions that differ between two sources, each with its change.
    #[track_caller]
    fn check(base: &str, candidate: &str, expected: &[(&str, Change)]) {
        let found = compared(&Source::of(base), &Source::of(candidate));
        let rows: Vec<_> = found.differences.iter().map(|one| (one.function.as_str(), one.change)).collect();
        assert_eq!(rows, expected, "{found:#?}");
        assert_eq!(found.is_equal, expected.is_empty());
    }

    const SUM: &str = "
        #[inline(never)] fn add(a: u64, b: u64) -> u64 { a.wrapping_mul(3) ^ b }
        #[inline(never)] pub fn root(n: u64) -> u64 { (0..n).fold(0, |so_far, k| add(so_far, k) ^ 5) }";

    #[test]
    fn what_is_not_reached_plays_no_part() {
        check(SUM, SUM, &[]);
        let unrelated =
            format!("#[inline(never)] pub fn other(n: u64) -> String {{ format!(\"{{n}}\") }} {SUM}");
        let called = unrelated + " pub fn also() { println!(\"{}\", other(9)) }";
        check(SUM, &called, &[]);
    }

    #[test]
    fn code_and_constants() {
        check(SUM, &SUM.replace("^ b", "^ (b | a)"), &[("program::add", Change::Code)]);
        check(SUM, &SUM.replace("^ 5", "^ 6"), &[("program::root", Change::Constants)]);
        let text =
            |text: &str| format!("#[inline(never)] pub fn root(_: u64) -> u64 {{ println!(\"{text}\"); 1 }}");
        check(&text("one"), &text("two"), &[("program::root", Change::Constants)]);
    }

    #[test]
    fn inlining_both_ways() {
        let inlined = SUM.replacen("#[inline(never)] fn add", "#[inline(always)] fn add", 1);
        let rows = [("program::root", Change::Inlining), ("program::add", Change::Removed)];
        check(SUM, &inlined, &rows);
        check(&inlined, SUM, &[("program::root", Change::Inlining), ("program::add", Change::Added)]);
        let found = compared(&Source::of(SUM), &Source::of(&inlined));
        assert_eq!(found.differences[0].no_longer_calls, ["program::add"]);
        assert_eq!(found.reached, [2, 1]);
    }

    #[test]
    fn calls_through_tables_of_methods() {
        let methods = |last: &str| {
            format!(
                "trait Step {{ fn step(&self, n: u64) -> u64; }}
                struct One; struct Two;
                impl Step for One {{ #[inline(never)] fn step(&self, n: u64) -> u64 {{ n + 1 }} }}
                impl Step for Two {{ #[inline(never)] fn step(&self, n: u64) -> u64 {{ {last} }} }}
                #[inline(never)] fn all() -> [&'static dyn Step; 2] {{ [&One, &Two] }}
                #[inline(never)] pub fn root(n: u64) -> u64 {{ all().iter().map(|one| one.step(n)).sum() }}"
            )
        };
        check(&methods("n * 2"), &methods("n * 2"), &[]);
        let name = "<program::Two as program::Step>::step";
        check(&methods("n * 2"), &methods("n.count_ones() as u64 + n / 3"), &[(name, Change::Code)]);
    }

    #[test]
    fn jumps_and_tables_of_a_match_are_where_they_lead() {
        let arms = |last: &str| {
            let arms: String = (0..40).map(|arm| format!("{arm} => b(n, {}),", arm * 7 % 11)).collect();
            let words: String = (0..9).map(|arm| format!("{arm} => \"word {arm}\",")).collect();
            format!(
                "#[inline(never)] fn a(n: u64) -> u64 {{ n ^ 1 }}
                #[inline(never)] fn b(n: u64, m: u64) -> u64 {{ if m == 3 {{ a(n) }} else {{ n * m }} }}
                #[inline(never)] fn word(n: u64) -> &'static str {{ match n {{ {words} _ => \"{last}\" }} }}
                #[inline(never)] pub fn root(n: u64) -> u64 {{ (match n {{ {arms} _ => a(n) + 7 }}) + word(n).bytes().map(u64::from).sum::<u64>() }}"
            )
        };
        let unrelated = "#[inline(never)] pub fn other(n: u64) -> &'static str { match n { 0 => \"x\", 1 => \"yy\", \
            2 => \"zzz\", 3 => \"a longer one\", 4 => \"b\", _ => \"none of them\" } } \
            pub fn also() { println!(\"{}\", other(std::env::args().count() as u64)) }";
        check(&arms("none"), &format!("{unrelated} {}", arms("none")), &[]);
        check(&arms("none"), &arms("nope"), &[("program::word", Change::Constants)]);
    }

    #[test]
    fn lines_that_move_change_nothing() {
        let checked = "#[inline(never)] pub fn root(n: u64) -> u64 { [1, 2, 3][n as usize] + n }";
        check(checked, &format!("// One line more.\n\n{checked}"), &[]);
        check(checked, &checked.replace("+ n", "- n"), &[("program::root", Change::Code)]);
    }

    #[test]
    fn instances_of_generics_share_their_name() {
        let generic = |second: &str| {
            format!(
                "#[inline(never)] fn times<const N: u64>(n: u64) -> u64 {{ n * N + n % N }}
                #[inline(never)] pub fn root(n: u64) -> u64 {{ times::<3>(n) + times::<{second}>(n) }}"
            )
        };
        check(&generic("1000"), &generic("1000"), &[]);
        let found = compared(&Source::of(&generic("1000")), &Source::of(&generic("10")));
        assert!(!found.is_equal);
        assert!(found.differences.iter().any(|one| one.function.contains("times")), "{found:#?}");
        assert!(found.differences.len() <= 3, "the instance of 3 is not among them: {found:#?}");
    }
}
