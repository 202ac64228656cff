//! A run while it goes on: each finished case is appended as one line, and synced. `kill -9` leaves every line but the
//! one that was being written. The run's own file is written once, when it ends.
//!
//! A line is a JSON object with a checksum: the run without its cases, or what was added to one case.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use accel_bench_record::{CaseKey, CaseRecord, FORMAT, Interleaved, RunRecord, Status};
use serde::{Deserialize, Serialize};

use super::atomic::{self, Existing};
use super::checksum;
use super::error::{Error, Reason};
use super::file::{self, Probe};
use super::finite::check_numbers;

/// The extension of journals: `<id>.journal` next to `<id>.json`.
pub(super) const EXTENSION: &str = "journal";

/// One line: one of these, and the checksum.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Line<'a> {
    /// Without its cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Cow<'a, RunRecord>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<Addition<'a>>,
}

/// An addition to a case: it has the processes that were not there before.
#[derive(Debug, Serialize, Deserialize)]
struct Addition<'a> {
    /// Among the control's cases.
    control: bool,
    /// Its place in the list, at which it is put where it is not there yet.
    at: usize,
    case: Cow<'a, CaseRecord>,
}

/// The version of a line that does not parse.
#[derive(Deserialize)]
struct RunProbe {
    run: Probe,
}

/// The one writer of one journal.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes that are whole lines.
    good: u64,
    written: Written,
}

/// The contents of the file.
#[derive(Debug, Default)]
struct Written {
    /// Without cases.
    run: Option<RunRecord>,
    /// Processes and status of the run's cases, then those of the control's.
    cases: [BTreeMap<CaseKey, (usize, Status)>; 2],
}

impl Journal {
    /// Creates the file, which must not exist, with all of `record`; whoever reads meanwhile finds no file, or whole lines.
    pub(super) fn create(path: PathBuf, record: &RunRecord) -> Result<Self, Error> {
        let mut written = Written::default();
        let (bytes, more) = written.and(record)?;
        let fault = |source| Error::write(&path, source);
        atomic::write(&path, &bytes, Existing::Keep).map_err(fault)?;
        let file = OpenOptions::new().append(true).open(&path).map_err(fault)?;
        written.add(more);
        Ok(Self { path, file, good: bytes.len() as u64, written })
    }

    /// Appends what `record` holds more than the file. On an error the file holds what it did, and the next call tries again.
    pub(super) fn append(&mut self, record: &RunRecord) -> Result<(), Error> {
        if self.is_lost() {
            return self.start_again(record);
        }
        let (bytes, written) = self.written.and(record)?;
        let fault = |source| Error::write(&self.path, source);
        let appended = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        if let Err(source) = appended {
            // Part of a line would spoil the next one.
            self.file.set_len(self.good).map_err(fault)?;
            return Err(fault(source));
        }
        self.good += bytes.len() as u64;
        self.written.add(written);
        Ok(())
    }

    /// The run's own file is there.
    pub(super) fn remove(&self) {
        let _ = std::fs::remove_file(&self.path);
    }

    /// Somebody cleared the store while the run went on.
    fn is_lost(&self) -> bool {
        !self.path.exists()
    }

    fn start_again(&mut self, record: &RunRecord) -> Result<(), Error> {
        self.path.parent().map_or(Ok(()), super::root::create_folder)?;
        *self = Self::create(self.path.clone(), record)?;
        Ok(())
    }
}

impl Written {
    /// The lines that `record` needs besides, and what the file then holds.
    fn and(&self, record: &RunRecord) -> Result<(Vec<u8>, Self), Error> {
        let (mut lines, mut more) = (Vec::new(), Self::default());
        let run = without_cases(record);
        if self.run.as_ref() != Some(&run) {
            lines.extend(line(&Line { run: Some(Cow::Borrowed(&run)), case: None }));
            more.run = Some(run);
        }
        let control = record.interleaved.as_ref().map(|turns| &turns.control[..]).unwrap_or_default();
        let control = control.iter().enumerate().map(|(at, case)| (true, at, case));
        let cases = record.cases.iter().enumerate().map(|(at, case)| (false, at, case)).chain(control);
        for (control, at, case) in cases {
            let before = self.cases[usize::from(control)].get(&case.id);
            let from = before.map_or(0, |(processes, _)| *processes);
            if before.is_some_and(|(count, status)| *count == case.processes.len() && *status == case.status)
            {
                continue;
            }
            let added = CaseRecord { processes: case.processes[from..].to_vec(), ..without_processes(case) };
            check_numbers(&added)?;
            let addition = Addition { control, at, case: Cow::Owned(added) };
            lines.extend(line(&Line { run: None, case: Some(addition) }));
            let state = (case.processes.len(), case.status.clone());
            more.cases[usize::from(control)].insert(case.id.clone(), state);
        }
        Ok((lines, more))
    }

    fn add(&mut self, more: Self) {
        self.run = more.run.or_else(|| self.run.take());
        self.cases.iter_mut().zip(more.cases).for_each(|(cases, more)| cases.extend(more));
    }
}

fn without_cases(record: &RunRecord) -> RunRecord {
    RunRecord {
        format: record.format,
        id: record.id.clone(),
        tool: record.tool.clone(),
        started: record.started.clone(),
        state: record.state,
        commit: record.commit.clone(),
        machine: record.machine.clone(),
        surroundings: record.surroundings.clone(),
        profile: record.profile.clone(),
        command: record.command.clone(),
        cases: Vec::new(),
        interleaved: record.interleaved.as_ref().map(|turns| Interleaved {
            with: turns.with.clone(),
            seed: turns.seed,
            control: Vec::new(),
            identical: turns.identical.clone(),
            same_code: turns.same_code.clone(),
            slowdowns: turns.slowdowns.clone(),
        }),
    }
}

fn without_processes(case: &CaseRecord) -> CaseRecord {
    CaseRecord {
        id: case.id.clone(),
        category: case.category.clone(),
        version: case.version.clone(),
        tags: case.tags.clone(),
        status: case.status.clone(),
        processes: Vec::new(),
        log: case.log.clone(),
        counts: case.counts.clone(),
    }
}

fn line(line: &Line<'_>) -> Vec<u8> {
    let bytes = serde_json::to_vec(line).expect("records have no keys that JSON lacks");
    let mut bytes = checksum::seal(bytes);
    bytes.push(b'\n');
    bytes
}

/// The run that a journal holds, as far as it came.
pub(super) fn read(path: &Path) -> Result<RunRecord, Reason> {
    replay(&file::text(path)?)
}

fn replay(text: &str) -> Result<RunRecord, Reason> {
    let mut replay = Replay::default();
    // The text after the last line end was being written when the process died.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    for (at, text) in whole.lines().enumerate() {
        let of_line = |reason: Reason| match reason {
            Reason::Broken(why) => Reason::Broken(format!("line {}: {why}", at + 1)),
            other => other,
        };
        let Line { run, case } = parse(text).map_err(of_line)?;
        replay.run = run.map(Cow::into_owned).or(replay.run);
        case.into_iter().for_each(|addition| replay.add(addition));
    }
    replay.finish().ok_or(Reason::CutShort { bytes: text.len() })
}

fn parse(text: &str) -> Result<Line<'static>, Reason> {
    let line = match serde_json::from_str::<Line<'static>>(text) {
        Ok(line) => line,
        Err(error) => {
            let found = serde_json::from_str::<RunProbe>(text).ok().map(|probe| probe.run.format);
            return Err(match found {
                Some(found) if found > u64::from(FORMAT) => Reason::Newer { found, supported: FORMAT },
                _ => Reason::Broken(error.to_string()),
            });
        }
    };
    if let Some(run) = &line.run
        && run.format > FORMAT
    {
        return Err(Reason::Newer { found: run.format.into(), supported: FORMAT });
    }
    checksum::check(text)?;
    Ok(line)
}

/// The lines so far.
#[derive(Default)]
struct Replay {
    run: Option<RunRecord>,
    cases: BTreeMap<(bool, CaseKey), CaseRecord>,
    /// The ids of the run's cases in their order, then those of the control.
    order: [Vec<CaseKey>; 2],
}

impl Replay {
    fn add(&mut self, Addition { control, at, case }: Addition<'_>) {
        let added = case.into_owned();
        match self.cases.entry((control, added.id.clone())) {
            Entry::Occupied(mut entry) => {
                let case = entry.get_mut();
                case.processes.extend(added.processes);
                (case.status, case.log) = (added.status, added.log);
            }
            Entry::Vacant(entry) => {
                let order = &mut self.order[usize::from(control)];
                order.insert(at.min(order.len()), added.id.clone());
                entry.insert(added);
            }
        }
    }

    fn finish(mut self) -> Option<RunRecord> {
        let mut run = self.run?;
        let [cases, control] = [false, true].map(|control| {
            let ids = std::mem::take(&mut self.order[usize::from(control)]);
            ids.into_iter().filter_map(|id| self.cases.remove(&(control, id))).collect::<Vec<_>>()
        });
        run.cases = cases;
        if let Some(turns) = &mut run.interleaved {
            turns.control = control;
        }
        Some(run)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{case, failed, run};
    use super::*;
    use accel_bench_record::{Failure, RunState};

    fn journal(dir: &Path, record: &RunRecord) -> Journal {
        Journal::create(dir.join("r-1.journal"), record).expect("it is created")
    }

    /// A run that grows in all ways: cases before others, processes, a failure, a control.
    fn versions() -> Vec<RunRecord> {
        let first = RunRecord { state: RunState::Running, ..run("r-1") };
        let with = |cases: Vec<CaseRecord>, control: Vec<CaseRecord>| {
            let interleaved = Some(Interleaved { with: "r-2".into(), control, ..Interleaved::default() });
            RunRecord { cases, interleaved, ..first.clone() }
        };
        vec![
            first.clone(),
            with(vec![case("b", &[5])], vec![]),
            with(vec![case("a", &[1]), case("b", &[5, 6]), case("c", &[7])], vec![case("b", &[5])]),
            with(
                vec![case("a", &[1]), case("b", &[5, 6]), failed("c2", Failure::Crash), case("c", &[7, 8])],
                vec![case("a", &[2]), case("b", &[5, 9])],
            ),
        ]
    }

    #[test]
    fn what_is_replayed_is_what_was_appended() {
        let dir = tempfile::tempdir().expect("a folder");
        let versions = versions();
        let mut journal = journal(dir.path(), &versions[0]);
        for version in &versions {
            journal.append(version).expect("it is appended");
            assert_eq!(read(&journal.path).expect("it reads"), *version);
            let before = journal.good;
            journal.append(version).expect("nothing is new");
            assert_eq!(journal.good, before, "nothing is written twice");
        }
    }

    #[test]
    fn a_journal_cut_anywhere_holds_the_lines_before() {
        let dir = tempfile::tempdir().expect("a folder");
        let versions = versions();
        let mut journal = journal(dir.path(), &versions[0]);
        versions.iter().for_each(|version| journal.append(version).expect("it is appended"));
        let text = std::fs::read_to_string(&journal.path).expect("UTF-8");
        let first = text.find('\n').expect("lines");
        for length in 0..text.len() {
            match replay(&text[..length]) {
                Ok(run) => assert_eq!(run.id, "r-1"),
                Err(reason) => assert!(length <= first && matches!(reason, Reason::CutShort { .. })),
            }
        }
        let spoilt = text.replacen("\"nanos\":[4", "\"nanos\":[3", 1);
        assert!(spoilt != text && matches!(replay(&spoilt), Err(Reason::Damaged)));
    }

    #[test]
    fn a_journal_of_a_newer_version_says_so() {
        let newer = replay("{\"run\":{\"format\":9,\"shape\":\"unknown\"}}\n").expect_err("it is newer");
        assert!(matches!(newer, Reason::Newer { found: 9, .. }), "{newer}");
        let broken = replay("{\"run\":{}}\n").expect_err("it is broken");
        assert!(broken.to_string().contains("line 1"), "{broken}");
    }

    #[test]
    fn a_store_that_was_cleared_gets_all_of_it_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let versions = versions();
        let mut journal = journal(&dir.path().join("."), &versions[0]);
        std::fs::remove_dir_all(dir.path()).expect("cleared");
        journal.append(&versions[3]).expect("it comes back");
        assert_eq!(read(&journal.path).expect("it reads"), versions[3]);
    }
}
