//! Where the executable finds DuckDB's library at run time: in the folder that it was linked from, and in its own folder.

use std::env;

fn main() {
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    let is_windows = env::var("CARGO_CFG_WINDOWS").is_ok();
    if is_windows {
        return;
    }
    let beside = if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos") {
        "@loader_path"
    } else {
        "$ORIGIN"
    };
    println!("cargo:rustc-link-arg=-Wl,-rpath,{beside}");
    if let Ok(folder) = env::var("DUCKDB_LIB_DIR") {
        // The executable is started in other folders than it was built in.
        let folder = std::path::absolute(&folder).unwrap_or_else(|_| folder.into());
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", folder.display());
    }
}
