//! Series out of the table.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use accel_bench_record::stats::median;
use accel_bench_record::{CaseKey, Direction, catalogue};
use parquet::data_type::ByteArray;
use parquet::errors::Result as ParquetResult;
use parquet::file::reader::{FileReader, RowGroupReader};

use super::Table;
use super::columns::{self, text};
use super::file::{self, File};
use crate::error::Error;
use crate::facts::RunFacts;
use crate::parallel::in_parallel;
use crate::rows::{LATENCY, direction};
use crate::series::{Absence, Moment, Point, Series, SeriesKey};

/// Which series are asked for.
pub struct Wanted<'w> {
    /// The commits in their order, the oldest first: values of other commits are left out. `None` outside git, where runs follow each
    /// other by their start.
    pub line: Option<&'w [String]>,
    pub case: &'w (dyn Fn(&CaseKey) -> bool + Sync),
    pub metric: &'w (dyn Fn(&str) -> bool + Sync),
}

impl std::fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wanted").field("commits", &self.line.map(<[_]>::len)).finish_non_exhaustive()
    }
}

/// Series, and the files that could not be read.
#[derive(Debug)]
pub struct Found {
    pub series: Vec<Series>,
    pub broken: Vec<Error>,
}

/// A run's place in the order.
#[derive(Clone)]
struct Placed {
    position: usize,
    moment: Arc<Moment>,
    machine: String,
    steady: bool,
}

/// Unit and direction of a metric, as the table has them.
type Sense = (String, String);

/// Says whether a text is wanted.
type Is<'w> = &'w dyn Fn(&str) -> bool;

/// Runs of wanted commits by their ids.
type Runs = HashMap<String, Placed>;

/// Case, metric, machine, steady: texts as the table has them.
type Id = (String, String, String, bool);

/// A series while it grows.
#[derive(Default)]
struct Growing {
    sense: Sense,
    points: Vec<Point>,
    absences: Vec<Absence>,
}

impl Table {
    /// The series whose case and metric are wanted, of all machine classes, sorted by their key. Values of changed trees, merges and
    /// slowed runs belong to no commit and are left out.
    pub fn series(&self, wanted: &Wanted<'_>) -> Result<Found, Error> {
        let (files, mut broken) = self.files()?;
        let runs = order(&files, wanted.line);
        let known = Mutex::new(HashMap::new());
        let is_wanted = |key: &str| remembered(&known, key, wanted.case);
        let mut all: BTreeMap<Id, Growing> = BTreeMap::new();
        let read = |file: &File| of_file(file, &runs, &is_wanted, wanted.metric);
        for read in in_parallel(files.iter().collect(), read) {
            match read {
                Ok(series) => series.into_iter().for_each(|(id, own)| all.entry(id).or_default().join(own)),
                Err(error) => broken.push(error),
            }
        }
        let finished =
            in_parallel(all.into_iter().collect(), |(id, growing): (Id, Growing)| growing.finish(id));
        let mut series: Vec<_> = finished.into_iter().flatten().collect();
        series.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(Found { series, broken })
    }
}

/// Gives each run of a wanted commit its place.
fn order(files: &[File], line: Option<&[String]>) -> Runs {
    let mut all: Vec<&RunFacts> = files.iter().flat_map(|file| &file.runs).collect();
    all.retain(|run| run.is_of_its_commit());
    all.sort_by(|one, other| one.id.cmp(&other.id));
    let places: Option<HashMap<&str, usize>> =
        line.map(|line| line.iter().enumerate().map(|(at, commit)| (commit.as_str(), at)).collect());
    let placed = all.into_iter().enumerate().filter_map(|(at, run)| {
        let position = match (&places, &run.commit) {
            (None, _) => at,
            (Some(places), Some(commit)) => *places.get(commit.as_str())?,
            (Some(_), None) => return None,
        };
        let moment = Moment {
            run: run.id.clone(),
            commit: run.commit.clone(),
            subject: run.subject.clone(),
            started: run.started.clone(),
            setup: run.setup.clone(),
            versions: Arc::clone(&run.versions),
        };
        let (moment, machine, steady) = (Arc::new(moment), run.machine.clone(), run.steady);
        Some((run.id.clone(), Placed { position, moment, machine, steady }))
    });
    placed.collect()
}

/// Asks once for each case, in whichever file it is.
fn remembered(known: &Mutex<HashMap<String, bool>>, key: &str, is_wanted: impl Fn(&CaseKey) -> bool) -> bool {
    // A thread that panicked leaves answers that are as good as any.
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(answer) = known.get(key) {
        return *answer;
    }
    let answer = serde_json::from_str(key).is_ok_and(|case| is_wanted(&case));
    known.insert(key.to_owned(), answer);
    answer
}

/// The wanted parts of series in one file.
fn of_file(
    file: &File,
    runs: &Runs,
    is_wanted: Is<'_>,
    metric: Is<'_>,
) -> Result<HashMap<Id, Growing>, Error> {
    let mut series = HashMap::new();
    if !file.runs.iter().any(|run| runs.contains_key(&run.id)) {
        return Ok(series);
    }
    let reader = file::open(&file.path)?;
    for at in 0..reader.num_row_groups() {
        let group = reader.get_row_group(at).map_err(Error::unreadable(&file.path))?;
        of_group(&*group, runs, (is_wanted, metric), &mut series).map_err(Error::unreadable(&file.path))?;
    }
    Ok(series)
}

fn of_group(
    group: &dyn RowGroupReader,
    runs: &Runs,
    (is_wanted, metric): (Is<'_>, Is<'_>),
    series: &mut HashMap<Id, Growing>,
) -> ParquetResult<()> {
    // Most groups of a sorted file have other cases.
    let dictionary = columns::dictionary(group, "case_key")?;
    if dictionary.is_some_and(|keys| !keys.iter().any(|key| text(key).is_ok_and(is_wanted))) {
        return Ok(());
    }
    let keys = columns::texts(group, "case_key", None)?;
    let keys = Distinct::of(&keys, is_wanted)?;
    let Some(rows) = keys.rows() else { return Ok(()) };
    let texts = |name: &str| columns::texts(group, name, Some(rows.clone()));
    let (metrics, ids) = (texts("metric")?, texts("run")?);
    let metrics = Distinct::of(&metrics, |name| metric(name).then(|| known_sense(name)))?;
    let runs = Distinct::of(&ids, |id| runs.get(id).cloned())?;
    let values = columns::values(group, "value", rows.clone())?;
    // Columns that few groups need.
    let is_unknown = metrics.values.iter().flatten().any(Option::is_none);
    let senses = if is_unknown { Some((texts("unit")?, texts("better")?)) } else { None };
    let statuses = if values.contains(&None) { texts("status")? } else { Vec::new() };
    // In a sorted file the rows of a series follow each other.
    let all: Vec<usize> = rows.clone().filter(|row| *keys.at(*row)).collect();
    let first = rows.start;
    let of_one = |one: &usize, other: &usize| {
        keys.ids[*one] == keys.ids[*other] && metrics.ids[one - first] == metrics.ids[other - first]
    };
    for rows in all.chunk_by(of_one) {
        let at = rows[0] - first;
        let Some(known) = metrics.at(at) else { continue };
        let sense = match (known, &senses) {
            (Some(known), _) => known.clone(),
            (None, Some((units, betters))) => (text(&units[at])?.to_owned(), text(&betters[at])?.to_owned()),
            (None, None) => Sense::default(),
        };
        let mut of_machine: Vec<((&str, bool), Growing)> = Vec::new();
        for at in rows.iter().map(|row| row - first) {
            let Some(run) = runs.at(at) else { continue };
            let kind = (run.machine.as_str(), run.steady);
            let known = of_machine.iter().position(|(own, _)| *own == kind);
            let place = known.unwrap_or_else(|| {
                let points = Vec::with_capacity(rows.len());
                let own = Growing { sense: sense.clone(), points, absences: Vec::new() };
                of_machine.push((kind, own));
                of_machine.len() - 1
            });
            let own = &mut of_machine[place].1;
            let (position, moment) = (run.position, Arc::clone(&run.moment));
            match values[at] {
                Some(value) => own.points.push(Point { position, run: moment, value }),
                None => {
                    let status = text(&statuses[at])?.to_owned();
                    own.absences.push(Absence { position, run: moment, status });
                }
            }
        }
        for ((machine, steady), own) in of_machine {
            let id =
                (keys.text(keys.ids[rows[0]])?, metrics.text(metrics.ids[at])?, machine.to_owned(), steady);
            series.entry(id).or_default().join(own);
        }
    }
    Ok(())
}

impl Growing {
    fn join(&mut self, other: Self) {
        if self.points.is_empty() {
            (self.sense, self.points) = (other.sense, other.points);
        } else {
            self.points.extend(other.points);
        }
        self.absences.extend(other.absences);
    }

    /// A changed benchmark starts a new series: leaves the points since the last one of another version, and says which version they have
    /// and how many commits were left out. A run that does not know the version has any.
    fn keep_the_last_version(&mut self, case: &CaseKey) -> (Option<String>, usize) {
        let of = |point: &Point| point.run.version(case).map(str::to_owned);
        let Some(last) = self.points.iter().rev().find_map(of) else { return (None, 0) };
        let other = self.points.iter().rposition(|point| of(point).is_some_and(|version| version != last));
        let dropped = other.map_or(0, |other| other + 1);
        let mut commits: Vec<_> = self.points.drain(..dropped).map(|point| point.position).collect();
        commits.dedup();
        (Some(last), commits.len())
    }

    /// `None` where the key is of no case.
    fn finish(mut self, (case, metric, machine, steady): Id) -> Option<Series> {
        let case = serde_json::from_str(&case).ok()?;
        let key = SeriesKey { case, metric, machine, steady };
        self.points.retain(|point| point.value.is_finite());
        self.points.sort_by(|one, other| (one.position, &one.run.run).cmp(&(other.position, &other.run.run)));
        let (version, other_versions) = self.keep_the_last_version(&key.case);
        let at_one_commit = self.points.chunk_by(|one, other| one.position == other.position);
        let points: Vec<Point> = at_one_commit.filter_map(merged).collect();
        let has_value = |at: usize| points.binary_search_by_key(&at, |point| point.position).is_ok();
        self.absences.retain(|absence| !has_value(absence.position));
        self.absences
            .sort_by(|one, other| (one.position, &one.run.run).cmp(&(other.position, &other.run.run)));
        self.absences.dedup_by_key(|absence| absence.position);
        let (unit, better) = self.sense;
        let better = match better.as_str() {
            "higher" => Direction::Higher,
            "neither" => Direction::Neither,
            _ => Direction::Lower,
        };
        Some(Series { key, unit, better, points, version, other_versions, absences: self.absences })
    }
}

/// Unit and direction of a metric in the catalogue.
fn known_sense(name: &str) -> Option<Sense> {
    if name == LATENCY.0 {
        return Some((LATENCY.1.to_owned(), direction(Direction::Lower).to_owned()));
    }
    let known = catalogue::find(name)?;
    Some((known.unit.to_owned(), direction(known.better).to_owned()))
}

/// The median of the values at one commit. The last run's surroundings are those that the next commit is compared with.
fn merged(points: &[Point]) -> Option<Point> {
    let [only] = points else {
        let values: Vec<f64> = points.iter().map(|point| point.value).collect();
        return Some(Point { value: median(&values)?, ..points.last()?.clone() });
    };
    Some(only.clone())
}

/// A column of texts with each text once, and what was made of it.
struct Distinct<'c, T> {
    cells: Vec<&'c ByteArray>,
    values: Vec<T>,
    /// By row, which of them.
    ids: Vec<u32>,
}

impl<'c, T> Distinct<'c, T> {
    fn of(cells: &'c [ByteArray], make: impl Fn(&str) -> T) -> ParquetResult<Self> {
        let mut own = Self { cells: Vec::new(), values: Vec::new(), ids: Vec::with_capacity(cells.len()) };
        // Cells of one entry of the dictionary share their bytes: most texts are recognised by where they are.
        let mut places: HashMap<*const u8, u32> = HashMap::new();
        let mut texts: HashMap<&[u8], u32> = HashMap::new();
        let mut last: Option<(*const u8, usize, u32)> = None;
        for cell in cells {
            let bytes = cell.data();
            let place = bytes.as_ptr();
            if let Some((_, _, id)) = last.filter(|(last, len, _)| (*last, *len) == (place, bytes.len())) {
                own.ids.push(id);
                continue;
            }
            let known = places.get(&place).copied();
            let known = known.filter(|id| own.cells[*id as usize].data().len() == bytes.len());
            let id = match known {
                Some(id) => id,
                None => {
                    let id = match texts.get(bytes) {
                        Some(id) => *id,
                        None => {
                            let id = u32::try_from(own.cells.len()).unwrap_or(u32::MAX);
                            own.cells.push(cell);
                            own.values.push(make(text(cell)?));
                            texts.insert(bytes, id);
                            id
                        }
                    };
                    places.insert(place, id);
                    id
                }
            };
            last = Some((place, bytes.len(), id));
            own.ids.push(id);
        }
        Ok(own)
    }

    fn text(&self, id: u32) -> ParquetResult<String> {
        text(self.cells[id as usize]).map(str::to_owned)
    }
}

impl<T> Distinct<'_, T> {
    fn at(&self, row: usize) -> &T {
        &self.values[self.ids[row] as usize]
    }
}

impl Distinct<'_, bool> {
    /// From the first to the last row that is wanted.
    fn rows(&self) -> Option<Range<usize>> {
        let is_wanted = |row: &usize| *self.at(*row);
        let first = (0..self.ids.len()).find(is_wanted)?;
        let last = (0..self.ids.len()).rfind(is_wanted)?;
        Some(first..last + 1)
    }
}
