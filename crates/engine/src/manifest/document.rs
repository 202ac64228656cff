//! From the text to the tables' raw shapes. Goes on after an error, so that several are reported at once.
//!
//! Knows the shapes and where each value is, not what the values mean.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, IntoDeserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::at::At;
use super::error::{Problem, Problems};
use super::nearest::nearest;
use super::raw::RawManifest;
use super::schema::keys;

type Value<'t> = Spanned<DeValue<'t>>;

/// The tables of `text`, those left out that are wrong as a whole.
pub(super) fn read(text: &str, problems: &mut Problems) -> RawManifest {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().or_else(|| deep_key(text)).unwrap_or(0..0);
        problems.push(Problem::new(span, "this is not TOML", error.message()));
    }
    if !errors.is_empty() {
        return RawManifest::default();
    }
    tables(root.into_inner(), problems)
}

/// The first key of more parts than TOML's parser follows; of brackets that nest too deep it says itself where they are.
fn deep_key(text: &str) -> Option<Range<usize>> {
    const DEEPEST: usize = 80;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let key = line.split('=').next().unwrap_or_default();
        if key.matches('.').count() >= DEEPEST {
            return Some(start..start + 1);
        }
        start += line.len();
    }
    None
}

/// A longer name fits no line of a table.
const LONGEST_NAME: usize = 200;

/// Refuses a name that is too long to be shown.
fn is_short(what: &str, name: &str, span: &Range<usize>, problems: &mut Problems) -> bool {
    let is_short = name.len() <= LONGEST_NAME;
    if !is_short {
        let beginning: String = name.chars().take(20).collect();
        let title = format!("the {what} `{beginning}…` has {} bytes", name.len());
        // The end of the name is not shown either.
        let start = span.start..span.start + 1;
        problems.push(Problem::new(start, title, format!("at most {LONGEST_NAME}")));
    }
    is_short
}

fn has_short_names(value: &Value<'_>, problems: &mut Problems) -> bool {
    ["name", "target", "package"].iter().all(|key| {
        let named = value.get_ref().as_table().and_then(|table| table.get(*key));
        named.is_none_or(|value| {
            value.get_ref().as_str().is_none_or(|name| is_short(key, name, &value.span(), problems))
        })
    })
}

fn tables(root: DeTable<'_>, problems: &mut Problems) -> RawManifest {
    let mut raw = RawManifest::default();
    for (key, value) in root {
        match key.get_ref().as_ref() {
            "bench" => raw.bench = list("bench", value, problems),
            "backends" => raw.backends = named("backends", value, problems),
            "suites" => raw.suites = named("suites", value, problems),
            "profiles" => raw.profiles = named("profiles", value, problems),
            "gate" => raw.gate = table("[gate]", value, problems).map(At::into_inner),
            "store" => raw.store = table("[store]", value, problems).map(At::into_inner),
            "baseline" => raw.baseline = table("[baseline]", value, problems).map(At::into_inner),
            "run" => raw.run = table("[run]", value, problems).map(At::into_inner),
            "hook" => raw.hook = table("[hook]", value, problems).map(At::into_inner),
            "build" => raw.build = table("[build]", value, problems).map(At::into_inner),
            other => problems.push(unknown("the file", other, key.span(), &keys::<RawManifest>())),
        }
    }
    raw
}

/// An array of tables.
fn list<T: DeserializeOwned + JsonSchema>(
    name: &str,
    value: Value<'_>,
    problems: &mut Problems,
) -> Vec<At<T>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Array(items) => {
            let place = format!("[[{name}]]");
            let items = items.into_iter();
            items
                .filter_map(|item| has_short_names(&item, problems).then(|| table(&place, item, problems))?)
                .collect()
        }
        other => {
            let title =
                format!("wrong type: `{name}` is a list of tables, not {}", article(other.type_str()));
            problems.push(Problem::new(
                span,
                title,
                format!("write `[[{name}]]`, with both brackets doubled"),
            ));
            Vec::new()
        }
    }
}

/// A table of named tables.
fn named<T: DeserializeOwned + JsonSchema>(
    name: &str,
    value: Value<'_>,
    problems: &mut Problems,
) -> BTreeMap<String, At<T>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Table(entries) => entries
            .into_iter()
            .filter_map(|(key, value)| {
                let entry = key.get_ref().to_string();
                if !is_short("name", &entry, &key.span(), problems) {
                    return None;
                }
                let table = table::<T>(&format!("[{name}.{entry}]"), value, problems)?;
                Some((entry, At::new(key.span(), table.into_inner())))
            })
            .collect(),
        other => {
            let title = format!("wrong type: `{name}` holds named tables, not {}", article(other.type_str()));
            problems.push(Problem::new(span, title, format!("write `[{name}.NAME]`")));
            BTreeMap::new()
        }
    }
}

fn table<T: DeserializeOwned + JsonSchema>(
    place: &str,
    value: Value<'_>,
    problems: &mut Problems,
) -> Option<At<T>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Table(table) => Some(At::new(span.clone(), fields(place, span, table, problems)?)),
        other => {
            let title = format!("wrong type: `{place}` is a table, not {}", article(other.type_str()));
            problems.push(Problem::new(
                span,
                title,
                format!("write `{place}` on a line of its own, its keys below"),
            ));
            None
        }
    }
}

/// Reads a table key by key: a wrong one is reported, left out, and the rest is read again.
fn fields<T: DeserializeOwned + JsonSchema>(
    place: &str,
    span: Range<usize>,
    mut table: DeTable<'_>,
    problems: &mut Problems,
) -> Option<T> {
    leave_out_unknown::<T>(place, &mut table, problems);
    let mut left_out: Vec<String> = Vec::new();
    loop {
        let value = Spanned::new(span.clone(), DeValue::Table(table.clone()));
        let error = match T::deserialize(value.into_deserializer()) {
            Ok(fields) => return Some(fields),
            Err(error) => error,
        };
        if left_out.iter().any(|key| error.message().contains(&format!("missing field `{key}`"))) {
            return None;
        }
        let at = error.span().unwrap_or_else(|| span.clone());
        let culprit = leave_out(&mut table, &at);
        problems.push(wrong(place, culprit.as_deref(), at, error.message()));
        left_out.push(culprit?);
    }
}

/// Takes the key out whose value holds `at`; of a table of entries (`params`, `env`, `cases`) only the entry.
fn leave_out(table: &mut DeTable<'_>, at: &Range<usize>) -> Option<String> {
    let key = holder(table, at)?;
    if let DeValue::Table(entries) = table.get_mut(key.as_str())?.get_mut()
        && let Some(entry) = holder(entries, at)
    {
        entries.remove(entry.as_str());
        return Some(format!("{key}.{entry}"));
    }
    table.remove(key.as_str());
    Some(key)
}

/// The key whose value holds `at`.
fn holder(table: &DeTable<'_>, at: &Range<usize>) -> Option<String> {
    table.iter().find(|(_, value)| covers(value, at)).map(|(key, _)| key.get_ref().to_string())
}

fn leave_out_unknown<T: JsonSchema>(place: &str, table: &mut DeTable<'_>, problems: &mut Problems) {
    let known = keys::<T>();
    let is_unknown = |key: &&Spanned<Cow<'_, str>>| !known.iter().any(|known| known == key.get_ref());
    let strangers: Vec<_> = table.keys().filter(is_unknown).cloned().collect();
    for key in strangers {
        problems.push(unknown(&format!("`{place}`"), key.get_ref(), key.span(), &known));
        table.remove(key.get_ref().as_ref());
    }
}

/// Whether `at` lies in the value. A table under a header of its own reaches further than its span.
fn covers(value: &Value<'_>, at: &Range<usize>) -> bool {
    let span = value.span();
    let inside = span.start <= at.start && at.end <= span.end;
    inside
        || value
            .get_ref()
            .as_table()
            .is_some_and(|table| table.iter().any(|(key, value)| key.span() == *at || covers(value, at)))
}

fn unknown(place: &str, key: &str, span: Range<usize>, known: &[String]) -> Problem {
    let label = match nearest(key, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "not a key here".to_owned(),
    };
    let known: Vec<_> = known.iter().map(|key| format!("`{key}`")).collect();
    Problem::new(span, format!("unknown key `{key}` in {place}"), label)
        .help(format!("keys here are {}", known.join(", ")))
}

/// Returns what serde says, in the words of the file's author.
fn wrong(place: &str, key: Option<&str>, span: Range<usize>, message: &str) -> Problem {
    if let Some(field) = message.strip_prefix("missing field ") {
        return Problem::new(
            span,
            format!("`{place}` without {field}"),
            format!("add {field} to this table"),
        );
    }
    let title = match key {
        Some(key) => format!("wrong value of `{key}` in `{place}`"),
        None => format!("wrong `{place}`"),
    };
    let words = [
        ("expected a sequence", "expected a list in brackets, `[…]`"),
        ("sequence", "list"),
        ("expected a map", "expected a table, `{ key = value }`"),
        ("a nonzero u32", "a whole number from 1"),
        ("a nonzero usize", "a whole number from 1"),
        ("u32", "a whole number from 0"),
        ("usize", "a whole number from 0"),
        ("string \"", "the text \""),
    ];
    let message = words.iter().fold(message.to_owned(), |text, (serde, plain)| text.replace(serde, plain));
    Problem::new(span, title, message.trim_end())
}

fn article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}
