//! AMD GPUs: what their driver shows through `hwmon`.

use accel_bench_record::MeterReading;

use super::Sensors;
use crate::system_files::SystemFiles;

const CARDS: &str = "/sys/class/drm";
const AMD: &str = "0x1002";

/// The first GPU of AMD.
#[derive(Debug)]
pub(super) struct Amdgpu {
    files: SystemFiles,
    folder: String,
}

impl Amdgpu {
    pub(super) fn find(files: SystemFiles) -> Result<Self, String> {
        let is_card = |name: &&String| name.starts_with("card") && !name.contains('-');
        let cards = files.names(CARDS);
        let of_amd =
            |name: &&String| files.text(&format!("{CARDS}/{name}/device/vendor")).as_deref() == Some(AMD);
        let card = cards.iter().filter(is_card).find(of_amd).ok_or("no AMD GPU")?;
        let monitors = format!("{CARDS}/{card}/device/hwmon");
        let monitor =
            files.names(&monitors).into_iter().next().ok_or("AMD's driver shows no sensors (hwmon)")?;
        let folder = format!("{monitors}/{monitor}");
        Ok(Self { files, folder })
    }

    fn value(&self, name: &str) -> Option<f64> {
        self.files.number(&format!("{}/{name}", self.folder)).map(|value| value as f64)
    }
}

impl Sensors for Amdgpu {
    fn read(&mut self) -> MeterReading {
        MeterReading {
            // Microjoules, microwatts, hertz and thousandths of a degree, as the kernel's hwmon interface has them.
            energy_joules: self.value("energy1_input").map(|micro| micro / 1e6),
            power_watts: self
                .value("power1_average")
                .or_else(|| self.value("power1_input"))
                .map(|micro| micro / 1e6),
            clock_mhz: self.value("freq1_input").map(|hertz| hertz / 1e6),
            temperature_c: self.value("temp1_input").map(|milli| milli / 1e3),
            is_throttled: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_files::fake;

    #[test]
    fn a_recorded_tree() {
        let monitor = "/sys/class/drm/card1/device/hwmon/hwmon4";
        let files = [
            ("/sys/class/drm/card0/device/vendor".to_owned(), "0x10de"),
            ("/sys/class/drm/card1-DP-1/status".to_owned(), "connected"),
            ("/sys/class/drm/card1/device/vendor".to_owned(), AMD),
            (format!("{monitor}/power1_average"), "212000000"),
            (format!("{monitor}/freq1_input"), "2104000000"),
            (format!("{monitor}/temp1_input"), "54000"),
        ];
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        let (_guard, files) = fake::machine(&files);
        let reading = Amdgpu::find(files).unwrap().read();
        let expected = MeterReading {
            power_watts: Some(212.0),
            clock_mhz: Some(2104.0),
            temperature_c: Some(54.0),
            ..MeterReading::default()
        };
        assert_eq!(reading, expected);
    }

    #[test]
    fn none_and_one_without_sensors() {
        assert_eq!(Amdgpu::find(fake::machine(&[]).1).unwrap_err(), "no AMD GPU");
        let (_guard, files) = fake::machine(&[("/sys/class/drm/card0/device/vendor", AMD)]);
        assert!(Amdgpu::find(files).unwrap_err().contains("no sensors"));
    }
}
