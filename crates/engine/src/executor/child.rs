//! One child process and its process group: started on its CPUs, ended whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};
#[cfg(target_os = "linux")]
use rustix::process::{PidfdFlags, pidfd_open};
use rustix::thread::{CpuSet, sched_setaffinity};

use super::end::Killer;
use crate::plan::{Cpus, Unit};

/// How long a process may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often an ending process is looked for.
const LOOK_EVERY: Duration = Duration::from_micros(300);

/// A running child. Dropped, it takes its whole process group with it.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    ended: Option<ExitStatus>,
    /// The kernel's count when the process started.
    oom_kills: Option<u64>,
    /// In the environment of all processes that descend from it.
    mark: String,
}

/// The variable that marks the descendants of a child, so that those which left its process group are found. Its value
/// always has the same length: the size of the environment moves the stack, and with it the timings.
const MARK: &str = "ACCEL_BENCH_CHILD";

/// Children of this process so far.
static CHILDREN: AtomicU64 = AtomicU64::new(0);

impl Process {
    /// Starts `command` in a process group of its own, on the first of `cpus` if the unit is to be pinned.
    pub(super) fn spawn(mut command: Command, pin: &[usize]) -> io::Result<Self> {
        let mark = format!("{:010}-{:012}", std::process::id(), CHILDREN.fetch_add(1, Ordering::Relaxed));
        command.process_group(0).stdin(Stdio::null()).env(MARK, &mark);
        // A child inherits the affinity of the thread that starts it: this one is for nothing else.
        let spawned = thread::scope(|scope| {
            let spawner = scope.spawn(|| {
                if !pin.is_empty() {
                    let mut set = CpuSet::new();
                    pin.iter().for_each(|&cpu| set.set(cpu));
                    sched_setaffinity(None, &set)?;
                }
                command.spawn()
            });
            spawner.join()
        });
        let oom_kills = oom_kills();
        let child =
            spawned.unwrap_or_else(|_| Err(io::Error::other("the thread that starts children panicked")))?;
        Ok(Self { child, ended: None, oom_kills, mark })
    }

    /// Who sent the process a SIGKILL, if one ended it.
    pub(super) fn killer(&self) -> Killer {
        match (self.oom_kills, oom_kills()) {
            (Some(before), Some(now)) if now > before => Killer::OutOfMemory,
            _ => Killer::Unknown,
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    /// Returns whether the process has ended. It is not reaped here, so that its group's number stays its own.
    pub(super) fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        let pid = self.pid().filter(|_| self.ended.is_none());
        pid.is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)))
    }

    /// Waits at most `limit`, asleep, so that nothing runs next to what is measured. Returns whether the process has ended.
    pub(super) fn wait_at_most(&self, limit: Duration) -> bool {
        let start = Instant::now();
        #[cfg(target_os = "linux")]
        if let Some(pid) = self.pid().filter(|_| self.ended.is_none())
            && let Ok(handle) = pidfd_open(pid, PidfdFlags::empty())
        {
            let limit = Timespec::try_from(limit).ok();
            // A signal ends the sleep early; the look behind it decides.
            let _ = poll(&mut [PollFd::new(&handle, PollFlags::IN)], limit.as_ref());
            return self.has_ended();
        }
        while !self.has_ended() {
            if start.elapsed() >= limit {
                return false;
            }
            thread::sleep(LOOK_EVERY);
        }
        true
    }

    /// Ends the whole group, politely first if the process still runs, and reaps the process.
    pub(super) fn end(&mut self) -> io::Result<ExitStatus> {
        if let Some(status) = self.ended {
            return Ok(status);
        }
        if let Some(pid) = self.pid() {
            if !self.has_ended() {
                let _ = kill_process_group(pid, Signal::TERM);
                self.wait_at_most(PATIENCE);
            }
            // Grandchildren may outlive the process; the group is there until it is reaped.
            let _ = kill_process_group(pid, Signal::KILL);
        }
        let status = self.child.wait()?;
        // After it, so that it cannot start another one.
        descendants(&self.mark).for_each(|pid| {
            let _ = kill_process(pid, Signal::KILL);
        });
        self.ended = Some(status);
        Ok(status)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The next child must not measure next to this one; if it cannot be ended there is no more to do.
        let _ = self.end();
    }
}

/// The processes of this user with the mark in their environment: daemons, which `setsid` took out of the child's group. One that
/// clears its environment as well is not found; nor is any where the system has no `/proc`.
fn descendants(mark: &str) -> impl Iterator<Item = Pid> {
    let wanted = format!("{MARK}={mark}").into_bytes();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(Pid::from_raw).filter(move |pid| {
        let environment = std::fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero()));
        environment.is_ok_and(|all| all.split(|&byte| byte == 0).any(|variable| variable == wanted))
    })
}

/// Processes that the kernel killed for want of memory since it booted, on the whole machine (proc_vmstat(5)); `None` where it
/// does not say.
fn oom_kills() -> Option<u64> {
    let counters = std::fs::read_to_string("/proc/vmstat").ok()?;
    counters.lines().find_map(|line| line.strip_prefix("oom_kill "))?.trim().parse().ok()
}

/// The command of a unit, its output in `log`.
pub(super) fn command(unit: &Unit, log: &File, without_env: &[String]) -> io::Result<Command> {
    let mut command = plain_command((&unit.under, &unit.executable), &unit.cwd, &unit.env, without_env);
    command.stdout(log.try_clone()?).stderr(log.try_clone()?);
    Ok(command)
}

/// The command of an executable, under the program that runs it, if there is one.
pub(super) fn plain_command(
    (under, executable): (&[String], &Path),
    cwd: &Path,
    env: &BTreeMap<String, String>,
    without_env: &[String],
) -> Command {
    let mut command = match under.split_first() {
        Some((program, arguments)) => {
            let mut command = Command::new(program);
            command.args(arguments).arg(executable);
            command
        }
        None => Command::new(executable),
    };
    without_env.iter().for_each(|name| {
        command.env_remove(name);
    });
    command.current_dir(cwd).arg("--bench").envs(env);
    command
}

/// The CPUs that a unit is pinned to.
pub(super) fn pin(wanted: Cpus, claimed: &[usize]) -> &[usize] {
    match wanted {
        Cpus::All => &[],
        Cpus::Count(count) => &claimed[..count.min(claimed.len())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Process {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdout(Stdio::null());
        Process::spawn(command, &[]).expect("a shell starts")
    }

    #[test]
    fn a_process_that_ends_by_itself_tells_its_code() {
        let mut process = shell("exit 7");
        assert!(process.wait_at_most(Duration::from_secs(10)));
        assert_eq!(process.end().expect("it is reaped").code(), Some(7));
        assert_eq!(process.end().expect("asking twice is fine").code(), Some(7));
    }

    #[test]
    fn the_whole_group_goes_even_if_it_ignores_being_asked() {
        grandchild_goes("trap '' TERM; (trap '' TERM; sleep 60) & echo $! > PID; sleep 60");
    }

    #[test]
    fn a_grandchild_in_a_session_of_its_own_goes_too() {
        grandchild_goes("setsid sh -c 'echo $$ > PID; exec sleep 60' & sleep 60");
    }

    /// `script` writes the number of its grandchild to `PID`.
    #[track_caller]
    fn grandchild_goes(script: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pid");
        let mut process = shell(&script.replace("PID", &file.display().to_string()));
        let pid = (0..500).find_map(|_| {
            thread::sleep(Duration::from_millis(10));
            std::fs::read_to_string(&file).ok()?.trim().parse::<i32>().ok().and_then(Pid::from_raw)
        });
        let pid = pid.expect("the grandchild reports its number");
        process.end().expect("it ends");
        let gone = (0..500).any(|_| {
            thread::sleep(Duration::from_millis(10));
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
            stat.map_or(true, |stat| stat.contains(") Z "))
        });
        assert!(gone, "the grandchild {pid:?} is still there");
    }

    #[test]
    fn units_are_pinned_to_what_was_claimed() {
        assert_eq!(pin(Cpus::All, &[1, 0]), &[] as &[usize]);
        assert_eq!(pin(Cpus::Count(1), &[1, 0]), [1]);
        assert_eq!(pin(Cpus::Count(4), &[1, 0]), [1, 0]);
        assert_eq!(pin(Cpus::Count(1), &[]), &[] as &[usize]);
    }
}
