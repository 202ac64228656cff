//! The requirements of the backend on CUDA: the driver, its library, the runtime compiler and its headers. Pure.

use super::facts::Facts;
use super::finding::Finding;

/// Debian and Ubuntu carry both parts of the toolkit under this name.
const TOOLKIT: &str = "apt-get install nvidia-cuda-toolkit";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    driver_parts(facts).into_iter().chain([compiler(facts), headers(facts)]).collect()
}

/// Returns what everything on CUDA needs; the rest is for those who compile kernels as they run.
pub(super) fn driver_parts(facts: &Facts) -> [Finding; 2] {
    [driver(facts), library(facts)]
}

fn driver(facts: &Facts) -> Finding {
    match &facts.nvidia_driver {
        Some(version) => Finding::ok(format!("NVIDIA driver {version}")),
        // Under WSL the driver is Windows's, and only the library shows.
        None if facts.libcuda.is_some() => Finding::warning("no NVIDIA kernel driver to be seen"),
        None => Finding::missing("no NVIDIA driver").fix("apt-get install nvidia-driver"),
    }
}

fn library(facts: &Facts) -> Finding {
    match &facts.libcuda {
        Some(path) => Finding::ok(format!("`{}`", path.display())),
        None => {
            Finding::missing("no `libcuda.so.1`, which comes with the driver").fix("apt-get install libcuda1")
        }
    }
}

fn compiler(facts: &Facts) -> Finding {
    match &facts.nvrtc {
        Some(path) => Finding::ok(format!("`{}`", path.display())),
        None => Finding::missing("no `libnvrtc.so`, which compiles the kernels").fix(TOOLKIT),
    }
}

fn headers(facts: &Facts) -> Finding {
    match (&facts.cuda_toolkit, &facts.given.cuda_path) {
        (Some(path), _) => Finding::ok(format!("CUDA headers in `{}`", path.display())),
        (None, Some(path)) => Finding::missing(format!(
            "CUDA_PATH is `{}`, which holds no `include/cuda_runtime.h`",
            path.display()
        ))
        .fix("export CUDA_PATH=/usr/local/cuda"),
        (None, None) => Finding::missing("no CUDA headers, which the kernels include").fix(TOOLKIT),
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::Given;
    use super::super::finding::lines;
    use super::*;

    fn found(facts: &Facts, expected: [&str; 4]) {
        assert_eq!(lines(&check(facts)), expected);
    }

    #[test]
    fn all_there() {
        let facts = Facts {
            nvidia_driver: Some("570.86.15".into()),
            libcuda: Some("/lib/libcuda.so.1".into()),
            nvrtc: Some("/lib/libnvrtc.so.12".into()),
            cuda_toolkit: Some("/usr/local/cuda".into()),
            ..Facts::default()
        };
        found(
            &facts,
            [
                "ok: NVIDIA driver 570.86.15",
                "ok: `/lib/libcuda.so.1`",
                "ok: `/lib/libnvrtc.so.12`",
                "ok: CUDA headers in `/usr/local/cuda`",
            ],
        );
    }

    const NO_NVRTC: &str =
        "missing: no `libnvrtc.so`, which compiles the kernels (apt-get install nvidia-cuda-toolkit)";

    #[test]
    fn nothing_there() {
        found(
            &Facts::default(),
            [
                "missing: no NVIDIA driver (apt-get install nvidia-driver)",
                "missing: no `libcuda.so.1`, which comes with the driver (apt-get install libcuda1)",
                NO_NVRTC,
                "missing: no CUDA headers, which the kernels include (apt-get install nvidia-cuda-toolkit)",
            ],
        );
    }

    #[test]
    fn a_wrong_path_and_a_hidden_driver() {
        let given = Given { cuda_path: Some("/opt/x".into()), ..Given::default() };
        let facts =
            Facts { given, libcuda: Some("/usr/lib/wsl/lib/libcuda.so.1".into()), ..Facts::default() };
        found(
            &facts,
            [
                "warning: no NVIDIA kernel driver to be seen",
                "ok: `/usr/lib/wsl/lib/libcuda.so.1`",
                NO_NVRTC,
                "missing: CUDA_PATH is `/opt/x`, which holds no `include/cuda_runtime.h` (export CUDA_PATH=/usr/local/cuda)",
            ],
        );
    }
}
