//! What is missing on this machine, and the command that mends it.
//!
//! [`gather()`] looks at the machine, once and for all backends; every judgement is a pure function of the
//! [`Facts`].

mod cuda;
mod facts;
mod finding;
mod gather;
mod graphics;
mod libraries;
mod machine;
mod rocm;
mod torch;

pub(crate) use facts::Given;
pub(crate) use finding::{Finding, Level};
pub(crate) use gather::gather;
pub(crate) use machine::machine;

use facts::Facts;

/// What the backend called `name` needs, item by item.
pub(crate) fn backend(name: &str, facts: &Facts) -> Vec<Finding> {
    match name {
        "host" | "ndarray" | "flex" | "cpu" => vec![Finding::ok("needs nothing beside the CPU")],
        "tch" | "libtorch" => torch::check(facts),
        "wgpu" | "webgpu" | "vulkan" => graphics::check(facts),
        "metal" => graphics::metal(facts),
        "cuda" => cuda::check(facts),
        "rocm" | "hip" => rocm::check(facts),
        _ => vec![Finding::warning(format!("what `{name}` needs is not known here"))],
    }
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
        check("tch", Level::Missing);
        check("wgpu", Level::Missing);
        check("vulkan", Level::Missing);
        check("metal", Level::Missing);
        check("cuda", Level::Missing);
        check("rocm", Level::Missing);
        check("mine", Level::Warning);
    }
}
