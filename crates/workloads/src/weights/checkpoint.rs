//! A Hugging Face folder's tensors: one file or several, handed out by name, with a record of what did not fit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::{Mismatch, WeightsError};
use super::shard::Shard;

/// How a family's checkpoints differ from the names that its model asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Naming {
    /// Left out of the front of a name: `bert.` where the checkpoint is that of a model with a head.
    pub prefix: &'static str,
    /// Names with these prefixes do not belong to the model: heads, and buffers that older versions stored.
    pub ignored: &'static [&'static str],
    /// Parts of names, one after the other: old ones and today's.
    pub renamed: &'static [(&'static str, &'static str)],
}

/// The tensors of a folder, and how they fit what has been asked for so far.
#[derive(Debug)]
pub struct Checkpoint {
    folder: PathBuf,
    shards: Vec<Shard>,
    /// By the name that a model asks for.
    entries: BTreeMap<String, Entry>,
    mismatch: Mismatch,
    failure: Option<WeightsError>,
}

#[derive(Debug)]
struct Entry {
    shard: usize,
    stored_name: String,
    shape: Vec<usize>,
    taken: bool,
}

impl Checkpoint {
    /// Opens `model.safetensors`, or the files that `model.safetensors.index.json` names; or what diffusers calls them.
    ///
    /// # Errors
    /// When there is neither, or a file cannot be read or is not a safetensors file.
    pub fn open(folder: &Path, naming: Naming) -> Result<Self, WeightsError> {
        let shards = files(folder)?.iter().map(|file| Shard::open(file)).collect::<Result<Vec<_>, _>>()?;
        let mut entries = BTreeMap::new();
        for (index, shard) in shards.iter().enumerate() {
            for (stored_name, shape) in shard.shapes() {
                let Some(name) = naming.asked_for(&stored_name) else { continue };
                let entry = Entry { shard: index, stored_name, shape: shape.to_vec(), taken: false };
                entries.insert(name, entry);
            }
        }
        Ok(Self { folder: folder.to_owned(), shards, entries, mismatch: Mismatch::default(), failure: None })
    }

    /// The values of `name`, row by row; `None` where [`Checkpoint::finish`] will say why.
    pub(super) fn take(&mut self, name: &str, shape: &[usize]) -> Option<Vec<f32>> {
        let Some(entry) = self.entries.get_mut(name) else {
            self.mismatch.missing.push(name.to_owned());
            return None;
        };
        entry.taken = true;
        if entry.shape != shape {
            self.mismatch.misshapen.push((name.to_owned(), shape.to_vec(), entry.shape.clone()));
            return None;
        }
        let values = self.shards[entry.shard].floats(&entry.stored_name);
        values.map_err(|error| self.failure.get_or_insert(error)).ok()
    }

    /// Lets `name` be there or not.
    pub(super) fn leave_out(&mut self, name: &str) {
        if let Some(entry) = self.entries.get_mut(name) {
            entry.taken = true;
        }
    }

    pub(super) fn holds(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// True if what was taken is what was there.
    pub(super) fn finish(mut self) -> Result<(), WeightsError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let left = self.entries.into_values().filter(|entry| !entry.taken);
        self.mismatch.extra.extend(left.map(|entry| entry.stored_name));
        self.mismatch.missing.sort_unstable();
        self.mismatch.extra.sort_unstable();
        self.mismatch.misshapen.sort_unstable();
        if self.mismatch.is_empty() {
            return Ok(());
        }
        Err(WeightsError::Mismatch { folder: self.folder, mismatch: self.mismatch })
    }
}

impl Naming {
    /// The model's name of the tensor stored as `stored`; `None` when it does not belong to the model.
    fn asked_for(&self, stored: &str) -> Option<String> {
        let name = stored.strip_prefix(self.prefix).unwrap_or(stored);
        if self.ignored.iter().any(|ignored| name.starts_with(ignored)) {
            return None;
        }
        Some(self.renamed.iter().fold(name.to_owned(), |name, (old, new)| name.replace(old, new)))
    }
}

/// The part of `model.safetensors.index.json` that matters.
#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The model's file as transformers names it, and as diffusers does.
const FILES: [&str; 2] = ["model.safetensors", "diffusion_pytorch_model.safetensors"];

/// The folder's safetensors files, each once.
fn files(folder: &Path) -> Result<Vec<PathBuf>, WeightsError> {
    if let Some(single) = FILES.map(|file| folder.join(file)).into_iter().find(|path| path.is_file()) {
        return Ok(vec![single]);
    }
    let indices = FILES.map(|file| folder.join(format!("{file}.index.json")));
    let Some(path) = indices.into_iter().find(|path| path.is_file()) else {
        return Err(WeightsError::NoFile { folder: folder.to_owned() });
    };
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(source) => return Err(WeightsError::Read { path, source }),
    };
    let index: Index = match serde_json::from_slice(&text) {
        Ok(index) => index,
        Err(error) => return Err(WeightsError::Index { path, reason: error.to_string() }),
    };
    let mut names: Vec<String> = index.weight_map.into_values().collect();
    names.sort_unstable();
    names.dedup();
    // An index names files in its own folder: anything else is a mistake, or an attempt to read elsewhere.
    if let Some(name) = names.iter().find(|name| Path::new(name).file_name() != Some(name.as_ref())) {
        return Err(WeightsError::Index {
            path,
            reason: format!("`{name}` is not the name of a file in the same folder"),
        });
    }
    Ok(names.iter().map(|name| folder.join(name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMING: Naming = Naming {
        prefix: "bert.",
        ignored: &["cls.", "embeddings.position_ids"],
        renamed: &[(".gamma", ".weight"), (".beta", ".bias")],
    };

    #[track_caller]
    fn check(stored: &str, expected: Option<&str>) {
        assert_eq!(NAMING.asked_for(stored).as_deref(), expected);
    }

    #[test]
    fn plain_name() {
        check("pooler.dense.weight", Some("pooler.dense.weight"));
    }

    #[test]
    fn prefixed_name() {
        check("bert.pooler.dense.weight", Some("pooler.dense.weight"));
    }

    #[test]
    fn old_scale_of_a_norm() {
        check("bert.embeddings.LayerNorm.gamma", Some("embeddings.LayerNorm.weight"));
    }

    #[test]
    fn old_shift_of_a_norm() {
        check("embeddings.LayerNorm.beta", Some("embeddings.LayerNorm.bias"));
    }

    #[test]
    fn head() {
        check("cls.predictions.bias", None);
    }

    #[test]
    fn stored_buffer() {
        check("bert.embeddings.position_ids", None);
    }
}
