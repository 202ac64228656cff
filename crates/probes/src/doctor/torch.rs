//! The requirements of the backend on libtorch, as its build script looks for it. Pure.

use super::cuda;
use super::facts::Facts;
use super::finding::{Finding, Level};

/// The version that burn's bindings (tch 0.22) are made for; they refuse to build with another.
const VERSION: &str = "2.9.0";

const FIX: &str = "python3 -m venv ~/.venvs/torch && ~/.venvs/torch/bin/pip install torch==2.9.0 \
                   && . ~/.venvs/torch/bin/activate && export LIBTORCH_USE_PYTORCH=1";

/// The CPU's part of PyTorch is what `pip` takes by default on some systems.
const CUDA_FIX: &str = "pip install torch==2.9.0 --index-url https://download.pytorch.org/whl/cu128 && export LIBTORCH_USE_PYTORCH=1";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let finding = if facts.given.use_pytorch { in_python(facts) } else { in_folder(facts) };
    let path = library_path(facts).filter(|_| finding.level == Level::Ok);
    [finding].into_iter().chain(path).collect()
}

/// The same library, on CUDA.
pub(super) fn on_cuda(facts: &Facts) -> Vec<Finding> {
    let mut findings = check(facts);
    if findings.iter().all(|finding| finding.level != Level::Missing) {
        findings.push(match (facts.torch.cuda, &facts.torch.libraries) {
            (true, _) => Finding::ok("libtorch has its part for CUDA"),
            (false, Some(folder)) => {
                let what =
                    format!("libtorch is without CUDA: no `{}`", folder.join("libtorch_cuda.so").display());
                Finding::missing(what).fix(CUDA_FIX)
            }
            (false, None) => Finding::warning("whether this libtorch has its part for CUDA is not known"),
        });
    }
    findings.extend(cuda::driver_parts(facts));
    findings
}

/// Programs know libtorch by name only.
fn library_path(facts: &Facts) -> Option<Finding> {
    let folder = facts.torch.libraries.as_ref()?;
    if facts.given.library_path.contains(folder) {
        return Some(Finding::ok(format!("its libraries are found in `{}`", folder.display())));
    }
    let what = "its libraries are not part of LD_LIBRARY_PATH: this tool adds them for its processes, `cargo bench` does not";
    let fix = format!("export LD_LIBRARY_PATH={}:$LD_LIBRARY_PATH", folder.display());
    Some(Finding::warning(what).fix(fix))
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
        None => Finding::ok(format!("libtorch in `{folder}`, of a version that it does not report")),
    }
}

fn nowhere(facts: &Facts) -> Finding {
    match facts.torch.python_version.as_deref() {
        _ if facts.torch.system_wide => {
            Finding::ok("libtorch in `/usr/lib`, of a version that it does not report")
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
        found(given(), folder(None), "ok: libtorch in `/opt/lt`, of a version that it does not report");
        let old = format!("missing: libtorch 1.13 in `/opt/lt`, and 2.9.0 is needed ({FIX})");
        found(given(), folder(Some("1.13")), &old);
        let none = format!("missing: LIBTORCH is `/opt/lt`, which holds no `lib/libtorch.so` ({FIX})");
        found(given(), Torch::default(), &none);
    }

    #[test]
    fn programs_must_find_it() {
        let given = |path: &[&str]| Given {
            libtorch: Some("/opt/lt".into()),
            library_path: path.iter().map(Into::into).collect(),
            ..Given::default()
        };
        let torch = Torch { libraries: Some("/opt/lt/lib".into()), ..folder(Some("2.9.0")) };
        let facts = |path| Facts { given: given(path), torch: torch.clone(), ..Facts::default() };
        let there = lines(&check(&facts(&["/x", "/opt/lt/lib"])));
        assert_eq!(there[1], "ok: its libraries are found in `/opt/lt/lib`");
        let hidden = lines(&check(&facts(&[])));
        assert!(
            hidden[1].starts_with("warning: its libraries are not part of LD_LIBRARY_PATH"),
            "{hidden:?}"
        );
        assert!(hidden[1].ends_with("(export LD_LIBRARY_PATH=/opt/lt/lib:$LD_LIBRARY_PATH)"), "{hidden:?}");
    }

    #[test]
    fn on_cuda_it_needs_more() {
        let given = || Given {
            libtorch: Some("/lt".into()),
            library_path: vec!["/lt/lib".into()],
            ..Given::default()
        };
        let torch = |cuda| Torch { libraries: Some("/lt/lib".into()), cuda, ..folder(Some("2.9.0")) };
        let part = |facts: &Facts, index: usize| lines(&on_cuda(facts)).remove(index);
        let facts = Facts { given: given(), torch: torch(true), ..Facts::default() };
        assert_eq!(part(&facts, 2), "ok: libtorch has its part for CUDA");
        assert!(part(&facts, 3).starts_with("missing: no NVIDIA driver"));
        let facts = Facts { torch: torch(false), libcuda: Some("/l/libcuda.so.1".into()), ..facts };
        assert!(
            part(&facts, 2).starts_with("missing: libtorch is without CUDA: no `/lt/lib/libtorch_cuda.so`")
        );
        assert_eq!(part(&facts, 4), "ok: `/l/libcuda.so.1`");
        let none = lines(&on_cuda(&Facts::default()));
        assert_eq!(none.len(), 3, "of a libtorch that is missing nothing more is said: {none:?}");
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
        found(Given::default(), system, "ok: libtorch in `/usr/lib`, of a version that it does not report");
    }
}
