//! CPU packages: energy by RAPL, as Linux shows Intel's and AMD's counters under `/sys/class/powercap`; clock, temperature and
//! throttling next to it.

use accel_bench_record::MeterReading;

use super::Sensors;
use crate::system_files::SystemFiles;

const ZONES: &str = "/sys/class/powercap";
const CPUS: &str = "/sys/devices/system/cpu";
const THERMAL: &str = "/sys/class/thermal";

#[derive(Debug)]
pub(super) struct Packages {
    files: SystemFiles,
    zones: Vec<Zone>,
    /// The folder of the packages' temperature.
    thermal: Option<String>,
    throttled_before: Option<u64>,
}

/// One package's counter.
#[derive(Debug)]
struct Zone {
    folder: String,
    /// The counter starts again from 0 after this; microjoules.
    range: Option<u64>,
    last: u64,
    /// Microjoules since the first reading.
    sum: u64,
}

impl Packages {
    pub(super) fn find(files: SystemFiles) -> Result<Self, String> {
        let mut zones = Vec::new();
        let mut closed = None;
        for name in files.names(ZONES) {
            let folder = format!("{ZONES}/{name}");
            // Subzones, the cores' and the memory's, are parts of their package.
            let is_package =
                files.text(&format!("{folder}/name")).is_some_and(|name| name.starts_with("package"));
            if !is_package {
                continue;
            }
            match files.number(&format!("{folder}/energy_uj")) {
                Some(last) => {
                    let range = files.number(&format!("{folder}/max_energy_range_uj"));
                    zones.push(Zone { folder, range, last, sum: 0 });
                }
                None => closed = Some(format!("{folder}/energy_uj")),
            }
        }
        if zones.is_empty() {
            return Err(match closed {
                Some(file) => {
                    format!("`{file}` cannot be read: `sudo chmod a+r {file}` allows it until the next boot")
                }
                None => {
                    format!("no CPU package under `{ZONES}`: the machine does not count its energy (RAPL)")
                }
            });
        }
        let is_package =
            |name: &&String| files.text(&format!("{THERMAL}/{name}/type")).as_deref() == Some("x86_pkg_temp");
        let thermal = files.names(THERMAL).iter().find(is_package).map(|name| format!("{THERMAL}/{name}"));
        Ok(Self { files, zones, thermal, throttled_before: None })
    }

    /// The clock of the fastest CPU: idle ones are slow.
    fn clock_mhz(&self) -> Option<f64> {
        let files = &self.files;
        let cpus = files.names(CPUS);
        let khz =
            cpus.iter().filter_map(|cpu| files.number(&format!("{CPUS}/{cpu}/cpufreq/scaling_cur_freq")));
        khz.max().map(|khz| khz as f64 / 1e3)
    }

    /// True if a package throttled since the reading before.
    fn is_throttled(&mut self) -> Option<bool> {
        let files = &self.files;
        let count =
            |cpu: &String| files.number(&format!("{CPUS}/{cpu}/thermal_throttle/package_throttle_count"));
        let now = files.names(CPUS).iter().filter_map(count).max()?;
        let before = self.throttled_before.replace(now);
        Some(before.is_some_and(|before| now > before))
    }
}

impl Sensors for Packages {
    fn read(&mut self) -> MeterReading {
        let files = &self.files;
        let energy = self.zones.iter_mut().map(|zone| zone.joules(files)).sum::<Option<f64>>();
        MeterReading {
            energy_joules: energy,
            power_watts: None,
            clock_mhz: self.clock_mhz(),
            temperature_c: self
                .thermal
                .as_ref()
                .and_then(|zone| self.files.number(&format!("{zone}/temp")))
                .map(|milli| milli as f64 / 1e3),
            is_throttled: self.is_throttled(),
        }
    }
}

impl Zone {
    fn joules(&mut self, files: &SystemFiles) -> Option<f64> {
        let now = files.number(&format!("{}/energy_uj", self.folder))?;
        let more = match now.checked_sub(self.last) {
            Some(more) => more,
            // It has started again.
            None => (self.range? - self.last.min(self.range?)) + now,
        };
        (self.last, self.sum) = (now, self.sum + more);
        Some(self.sum as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_files::fake;

    const ZONE: &str = "/sys/class/powercap/intel-rapl:0";

    fn set(files: &SystemFiles, path: &str, text: &str) {
        fake::write(files, path, text);
    }

    #[test]
    fn energy_of_packages_adds_up_and_starts_again() {
        let (_guard, files) = fake::machine(&[
            ("/sys/class/powercap/intel-rapl:0/name", "package-0"),
            ("/sys/class/powercap/intel-rapl:0/energy_uj", "9000000"),
            ("/sys/class/powercap/intel-rapl:0/max_energy_range_uj", "10000000"),
            ("/sys/class/powercap/intel-rapl:0:0/name", "core"),
            ("/sys/class/powercap/intel-rapl:0:0/energy_uj", "777"),
            ("/sys/class/powercap/intel-rapl:1/name", "package-1"),
            ("/sys/class/powercap/intel-rapl:1/energy_uj", "1000000"),
        ]);
        let mut packages = Packages::find(files.clone()).unwrap();
        let mut joules = |first: &str, second: &str| {
            set(&files, &format!("{ZONE}/energy_uj"), first);
            set(&files, "/sys/class/powercap/intel-rapl:1/energy_uj", second);
            packages.read().energy_joules
        };
        assert_eq!(joules("9000000", "1000000"), Some(0.0));
        assert_eq!(joules("9500000", "1500000"), Some(1.0));
        assert_eq!(joules("250000", "1500000"), Some(1.75), "it started again from 0");
        assert_eq!(joules("250000", "1000000"), None, "one that has no range and falls is wrong");
    }

    #[test]
    fn what_is_closed_or_absent_has_a_reason() {
        let (_guard, files) = fake::machine(&[("/sys/class/powercap/intel-rapl:0/name", "package-0")]);
        let error = Packages::find(files).unwrap_err();
        assert!(error.contains("sudo chmod a+r /sys/class/powercap/intel-rapl:0/energy_uj"), "{error}");
        let error = Packages::find(fake::machine(&[]).1).unwrap_err();
        assert!(error.contains("does not count its energy"), "{error}");
    }

    #[test]
    fn clock_temperature_and_throttling() {
        let (_guard, files) = fake::machine(&[
            ("/sys/class/powercap/intel-rapl:0/name", "package-0"),
            ("/sys/class/powercap/intel-rapl:0/energy_uj", "1"),
            ("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "800000"),
            ("/sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "3400000"),
            ("/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count", "4"),
            ("/sys/class/thermal/thermal_zone0/type", "acpitz"),
            ("/sys/class/thermal/thermal_zone0/temp", "20000"),
            ("/sys/class/thermal/thermal_zone1/type", "x86_pkg_temp"),
            ("/sys/class/thermal/thermal_zone1/temp", "61500"),
        ]);
        let mut packages = Packages::find(files.clone()).unwrap();
        let reading = packages.read();
        assert_eq!((reading.clock_mhz, reading.temperature_c), (Some(3400.0), Some(61.5)));
        assert_eq!(reading.is_throttled, Some(false), "what was before does not count");
        set(&files, "/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count", "6");
        assert_eq!(packages.read().is_throttled, Some(true));
        assert_eq!(packages.read().is_throttled, Some(false));
    }
}
