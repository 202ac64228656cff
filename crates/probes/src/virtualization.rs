//! Signs of a virtual machine or a container: a person who wonders about noise wants to know.

use super::system_files::SystemFiles;

/// `kvm`, `docker`, `kvm+docker`, …; `None` on bare metal or where nothing shows.
pub(super) fn virtualization(files: &SystemFiles) -> Option<String> {
    let found: Vec<_> = [machine(files), container(files)].into_iter().flatten().collect();
    (!found.is_empty()).then(|| found.join("+"))
}

/// The vendors are those of systemd-detect-virt(1).
fn machine(files: &SystemFiles) -> Option<&'static str> {
    let vendor = files.text("/sys/class/dmi/id/sys_vendor").unwrap_or_default();
    let product = files.text("/sys/class/dmi/id/product_name").unwrap_or_default();
    let clocks =
        files.text("/sys/devices/system/clocksource/clocksource0/available_clocksource").unwrap_or_default();
    let kernel = files.text("/proc/sys/kernel/osrelease").unwrap_or_default();
    let signs = [
        (kernel.to_lowercase().contains("microsoft"), "wsl"),
        (vendor.contains("VMware"), "vmware"),
        (vendor.contains("innotek") || product.contains("VirtualBox"), "virtualbox"),
        (vendor.contains("Xen") || files.text("/sys/hypervisor/type").as_deref() == Some("xen"), "xen"),
        (vendor.contains("Microsoft") && product.contains("Virtual Machine"), "hyperv"),
        (product.contains("KVM") || clocks.contains("kvm-clock"), "kvm"),
        (vendor.contains("QEMU"), "qemu"),
        (files.text("/proc/cpuinfo").is_some_and(|cpus| has_hypervisor_flag(&cpus)), "vm"),
    ];
    signs.into_iter().find(|(shows, _)| *shows).map(|(_, name)| name)
}

fn has_hypervisor_flag(cpuinfo: &str) -> bool {
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags"));
    flags.is_some_and(|line| line.split_whitespace().any(|flag| flag == "hypervisor"))
}

fn container(files: &SystemFiles) -> Option<&'static str> {
    let groups = files.text("/proc/1/cgroup").unwrap_or_default();
    let signs = [
        (groups.contains("kubepods") || files.exists("/var/run/secrets/kubernetes.io"), "kubernetes"),
        (files.exists("/.dockerenv") || groups.contains("docker"), "docker"),
        (files.exists("/run/.containerenv"), "podman"),
        (groups.contains("lxc"), "lxc"),
        (files.exists("/run/systemd/container"), "container"),
    ];
    signs.into_iter().find(|(shows, _)| *shows).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_files::fake;

    fn check(files: &[(&str, &str)], expected: Option<&str>) {
        assert_eq!(virtualization(&fake::machine(files).1).as_deref(), expected, "{files:?}");
    }

    const VENDOR: &str = "/sys/class/dmi/id/sys_vendor";
    const PRODUCT: &str = "/sys/class/dmi/id/product_name";

    #[test]
    fn machines() {
        check(&[], None);
        check(&[(VENDOR, "Dell Inc."), (PRODUCT, "PowerEdge R650")], None);
        check(&[("/proc/cpuinfo", "flags : fpu vme\n")], None);
        check(&[("/proc/cpuinfo", "processor : 0\nflags : fpu hypervisor sse\n")], Some("vm"));
        check(&[(VENDOR, "QEMU"), (PRODUCT, "Standard PC (Q35 + ICH9, 2009)")], Some("qemu"));
        check(&[(VENDOR, "VMware, Inc.")], Some("vmware"));
        check(&[(VENDOR, "innotek GmbH"), (PRODUCT, "VirtualBox")], Some("virtualbox"));
        check(&[(VENDOR, "Microsoft Corporation"), (PRODUCT, "Virtual Machine")], Some("hyperv"));
        check(&[(VENDOR, "Microsoft Corporation"), (PRODUCT, "Surface Pro")], None);
        check(&[("/sys/hypervisor/type", "xen\n")], Some("xen"));
        check(&[("/proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2")], Some("wsl"));
        let clocks = "/sys/devices/system/clocksource/clocksource0/available_clocksource";
        check(&[(clocks, "kvm-clock tsc acpi_pm")], Some("kvm"));
    }

    #[test]
    fn containers() {
        check(&[("/.dockerenv", "")], Some("docker"));
        check(&[("/run/.containerenv", "")], Some("podman"));
        check(&[("/proc/1/cgroup", "0::/kubepods/burstable/pod1")], Some("kubernetes"));
        check(&[("/proc/1/cgroup", "0::/init.scope")], None);
        check(&[("/.dockerenv", ""), (VENDOR, "QEMU")], Some("qemu+docker"));
    }
}
