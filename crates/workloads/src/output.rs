//! The check that an output is worth timing.

use accel_bench::Bencher;
use burn::tensor::Tensor;

/// Reads `output` back and ends the case as wrong output when it holds anything but finite numbers.
///
/// To be called before timing: the time of a wrong output is worthless, and a failed launch shows only when its output is
/// read, not when the device is synchronised.
pub fn check_finite<const D: usize>(b: &Bencher, name: &str, output: Tensor<D>) {
    match output.try_into_data() {
        Ok(data) => {
            let faulty = data.iter::<f32>().filter(|value| !value.is_finite()).count();
            if faulty > 0 {
                b.wrong_output(format!(
                    "{faulty} of {} values of `{name}` are not finite",
                    data.num_elements()
                ));
            }
        }
        Err(error) => b.fail(format!("`{name}` could not be computed: {error}")),
    }
}
