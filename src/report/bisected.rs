//! The commits that made a case slower, as `bisect` found them.

use std::io::{self, Write};

use accel_bench_engine::compare::{Effect, Standing};
use accel_bench_engine::measure::{Bisected, Culprit, Explained};
use serde::Serialize;

use super::amount::{count, effect};
use super::comparison::{explained_documents, explained_table};
use super::ledger::{Column, indented};
use super::listing::{Listed, listing};
use super::markdown::Align;
use super::paint::{Tone, heading, paint};
use super::plain::plain;
use super::{Format, json};

/// More files of a step are counted, not named.
const NAMED: usize = 6;

/// A step for scripts.
#[derive(Debug, Serialize)]
struct CulpritRow {
    /// The full hash of the first slower commit.
    commit: String,
    time: String,
    subject: String,
    /// The last commit before it that was measured.
    before: String,
    /// Others that may have been it: they could not be measured.
    candidates: Vec<String>,
    /// As a share; absent where comparing the two did not show it.
    effect_share: Option<f64>,
    effect: String,
    files: Vec<FileRow>,
}

#[derive(Debug, Serialize)]
struct FileRow {
    path: String,
    added: usize,
    removed: usize,
}

#[derive(Serialize)]
struct Document<'a, E: Serialize> {
    case: String,
    others: Vec<String>,
    total: String,
    comparisons: usize,
    out_of_time: bool,
    culprits: &'a [CulpritRow],
    unknown: Vec<UnknownRow<'a>>,
    explanations: Vec<E>,
}

#[derive(Serialize)]
struct UnknownRow<'a> {
    commit: &'a str,
    reason: &'a str,
}

pub(crate) fn bisected(
    found: &Bisected,
    explained: &[Option<Explained>],
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let rows: Vec<_> = found.culprits.iter().map(|culprit| CulpritRow::of(found, culprit)).collect();
    match format {
        Format::Table => to.write_all(table(found, &rows, explained, width).as_bytes()),
        Format::Json => {
            let unknown = found.unknown.iter();
            let unknown = unknown.map(|(commit, reason)| UnknownRow { commit: commit.as_str(), reason });
            let document = Document {
                case: found.case.to_string(),
                others: found.others.iter().map(ToString::to_string).collect(),
                total: total(found),
                comparisons: found.comparisons,
                out_of_time: found.is_out_of_time,
                culprits: &rows,
                unknown: unknown.collect(),
                explanations: explained.iter().flatten().flat_map(explained_documents).collect(),
            };
            to.write_all(json::pretty("bisected", document)?.as_bytes())
        }
        Format::Jsonl | Format::Csv | Format::Markdown => listing(&rows, format, width, to),
    }
}

fn table(found: &Bisected, rows: &[CulpritRow], explained: &[Option<Explained>], width: usize) -> String {
    let case = plain(&found.case.to_string());
    let head = format!("{case}: {} over the whole range", total(found));
    let mut text = indented(&head, 0, width, ' ').join("\n") + "\n";
    for (at, row) in rows.iter().enumerate() {
        let commit = short(&row.commit);
        text.push('\n');
        text += &format!("{}\n", heading(&format!("{commit} {}", plain(&row.subject))));
        let mut lines = vec![paint(Tone::Bad, &row.effect)];
        lines.extend(indented(&row.files(), 0, width.saturating_sub(2), ' '));
        if !row.candidates.is_empty() {
            let others = row.candidates.iter().map(|commit| short(commit)).collect::<Vec<_>>().join(", ");
            let unsure = format!("or one of these, which could not be measured: {others}");
            lines.extend(indented(&unsure, 0, width.saturating_sub(2), ' '));
        }
        lines.iter().for_each(|line| text += &format!("  {line}\n"));
        if let Some(explained) = explained.get(at).and_then(Option::as_ref) {
            text += &format!("\n{}", explained_table(explained, width));
        }
    }
    text += &format!("\n{}\n", count(found.comparisons, "comparison"));
    for (commit, reason) in &found.unknown {
        let reason = reason.lines().next().unwrap_or_default();
        let line = format!("passed over {}: {}", commit.short(), plain(reason));
        indented(&line, 0, width, ' ').iter().for_each(|line| text += &format!("{line}\n"));
    }
    if !found.others.is_empty() {
        let others = found.others.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let line = format!("slower, too: {}; name one to search for its commits", plain(&others));
        indented(&line, 0, width, ' ').iter().for_each(|line| text += &format!("{line}\n"));
    }
    text
}

fn total(found: &Bisected) -> String {
    found
        .whole
        .rows
        .iter()
        .find(|row| row.id == found.case)
        .and_then(of_row)
        .map(|own| effect(&own))
        .unwrap_or_default()
}

fn of_row(row: &accel_bench_engine::compare::Row) -> Option<Effect> {
    match &row.standing {
        Standing::Judged(judgement) => judgement.effect,
        _ => None,
    }
}

fn short(commit: &str) -> &str {
    commit.get(..9).unwrap_or(commit)
}

impl CulpritRow {
    fn of(found: &Bisected, culprit: &Culprit) -> Self {
        let step = &culprit.step;
        let (commit, candidates) = step.candidates.split_last().map_or_else(
            || (step.before.as_str(), Vec::new()),
            |(last, others)| (last.as_str(), others.iter().map(|one| one.as_str().to_owned()).collect()),
        );
        let rows = culprit.comparison.iter().flat_map(|comparison| &comparison.rows);
        let measured = rows.filter(|row| row.id == found.case).find_map(of_row);
        let file = |(path, added, removed): &(std::path::PathBuf, usize, usize)| FileRow {
            path: path.display().to_string(),
            added: *added,
            removed: *removed,
        };
        Self {
            commit: commit.to_owned(),
            time: culprit.time.clone(),
            subject: culprit.subject.clone(),
            before: step.before.as_str().to_owned(),
            candidates,
            effect_share: step.effect.map(f64::exp_m1),
            effect: measured
                .map_or_else(|| "not seen between these two alone".to_owned(), |own| effect(&own)),
            files: culprit.stat.iter().map(file).collect(),
        }
    }

    /// `2 files: src/lib.rs +3 -1, src/main.rs +1 -0`
    fn files(&self) -> String {
        let one = |file: &FileRow| format!("{} +{} -{}", plain(&file.path), file.added, file.removed);
        let mut named: Vec<_> = self.files.iter().take(NAMED).map(one).collect();
        if self.files.len() > NAMED {
            named.push("…".to_owned());
        }
        format!("{}: {}", count(self.files.len(), "file"), named.join(", "))
    }
}

impl Listed for CulpritRow {
    const KIND: &'static str = "culprit";
    const COLUMNS: &'static [Column<'static>] = &[
        ("commit", Align::Left),
        ("effect", Align::Right),
        ("time", Align::Left),
        ("files", Align::Left),
        ("subject", Align::Left),
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            short(&self.commit).to_owned(),
            self.effect.clone(),
            self.time.clone(),
            self.files(),
            self.subject.clone(),
        ]
    }

    const FIELDS: &'static [&'static str] =
        &["commit", "time", "subject", "before", "candidates", "effect_share", "files"];

    fn fields(&self) -> Vec<String> {
        let files = self.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>().join(" ");
        vec![
            self.commit.clone(),
            self.time.clone(),
            self.subject.clone(),
            self.before.clone(),
            self.candidates.join(" "),
            self.effect_share.map(|share| share.to_string()).unwrap_or_default(),
            files,
        ]
    }
}
