//! Makes a project with a long history: `synthetic_store DIR COMMITS CASES`. Each tenth case gets 5 % slower on the way.

use std::error::Error;
use std::path::Path;
use std::process::Command;

#[path = "../tests/it/support/synthetic.rs"]
mod synthetic;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, commits, cases] = arguments.as_slice() else {
        return Err("usage: synthetic_store DIR COMMITS CASES".into());
    };
    let (dir, cases): (&Path, usize) = (Path::new(dir), cases.parse()?);
    std::fs::create_dir_all(dir.join("src"))?;
    std::fs::write(dir.join("src/lib.rs"), "")?;
    std::fs::write(dir.join("bench.toml"), "")?;
    std::fs::write(dir.join(".gitignore"), ".accel-bench\n")?;
    let manifest =
        "[package]\nname = \"synthetic\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    std::fs::write(dir.join("Cargo.toml"), manifest)?;
    let git = |arguments: &[&str]| Command::new("git").current_dir(dir).args(arguments).status();
    git(&["init", "--quiet", "--initial-branch", "main"])?;
    git(&["add", "."])?;
    git(&["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "-m", "First"])?;
    let hashes = synthetic::commits(dir, commits.parse()?);
    for (at, commit) in hashes.iter().enumerate() {
        let value = |case: usize| {
            let seed = (case * hashes.len() + at) as u64;
            let is_slower = case.is_multiple_of(10) && at > hashes.len() / 2;
            1000.0 * if is_slower { 1.05 } else { 1.0 } * synthetic::noise(seed, 0.01).exp()
        };
        let values: Vec<_> = (0..cases).map(|case| (format!("case-{case:04}"), Some(value(case)))).collect();
        synthetic::store(dir, synthetic::run(at, commit, &values));
    }
    Ok(())
}
