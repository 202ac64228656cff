//! The memory of a browser: what its processes have resident.

use std::fs;

/// Bytes of the process and of all below it; `None` where the system has no /proc. Pages that several of them share count in
/// each.
pub(super) fn resident(process: u32) -> Option<u64> {
    let own = own(process)?;
    Some(own + children(process).into_iter().filter_map(resident).sum::<u64>())
}

/// Linux, Documentation/filesystems/proc.rst: `RssAnon` and `RssShmem` of the process, so that the code that they share is not
/// counted in each.
fn own(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kibibytes = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    };
    Some((kibibytes("RssAnon:")? + kibibytes("RssShmem:")?) * 1024)
}

/// The processes that this one's threads started.
fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn processes_below_count() {
        let own_id = std::process::id();
        let held = std::hint::black_box(vec![1_u8; 8 << 20]);
        let mut child = Command::new("sleep").arg("60").spawn().expect("it starts");
        let all = resident(own_id).expect("there is a /proc");
        let (first, second) = (own(own_id).expect("it runs"), own(child.id()).expect("it runs"));
        child.kill().and_then(|()| child.wait()).expect("it ends");
        assert!(first >= 8 << 20 && second > 0, "{first} {second} {}", held.len());
        // Other tests allocate meanwhile.
        assert!(all > second && all.abs_diff(first + second) < 64 << 20, "{all} {first} {second}");
        assert_eq!(resident(u32::MAX), None);
    }
}
