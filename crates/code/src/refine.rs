//! Which nodes of two graphs are equal with all that they reach: the coarsest partition in which equal nodes refer to equal
//! nodes (bisimulation; Kanellakis and Smolka, "CCS expressions, finite state processes, and three problems of equivalence", 1990).
//!
//! Names play no part: a function that the linker calls by its twin's name is still the same code.

use std::collections::HashSet;

use crate::graph::{Graph, hash};

/// For every node of each graph a number that equal nodes share.
pub(crate) fn classes(graphs: [&Graph; 2]) -> [Vec<u64>; 2] {
    let mut classes = graphs.map(|graph| graph.nodes.iter().map(|node| node.exact).collect::<Vec<_>>());
    let mut count = distinct(&classes);
    loop {
        let next = [0, 1].map(|side| refined(graphs[side], &classes[side]));
        let more = distinct(&next);
        classes = next;
        // Refining never joins two classes: as many as before are the same ones.
        if more == count {
            return classes;
        }
        count = more;
    }
}

fn refined(graph: &Graph, classes: &[u64]) -> Vec<u64> {
    let of_node = |(node, class): (&crate::graph::Node, &u64)| {
        let edges: Vec<u64> = node.edges.iter().map(|edge| classes[*edge]).collect();
        hash(&(class, edges))
    };
    graph.nodes.iter().zip(classes).map(of_node).collect()
}

fn distinct(classes: &[Vec<u64>; 2]) -> usize {
    classes.iter().flatten().collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Node;

    /// Nodes by what they are and what they refer to.
    fn graph(nodes: &[(u64, &[usize])]) -> Graph {
        let node = |(exact, edges): &(u64, &[usize])| Node {
            function: None,
            address: 0,
            bytes: 0,
            instructions: 0,
            exact: *exact,
            shape: *exact,
            edges: edges.to_vec(),
            depth: 0,
        };
        Graph { nodes: nodes.iter().map(node).collect() }
    }

    /// Checks that the first nodes are equal with all that they reach, or are not.
    #[track_caller]
    fn check(one: &[(u64, &[usize])], other: &[(u64, &[usize])], expected: bool) {
        let [of_one, of_other] = classes([&graph(one), &graph(other)]);
        assert_eq!(of_one[0] == of_other[0], expected, "{one:?} {other:?}");
    }

    #[test]
    fn what_a_node_is_and_what_it_refers_to() {
        check(&[(1, &[])], &[(1, &[])], true);
        check(&[(1, &[])], &[(2, &[])], false);
        check(&[(1, &[1]), (2, &[])], &[(1, &[1]), (2, &[])], true);
        check(&[(1, &[1]), (2, &[])], &[(1, &[1]), (3, &[])], false);
        check(&[(1, &[1, 2]), (2, &[]), (3, &[])], &[(1, &[2, 1]), (2, &[]), (3, &[])], false);
        check(&[(1, &[1]), (2, &[])], &[(1, &[1, 1]), (2, &[])], false);
    }

    #[test]
    fn differences_far_away_count() {
        let chain = |last: u64| -> Vec<(u64, Vec<usize>)> {
            let inner = (1..40).map(|next| (7, vec![next]));
            inner.chain([(last, vec![])]).collect()
        };
        let check_chains = |one: u64, other: u64, expected: bool| {
            let [one, other] = [chain(one), chain(other)];
            let borrowed = |chain: &[(u64, Vec<usize>)]| {
                graph(&chain.iter().map(|(exact, edges)| (*exact, edges.as_slice())).collect::<Vec<_>>())
            };
            let [of_one, of_other] = classes([&borrowed(&one), &borrowed(&other)]);
            assert_eq!(of_one[0] == of_other[0], expected);
        };
        check_chains(1, 1, true);
        check_chains(1, 2, false);
    }

    #[test]
    fn circles_end() {
        // Two that call each other, and one that calls itself, behave alike if they are alike.
        check(&[(1, &[1]), (1, &[0])], &[(1, &[0])], true);
        check(&[(1, &[1]), (2, &[0])], &[(1, &[0])], false);
        check(&[(1, &[1]), (2, &[0])], &[(1, &[1]), (2, &[2]), (1, &[1])], true);
    }

    #[test]
    fn the_order_and_number_of_other_nodes_play_no_part() {
        check(&[(1, &[1, 2]), (2, &[]), (3, &[])], &[(1, &[2, 1]), (3, &[]), (2, &[]), (9, &[])], true);
        // Twins that the linker made one.
        check(&[(1, &[1, 2]), (2, &[]), (2, &[])], &[(1, &[1, 1]), (2, &[])], true);
    }
}
