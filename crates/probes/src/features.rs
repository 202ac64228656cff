//! Instruction sets that decide which kernels numeric libraries choose.

/// Names as compilers spell them, in the order of their age.
#[cfg(target_arch = "x86_64")]
pub(super) fn features() -> Vec<String> {
    macro_rules! detected {
        ($($name:tt),*) => { [$(($name, std::arch::is_x86_feature_detected!($name))),*] };
    }
    named(&detected!(
        "sse4.2",
        "avx",
        "f16c",
        "fma",
        "avx2",
        "avx512f",
        "avx512bw",
        "avx512dq",
        "avx512vl",
        "avx512vnni",
        "avx512bf16",
        "avx512fp16",
        "avxvnni"
    ))
}

/// Names as compilers spell them, in the order of their age.
#[cfg(target_arch = "aarch64")]
pub(super) fn features() -> Vec<String> {
    macro_rules! detected {
        ($($name:tt),*) => { [$(($name, std::arch::is_aarch64_feature_detected!($name))),*] };
    }
    named(&detected!("neon", "fp16", "dotprod", "i8mm", "bf16", "sve", "sve2"))
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn features() -> Vec<String> {
    Vec::new()
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn named(detected: &[(&str, bool)]) -> Vec<String> {
    detected.iter().filter(|(_, there)| *there).map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel's own list is the second opinion.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    #[test]
    fn the_kernel_agrees() {
        let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap();
        let flags: Vec<_> =
            cpuinfo.lines().find(|line| line.starts_with("flags")).unwrap().split(' ').collect();
        let found = features();
        for (name, flag) in [("avx2", "avx2"), ("fma", "fma"), ("avx512f", "avx512f"), ("sse4.2", "sse4_2")] {
            assert_eq!(found.iter().any(|feature| feature == name), flags.contains(&flag), "{name}");
        }
    }

    #[cfg(target_arch = "aarch64")]
    #[test]
    fn every_such_machine_has_neon() {
        assert_eq!(features()[0], "neon");
    }

    #[test]
    fn no_name_twice() {
        let mut names = features();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
