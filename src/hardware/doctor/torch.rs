//! What the backend on libtorch needs, as its build script looks for it. Pure.

use super::facts::Facts;
use super::finding::Finding;

/// The version that burn's bindings (tch 0.22) are made for; they refuse to build with another.
const VERSION: &str = "2.9.0";

const FIX: &str = "python3 -m venv ~/.venvs/torch && ~/.venvs/torch/bin/pip install torch==2.9.0 \
                   && . ~/.venvs/torch/bin/activate && export LIBTORCH_USE_PYTORCH=1";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let finding = if facts.given.use_pytorch { in_python(facts) } else { in_folder(facts) };
    vec![finding]
}

fn in_python(facts: &Facts) -> Finding {
    match facts.torch.python_version.as_deref() {
        Some(version) if is_right(version) => Finding::ok(format!("PyTorch {version} in Python")),
        Some(version) => {
            Finding::missing(format!("PyTorch {version} in Python, and {VERSION} is needed")).fix(FIX)
        }
        None => Finding::missing("LIBTORCH_USE_PYTORCH is set, and Python has no package `torch`").fix(FIX),
    }
}

fn in_folder(facts: &Facts) -> Finding {
    let torch = &facts.torch;
    let Some(folder) = &facts.given.libtorch else { return nowhere(facts) };
    let folder = folder.display();
    match torch.library_version.as_deref() {
        _ if !torch.library_there => {
            Finding::missing(format!("LIBTORCH is `{folder}`, which holds no `lib/libtorch.so`")).fix(FIX)
        }
        Some(version) if !is_right(version) => {
            Finding::missing(format!("libtorch {version} in `{folder}`, and {VERSION} is needed")).fix(FIX)
        }
        Some(version) => Finding::ok(format!("libtorch {version} in `{folder}`")),
        None => Finding::ok(format!("libtorch in `{folder}`, of a version that it does not tell")),
    }
}

fn nowhere(facts: &Facts) -> Finding {
    match facts.torch.python_version.as_deref() {
        _ if facts.torch.system_wide => {
            Finding::ok("libtorch in `/usr/lib`, of a version that it does not tell")
        }
        Some(version) if is_right(version) => {
            Finding::missing(format!("PyTorch {version} is in Python, and the build is not told to use it"))
                .fix("export LIBTORCH_USE_PYTORCH=1")
        }
        _ => Finding::missing("no libtorch: neither LIBTORCH nor LIBTORCH_USE_PYTORCH is set").fix(FIX),
    }
}

/// `2.9.0+cpu` is the right one as well.
fn is_right(version: &str) -> bool {
    version.split('+').next() == Some(VERSION)
}

#[cfg(test)]
mod tests {
    use super::super::facts::{Given, Torch};
    use super::super::finding::lines;
    use super::*;

    fn found(given: Given, torch: Torch, expected: &str) {
        let findings = check(&Facts { given, torch, ..Facts::default() });
        assert_eq!(lines(&findings), [expected]);
    }

    fn python(version: Option<&str>) -> Torch {
        Torch { python_version: version.map(Into::into), ..Torch::default() }
    }

    fn folder(version: Option<&str>) -> Torch {
        Torch { library_there: true, library_version: version.map(Into::into), ..Torch::default() }
    }

    #[test]
    fn from_python() {
        let given = || Given { use_pytorch: true, ..Given::default() };
        found(given(), python(Some("2.9.0")), "ok: PyTorch 2.9.0 in Python");
        found(given(), python(Some("2.9.0+cpu")), "ok: PyTorch 2.9.0+cpu in Python");
        let old = format!("missing: PyTorch 2.8.1 in Python, and 2.9.0 is needed ({FIX})");
        found(given(), python(Some("2.8.1")), &old);
        let none = format!("missing: LIBTORCH_USE_PYTORCH is set, and Python has no package `torch` ({FIX})");
        found(given(), python(None), &none);
    }

    #[test]
    fn from_a_folder() {
        let given = || Given { libtorch: Some("/opt/lt".into()), ..Given::default() };
        found(given(), folder(Some("2.9.0+cu128")), "ok: libtorch 2.9.0+cu128 in `/opt/lt`");
        found(given(), folder(None), "ok: libtorch in `/opt/lt`, of a version that it does not tell");
        let old = format!("missing: libtorch 1.13 in `/opt/lt`, and 2.9.0 is needed ({FIX})");
        found(given(), folder(Some("1.13")), &old);
        let none = format!("missing: LIBTORCH is `/opt/lt`, which holds no `lib/libtorch.so` ({FIX})");
        found(given(), Torch::default(), &none);
    }

    #[test]
    fn from_nowhere() {
        let none = format!("missing: no libtorch: neither LIBTORCH nor LIBTORCH_USE_PYTORCH is set ({FIX})");
        found(Given::default(), Torch::default(), &none);
        found(Given::default(), python(Some("2.5.0")), &none);
        found(
            Given::default(),
            python(Some("2.9.0")),
            "missing: PyTorch 2.9.0 is in Python, and the build is not told to use it (export LIBTORCH_USE_PYTORCH=1)",
        );
        let system = Torch { system_wide: true, ..Torch::default() };
        found(Given::default(), system, "ok: libtorch in `/usr/lib`, of a version that it does not tell");
    }
}
