//! The requirements of the backend on ROCm: AMD's compute driver and the HIP library. Pure.

use super::facts::Facts;
use super::finding::Finding;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let driver = if facts.kfd {
        Finding::ok("AMD compute driver (`/dev/kfd`)")
    } else {
        Finding::missing("no `/dev/kfd`, which AMD's compute driver makes").fix("sudo modprobe amdgpu")
    };
    let library = match &facts.libamdhip {
        Some(path) => Finding::ok(format!("`{}`", path.display())),
        None => Finding::missing("no `libamdhip64.so`").fix("apt-get install rocm-hip-runtime"),
    };
    vec![driver, library]
}

#[cfg(test)]
mod tests {
    use super::super::finding::lines;
    use super::*;

    #[test]
    fn there_or_not() {
        let facts =
            Facts { kfd: true, libamdhip: Some("/opt/rocm/lib/libamdhip64.so".into()), ..Facts::default() };
        assert_eq!(
            lines(&check(&facts)),
            ["ok: AMD compute driver (`/dev/kfd`)", "ok: `/opt/rocm/lib/libamdhip64.so`"]
        );
        assert_eq!(
            lines(&check(&Facts::default())),
            [
                "missing: no `/dev/kfd`, which AMD's compute driver makes (sudo modprobe amdgpu)",
                "missing: no `libamdhip64.so` (apt-get install rocm-hip-runtime)",
            ]
        );
    }
}
