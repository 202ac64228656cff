//! Run files between a folder and a bucket: those that the other side lacks. Nothing is overwritten.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path as Folder;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, PutMode, RetryConfig};
use serde_json::json;

use crate::arguments::CopyArgs;
use crate::error::Error;

/// The beginning of a bucket's address.
const S3: &str = "s3://";

/// Files on their way at once: each costs a round trip.
const AT_ONCE: usize = 16;

/// The folder of runs in a store.
const RUNS: &str = "runs";

/// A bucket that does not answer within this is not there.
const CONNECT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);

/// Copies what is asked for and prints how many files were copied and were there already.
pub(crate) fn run(args: &CopyArgs, to: &mut dyn Write) -> Result<(), Error> {
    // A second provider in the process would be a mistake of ours; the first stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Input)?;
    let Copied { copied, known } = runtime.block_on(async {
        let (from, into) = (place(&args.from)?, place(&args.to)?);
        let had = match &args.except {
            Some(folder) => names(&*of_folder(folder)?).await?,
            None => BTreeSet::new(),
        };
        copy(&*from, &*into, &had).await
    })?;
    writeln!(to, "{}", json!({ "copied": copied, "known": known })).map_err(Error::Out)
}

type Place = Box<dyn ObjectStore>;

fn place(text: &str) -> Result<Place, Error> {
    match text.strip_prefix(S3) {
        Some(rest) => of_bucket(text, rest),
        None => of_folder(Folder::new(text)),
    }
}

/// Credentials, region and endpoint are those of AWS's own variables.
fn of_bucket(text: &str, rest: &str) -> Result<Place, Error> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let retry = RetryConfig { max_retries: 2, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let allow_http = std::env::var("AWS_ALLOW_HTTP").is_ok_and(|allow| allow == "true");
    let options =
        ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(PATIENCE).with_allow_http(allow_http);
    let built = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_retry(retry)
        .with_client_options(options)
        .build()
        .map_err(|source| Error::Bucket { place: text.to_owned(), source })?;
    let prefix = Path::parse(prefix.trim_end_matches('/'))
        .map_err(|source| Error::Bucket { place: text.to_owned(), source: source.into() })?;
    Ok(Box::new(PrefixStore::new(built, prefix)))
}

fn of_folder(folder: &Folder) -> Result<Place, Error> {
    let fault = |source: io::Error| Error::Write { path: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(fault)?;
    Ok(Box::new(LocalFileSystem::new_with_prefix(folder)?))
}

/// The outcome of copying.
#[derive(Debug, PartialEq, Eq)]
struct Copied {
    copied: usize,
    /// Files that were there already.
    known: usize,
}

/// The outcome of one file.
enum Fate {
    Copied,
    Known,
}

async fn copy(from: &dyn ObjectStore, to: &dyn ObjectStore, had: &BTreeSet<Path>) -> Result<Copied, Error> {
    let there = names(to).await?;
    let wanted = names(from).await?;
    let fate = async |name: Path| -> Result<Fate, Error> {
        if there.contains(&name) || had.contains(&name) {
            return Ok(Fate::Known);
        }
        let bytes = from.get(&name).await?.bytes().await?;
        match to.put_opts(&name, bytes.into(), PutMode::Create.into()).await {
            Ok(_) => Ok(Fate::Copied),
            // Somebody else copied it meanwhile.
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Fate::Known),
            Err(error) => Err(error.into()),
        }
    };
    let mut fates = stream::iter(wanted).map(fate).buffer_unordered(AT_ONCE);
    let mut done = Copied { copied: 0, known: 0 };
    while let Some(fate) = fates.try_next().await? {
        match fate {
            Fate::Copied => done.copied += 1,
            Fate::Known => done.known += 1,
        }
    }
    Ok(done)
}

/// The run files of a place: `runs/<commit>/<run>.json`.
async fn names(place: &dyn ObjectStore) -> Result<BTreeSet<Path>, Error> {
    let mut found = BTreeSet::new();
    let mut listed = place.list(Some(&Path::from(RUNS)));
    while let Some(file) = listed.try_next().await? {
        if file.location.parts().count() == 3 && file.location.extension() == Some("json") {
            found.insert(file.location);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    fn waited<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(future)
    }

    async fn of(files: &[(&str, &str)]) -> InMemory {
        let place = InMemory::new();
        for (name, text) in files {
            place.put(&Path::from(*name), text.to_string().into()).await.expect("memory takes all");
        }
        place
    }

    async fn text(place: &dyn ObjectStore, name: &str) -> Option<String> {
        let bytes = place.get(&Path::from(name)).await.ok()?.bytes().await.ok()?;
        String::from_utf8(bytes.to_vec()).ok()
    }

    #[test]
    fn what_is_there_stays_and_what_is_no_run_is_left() {
        waited(async {
            let from = of(&[
                ("runs/c1/a.json", "new"),
                ("runs/c1/b.json", "other"),
                ("runs/c2/c.json", "had"),
                ("runs/c2/c.journal", "not whole"),
                ("runs/deep/er/d.json", "no run"),
                ("history/x.parquet", "derived"),
            ])
            .await;
            let to = of(&[("runs/c1/b.json", "own")]).await;
            let had = BTreeSet::from([Path::from("runs/c2/c.json")]);
            let done = copy(&from, &to, &had).await.expect("it is copied");
            assert_eq!(done, Copied { copied: 1, known: 2 });
            assert_eq!(text(&to, "runs/c1/a.json").await.as_deref(), Some("new"));
            assert_eq!(text(&to, "runs/c1/b.json").await.as_deref(), Some("own"));
            for absent in ["runs/c2/c.json", "runs/c2/c.journal", "runs/deep/er/d.json", "history/x.parquet"]
            {
                assert_eq!(text(&to, absent).await, None, "{absent}");
            }
        });
    }

    #[test]
    fn folders_are_places_too() {
        waited(async {
            let folder = tempfile::tempdir().expect("a folder");
            let place = of_folder(&folder.path().join("new")).expect("it is made");
            let from = of(&[("runs/c1/a.json", "1")]).await;
            copy(&from, &*place, &BTreeSet::new()).await.expect("it is copied");
            let written = std::fs::read_to_string(folder.path().join("new/runs/c1/a.json"));
            assert_eq!(written.ok().as_deref(), Some("1"));
            let again = copy(&from, &*place, &BTreeSet::new()).await.expect("it is copied");
            assert_eq!(again, Copied { copied: 0, known: 1 });
        });
    }
}
