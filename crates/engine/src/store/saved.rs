//! Runs kept under a name on this machine only: copies, so that `gc` need not know them; never approved.

use std::io;
use std::path::PathBuf;

use accel_bench_record::RunRecord;

use accel_bench_record::MachineId;

use super::atomic::{self, Existing};
use super::baseline::{path_in, read_optional, remove_named};
use super::checksum;
use super::error::Error;
use super::finite::check_numbers;
use super::listing::{entries, result_files};
use super::name::Name;
use super::root::Store;

impl Store {
    /// Keeps a copy of `run` as `name`, in place of what was kept under it for the same machine class.
    pub fn save_as(&self, name: &Name, run: &RunRecord) -> Result<PathBuf, Error> {
        let path = path_in(&self.saved_folder(), name, &MachineId::new(&run.machine))?;
        run.cases.iter().try_for_each(check_numbers)?;
        self.create(&self.saved_folder().join(name.as_str()))?;
        let bytes = serde_json::to_vec(run).map(checksum::seal).map_err(io::Error::from);
        let written = bytes.and_then(|bytes| atomic::write(&path, &bytes, Existing::Replace));
        written.map(|()| path.clone()).map_err(|source| Error::write(&path, source))
    }

    /// The run kept as `name` for a machine class.
    pub fn saved(&self, name: &Name, machine: &MachineId) -> Result<Option<RunRecord>, Error> {
        read_optional(&path_in(&self.saved_folder(), name, machine)?)
    }

    /// The names that runs are kept under, with their machine classes.
    pub fn saved_names(&self) -> Result<Vec<(Name, MachineId)>, Error> {
        let mut names = Vec::new();
        for dir in entries(&self.saved_folder())? {
            let Some(name) = dir.file_name().and_then(|name| Name::new(name.to_str()?).ok()) else {
                continue;
            };
            let files = result_files(&dir).unwrap_or_default();
            let machines = files.iter().filter_map(|path| path.file_stem()?.to_str());
            names.extend(machines.map(|machine| (name.clone(), MachineId::new(machine))));
        }
        Ok(names)
    }

    pub fn remove_saved(&self, name: &Name, machine: &MachineId) -> Result<(), Error> {
        remove_named(&path_in(&self.saved_folder(), name, machine)?, name)
    }
}
