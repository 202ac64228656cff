//! All commits that made a case slower, one after the other.
//!
//! A range is searched along first parents: each commit is compared with the range's good end. A merge that turns out to be slower than
//! its first parent is looked into, along its second parent. What the commits found do not account for is searched for on both
//! sides of them.

use accel_bench_record::CommitId;

use super::search::Search;

/// The answer of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Surely slower, beyond the threshold: by this logarithm of a ratio.
    Worse(f64),
    NotWorse,
    /// No number of process pairs that someone would run decides it.
    Undecided,
    /// It cannot be built or measured, for this reason.
    Unknown(String),
}

/// How commits lie to each other.
pub trait Commits {
    type Error;

    /// The commits after `good` up to `bad`, along first parents, the oldest first.
    ///
    /// # Errors
    ///
    /// The repository cannot be read, or no way leads from one to the other.
    fn line(&self, good: &CommitId, bad: &CommitId) -> Result<Vec<CommitId>, Self::Error>;

    /// The branch of a merge: where it began, and its last commit. `None` for other commits.
    ///
    /// # Errors
    ///
    /// The repository cannot be read.
    fn merged(&self, commit: &CommitId) -> Result<Option<(CommitId, CommitId)>, Self::Error>;
}

/// Compares two commits.
pub trait Oracle: Commits {
    /// Returns whether `bad` is slower than `good` by more than `threshold`, the logarithm of a ratio. `left` says among how many commits
    /// the search goes on.
    ///
    /// # Errors
    ///
    /// The search cannot go on; a commit that cannot be measured is [`Answer::Unknown`].
    fn compare(
        &mut self,
        good: &CommitId,
        bad: &CommitId,
        threshold: f64,
        left: usize,
    ) -> Result<Answer, Self::Error>;
}

/// A step that is slower than what was before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The last commit before it that was measured.
    pub before: CommitId,
    /// The commits that may have caused it, the oldest first: the last one is slower, and those before it could not be measured.
    pub candidates: Vec<CommitId>,
    /// The logarithm of its ratio to what was before; `None` where the comparison of just these two did not show it.
    pub effect: Option<f64>,
}

/// The outcome of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// In the order of the commits.
    pub steps: Vec<Step>,
    /// Commits that could not be measured, and why.
    pub unknown: Vec<(CommitId, String)>,
    pub comparisons: usize,
}

/// A commit counts as slow when it is slower than the good end by this share of the whole change: with a single step, and with two or
/// three of one size, no commit lies near it.
const SHARE: f64 = 0.42;

/// Where commits lie near the threshold, the search is done again with this share of it.
const LOWERED: f64 = 0.7;

/// A search under way. What was found stays in it when it has to stop.
#[derive(Debug)]
pub struct Hunt<'o, O> {
    oracle: &'o mut O,
    /// Smaller changes are not searched for; the logarithm of a ratio.
    least: f64,
    pub found: Found,
}

impl<'o, O: Oracle> Hunt<'o, O> {
    pub fn new(oracle: &'o mut O, least: f64) -> Self {
        Self { oracle, least, found: Found::default() }
    }

    /// Finds the steps between two commits that differ by `total`, which has been measured.
    ///
    /// # Errors
    ///
    /// Those of the oracle; what was found until then is kept.
    pub fn between(&mut self, good: &CommitId, bad: &CommitId, total: f64) -> Result<(), O::Error> {
        let line = self.oracle.line(good, bad)?;
        if line.is_empty() {
            return Ok(());
        }
        let mut threshold = (total * SHARE).max(self.least);
        let step = loop {
            let (step, is_clear) = self.first(good, &line, threshold)?;
            if is_clear || threshold <= self.least {
                break step;
            }
            threshold = (threshold * LOWERED).max(self.least);
        };
        let slower = step.candidates.last().cloned().unwrap_or_else(|| bad.clone());
        let remains = total - step.effect.unwrap_or_default() >= self.least;
        let before = step.before.clone();
        // Below the threshold there may be more before it, and anything after it.
        if remains && threshold > self.least && before != *good {
            self.measured_between(good, &before)?;
        }
        self.keep(step)?;
        if remains && slower != *bad {
            self.measured_between(&slower, bad)?;
        }
        Ok(())
    }

    /// Searches a range whose ends have not been compared.
    fn measured_between(&mut self, good: &CommitId, bad: &CommitId) -> Result<bool, O::Error> {
        let left = self.oracle.line(good, bad)?.len();
        match self.compare(good, bad, self.least, left)? {
            Answer::Worse(total) => self.between(good, bad, total).map(|()| true),
            Answer::NotWorse | Answer::Undecided | Answer::Unknown(_) => Ok(false),
        }
    }

    /// The first commit of the line that is slower than `good` by more than the threshold; and whether all answers agree with it.
    fn first(
        &mut self,
        good: &CommitId,
        line: &[CommitId],
        threshold: f64,
    ) -> Result<(Step, bool), O::Error> {
        let (mut search, mut undecided) = (Search::new(line.len()), Vec::new());
        while let Some(at) = search.next() {
            let left = search.candidates().count();
            match self.compare(good, &line[at], threshold, left)? {
                Answer::Worse(_) => search.is_bad(at),
                Answer::NotWorse => search.is_good(at),
                Answer::Undecided => {
                    undecided.push(at);
                    search.is_unknown(at);
                }
                Answer::Unknown(reason) => {
                    let is_known = self.found.unknown.iter().any(|(commit, _)| *commit == line[at]);
                    if !is_known {
                        self.found.unknown.push((line[at].clone(), reason));
                    }
                    search.is_unknown(at);
                }
            }
        }
        let candidates = line[search.candidates()].to_vec();
        let before = search.candidates().start().checked_sub(1).map_or(good, |at| &line[at]).clone();
        let slower = candidates.last().cloned().unwrap_or_else(|| before.clone());
        let effect = match self.compare(&before, &slower, self.least, 1)? {
            Answer::Worse(effect) => Some(effect),
            Answer::NotWorse | Answer::Undecided | Answer::Unknown(_) => None,
        };
        let is_clear = effect.is_some() && !undecided.iter().any(|at| search.candidates().contains(at));
        Ok((Step { before, candidates, effect }, is_clear))
    }

    /// Keeps a step or, of a merge, those that it brought in.
    fn keep(&mut self, step: Step) -> Result<(), O::Error> {
        let slower = step.candidates.last();
        if let Some((began, last)) = slower.map(|commit| self.oracle.merged(commit)).transpose()?.flatten() {
            let known = self.found.steps.len();
            self.measured_between(&began, &last)?;
            if self.found.steps.len() > known {
                return Ok(());
            }
        }
        self.found.steps.push(step);
        Ok(())
    }

    fn compare(
        &mut self,
        good: &CommitId,
        bad: &CommitId,
        threshold: f64,
        left: usize,
    ) -> Result<Answer, O::Error> {
        self.found.comparisons += 1;
        self.oracle.compare(good, bad, threshold, left)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use super::*;

    fn id(at: usize) -> CommitId {
        CommitId::new(format!("{at:040}"))
    }

    /// Commits with what each adds to the time, and its parents; the first one has none.
    #[derive(Default)]
    struct World {
        commits: Vec<(f64, Vec<usize>)>,
        broken: Vec<usize>,
        chance: fastrand::Rng,
        noise: f64,
        asked: BTreeMap<(CommitId, CommitId), usize>,
    }

    impl World {
        fn number(commit: &CommitId) -> usize {
            commit.as_str().parse().expect("a number")
        }

        /// Adds a commit.
        fn commit(&mut self, adds: f64, parents: &[usize]) -> usize {
            self.commits.push((adds, parents.to_vec()));
            self.commits.len() - 1
        }

        fn ancestors(&self, of: usize) -> std::collections::BTreeSet<usize> {
            let (mut reached, mut open) = (std::collections::BTreeSet::new(), vec![of]);
            while let Some(at) = open.pop() {
                if reached.insert(at) {
                    open.extend(&self.commits[at].1);
                }
            }
            reached
        }

        fn time(&self, of: &CommitId) -> f64 {
            self.ancestors(Self::number(of)).into_iter().map(|at| self.commits[at].0).sum()
        }
    }

    impl Commits for World {
        type Error = Infallible;

        fn line(&self, good: &CommitId, bad: &CommitId) -> Result<Vec<CommitId>, Infallible> {
            let (good, mut at) = (Self::number(good), Self::number(bad));
            let mut line = Vec::new();
            while at != good && self.ancestors(at).contains(&good) {
                line.push(id(at));
                at = self.commits[at].1[0];
            }
            line.reverse();
            Ok(line)
        }

        fn merged(&self, commit: &CommitId) -> Result<Option<(CommitId, CommitId)>, Infallible> {
            let [first, second] = self.commits[Self::number(commit)].1.as_slice() else { return Ok(None) };
            let common = self.ancestors(*first).intersection(&self.ancestors(*second)).max().copied();
            Ok(common.map(|base| (id(base), id(*second))))
        }
    }

    impl Oracle for World {
        fn compare(
            &mut self,
            good: &CommitId,
            bad: &CommitId,
            threshold: f64,
            _: usize,
        ) -> Result<Answer, Infallible> {
            *self.asked.entry((good.clone(), bad.clone())).or_default() += 1;
            if self.broken.contains(&Self::number(bad)) || self.broken.contains(&Self::number(good)) {
                return Ok(Answer::Unknown("it does not build".into()));
            }
            let noise = self.noise * (self.chance.f64() - 0.5);
            let effect = self.time(bad) - self.time(good) + noise;
            Ok(match effect - threshold {
                beyond if beyond.abs() < self.noise / 4.0 => Answer::Undecided,
                beyond if beyond > 0.0 => Answer::Worse(effect),
                _ => Answer::NotWorse,
            })
        }
    }

    const LEAST: f64 = 0.01;

    /// The slower commits that are found between the first and the last one, and how many comparisons it took in all.
    fn found(world: &mut World) -> (Vec<Vec<usize>>, usize) {
        let (good, bad) = (id(0), id(world.commits.len() - 1));
        let Ok(Answer::Worse(total)) = world.compare(&good, &bad, LEAST, 0) else { return (Vec::new(), 1) };
        let mut hunt = Hunt::new(world, LEAST);
        let Ok(()) = hunt.between(&good, &bad, total);
        let steps = hunt.found.steps.iter();
        let numbers = steps.map(|step| step.candidates.iter().map(World::number).collect());
        (numbers.collect(), hunt.found.comparisons + 1)
    }

    /// A line of commits of which these are slower by 3 %.
    fn line(length: usize, slower: &[usize]) -> World {
        let mut world = World { noise: 0.004, ..World::default() };
        world.commit(0.0, &[]);
        for at in 1..=length {
            world.commit(if slower.contains(&at) { 0.03 } else { 0.0 }, &[at - 1]);
        }
        world
    }

    #[test]
    fn one_commit_is_found_in_as_few_comparisons_as_possible() {
        for slower in 1..=64 {
            let (commits, comparisons) = found(&mut line(64, &[slower]));
            assert_eq!(commits, [[slower]]);
            assert!(comparisons <= 6 + 2, "{comparisons} for {slower}");
        }
    }

    #[test]
    fn several_commits_are_found_one_after_the_other() {
        for (one, other, third) in [(1, 2, 3), (5, 30, 60), (62, 63, 64), (20, 21, 50), (1, 32, 64)] {
            assert_eq!(found(&mut line(64, &[one, other])).0, [[one], [other]]);
            assert_eq!(found(&mut line(64, &[one, other, third])).0, [[one], [other], [third]]);
        }
    }

    #[test]
    fn a_commit_that_cannot_be_built_is_passed_over() {
        let mut world = line(64, &[40]);
        world.broken = vec![8, 16, 32, 48];
        assert_eq!(found(&mut world).0, [[40]]);
        let mut world = line(64, &[40]);
        world.broken = vec![38, 39];
        assert_eq!(found(&mut world).0, [[38, 39, 40]], "either of them may be it");
        let mut world = line(64, &[40]);
        world.broken = vec![40];
        assert_eq!(found(&mut world).0, [[40, 41]]);
    }

    #[test]
    fn a_merge_is_looked_into() {
        let mut world = World::default();
        world.commit(0.0, &[]);
        let main = world.commit(0.0, &[0]);
        let side = [0.0, 0.03, 0.0].iter().fold(main, |at, adds| world.commit(*adds, &[at]));
        let main = world.commit(0.0, &[main]);
        let merge = world.commit(0.0, &[main, side]);
        world.commit(0.0, &[merge]);
        assert_eq!(found(&mut world).0, [[3]]);
    }

    #[test]
    fn a_merge_that_is_slower_by_itself_is_the_commit() {
        let mut world = World::default();
        world.commit(0.0, &[]);
        let side = world.commit(0.0, &[0]);
        let main = world.commit(0.0, &[0]);
        world.commit(0.03, &[main, side]);
        assert_eq!(found(&mut world).0, [[3]]);
    }

    /// Repositories of 64 commits with merges and broken commits, and one, two or three slower ones: the issue asks for 95 of 100.
    #[test]
    fn random_repositories_with_merges_and_broken_commits() {
        for count in 1..=3 {
            let (mut exact, mut comparisons) = (0, Vec::new());
            for seed in 0..100 {
                let (mut world, slower) = random(seed * 10 + count as u64, count);
                let (commits, asked) = found(&mut world);
                comparisons.push(asked);
                // Neighbours of broken commits may share a step; the commit itself has to be named in it.
                let names = |at: &usize| commits.iter().any(|step| step.contains(at));
                let is_exact = slower.iter().all(names) && commits.len() == slower.len();
                exact += usize::from(is_exact);
            }
            assert!(exact >= 95, "{count}: {exact} of 100");
            if count == 1 {
                // A merge costs a search of its own.
                assert!(comparisons.iter().all(|asked| *asked <= 16), "{comparisons:?}");
            }
        }
    }

    fn random(seed: u64, count: usize) -> (World, Vec<usize>) {
        let mut chance = fastrand::Rng::with_seed(seed);
        let mut slower: Vec<usize> = Vec::new();
        while slower.len() < count {
            let at = chance.usize(1..64);
            if !slower.contains(&at) {
                slower.push(at);
            }
        }
        let mut world = World { noise: 0.004, chance: fastrand::Rng::with_seed(seed), ..World::default() };
        world.commit(0.0, &[]);
        let adds = |at: usize| if slower.contains(&at) { 0.03 } else { 0.0 };
        let mut main = 0;
        while world.commits.len() < 64 {
            if chance.f64() < 0.1 && world.commits.len() < 58 {
                let mut side = main;
                for _ in 0..chance.usize(1..4) {
                    side = world.commit(adds(world.commits.len()), &[side]);
                }
                main = world.commit(adds(world.commits.len()), &[main]);
                main = world.commit(adds(world.commits.len()), &[main, side]);
            } else {
                main = world.commit(adds(world.commits.len()), &[main]);
            }
        }
        // Neither end may be broken, nor what is searched for.
        let may_break = |at: &usize| !slower.contains(at) && *at != main;
        world.broken = (1..63).filter(may_break).filter(|_| chance.f64() < 0.05).collect();
        (world, slower)
    }
}
