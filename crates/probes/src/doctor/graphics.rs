//! The requirements of the backends on wgpu: an adapter, preferably of hardware. Pure.

use accel_bench_record::Adapter;

use super::facts::{Facts, System};
use super::finding::Finding;

const MESA: &str = "apt-get install mesa-vulkan-drivers";

/// Any API will do: wgpu chooses.
pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    with_adapters(facts, |adapter| adapter.api != "cuda")
}

pub(super) fn vulkan(facts: &Facts) -> Vec<Finding> {
    with_adapters(facts, |adapter| adapter.api == "vulkan")
}

fn with_adapters(facts: &Facts, is_usable: fn(&Adapter) -> bool) -> Vec<Finding> {
    let usable: Vec<_> = facts.adapters.iter().filter(|adapter| is_usable(adapter)).collect();
    if usable.is_empty() {
        return vec![no_adapter(facts)];
    }
    let mut findings: Vec<_> = usable.iter().map(|adapter| Finding::ok(described(adapter))).collect();
    if usable.iter().all(|adapter| adapter.kind == "cpu") {
        findings.push(only_software(facts));
    }
    findings
}

/// Metal is a part of macOS.
pub(super) fn metal(facts: &Facts) -> Vec<Finding> {
    if facts.system != System::Macos {
        return vec![Finding::missing("only macOS has Metal")];
    }
    match facts.adapters.iter().filter(|adapter| adapter.api == "metal").collect::<Vec<_>>() {
        none if none.is_empty() => vec![Finding::missing("no Metal device")],
        found => found.into_iter().map(|adapter| Finding::ok(described(adapter))).collect(),
    }
}

fn no_adapter(facts: &Facts) -> Finding {
    match facts.system {
        System::Linux if facts.vulkan_loader.is_none() => {
            Finding::missing("no `libvulkan.so.1`, through which drivers are found")
                .fix(format!("{MESA} libvulkan1"))
        }
        System::Linux => Finding::missing("no Vulkan driver").fix(MESA),
        System::Macos | System::Windows => Finding::missing("no GPU adapter"),
    }
}

fn only_software(facts: &Facts) -> Finding {
    let what = "only a software rasteriser: its numbers are those of the CPU";
    match &facts.nvidia_driver {
        // Compute containers leave the graphics part of the driver out.
        Some(version) => {
            let branch = version.split('.').next().unwrap_or_default();
            Finding::warning(what).fix(format!("apt-get install libnvidia-gl-{branch}"))
        }
        None => Finding::warning(what),
    }
}

fn described(adapter: &Adapter) -> String {
    let driver = [&adapter.driver, &adapter.driver_version].map(String::as_str);
    let driver = driver.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let Adapter { name, api, kind, .. } = adapter;
    if driver.is_empty() {
        format!("{name} ({api}, {kind})")
    } else {
        format!("{name} ({api}, {kind}, {driver})")
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::lines;
    use super::*;

    fn adapter(name: &str, api: &str, kind: &str) -> Adapter {
        let [name, api, kind] = [name, api, kind].map(ToOwned::to_owned);
        Adapter { name, api, kind, driver: String::new(), driver_version: String::new() }
    }

    fn found(facts: Facts, expected: &[&str]) {
        assert_eq!(lines(&check(&facts)), expected);
    }

    fn of(adapters: Vec<Adapter>) -> Facts {
        Facts { adapters, ..Facts::default() }
    }

    #[test]
    fn adapters() {
        let gpu = || adapter("Radeon", "vulkan", "discrete-gpu");
        let software = || adapter("llvmpipe", "vulkan", "cpu");
        found(of(vec![gpu()]), &["ok: Radeon (vulkan, discrete-gpu)"]);
        found(
            of(vec![gpu(), software()]),
            &["ok: Radeon (vulkan, discrete-gpu)", "ok: llvmpipe (vulkan, cpu)"],
        );
        let warning = "warning: only a software rasteriser: its numbers are those of the CPU";
        found(of(vec![software()]), &["ok: llvmpipe (vulkan, cpu)", warning]);
        let with_driver = Facts { nvidia_driver: Some("570.86.15".into()), ..of(vec![software()]) };
        let fix = format!("{warning} (apt-get install libnvidia-gl-570)");
        found(with_driver, &["ok: llvmpipe (vulkan, cpu)", &fix]);
    }

    #[test]
    fn vulkan_is_one_of_several() {
        let on_mac = Facts { system: System::Macos, ..of(vec![adapter("M2", "metal", "integrated-gpu")]) };
        assert_eq!(lines(&vulkan(&on_mac)), ["missing: no GPU adapter"]);
        assert_eq!(lines(&check(&on_mac)), ["ok: M2 (metal, integrated-gpu)"]);
        let radeon = of(vec![adapter("Radeon", "vulkan", "discrete-gpu")]);
        assert_eq!(lines(&vulkan(&radeon)), ["ok: Radeon (vulkan, discrete-gpu)"]);
    }

    #[test]
    fn no_adapters() {
        let bare = "missing: no `libvulkan.so.1`, through which drivers are found (apt-get install mesa-vulkan-drivers libvulkan1)";
        found(of(vec![]), &[bare]);
        found(of(vec![adapter("NVIDIA H200", "cuda", "discrete-gpu")]), &[bare]);
        let loader = Facts { vulkan_loader: Some("/usr/lib/libvulkan.so.1".into()), ..Facts::default() };
        found(loader, &["missing: no Vulkan driver (apt-get install mesa-vulkan-drivers)"]);
        found(Facts { system: System::Windows, ..Facts::default() }, &["missing: no GPU adapter"]);
    }

    #[test]
    fn metal_is_of_macos() {
        let on_mac = |adapters| Facts { system: System::Macos, adapters, ..Facts::default() };
        assert_eq!(lines(&metal(&Facts::default())), ["missing: only macOS has Metal"]);
        assert_eq!(lines(&metal(&on_mac(vec![]))), ["missing: no Metal device"]);
        let chip = adapter("Apple M2", "metal", "integrated-gpu");
        assert_eq!(lines(&metal(&on_mac(vec![chip]))), ["ok: Apple M2 (metal, integrated-gpu)"]);
    }

    #[test]
    fn drivers_are_told_where_they_have_a_name() {
        let named = Adapter {
            driver: "RADV".into(),
            driver_version: "Mesa 22.3".into(),
            ..adapter("R", "vulkan", "cpu")
        };
        assert_eq!(described(&named), "R (vulkan, cpu, RADV Mesa 22.3)");
    }
}
