//! The machine class: what must be equal for numbers to be comparable. Pure.

use std::collections::BTreeMap;
use std::fmt;

use accel_bench_record::{Adapter, Environment};

use accel_bench_record::MachineId;

/// Longer names of processors and adapters are cut; the hash distinguishes them.
const MAX_SLUG: usize = 60;

/// `amd-epyc-2c-24g-1a2b3c`, or `amd-epyc-16c-128g-nvidia-h200-1a2b3c` with a GPU.
///
/// The processor, its caches and instruction sets, how many CPUs we may use, the memory and the GPUs decide.
/// Load, kernel, drivers, governor and free memory do not: they change from day to day, and a comparison
/// shows them as differences of its surroundings. Nor do software rasterisers: they run on the CPU.
pub fn fingerprint(environment: &Environment) -> MachineId {
    let cpu = &environment.cpu;
    let name = slug(cpu.model.as_deref().unwrap_or(&cpu.architecture));
    let memory = environment.memory_bytes.map(|bytes| format!("-{}g", nominal_gibibytes(bytes)));
    let gpus: String = gpus(&environment.adapters).iter().map(|(name, count)| gpu(name, *count)).collect();
    let hash = fnv1a(&Class::of(environment).text()) & 0xff_ffff;
    MachineId::new(format!("{name}-{}c{}{gpus}-{hash:06x}", cpu.logical_cores, memory.unwrap_or_default()))
}

/// Everything that the hash is made of: version 1. Another order, field or spelling makes other ids, and orphans baselines.
#[derive(Debug)]
struct Class<'a> {
    family: &'static str,
    architecture: &'a str,
    model: Option<&'a str>,
    physical_cores: Option<usize>,
    logical_cores: usize,
    /// Bytes by name.
    caches: &'a BTreeMap<String, u64>,
    features: &'a [String],
    memory_gibibytes: Option<u64>,
    /// Their number by name.
    gpus: BTreeMap<&'a str, usize>,
}

impl<'a> Class<'a> {
    fn of(environment: &'a Environment) -> Self {
        let cpu = &environment.cpu;
        Self {
            family: family(environment.os.name.as_deref().unwrap_or_default()),
            architecture: &cpu.architecture,
            model: cpu.model.as_deref(),
            physical_cores: cpu.physical_cores,
            logical_cores: cpu.logical_cores,
            caches: &cpu.caches,
            features: &cpu.features,
            memory_gibibytes: environment.memory_bytes.map(nominal_gibibytes),
            gpus: gpus(&environment.adapters),
        }
    }

    /// A line each.
    fn text(&self) -> String {
        let physical = optional(self.physical_cores.as_ref());
        [
            self.family.to_owned(),
            self.architecture.to_owned(),
            optional(self.model.map(quoted).as_ref()),
            format!("{physical} {}", self.logical_cores),
            map(self.caches.iter().map(|(name, bytes)| (name.as_str(), *bytes))),
            format!("[{}]", joined(self.features.iter().map(|name| quoted(name)))),
            optional(self.memory_gibibytes.as_ref()),
            map(self.gpus.iter().map(|(name, count)| (*name, *count as u64))),
        ]
        .join("\n")
    }
}

fn optional(value: Option<&impl fmt::Display>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}

fn map<'t>(entries: impl Iterator<Item = (&'t str, u64)>) -> String {
    format!("{{{}}}", joined(entries.map(|(name, number)| format!("{}: {number}", quoted(name)))))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// One distribution is as good as another, one operating system is not.
fn family(os: &str) -> &'static str {
    let os = os.to_lowercase();
    let named = |names: &[&str]| names.iter().any(|name| os.contains(name));
    if named(&["windows"]) {
        "windows"
    } else if named(&["darwin", "macos", "mac os"]) {
        "macos"
    } else {
        "unix"
    }
}

/// GPUs by name with their number. One that several interfaces show is one.
fn gpus(adapters: &[Adapter]) -> BTreeMap<&str, usize> {
    let mut by_api: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for adapter in adapters.iter().filter(|adapter| adapter.kind != "cpu") {
        *by_api.entry((&adapter.api, &adapter.name)).or_default() += 1;
    }
    let mut gpus = BTreeMap::new();
    for ((_, name), count) in by_api {
        let most = gpus.entry(name).or_insert(count);
        *most = count.max(*most);
    }
    gpus
}

fn gpu(name: &str, count: usize) -> String {
    let times = if count > 1 { format!("{count}x-") } else { String::new() };
    format!("-{times}{}", slug(name))
}

/// The size that memory was sold as. Firmware and kernel keep 1 to 5 % for themselves, another kernel a little
/// more or less, so the visible size is raised to the next of 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, … GiB.
fn nominal_gibibytes(bytes: u64) -> u64 {
    let visible = bytes.div_ceil(1 << 30).max(1);
    let step = (visible.next_power_of_two() / 8).max(1);
    visible.next_multiple_of(step)
}

/// Lower case, words joined by dashes, without what vendors add to every name.
fn slug(name: &str) -> String {
    let name = name.to_lowercase().replace("(r)", " ").replace("(tm)", " ");
    // "@ 2.60GHz" is the marketing clock, "with Radeon Graphics" the neighbour on the chip.
    let name = name.split(" @ ").next().unwrap_or_default().split(" with ").next().unwrap_or_default();
    let is_noise = |word: &&str| !["cpu", "processor", ""].contains(word) && !word.ends_with("-core");
    let words = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(is_noise);
    let mut slug = words.collect::<Vec<_>>().join("-");
    slug.truncate(MAX_SLUG);
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "unknown".to_owned() } else { slug.to_owned() }
}

/// FNV-1a, 64 bits: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>. Ids are committed with
/// baselines, so the hash must be the same in every version of Rust and of this tool.
fn fnv1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use accel_bench_record::{Cpu, Load, Os};

    use super::*;

    fn machine() -> Environment {
        Environment {
            cpu: Cpu {
                model: Some("AMD EPYC".into()),
                architecture: "x86_64".into(),
                physical_cores: Some(2),
                logical_cores: 2,
                governor: None,
                caches: [("L2".to_owned(), 1 << 20)].into(),
                features: vec!["avx2".into()],
            },
            memory_bytes: Some(25_275_731_968),
            adapters: vec![],
            os: Os { name: Some("Debian GNU/Linux".into()), ..Os::default() },
            load: Load::default(),
        }
    }

    fn adapter(name: &str, api: &str, kind: &str) -> Adapter {
        let [name, api, kind] = [name, api, kind].map(ToOwned::to_owned);
        Adapter { name, api, kind, driver: "NVIDIA".into(), driver_version: "570.86".into() }
    }

    fn with_adapters(adapters: Vec<Adapter>) -> Environment {
        Environment { adapters, ..machine() }
    }

    /// The readable part, without the hash.
    fn readable(environment: &Environment, expected: &str) {
        let id = fingerprint(environment);
        let (readable, hash) = id.as_str().rsplit_once('-').unwrap();
        assert_eq!(readable, expected);
        assert!(hash.len() == 6 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{id}");
    }

    #[test]
    fn ids_are_readable() {
        readable(&machine(), "amd-epyc-2c-24g");
        readable(&Environment::default(), "unknown-0c");
        readable(&with_adapters(vec![adapter("llvmpipe", "vulkan", "cpu")]), "amd-epyc-2c-24g");
        readable(
            &with_adapters(vec![adapter("NVIDIA H200", "cuda", "discrete-gpu")]),
            "amd-epyc-2c-24g-nvidia-h200",
        );
        let twice = adapter("NVIDIA H200", "cuda", "discrete-gpu");
        readable(&with_adapters(vec![twice.clone(), twice]), "amd-epyc-2c-24g-2x-nvidia-h200");
    }

    /// The ids of committed baselines: a change here orphans them all.
    #[test]
    fn ids_stay_what_they_are() {
        assert_eq!(fingerprint(&machine()).as_str(), "amd-epyc-2c-24g-bf8102");
        let rich = Environment {
            cpu: Cpu { physical_cores: None, features: vec!["a".into(), "b".into()], ..machine().cpu },
            memory_bytes: None,
            adapters: vec![adapter("NVIDIA \"H200\"", "cuda", "discrete-gpu")],
            ..machine()
        };
        let text = "unix\nx86_64\nSome(\"AMD EPYC\")\nNone 2\n{\"L2\": 1048576}\n[\"a\", \"b\"]\nNone\n{\"NVIDIA \\\"H200\\\"\": 1}";
        assert_eq!(Class::of(&rich).text(), text);
        assert_eq!(fnv1a(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a("foobar"), 0x8594_4171_f739_67e8);
    }

    fn same(change: impl FnOnce(&mut Environment)) {
        let mut changed = machine();
        change(&mut changed);
        assert_ne!(changed, machine(), "the change changes something");
        assert_eq!(fingerprint(&changed), fingerprint(&machine()));
    }

    fn other(change: impl FnOnce(&mut Environment)) {
        let mut changed = machine();
        change(&mut changed);
        assert_ne!(fingerprint(&changed), fingerprint(&machine()));
    }

    #[test]
    fn what_changes_from_day_to_day_does_not_count() {
        same(|it| it.load = Load { one_minute: Some(9.0), steal: Some(0.5) });
        same(|it| it.os.kernel = Some("6.1".into()));
        same(|it| it.os.name = Some("Ubuntu".into()));
        same(|it| it.os.virtualization = Some("docker".into()));
        same(|it| it.cpu.governor = Some("powersave".into()));
        same(|it| it.memory_bytes = Some(25_100_000_000));
        same(|it| it.adapters = vec![adapter("llvmpipe", "vulkan", "cpu")]);
    }

    #[test]
    fn what_makes_another_machine_counts() {
        other(|it| it.cpu.model = Some("AMD EPYC 2".into()));
        other(|it| it.cpu.architecture = "aarch64".into());
        other(|it| it.cpu.physical_cores = Some(1));
        other(|it| it.cpu.logical_cores = 4);
        other(|it| it.cpu.features = vec![]);
        other(|it| it.cpu.caches = BTreeMap::new());
        other(|it| it.memory_bytes = Some(64 << 30));
        other(|it| it.os.name = Some("Windows".into()));
        other(|it| it.adapters = vec![adapter("NVIDIA H200", "cuda", "discrete-gpu")]);
    }

    #[test]
    fn an_adapter_seen_twice_is_one_and_its_driver_does_not_count() {
        let once = with_adapters(vec![adapter("NVIDIA H200", "cuda", "discrete-gpu")]);
        let newer =
            Adapter { driver_version: "999".into(), ..adapter("NVIDIA H200", "vulkan", "discrete-gpu") };
        let twice = with_adapters(vec![newer, adapter("NVIDIA H200", "cuda", "discrete-gpu")]);
        assert_eq!(fingerprint(&once), fingerprint(&twice));
    }

    fn check_slug(name: &str, expected: &str) {
        assert_eq!(slug(name), expected);
    }

    #[test]
    fn slugs() {
        check_slug("Intel(R) Xeon(R) Platinum 8488C", "intel-xeon-platinum-8488c");
        check_slug("Intel(R) Xeon(R) CPU E5-2670 v3 @ 2.30GHz", "intel-xeon-e5-2670-v3");
        check_slug("13th Gen Intel(R) Core(TM) i7-13700K", "13th-gen-intel-core-i7-13700k");
        check_slug("AMD Ryzen 9 7950X 16-Core Processor", "amd-ryzen-9-7950x");
        check_slug("AMD Ryzen 7 5800U with Radeon Graphics", "amd-ryzen-7-5800u");
        check_slug("Apple M2 Pro", "apple-m2-pro");
        check_slug("../../etc", "etc");
        check_slug("龍芯", "unknown");
        check_slug("", "unknown");
        check_slug(&"x".repeat(99), &"x".repeat(60));
    }

    fn check_memory(gibibytes: f64, expected: u64) {
        assert_eq!(nominal_gibibytes((gibibytes * f64::from(1 << 30)) as u64), expected, "{gibibytes}");
    }

    #[test]
    fn memory_is_what_it_was_sold_as() {
        check_memory(23.54, 24);
        check_memory(23.2, 24);
        check_memory(62.7, 64);
        check_memory(125.6, 128);
        check_memory(251.5, 256);
        check_memory(7.6, 8);
        check_memory(0.9, 1);
        check_memory(16.0, 16);
        check_memory(503.4, 512);
        check_memory(1007.0, 1024);
    }
}
