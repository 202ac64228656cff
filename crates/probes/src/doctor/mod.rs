//! Missing requirements on this machine, and the commands that fix them.
//!
//! [`gather()`] looks at the machine, once and for all backends; every judgement is a pure function of the
//! `Facts`.

mod browser;
mod counters;
mod cuda;
mod energy;
mod facts;
mod finding;
mod gather;
mod graphics;
mod inspect;
mod instrument;
mod kernels;
mod libraries;
mod machine;
mod onnx;
mod rocm;
mod torch;

pub use energy::energy;
pub use facts::Given;
pub use finding::{Finding, Level};
pub use gather::gather;
pub use instrument::instrument;
pub use kernels::{apis, devices};
pub use machine::machine;

use accel_bench_record::backends::{self, Needs};

use facts::Facts;

/// Returns what the backend called `name` needs, item by item.
pub fn backend(name: &str, facts: &Facts) -> Vec<Finding> {
    let Some(backend) = backends::meant_by(name) else {
        return vec![Finding::warning(format!("what `{name}` needs is not known here"))];
    };
    let mut findings = match backend.needs {
        Needs::Nothing => vec![Finding::ok("needs nothing next to the CPU")],
        Needs::Libtorch => torch::check(facts),
        Needs::LibtorchWithCuda => torch::on_cuda(facts),
        Needs::Graphics => graphics::check(facts),
        Needs::Vulkan => graphics::vulkan(facts),
        Needs::Metal => graphics::metal(facts),
        Needs::Cuda => cuda::check(facts),
        Needs::Rocm => rocm::check(facts),
        Needs::OnnxRuntime => onnx::check(facts, backend.name),
        Needs::Browser => browser::check(facts),
    };
    findings.extend(kernels::findings(backend, facts));
    findings
}

/// Returns whether the backend needs something of the machine that can be missing.
pub fn has_needs(name: &str) -> bool {
    backends::meant_by(name).is_some_and(|backend| backend.needs != Needs::Nothing)
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
        check("web-wasm", Level::Missing);
        check("mine", Level::Warning);
        assert!(has_needs("wgpu") && !has_needs("flex") && !has_needs("mine"));
    }

    #[test]
    fn names_that_projects_give_backends_of_their_own() {
        let says = |name: &str| backend(name, &Facts::default());
        assert_eq!(says("libtorch"), says("tch"));
        assert_eq!(says("hip"), says("rocm"));
        assert!(has_needs("hip"));
    }
}
