//! What NVIDIA's kernel driver reports of itself, which needs no library of it.

use accel_bench_record::Adapter;

use super::system_files::SystemFiles;

/// The driver's version: `570.86.15`.
pub(super) fn driver_version(files: &SystemFiles) -> Option<String> {
    let text = files.text("/proc/driver/nvidia/version")?;
    let is_version = |word: &&str| word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.lines().next()?.split_whitespace().find(is_version).map(ToOwned::to_owned)
}

/// GPUs that can be computed on, whether or not a graphics driver shows them.
pub(super) fn adapters(files: &SystemFiles) -> Vec<Adapter> {
    const FOLDER: &str = "/proc/driver/nvidia/gpus";
    let driver_version = driver_version(files).unwrap_or_default();
    let model = |slot: String| {
        let text = files.text(&format!("{FOLDER}/{slot}/information"))?;
        text.lines().find_map(|line| Some(line.strip_prefix("Model:")?.trim().to_owned()))
    };
    let adapter = |name| Adapter {
        name,
        api: "cuda".to_owned(),
        kind: "discrete-gpu".to_owned(),
        driver: "NVIDIA".to_owned(),
        driver_version: driver_version.clone(),
    };
    files.names(FOLDER).into_iter().filter_map(model).map(adapter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_files::fake;

    fn check(version: &str, expected: Option<&str>) {
        let (_guard, files) = fake::machine(&[("/proc/driver/nvidia/version", version)]);
        assert_eq!(driver_version(&files).as_deref(), expected);
    }

    #[test]
    fn versions() {
        let closed = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version:  gcc 12.2.0";
        let open = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs-builder@U16)";
        check(closed, Some("535.104.05"));
        check(open, Some("570.86.15"));
        check("nothing of the kind", None);
        check("", None);
    }

    #[test]
    fn every_gpu_has_a_folder() {
        let (_guard, files) = fake::machine(&[
            ("/proc/driver/nvidia/version", "NVRM version: x 570.86.15"),
            ("/proc/driver/nvidia/gpus/0000:1a:00.0/information", "Model: \t\t NVIDIA H200\nIRQ: 12\n"),
            ("/proc/driver/nvidia/gpus/0000:1b:00.0/information", "Model: \t\t NVIDIA H200\n"),
            ("/proc/driver/nvidia/gpus/0000:1c:00.0/power", "no information"),
        ]);
        let found = adapters(&files);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].name.as_str(), found[0].driver_version.as_str()), ("NVIDIA H200", "570.86.15"));
        assert!(adapters(&fake::machine(&[]).1).is_empty());
    }
}
