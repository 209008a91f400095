//! Which system calls a jailed program may make, as data with a reason each.
//!
//! What is not listed is answered as a kernel without it would (`ENOSYS`), so a call that a later kernel adds is closed until it
//! is listed. What is listed as refused is refused because programs do try it and cope with `EPERM`; what is listed as fatal no
//! program has a use for. How this becomes a filter is [`crate::seccomp`]'s business.

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// It goes on to the kernel.
    Allow,
    /// It fails with this error number.
    Refuse(i32),
    /// It ends the program.
    Kill,
    /// It depends on the arguments.
    Check(Check),
    /// It goes on where the jail has System V IPC of its own, and is refused elsewhere.
    WithOwnIpc,
    /// It goes on where processes may be started.
    WithSpawn,
    /// It goes on where the jail has a network of its own.
    WithNetwork,
    /// It goes on where only declared files can be reached, or where the operator accepts that others can be changed so.
    WithAttributes,
}

/// Calls whose arguments are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// No new namespaces; where nothing may be started, threads only.
    Clone,
    /// The families and kinds of sockets that a tool may have.
    Socket,
    /// Local pairs only, and such as stay with each other.
    SocketPair,
    /// No leases, and no news of folders.
    Fcntl,
    /// Not what forges input on a terminal or takes one over.
    Ioctl,
    /// Only operations that concern the caller and take nothing back.
    Prctl,
    /// Asking, or the ordinary one.
    Personality,
    /// No devices; the mode is the argument of this index.
    MakeNode(u32),
    /// No bit by which a program runs as its owner or group; the mode is the argument of this index.
    Mode(u32),
    /// The same for changing it, which is changing an attribute.
    ChangeMode(u32),
    /// The same for what opens files, and makes them where its flags say so; the mode follows the flags.
    Create {
        /// The index of the flags.
        flags: u32,
    },
    /// Filters, but no listener.
    Seccomp,
    /// The process that is the first argument: where only the jail's are in sight any but its supervisor, elsewhere the caller.
    Target,
    /// The same for a call that takes a kind of target and then the target. The kinds that stand for one process and for all of
    /// a user's.
    Priority {
        /// One process.
        process: u32,
        /// All of a user's.
        users: u32,
    },
    /// The caller's own, which is process 0.
    OwnLimits,
}

/// One call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Its name.
    #[cfg_attr(not(test), expect(dead_code, reason = "for people and tests; the filter goes by number"))]
    pub(crate) name: &'static str,
    pub(crate) number: u32,
    pub(crate) treatment: Treatment,
    /// Why.
    #[cfg_attr(not(test), expect(dead_code, reason = "for people and tests"))]
    pub(crate) reason: &'static str,
}

macro_rules! rows {
    ($($treatment:expr, $reason:literal: $($(#[$only:meta])? $name:ident),+;)+) => {
        /// Every call that is not simply unknown.
        #[expect(clippy::cast_possible_truncation, reason = "numbers of calls are small")]
        pub(crate) const ROWS: &[Row] = &[$($(
            $(#[$only])?
            Row { name: stringify!($name), number: libc::$name as u32, treatment: $treatment, reason: $reason },
        )+)+];
    };
}

use Check::{
    ChangeMode, Clone as NewProcess, Create, Fcntl, Ioctl, MakeNode, Mode, OwnLimits, Personality, Prctl,
    Priority, Seccomp, Socket, SocketPair, Target,
};
use Treatment::{Allow, Check as Checked, Kill, Refuse, WithAttributes, WithNetwork, WithOwnIpc, WithSpawn};

const PERM: Treatment = Refuse(libc::EPERM);
const MISSING: Treatment = Refuse(libc::ENOSYS);

rows! {
    Allow, "files by descriptor and path: what can be reached is the private root's and Landlock's business":
        SYS_read, SYS_write, SYS_close, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_lseek,
        SYS_pread64, SYS_pwrite64, SYS_readv, SYS_writev, SYS_preadv, SYS_pwritev, SYS_preadv2, SYS_pwritev2,
        SYS_faccessat, SYS_faccessat2, SYS_dup, SYS_dup3, SYS_flock, SYS_fsync, SYS_fdatasync, SYS_sync,
        SYS_syncfs, SYS_sync_file_range, SYS_truncate, SYS_ftruncate, SYS_fallocate, SYS_fadvise64, SYS_readahead,
        SYS_getdents64, SYS_getcwd, SYS_chdir, SYS_fchdir, SYS_renameat, SYS_renameat2, SYS_mkdirat, SYS_unlinkat,
        SYS_linkat, SYS_symlinkat, SYS_readlinkat, SYS_umask, SYS_statfs, SYS_fstatfs, SYS_copy_file_range, SYS_sendfile,
        SYS_splice, SYS_tee,
        SYS_vmsplice, SYS_close_range,
        #[cfg(target_arch = "x86_64")] SYS_stat, #[cfg(target_arch = "x86_64")] SYS_lstat,
        #[cfg(target_arch = "x86_64")] SYS_access, #[cfg(target_arch = "x86_64")] SYS_dup2,
        #[cfg(target_arch = "x86_64")] SYS_getdents, #[cfg(target_arch = "x86_64")] SYS_rename,
        #[cfg(target_arch = "x86_64")] SYS_mkdir, #[cfg(target_arch = "x86_64")] SYS_rmdir,
        #[cfg(target_arch = "x86_64")] SYS_link, #[cfg(target_arch = "x86_64")] SYS_unlink,
        #[cfg(target_arch = "x86_64")] SYS_symlink, #[cfg(target_arch = "x86_64")] SYS_readlink;
    Checked(Create { flags: 2 }), "a program left behind that runs as its owner is a way in for any other user": SYS_openat;
    Checked(Create { flags: 1 }), "the same by its older call": #[cfg(target_arch = "x86_64")] SYS_open;
    Checked(Mode(1)), "the same": #[cfg(target_arch = "x86_64")] SYS_creat;
    Checked(ChangeMode(1)), "the same, and an attribute": SYS_fchmod, #[cfg(target_arch = "x86_64")] SYS_chmod;
    Checked(ChangeMode(2)), "the same by folder": SYS_fchmodat, SYS_fchmodat2;
    MISSING, "the same, but its mode is in memory, where no filter can see it; who uses it then uses openat": SYS_openat2;
    Allow, "extended attributes of the tool's own files; those of security need a capability":
        SYS_getxattr, SYS_lgetxattr, SYS_fgetxattr, SYS_listxattr,
        SYS_llistxattr, SYS_flistxattr;
    WithAttributes, "attributes of files: Landlock does not know them, so without a private root they would be anybody's":
        SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr,
        SYS_lremovexattr, SYS_fremovexattr, #[cfg(target_arch = "x86_64")] SYS_chown,
        #[cfg(target_arch = "x86_64")] SYS_lchown, #[cfg(target_arch = "x86_64")] SYS_utime,
        #[cfg(target_arch = "x86_64")] SYS_utimes, #[cfg(target_arch = "x86_64")] SYS_futimesat;
    Checked(MakeNode(2)), "pipes and files; a device would be a door to the machine": SYS_mknodat;
    Checked(MakeNode(1)), "the same by its older call": #[cfg(target_arch = "x86_64")] SYS_mknod;
    Allow, "memory of its own":
        SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_brk, SYS_msync, SYS_mincore, SYS_mlock,
        SYS_mlock2, SYS_munlock, SYS_mlockall, SYS_munlockall, SYS_membarrier, SYS_memfd_create, SYS_pkey_alloc,
        SYS_pkey_free, SYS_pkey_mprotect, SYS_remap_file_pages, SYS_get_mempolicy, SYS_set_mempolicy, SYS_mbind,
        SYS_mseal;
    Allow, "waiting for descriptors":
        SYS_ppoll, SYS_pselect6, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_eventfd2,
        SYS_signalfd4, SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime, SYS_inotify_init1,
        SYS_inotify_add_watch, SYS_inotify_rm_watch, SYS_pipe2,                 #[cfg(target_arch = "x86_64")] SYS_poll, #[cfg(target_arch = "x86_64")] SYS_select,
        #[cfg(target_arch = "x86_64")] SYS_epoll_create, #[cfg(target_arch = "x86_64")] SYS_epoll_wait,
        #[cfg(target_arch = "x86_64")] SYS_eventfd, #[cfg(target_arch = "x86_64")] SYS_signalfd,
        #[cfg(target_arch = "x86_64")] SYS_inotify_init, #[cfg(target_arch = "x86_64")] SYS_pipe;
    Allow, "threads, and signals to what is in sight: its own processes":
        SYS_futex, SYS_futex_waitv, SYS_set_robust_list,
        SYS_get_robust_list, SYS_set_tid_address, SYS_rseq, SYS_gettid, SYS_tgkill, SYS_tkill, SYS_kill,
        SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigpending, SYS_rt_sigtimedwait,
        SYS_rt_sigsuspend, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_sigaltstack, SYS_restart_syscall,
        SYS_pidfd_open, SYS_pidfd_send_signal, SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_getparam,
        SYS_sched_getscheduler, SYS_sched_getattr, SYS_sched_get_priority_max, SYS_sched_get_priority_min,
        SYS_sched_rr_get_interval, SYS_getpriority, SYS_ioprio_get, SYS_getcpu, SYS_exit, SYS_exit_group,
        #[cfg(target_arch = "x86_64")] SYS_pause, #[cfg(target_arch = "x86_64")] SYS_arch_prctl;
    Checked(Target), "scheduling: of its own processes, and not of the supervisor, which would then hold no limit":
        SYS_sched_setaffinity, SYS_sched_setparam, SYS_sched_setscheduler, SYS_sched_setattr;
    Checked(Priority { process: 0, users: 2 }), "the same for priority": SYS_setpriority;
    Checked(Priority { process: 1, users: 3 }), "the same for disks": SYS_ioprio_set;
    Checked(OwnLimits), "its own limits; a supervisor that may open nothing sees no memory being used": SYS_prlimit64;
    Allow, "programs: the one that is started first has to be; what may be started besides is decided where processes are made":
        SYS_execve, SYS_execveat, SYS_wait4, SYS_waitid, SYS_setpgid, SYS_getpgid, SYS_setsid, SYS_getsid,
        #[cfg(target_arch = "x86_64")] SYS_getpgrp;
    Checked(NewProcess), "threads always, processes where they may be started, namespaces never": SYS_clone;
    WithSpawn, "processes":
        #[cfg(target_arch = "x86_64")] SYS_fork, #[cfg(target_arch = "x86_64")] SYS_vfork;
    MISSING, "its flags are in memory, where no filter can see them; the C library then uses clone": SYS_clone3;
    Allow, "who and what it is: nothing to gain without capabilities":
        SYS_getpid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getresuid, SYS_getresgid,
        SYS_getgroups, SYS_setgroups, SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid,
        SYS_setresgid, SYS_setfsuid, SYS_setfsgid, SYS_capget, SYS_capset, SYS_uname, SYS_sysinfo, SYS_getrusage,
        SYS_times, SYS_getrlimit, SYS_setrlimit, SYS_getrandom;
    Allow, "clocks and timers of its own":
        SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_getitimer,
        SYS_setitimer, SYS_timer_create, SYS_timer_settime, SYS_timer_gettime, SYS_timer_getoverrun, SYS_timer_delete,
        #[cfg(target_arch = "x86_64")] SYS_time, #[cfg(target_arch = "x86_64")] SYS_alarm;
    MISSING, "requests that all users share a small number of": SYS_io_setup, SYS_io_destroy, SYS_io_submit, SYS_io_cancel, SYS_io_getevents;
    Checked(Fcntl), "descriptors of its own; a lease on a file makes others wait, also one that is only to be read": SYS_fcntl;
    WithNetwork, "names of its own; a local socket's would be the machine's": SYS_bind;
    Checked(Socket), "families with uses of their own; others are doors past the private network": SYS_socket;
    Checked(SocketPair), "local pairs that are connected: one of datagrams could send to any local socket by name": SYS_socketpair;
    Allow, "sockets it has: where they can lead was decided when they were made":
        SYS_connect, SYS_listen, SYS_accept, SYS_accept4, SYS_getsockname, SYS_getpeername, SYS_sendto,
        SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg, SYS_setsockopt, SYS_getsockopt,
        SYS_shutdown;
    Checked(Ioctl), "devices and sockets; a terminal's input could be forged": SYS_ioctl;
    Checked(Prctl), "the caller's own attributes, those that loosen nothing": SYS_prctl;
    Checked(Personality), "the ordinary one; others turn protections off": SYS_personality;
    Checked(Seccomp), "filters can only take away; a listener would answer for others": SYS_seccomp;
    Allow, "Landlock can only take away": SYS_landlock_create_ruleset, SYS_landlock_add_rule, SYS_landlock_restrict_self;
    WithOwnIpc, "shared memory, queues and semaphores: the machine's, where the jail has none of its own":
        SYS_shmget, SYS_shmat, SYS_shmdt, SYS_shmctl, SYS_semget, SYS_semop, SYS_semtimedop, SYS_semctl, SYS_msgget,
        SYS_msgsnd, SYS_msgrcv, SYS_msgctl, SYS_mq_open, SYS_mq_unlink, SYS_mq_timedsend, SYS_mq_timedreceive,
        SYS_mq_notify, SYS_mq_getsetattr;
    PERM, "looking into and steering other processes":
        SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_kcmp, SYS_process_madvise,
        SYS_process_mrelease, SYS_move_pages, SYS_migrate_pages;
    PERM, "namespaces and mounts: the way out of the private root":
        SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_tree, SYS_move_mount,
        SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr;
    PERM, "opening by handle passes over every folder on the way": SYS_name_to_handle_at, SYS_open_by_handle_at;
    MISSING, "a second way to make system calls, past this filter":
        SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register;
    PERM, "large parts of the kernel that tools have no use for and attackers do":
        SYS_bpf, SYS_userfaultfd, SYS_perf_event_open, SYS_fanotify_init, SYS_fanotify_mark, SYS_quotactl,
        SYS_quotactl_fd, SYS_acct, SYS_syslog, SYS_vhangup,
        #[cfg(target_arch = "x86_64")] SYS_modify_ldt;
    MISSING, "keys of the user, shared by all his processes": SYS_add_key, SYS_request_key, SYS_keyctl;
    PERM, "the machine's clock, name and time":
        SYS_settimeofday, SYS_clock_settime, SYS_sethostname, SYS_setdomainname;
    Allow, "reading how the clock is steered; steering it needs a capability": SYS_adjtimex, SYS_clock_adjtime;
    Kill, "changing the running kernel":
        SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load, SYS_reboot,
        SYS_swapon, SYS_swapoff,
        #[cfg(target_arch = "x86_64")] SYS_iopl, #[cfg(target_arch = "x86_64")] SYS_ioperm;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_is_listed_twice_and_each_has_a_reason() {
        let mut numbers: Vec<_> = ROWS.iter().map(|row| row.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), ROWS.len());
        assert!(ROWS.iter().all(|row| row.name.starts_with("SYS_") && row.reason.len() > 5));
    }
}
