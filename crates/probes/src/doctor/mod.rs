//! Missing requirements on this machine, and the commands that fix them.
//!
//! [`gather()`] looks at the machine, once and for all backends; every judgement is a pure function of the
//! `Facts`.

mod cuda;
mod facts;
mod finding;
mod gather;
mod graphics;
mod libraries;
mod machine;
mod rocm;
mod torch;

pub use facts::Given;
pub use finding::{Finding, Level};
pub use gather::gather;
pub use machine::machine;

use facts::Facts;

/// A check of a backend's requirements.
type Check = fn(&Facts) -> Vec<Finding>;

/// Each backend once; `None` needs nothing next to the CPU.
const BACKENDS: [(&str, Option<Check>); 14] = [
    ("host", None),
    ("ndarray", None),
    ("flex", None),
    ("cpu", None),
    ("tch", Some(torch::check)),
    ("libtorch", Some(torch::check)),
    ("tch-cuda", Some(torch::on_cuda)),
    ("wgpu", Some(graphics::check)),
    ("webgpu", Some(graphics::check)),
    ("vulkan", Some(graphics::vulkan)),
    ("metal", Some(graphics::metal)),
    ("cuda", Some(cuda::check)),
    ("rocm", Some(rocm::check)),
    ("hip", Some(rocm::check)),
];

/// Returns what the backend called `name` needs, item by item.
pub fn backend(name: &str, facts: &Facts) -> Vec<Finding> {
    match BACKENDS.iter().find(|(known, _)| *known == name) {
        Some((_, Some(check))) => check(facts),
        Some((_, None)) => vec![Finding::ok("needs nothing next to the CPU")],
        None => vec![Finding::warning(format!("what `{name}` needs is not known here"))],
    }
}

/// Returns whether the backend needs something of the machine that can be missing.
pub fn has_needs(name: &str) -> bool {
    BACKENDS.iter().any(|(known, check)| *known == name && check.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Level) {
        let facts = Facts::default();
        let worst = backend(name, &facts).into_iter().map(|finding| finding.level).max();
        assert_eq!(worst, Some(expected), "{name}");
    }

    #[test]
    fn what_a_bare_machine_can_run() {
        check("host", Level::Ok);
        check("ndarray", Level::Ok);
        check("flex", Level::Ok);
        check("tch", Level::Missing);
        check("tch-cuda", Level::Missing);
        check("wgpu", Level::Missing);
        check("vulkan", Level::Missing);
        check("metal", Level::Missing);
        check("cuda", Level::Missing);
        check("rocm", Level::Missing);
        check("mine", Level::Warning);
        assert!(has_needs("wgpu") && !has_needs("flex") && !has_needs("mine"));
    }
}
