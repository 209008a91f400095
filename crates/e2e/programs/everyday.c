/* Ordinary things that programs do, by old and new system calls, one function each.
 *
 * everyday DIR [NAME]...   runs the operations, each in a new folder of its own below DIR, and prints a line for each:
 *                          `ok NAME` or `FAILED NAME: LINE EXPRESSION: ERROR`. Names choose some of them.
 *
 * Nothing here is forbidden anywhere: outside of a jail all of it must succeed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <limits.h>
#include <linux/aio_abi.h>
#include <linux/falloc.h>
#include <mqueue.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

extern char **environ;

static char failure[512];

static int fail(int line, const char *expression) {
    snprintf(failure, sizeof failure, "%d %s: %s", line, expression, strerror(errno));
    return -1;
}

#define NEED(what) do { errno = 0; if (!(what)) return fail(__LINE__, #what); } while (0)
#define OP(name) static int name(void)

static int make(const char *path, const char *text) {
    int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) return -1;
    return close(fd);
}

static int holds(const char *path, const char *text) {
    char got[256] = {0};
    int fd = open(path, O_RDONLY);
    if (fd < 0 || read(fd, got, sizeof got - 1) < 0) return 0;
    close(fd);
    return strcmp(got, text) == 0;
}

static int exists(const char *path) { struct stat st; return lstat(path, &st) == 0; }

static int mode_of(const char *path) { struct stat st; return lstat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1; }

/* The exit code of a child, or -1. */
static int code_of(pid_t child) {
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

/* ---- files, by the calls that x86-64 has had from its start ---- */
#ifdef SYS_open
OP(open_old) {
    long fd;
    NEED((fd = syscall(SYS_open, "a", O_CREAT | O_EXCL | O_WRONLY, 0600)) >= 0);
    NEED(write((int)fd, "x", 1) == 1 && close((int)fd) == 0 && holds("a", "x"));
    return 0;
}
OP(creat_old) {
    long fd;
    NEED((fd = syscall(SYS_creat, "a", 0600)) >= 0 && close((int)fd) == 0 && exists("a"));
    return 0;
}
OP(mkdir_old) { NEED(syscall(SYS_mkdir, "a", 0755) == 0 && exists("a")); return 0; }
OP(rmdir_old) { NEED(mkdir("a", 0755) == 0 && syscall(SYS_rmdir, "a") == 0 && !exists("a")); return 0; }
OP(rename_old) {
    NEED(make("a", "1") == 0 && syscall(SYS_rename, "a", "b") == 0 && !exists("a") && holds("b", "1"));
    return 0;
}
OP(rename_across_old) {
    NEED(mkdir("one", 0755) == 0 && mkdir("two", 0755) == 0 && make("one/a", "1") == 0);
    NEED(syscall(SYS_rename, "one/a", "two/b") == 0 && holds("two/b", "1"));
    NEED(syscall(SYS_rename, "two", "one/three") == 0 && holds("one/three/b", "1"));
    return 0;
}
OP(unlink_old) { NEED(make("a", "1") == 0 && syscall(SYS_unlink, "a") == 0 && !exists("a")); return 0; }
OP(link_old) { NEED(make("a", "1") == 0 && syscall(SYS_link, "a", "b") == 0 && holds("b", "1")); return 0; }
OP(symlink_old) {
    char to[16] = {0};
    NEED(make("a", "1") == 0 && syscall(SYS_symlink, "a", "b") == 0 && holds("b", "1"));
    NEED(syscall(SYS_readlink, "b", to, sizeof to) == 1 && to[0] == 'a');
    return 0;
}
OP(chmod_old) { NEED(make("a", "1") == 0 && syscall(SYS_chmod, "a", 0640) == 0 && mode_of("a") == 0640); return 0; }
OP(chown_old) {
    NEED(make("a", "1") == 0 && syscall(SYS_chown, "a", getuid(), getgid()) == 0);
    NEED(syscall(SYS_lchown, "a", getuid(), -1) == 0);
    return 0;
}
OP(access_old) { NEED(make("a", "1") == 0 && syscall(SYS_access, "a", R_OK | W_OK) == 0); return 0; }
OP(stat_old) {
    struct stat st;
    NEED(make("a", "123") == 0 && syscall(SYS_stat, "a", &st) == 0 && st.st_size == 3);
    NEED(syscall(SYS_lstat, "a", &st) == 0 && st.st_size == 3 && st.st_uid == getuid());
    return 0;
}
OP(utime_old) {
    struct stat st;
    struct utimbuf times = {1000, 2000};
    NEED(make("a", "1") == 0 && syscall(SYS_utime, "a", &times) == 0 && stat("a", &st) == 0 && st.st_mtime == 2000);
    return 0;
}
OP(utimes_old) {
    struct stat st;
    struct timeval times[2] = {{1000, 0}, {3000, 0}};
    NEED(make("a", "1") == 0 && syscall(SYS_utimes, "a", times) == 0 && stat("a", &st) == 0 && st.st_mtime == 3000);
    times[1].tv_sec = 4000;
    NEED(syscall(SYS_futimesat, AT_FDCWD, "a", times) == 0 && stat("a", &st) == 0 && st.st_mtime == 4000);
    return 0;
}
OP(getdents_old) {
    char entries[4096];
    int fd;
    NEED(make("a", "1") == 0 && (fd = open(".", O_RDONLY | O_DIRECTORY)) >= 0);
    NEED(syscall(SYS_getdents, fd, entries, sizeof entries) > 0 && close(fd) == 0);
    return 0;
}
OP(mknod_old) {
    NEED(syscall(SYS_mknod, "fifo", S_IFIFO | 0600, 0) == 0 && syscall(SYS_mknod, "file", S_IFREG | 0600, 0) == 0);
    return 0;
}
OP(pipe_old) {
    int ends[2];
    char got;
    NEED(syscall(SYS_pipe, ends) == 0 && write(ends[1], "x", 1) == 1 && read(ends[0], &got, 1) == 1);
    NEED(syscall(SYS_dup2, ends[0], ends[1]) == ends[1]);
    close(ends[0]), close(ends[1]);
    return 0;
}
OP(poll_old) {
    int ends[2];
    NEED(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
    struct pollfd watched = {ends[0], POLLIN, 0};
    NEED(syscall(SYS_poll, &watched, 1, 1000) == 1);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    struct timeval patience = {1, 0};
    NEED(syscall(SYS_select, ends[0] + 1, &set, NULL, NULL, &patience) == 1);
    close(ends[0]), close(ends[1]);
    return 0;
}
OP(epoll_old) {
    int ends[2], fd;
    struct epoll_event event = {.events = EPOLLIN};
    NEED(pipe(ends) == 0 && write(ends[1], "x", 1) == 1 && (fd = (int)syscall(SYS_epoll_create, 1)) >= 0);
    NEED(syscall(SYS_epoll_ctl, fd, EPOLL_CTL_ADD, ends[0], &event) == 0);
    NEED(syscall(SYS_epoll_wait, fd, &event, 1, 1000) == 1);
    close(fd), close(ends[0]), close(ends[1]);
    return 0;
}
OP(eventfd_old) {
    long fd;
    NEED((fd = syscall(SYS_eventfd, 3)) >= 0 && close((int)fd) == 0);
    NEED((fd = syscall(SYS_inotify_init)) >= 0 && close((int)fd) == 0);
    return 0;
}
OP(time_old) { NEED(syscall(SYS_time, NULL) > 1000000000); return 0; }
static volatile sig_atomic_t rung;
static void ring(int signal) { rung = signal; }
OP(alarm_pause_old) {
    rung = 0;
    signal(SIGALRM, ring);
    struct itimerval soon = {{0, 0}, {0, 30000}};
    NEED(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    syscall(SYS_pause);
    NEED(rung == SIGALRM && syscall(SYS_alarm, 100) == 0 && syscall(SYS_alarm, 0) > 90);
    signal(SIGALRM, SIG_DFL);
    return 0;
}
OP(getpgrp_old) { NEED(syscall(SYS_getpgrp) >= 0); return 0; }
#else
static volatile sig_atomic_t rung;
static void ring(int signal) { rung = signal; }
#endif

/* ---- files, by descriptor ---- */
OP(openat_new) {
    int dir, fd;
    NEED((dir = open(".", O_PATH | O_DIRECTORY)) >= 0 && (fd = openat(dir, "a", O_CREAT | O_WRONLY, 0600)) >= 0);
    close(fd), close(dir);
    return 0;
}
OP(openat2_new) {
    struct { uint64_t flags, mode, resolve; } how = {O_CREAT | O_RDWR, 0600, 0x08 /* beneath */};
    long fd;
    NEED((fd = syscall(SYS_openat2, AT_FDCWD, "a", &how, sizeof how)) >= 0 && close((int)fd) == 0);
    return 0;
}
OP(mkdirat_new) {
    NEED(mkdirat(AT_FDCWD, "a", 0755) == 0 && unlinkat(AT_FDCWD, "a", AT_REMOVEDIR) == 0 && !exists("a"));
    return 0;
}
OP(unlinkat_new) { NEED(make("a", "1") == 0 && unlinkat(AT_FDCWD, "a", 0) == 0 && !exists("a")); return 0; }
OP(renameat_new) {
    NEED(make("a", "1") == 0 && syscall(SYS_renameat, AT_FDCWD, "a", AT_FDCWD, "b") == 0 && holds("b", "1"));
    return 0;
}
OP(renameat2_noreplace) {
    NEED(make("a", "1") == 0 && make("b", "2") == 0);
    NEED(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE) == -1 && errno == EEXIST);
    NEED(renameat2(AT_FDCWD, "a", AT_FDCWD, "c", RENAME_NOREPLACE) == 0 && holds("c", "1"));
    return 0;
}
OP(renameat2_exchange) {
    NEED(make("a", "1") == 0 && make("b", "2") == 0);
    NEED(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE) == 0 && holds("a", "2") && holds("b", "1"));
    return 0;
}
OP(linkat_new) { NEED(make("a", "1") == 0 && linkat(AT_FDCWD, "a", AT_FDCWD, "b", 0) == 0 && holds("b", "1")); return 0; }
OP(link_across) {
    NEED(mkdir("one", 0755) == 0 && mkdir("two", 0755) == 0 && make("one/a", "1") == 0);
    NEED(link("one/a", "two/b") == 0 && holds("two/b", "1"));
    return 0;
}
OP(symlinkat_new) {
    char to[16];
    NEED(symlinkat("nowhere", AT_FDCWD, "b") == 0 && readlinkat(AT_FDCWD, "b", to, sizeof to) == 7);
    return 0;
}
OP(fchmodat_new) {
    int fd;
    NEED(make("a", "1") == 0 && fchmodat(AT_FDCWD, "a", 0640, 0) == 0 && mode_of("a") == 0640);
    NEED((fd = open("a", O_RDONLY)) >= 0 && fchmod(fd, 0600) == 0 && mode_of("a") == 0600 && close(fd) == 0);
    return 0;
}
OP(fchownat_new) {
    int fd;
    NEED(make("a", "1") == 0 && fchownat(AT_FDCWD, "a", getuid(), getgid(), AT_SYMLINK_NOFOLLOW) == 0);
    NEED((fd = open("a", O_RDONLY)) >= 0 && fchown(fd, getuid(), -1) == 0 && close(fd) == 0);
    return 0;
}
OP(faccessat_new) {
    NEED(make("a", "1") == 0 && syscall(SYS_faccessat, AT_FDCWD, "a", R_OK) == 0);
    NEED(faccessat(AT_FDCWD, "a", W_OK, AT_EACCESS) == 0);
    return 0;
}
OP(utimensat_new) {
    struct stat st;
    struct timespec times[2] = {{0, UTIME_OMIT}, {5000, 0}};
    int fd;
    NEED(make("a", "1") == 0 && utimensat(AT_FDCWD, "a", times, 0) == 0 && stat("a", &st) == 0 && st.st_mtime == 5000);
    NEED((fd = open("a", O_RDONLY)) >= 0 && futimens(fd, NULL) == 0 && close(fd) == 0);
    return 0;
}
OP(statx_new) {
    struct statx got;
    NEED(make("a", "123") == 0 && statx(AT_FDCWD, "a", 0, STATX_ALL, &got) == 0 && got.stx_size == 3);
    return 0;
}
OP(readdir_new) {
    int seen = 0;
    DIR *dir;
    NEED(make("a", "1") == 0 && mkdir("b", 0755) == 0 && (dir = opendir(".")) != NULL);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) seen += entry->d_name[0] == 'a' || entry->d_name[0] == 'b';
    closedir(dir);
    NEED(seen == 2);
    return 0;
}
OP(mknodat_fifo) {
    int there, here;
    char got;
    NEED(mkfifo("f", 0600) == 0 && (here = open("f", O_RDONLY | O_NONBLOCK)) >= 0 && (there = open("f", O_WRONLY)) >= 0);
    NEED(write(there, "x", 1) == 1 && read(here, &got, 1) == 1);
    close(here), close(there);
    return 0;
}
OP(seek_pread_pwrite) {
    int fd;
    char got[8] = {0};
    NEED((fd = open("a", O_CREAT | O_RDWR, 0600)) >= 0 && pwrite(fd, "abcdef", 6, 0) == 6 && pread(fd, got, 2, 4) == 2);
    NEED(strcmp(got, "ef") == 0 && lseek(fd, 0, SEEK_END) == 6 && lseek(fd, 0, SEEK_HOLE) == 6);
    close(fd);
    return 0;
}
OP(vectors) {
    int fd;
    char one[2], two[2];
    struct iovec out[2] = {{"ab", 2}, {"cd", 2}}, in[2] = {{one, 2}, {two, 2}};
    NEED((fd = open("a", O_CREAT | O_RDWR, 0600)) >= 0 && writev(fd, out, 2) == 4 && lseek(fd, 0, SEEK_SET) == 0);
    NEED(readv(fd, in, 2) == 4 && two[1] == 'd' && pwritev(fd, out, 2, 4) == 4 && preadv(fd, in, 2, 4) == 4);
    NEED(preadv2(fd, in, 2, 0, 0) == 4 && pwritev2(fd, out, 2, 0, RWF_DSYNC) == 4);
    close(fd);
    return 0;
}
OP(append_and_exclusive) {
    int fd;
    NEED(make("a", "1") == 0 && (fd = open("a", O_WRONLY | O_APPEND)) >= 0 && write(fd, "2", 1) == 1 && close(fd) == 0);
    NEED(holds("a", "12") && open("a", O_CREAT | O_EXCL | O_WRONLY, 0600) == -1 && errno == EEXIST);
    return 0;
}
OP(truncate_both) {
    int fd;
    NEED(make("a", "12345") == 0 && truncate("a", 2) == 0 && holds("a", "12"));
    NEED((fd = open("a", O_WRONLY)) >= 0 && ftruncate(fd, 1) == 0 && close(fd) == 0 && holds("a", "1"));
    NEED((fd = open("a", O_WRONLY | O_TRUNC)) >= 0 && close(fd) == 0 && holds("a", ""));
    return 0;
}
OP(allocate) {
    int fd;
    struct stat st;
    NEED((fd = open("a", O_CREAT | O_RDWR, 0600)) >= 0 && posix_fallocate(fd, 0, 8192) == 0 && fstat(fd, &st) == 0);
    NEED(st.st_size == 8192 && posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL) == 0 && readahead(fd, 0, 4096) == 0);
    close(fd);
    return 0;
}
OP(synchronise) {
    int fd;
    NEED((fd = open("a", O_CREAT | O_RDWR, 0600)) >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 && fdatasync(fd) == 0);
    NEED(sync_file_range(fd, 0, 1, SYNC_FILE_RANGE_WRITE) == 0 && close(fd) == 0);
    NEED((fd = open(".", O_RDONLY | O_DIRECTORY)) >= 0 && fsync(fd) == 0 && close(fd) == 0);
    return 0;
}
OP(temporary_file) {
    int fd;
    char path[64], name[] = "nameXXXXXX", folder[] = "folderXXXXXX";
    NEED((fd = open(".", O_TMPFILE | O_RDWR, 0600)) >= 0 && write(fd, "x", 1) == 1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    NEED(linkat(AT_FDCWD, path, AT_FDCWD, "kept", AT_SYMLINK_FOLLOW) == 0 && holds("kept", "x") && close(fd) == 0);
    NEED((fd = mkstemp(name)) >= 0 && close(fd) == 0 && mkdtemp(folder) != NULL);
    return 0;
}
OP(temporary_folder) {
    const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    char path[PATH_MAX];
    int fd;
    snprintf(path, sizeof path, "%s/everydayXXXXXX", folder);
    NEED((fd = mkstemp(path)) >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0 && unlink(path) == 0);
    return 0;
}
OP(home_folder) {
    const char *home = getenv("HOME");
    char path[PATH_MAX];
    NEED(home != NULL);
    snprintf(path, sizeof path, "%s/.everyday-cache", home);
    NEED(mkdir(path, 0700) == 0 && rmdir(path) == 0);
    return 0;
}
OP(working_folder) {
    char was[PATH_MAX], now[PATH_MAX];
    int fd;
    NEED(getcwd(was, sizeof was) && mkdir("a", 0755) == 0 && chdir("a") == 0 && getcwd(now, sizeof now));
    NEED(strlen(now) == strlen(was) + 2 && (fd = open("..", O_RDONLY)) >= 0 && fchdir(fd) == 0 && close(fd) == 0);
    return 0;
}
OP(mask) {
    mode_t was = umask(027);
    NEED(mkdir("a", 0777) == 0 && mode_of("a") == 0750);
    umask(was);
    return 0;
}
OP(file_system) {
    struct statfs one;
    struct statvfs two;
    int fd;
    NEED(statfs(".", &one) == 0 && statvfs(".", &two) == 0 && two.f_bsize > 0);
    NEED((fd = open(".", O_RDONLY)) >= 0 && fstatfs(fd, &one) == 0 && close(fd) == 0);
    return 0;
}
OP(copy_range) {
    int from, to;
    NEED(make("a", "hello") == 0 && (from = open("a", O_RDONLY)) >= 0 && (to = open("b", O_CREAT | O_WRONLY, 0600)) >= 0);
    NEED(copy_file_range(from, NULL, to, NULL, 5, 0) == 5 && holds("b", "hello"));
    close(from), close(to);
    return 0;
}
OP(send_file) {
    int from, to;
    NEED(make("a", "hello") == 0 && (from = open("a", O_RDONLY)) >= 0 && (to = open("b", O_CREAT | O_WRONLY, 0600)) >= 0);
    NEED(sendfile(to, from, NULL, 5) == 5 && holds("b", "hello"));
    close(from), close(to);
    return 0;
}
OP(splice_tee) {
    int from, one[2], two[2];
    char text[] = "v";
    struct iovec page = {text, 1};
    NEED(make("a", "hello") == 0 && (from = open("a", O_RDONLY)) >= 0 && pipe(one) == 0 && pipe(two) == 0);
    NEED(splice(from, NULL, one[1], NULL, 5, 0) == 5 && tee(one[0], two[1], 5, 0) == 5);
    NEED(vmsplice(one[1], &page, 1, 0) == 1);
    close(from), close(one[0]), close(one[1]), close(two[0]), close(two[1]);
    return 0;
}
OP(attributes) {
    char got[16];
    NEED(make("a", "1") == 0 && setxattr("a", "user.mark", "x", 1, 0) == 0);
    NEED(getxattr("a", "user.mark", got, sizeof got) == 1 && listxattr("a", NULL, 0) > 0);
    NEED(removexattr("a", "user.mark") == 0);
    return 0;
}
OP(lock_whole) {
    int one, two;
    NEED(make("a", "1") == 0 && (one = open("a", O_RDWR)) >= 0 && (two = open("a", O_RDWR)) >= 0);
    NEED(flock(one, LOCK_EX) == 0 && flock(two, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
    NEED(flock(one, LOCK_UN) == 0 && lockf(one, F_TLOCK, 1) == 0);
    close(one), close(two);
    return 0;
}
OP(lock_range) {
    int fd;
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
    NEED(make("a", "1") == 0 && (fd = open("a", O_RDWR)) >= 0 && fcntl(fd, F_SETLK, &range) == 0);
    range.l_type = F_UNLCK;
    NEED(fcntl(fd, F_SETLKW, &range) == 0);
    range.l_type = F_WRLCK, range.l_pid = 0;
    NEED(fcntl(fd, F_GETLK, &range) == 0 && range.l_type == F_UNLCK);
    range.l_type = F_WRLCK, range.l_pid = 0;
    NEED(fcntl(fd, F_OFD_SETLK, &range) == 0);
    close(fd);
    return 0;
}
OP(descriptors) {
    int fd, other;
    NEED(make("a", "1") == 0 && (fd = open("a", O_RDWR | O_CLOEXEC)) >= 0 && (other = dup(fd)) >= 0);
    NEED(dup3(fd, other, O_CLOEXEC) == other && fcntl(other, F_GETFD) == FD_CLOEXEC && fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    NEED((other = fcntl(fd, F_DUPFD_CLOEXEC, 100)) >= 100 && syscall(SYS_close_range, 100, 200, 0) == 0);
    close(fd);
    return 0;
}
OP(watch_folder) {
    int fd, watch;
    char events[4096];
    NEED((fd = inotify_init1(IN_CLOEXEC)) >= 0 && (watch = inotify_add_watch(fd, ".", IN_CREATE | IN_CLOSE_WRITE)) >= 0);
    NEED(make("a", "1") == 0 && read(fd, events, sizeof events) > 0 && ((struct inotify_event *)events)->mask & IN_CREATE);
    NEED(inotify_rm_watch(fd, watch) == 0 && close(fd) == 0);
    return 0;
}
OP(asynchronous_input) {
    aio_context_t context = 0;
    char got[4];
    struct iocb block = {0}, *blocks[1] = {&block};
    struct io_event event;
    int fd;
    NEED(make("a", "1") == 0 && (fd = open("a", O_RDONLY)) >= 0 && syscall(SYS_io_setup, 4, &context) == 0);
    block.aio_fildes = (uint32_t)fd, block.aio_lio_opcode = IOCB_CMD_PREAD, block.aio_buf = (uintptr_t)got, block.aio_nbytes = 1;
    NEED(syscall(SYS_io_submit, context, 1, blocks) == 1 && syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1);
    NEED(event.res == 1 && syscall(SYS_io_destroy, context) == 0 && close(fd) == 0);
    return 0;
}
OP(readable_count) {
    int ends[2], count = 0, on = 1;
    NEED(pipe(ends) == 0 && write(ends[1], "abc", 3) == 3 && ioctl(ends[0], FIONREAD, &count) == 0 && count == 3);
    NEED(ioctl(ends[0], FIONBIO, &on) == 0 && ioctl(ends[0], FIOCLEX) == 0);
    struct winsize size;
    NEED(ioctl(ends[0], TIOCGWINSZ, &size) == -1 && errno == ENOTTY && !isatty(ends[0]) && errno == ENOTTY);
    close(ends[0]), close(ends[1]);
    return 0;
}
OP(pipe_size) {
    int ends[2];
    NEED(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 && fcntl(ends[1], F_GETPIPE_SZ) > 0 && fcntl(ends[1], F_SETPIPE_SZ, 8192) >= 8192);
    close(ends[0]), close(ends[1]);
    return 0;
}
OP(devices) {
    char got[8];
    int fd;
    NEED((fd = open("/dev/null", O_RDWR)) >= 0 && write(fd, "x", 1) == 1 && read(fd, got, 1) == 0 && close(fd) == 0);
    NEED((fd = open("/dev/zero", O_RDONLY)) >= 0 && read(fd, got, 8) == 8 && got[0] == 0 && close(fd) == 0);
    NEED((fd = open("/dev/full", O_WRONLY)) >= 0 && write(fd, "x", 1) == -1 && errno == ENOSPC && close(fd) == 0);
    NEED((fd = open("/dev/urandom", O_RDONLY)) >= 0 && read(fd, got, 8) == 8 && close(fd) == 0);
    NEED((fd = open("/dev/random", O_RDONLY)) >= 0 && read(fd, got, 8) == 8 && close(fd) == 0);
    return 0;
}
OP(standard_streams_by_path) {
    int ends[2], was, fd;
    char got;
    NEED(pipe(ends) == 0 && (was = dup(0)) >= 0 && dup2(ends[0], 0) == 0 && write(ends[1], "x", 1) == 1);
    NEED((fd = open("/dev/stdin", O_RDONLY)) >= 0 && read(fd, &got, 1) == 1 && got == 'x' && close(fd) == 0);
    NEED(write(ends[1], "y", 1) == 1 && (fd = open("/dev/fd/0", O_RDONLY)) >= 0 && read(fd, &got, 1) == 1 && got == 'y');
    NEED(close(fd) == 0 && dup2(was, 0) == 0);
    close(was), close(ends[0]), close(ends[1]);
    return 0;
}

/* ---- memory ---- */
OP(map_anonymous) {
    char *at = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    NEED(at != MAP_FAILED);
    at[5000] = 1;
    NEED((at = mremap(at, 1 << 20, 2 << 20, MREMAP_MAYMOVE)) != MAP_FAILED && at[5000] == 1);
    unsigned char there[512];
    NEED(madvise(at, 1 << 20, MADV_DONTNEED) == 0 && at[5000] == 0 && mincore(at, 1 << 20, there) == 0);
    NEED(mlock(at, 4096) == 0 && munlock(at, 4096) == 0 && munmap(at, 2 << 20) == 0);
    return 0;
}
OP(map_file) {
    int fd;
    char *at;
    NEED((fd = open("a", O_CREAT | O_RDWR, 0600)) >= 0 && ftruncate(fd, 4096) == 0);
    NEED((at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    strcpy(at, "mapped");
    NEED(msync(at, 4096, MS_SYNC) == 0 && munmap(at, 4096) == 0 && ftruncate(fd, 6) == 0 && close(fd) == 0 && holds("a", "mapped"));
    return 0;
}
OP(code_made_at_run_time) {
    unsigned char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    NEED(at != MAP_FAILED);
#if defined __x86_64__
    memcpy(at, "\xb8\x2a\x00\x00\x00\xc3", 6);
#else
    memcpy(at, "\x40\x05\x80\x52\xc0\x03\x5f\xd6", 8);
#endif
    NEED(mprotect(at, 4096, PROT_READ | PROT_EXEC) == 0);
    __builtin___clear_cache((char *)at, (char *)at + 8);
    int (*code)(void);
    memcpy(&code, &at, sizeof code);
    NEED(code() == 42 && munmap(at, 4096) == 0);
    return 0;
}
OP(memory_file) {
    int fd;
    NEED((fd = memfd_create("everyday", MFD_CLOEXEC | MFD_ALLOW_SEALING)) >= 0 && ftruncate(fd, 100) == 0);
    NEED(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0 && ftruncate(fd, 1) == -1 && errno == EPERM && close(fd) == 0);
    return 0;
}
OP(memory_much) {
    size_t size = 64 << 20;
    volatile char *at = malloc(size);
    NEED(at != NULL);
    for (size_t i = 0; i < size; i += 4096) at[i] = 1;
    free((void *)at);
    NEED(sbrk(4096) != (void *)-1);
    return 0;
}
OP(memory_shared_by_name) {
    char name[64];
    int fd;
    snprintf(name, sizeof name, "/everyday-%d-%ld", getpid(), random());
    NEED((fd = shm_open(name, O_CREAT | O_RDWR, 0600)) >= 0 && ftruncate(fd, 4096) == 0 && close(fd) == 0 && shm_unlink(name) == 0);
    return 0;
}
OP(semaphore_by_name) {
    char name[64];
    snprintf(name, sizeof name, "/everyday-%d-%ld", getpid(), random());
    sem_t *semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    NEED(semaphore != SEM_FAILED && sem_wait(semaphore) == 0 && sem_post(semaphore) == 0);
    NEED(sem_close(semaphore) == 0 && sem_unlink(name) == 0);
    return 0;
}
OP(barrier_in_memory) { NEED(syscall(SYS_membarrier, 0, 0, 0) >= 0); return 0; }

/* ---- waiting, timers, signals ---- */
OP(poll_new) {
    int ends[2];
    struct timespec second = {1, 0};
    NEED(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
    struct pollfd watched = {ends[0], POLLIN, 0};
    NEED(poll(&watched, 1, 1000) == 1 && ppoll(&watched, 1, &second, NULL) == 1);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    NEED(pselect(ends[0] + 1, &set, NULL, NULL, &second, NULL) == 1);
    close(ends[0]), close(ends[1]);
    return 0;
}
OP(epoll_new) {
    int fd, event_fd;
    uint64_t one = 1;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    struct timespec second = {1, 0};
    NEED((fd = epoll_create1(EPOLL_CLOEXEC)) >= 0 && (event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) >= 0);
    NEED(epoll_ctl(fd, EPOLL_CTL_ADD, event_fd, &event) == 0 && write(event_fd, &one, 8) == 8);
    NEED(epoll_pwait(fd, &event, 1, 1000, NULL) == 1 && write(event_fd, &one, 8) == 8);
    NEED(syscall(SYS_epoll_pwait2, fd, &event, 1, &second, NULL, 8) == 1);
    close(fd), close(event_fd);
    return 0;
}
OP(timer_descriptor) {
    int fd;
    uint64_t times = 0;
    struct itimerspec soon = {{0, 0}, {0, 5000000}};
    NEED((fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) >= 0 && timerfd_settime(fd, 0, &soon, NULL) == 0);
    NEED(read(fd, &times, 8) == 8 && times == 1 && timerfd_gettime(fd, &soon) == 0 && close(fd) == 0);
    return 0;
}
OP(signal_descriptor) {
    sigset_t set, old;
    struct signalfd_siginfo got;
    int fd;
    sigemptyset(&set), sigaddset(&set, SIGUSR1);
    NEED(sigprocmask(SIG_BLOCK, &set, &old) == 0 && (fd = signalfd(-1, &set, SFD_CLOEXEC)) >= 0 && raise(SIGUSR1) == 0);
    NEED(read(fd, &got, sizeof got) == sizeof got && got.ssi_signo == SIGUSR1 && close(fd) == 0);
    NEED(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
    return 0;
}
OP(signal_to_itself) {
    rung = 0;
    struct sigaction action = {.sa_handler = ring, .sa_flags = SA_RESTART};
    NEED(sigaction(SIGUSR2, &action, NULL) == 0 && kill(getpid(), SIGUSR2) == 0 && rung == SIGUSR2);
    rung = 0;
    NEED(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR2) == 0 && rung == SIGUSR2 && kill(getpid(), 0) == 0);
    signal(SIGUSR2, SIG_DFL);
    return 0;
}
OP(signal_queued) {
    sigset_t set, old, pending;
    siginfo_t got;
    union sigval value = {.sival_int = 7};
    struct timespec second = {1, 0};
    sigemptyset(&set), sigaddset(&set, SIGRTMIN);
    NEED(sigprocmask(SIG_BLOCK, &set, &old) == 0 && sigqueue(getpid(), SIGRTMIN, value) == 0 && sigpending(&pending) == 0);
    NEED(sigtimedwait(&set, &got, &second) == SIGRTMIN && got.si_value.sival_int == 7);
    NEED(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
    return 0;
}
static sigjmp_buf back;
static void jump(int signal) { siglongjmp(back, signal); }
OP(fault_handled_on_another_stack) {
    static char space[65536];
    stack_t stack = {.ss_sp = space, .ss_size = sizeof space}, none = {.ss_flags = SS_DISABLE};
    struct sigaction action = {.sa_handler = jump, .sa_flags = SA_ONSTACK}, old;
    NEED(sigaltstack(&stack, NULL) == 0 && sigaction(SIGSEGV, &action, &old) == 0);
    char *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int came = sigsetjmp(back, 1);
    if (came == 0) *(volatile char *)nowhere = 1;
    NEED(came == SIGSEGV && sigaction(SIGSEGV, &old, NULL) == 0 && sigaltstack(&none, NULL) == 0 && munmap(nowhere, 4096) == 0);
    return 0;
}
OP(interval_timer) {
    rung = 0;
    signal(SIGALRM, ring);
    struct itimerval soon = {{0, 0}, {0, 5000}}, left;
    sigset_t none, alarm_only, old;
    sigemptyset(&none), sigemptyset(&alarm_only), sigaddset(&alarm_only, SIGALRM);
    NEED(sigprocmask(SIG_BLOCK, &alarm_only, &old) == 0 && setitimer(ITIMER_REAL, &soon, NULL) == 0);
    sigsuspend(&none);
    NEED(rung == SIGALRM && getitimer(ITIMER_REAL, &left) == 0 && sigprocmask(SIG_SETMASK, &old, NULL) == 0);
    signal(SIGALRM, SIG_DFL);
    return 0;
}
static sem_t came;
static void note(union sigval value) { (void)value; sem_post(&came); }
OP(timer_of_posix) {
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = note};
    struct itimerspec soon = {{0, 0}, {0, 1000000}}, left;
    NEED(sem_init(&came, 0, 0) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    NEED(timer_settime(timer, 0, &soon, NULL) == 0 && sem_wait(&came) == 0 && timer_gettime(timer, &left) == 0);
    NEED(timer_getoverrun(timer) >= 0 && timer_delete(timer) == 0);
    return 0;
}
OP(clocks) {
    struct timespec now, short_while = {0, 1000000};
    struct timeval day;
    struct tms used;
    clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, CLOCK_BOOTTIME};
    for (unsigned i = 0; i < 5; i++) NEED(clock_gettime(clocks[i], &now) == 0 && clock_getres(clocks[i], &now) == 0);
    NEED(syscall(SYS_clock_gettime, CLOCK_REALTIME, &now) == 0 && syscall(SYS_gettimeofday, &day, NULL) == 0);
    NEED(nanosleep(&short_while, NULL) == 0 && clock_nanosleep(CLOCK_MONOTONIC, 0, &short_while, NULL) == 0);
    NEED(times(&used) != (clock_t)-1);
    return 0;
}
OP(local_time) {
    time_t then = 1700000000;
    char text[64];
    setenv("TZ", "Europe/Berlin", 1), tzset();
    NEED(strftime(text, sizeof text, "%H:%M", localtime(&then)) == 5);
    int summer = strcmp(text, "23:13") == 0;
    unsetenv("TZ"), tzset();
    NEED(summer);
    return 0;
}

/* ---- threads ---- */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn;
static __thread int own;
static void *worker(void *argument) {
    own = 1;
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&mutex);
        turn++;
        pthread_cond_broadcast(&turned);
        pthread_mutex_unlock(&mutex);
    }
    return argument;
}
OP(threads) {
    pthread_t workers[8];
    turn = 0;
    for (int i = 0; i < 8; i++) NEED(pthread_create(&workers[i], NULL, worker, &turn) == 0);
    pthread_mutex_lock(&mutex);
    while (turn < 800) pthread_cond_wait(&turned, &mutex);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < 8; i++) NEED(pthread_join(workers[i], NULL) == 0);
    NEED(own == 0);
    return 0;
}
static void *sleeper(void *argument) { for (;;) sleep(10); return argument; }
OP(thread_cancelled) {
    pthread_t thread;
    void *result;
    NEED(pthread_create(&thread, NULL, sleeper, NULL) == 0);
    NEED(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
    return 0;
}
/* A name that a thread gives itself is a call; one that it gives another is a file in /proc. */
OP(thread_names_another) {
    pthread_t thread;
    void *result;
    NEED(pthread_setname_np(pthread_self(), "itself") == 0 && pthread_create(&thread, NULL, sleeper, NULL) == 0);
    int done = pthread_setname_np(thread, "sleeper");
    NEED(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
    errno = done;
    if (done != 0) return fail(__LINE__, "pthread_setname_np");
    return 0;
}
OP(thread_with_a_stack_of_its_size) {
    pthread_attr_t attributes;
    pthread_t thread;
    turn = 0;
    NEED(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, 1 << 20) == 0);
    NEED(pthread_create(&thread, &attributes, worker, NULL) == 0 && pthread_join(thread, NULL) == 0);
    return 0;
}
OP(scheduling) {
    cpu_set_t set;
    struct sched_param parameters;
    NEED(sched_getaffinity(0, sizeof set, &set) == 0 && sched_setaffinity(0, sizeof set, &set) == 0 && sched_yield() == 0);
    NEED(sched_getscheduler(0) >= 0 && sched_getparam(0, &parameters) == 0 && sched_get_priority_max(SCHED_FIFO) > 0);
    int was = getpriority(PRIO_PROCESS, 0);
    NEED(setpriority(PRIO_PROCESS, 0, was) == 0 && sched_getcpu() >= 0 && sysconf(_SC_NPROCESSORS_ONLN) >= 1);
    return 0;
}

/* ---- who and what it is ---- */
OP(identity) {
    uid_t one, two, three;
    gid_t groups[256];
    NEED(getresuid(&one, &two, &three) == 0 && one == getuid() && getgroups(256, groups) >= 0);
    NEED(setuid(getuid()) == 0 && setgid(getgid()) == 0 && getsid(0) >= 0);
    return 0;
}
#ifndef STATIC
OP(user_by_number) {
    struct passwd *user;
    NEED((user = getpwuid(getuid())) != NULL && user->pw_name[0] != 0 && user->pw_dir[0] == '/');
    NEED(getgrgid(getgid()) != NULL);
    return 0;
}
OP(names_of_this_machine) {
    struct addrinfo *found, hint = {.ai_socktype = SOCK_STREAM};
    NEED(getaddrinfo("localhost", "80", &hint, &found) == 0);
    freeaddrinfo(found);
    return 0;
}
#endif
OP(machine) {
    struct utsname names;
    struct sysinfo info;
    char host[256];
    NEED(uname(&names) == 0 && sysinfo(&info) == 0 && gethostname(host, sizeof host) == 0 && host[0] != 0);
    return 0;
}
OP(usage_and_limits) {
    struct rusage usage;
    struct rlimit limit;
    NEED(getrusage(RUSAGE_SELF, &usage) == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= 256);
    NEED(setrlimit(RLIMIT_NOFILE, &limit) == 0 && getrlimit(RLIMIT_STACK, &limit) == 0);
    limit.rlim_cur = 0;
    NEED(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) == 0 && sysconf(_SC_OPEN_MAX) > 0);
    return 0;
}
OP(randomness) {
    char got[32];
    NEED(getrandom(got, sizeof got, 0) == sizeof got && getentropy(got, sizeof got) == 0);
    return 0;
}
OP(own_attributes) {
    char name[16];
    NEED(prctl(PR_SET_NAME, "everyday") == 0 && prctl(PR_GET_NAME, name) == 0 && strcmp(name, "everyday") == 0);
    NEED(prctl(PR_GET_DUMPABLE) >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_TIMERSLACK, 50000) == 0);
    NEED(prctl(PR_CAPBSET_READ, 0) >= 0 && prctl(PR_GET_KEEPCAPS) == 0 && prctl(PR_GET_SECCOMP) >= 0);
    return 0;
}
OP(own_process_in_proc) {
    static const char *const files[] = {"status", "stat", "maps", "cmdline", "statm", "limits", "comm", "mountinfo", "cgroup", "environ"};
    char path[64], got[64];
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        int fd;
        snprintf(path, sizeof path, "/proc/self/%s", files[i]);
        NEED((fd = open(path, O_RDONLY)) >= 0 && read(fd, got, sizeof got) >= 0 && close(fd) == 0);
    }
    NEED(readlink("/proc/self/exe", got, sizeof got) > 0 && access("/proc/self/fd/1", F_OK) == 0);
    NEED(access("/proc/self/task", R_OK) == 0);
    return 0;
}
OP(machine_in_proc) {
    static const char *const files[] = {"/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/uptime", "/proc/loadavg",
        "/proc/version", "/proc/filesystems", "/proc/sys/kernel/osrelease", "/proc/sys/vm/overcommit_memory"};
    char got[64];
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        int fd;
        NEED((fd = open(files[i], O_RDONLY)) >= 0 && read(fd, got, sizeof got) > 0 && close(fd) == 0);
    }
    return 0;
}

/* ---- sockets of its own ---- */
OP(local_pair) {
    int ends[2];
    char got;
    int kinds[] = {SOCK_STREAM, SOCK_SEQPACKET};
    for (int i = 0; i < 2; i++) {
        NEED(socketpair(AF_UNIX, kinds[i] | SOCK_CLOEXEC, 0, ends) == 0 && send(ends[0], "x", 1, MSG_NOSIGNAL) == 1);
        NEED(recv(ends[1], &got, 1, 0) == 1 && shutdown(ends[0], SHUT_RDWR) == 0);
        struct ucred who;
        socklen_t size = sizeof who;
        NEED(getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &who, &size) == 0);
        close(ends[0]), close(ends[1]);
    }
    return 0;
}
OP(local_pair_of_datagrams) {
    int ends[2];
    char got;
    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0 && send(ends[0], "x", 1, 0) == 1 && recv(ends[1], &got, 1, 0) == 1);
    close(ends[0]), close(ends[1]);
    return 0;
}
OP(descriptor_passed) {
    int ends[2], other;
    char text = 'x', space[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec piece = {&text, 1};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    header->cmsg_level = SOL_SOCKET, header->cmsg_type = SCM_RIGHTS, header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &ends[0], sizeof(int));
    NEED(sendmsg(ends[0], &message, 0) == 1 && recvmsg(ends[1], &message, 0) == 1);
    memcpy(&other, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    NEED(fcntl(other, F_GETFD) >= 0);
    close(other), close(ends[0]), close(ends[1]);
    return 0;
}
static int loopback(int family, int kind, int out[2]) {
    struct sockaddr_storage address = {.ss_family = (sa_family_t)family};
    socklen_t size = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (family == AF_INET) ((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else ((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
    int on = 1, server;
    NEED((server = socket(family, kind | SOCK_CLOEXEC, 0)) >= 0);
    NEED(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
    NEED(bind(server, (struct sockaddr *)&address, size) == 0);
    NEED(getsockname(server, (struct sockaddr *)&address, &size) == 0);
    NEED(kind == SOCK_DGRAM || listen(server, 4) == 0);
    NEED((out[0] = socket(family, kind | SOCK_CLOEXEC, 0)) >= 0);
    NEED(connect(out[0], (struct sockaddr *)&address, size) == 0);
    if (kind == SOCK_DGRAM) return out[1] = server, 0;
    NEED((out[1] = accept4(server, NULL, NULL, SOCK_CLOEXEC)) >= 0);
    return close(server);
}
static int talk(int family, int kind) {
    int ends[2] = {-1, -1}, on = 1;
    char got[8];
    if (loopback(family, kind, ends) != 0) return -1;
    if (kind == SOCK_STREAM) {
        NEED(setsockopt(ends[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
        NEED(setsockopt(ends[0], SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0);
    }
    NEED(send(ends[0], "hello", 5, 0) == 5 && recv(ends[1], got, sizeof got, 0) == 5);
    struct iovec piece = {"x", 1};
    struct mmsghdr many[2] = {{.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}}};
    NEED(sendmmsg(ends[0], many, 2, 0) == 2);
    close(ends[0]), close(ends[1]);
    return 0;
}
OP(tcp_on_own_loopback) { return talk(AF_INET, SOCK_STREAM); }
OP(tcp6_on_own_loopback) { return talk(AF_INET6, SOCK_STREAM); }
OP(udp_on_own_loopback) { return talk(AF_INET, SOCK_DGRAM); }
OP(interfaces) {
    struct ifaddrs *all;
    int loopback_seen = 0;
    NEED(getifaddrs(&all) == 0);
    for (struct ifaddrs *one = all; one; one = one->ifa_next) loopback_seen |= strcmp(one->ifa_name, "lo") == 0;
    freeifaddrs(all);
    NEED(loopback_seen);
    return 0;
}
OP(local_socket_by_path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int server, client;
    NEED((server = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0 && bind(server, (struct sockaddr *)&address, sizeof address) == 0);
    NEED(listen(server, 1) == 0 && (client = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    NEED(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    close(client), close(server);
    return 0;
}
OP(terminal_of_its_own) {
    int fd;
    NEED((fd = posix_openpt(O_RDWR | O_NOCTTY)) >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0 && ptsname(fd) != NULL && close(fd) == 0);
    return 0;
}

/* ---- System V IPC and message queues ---- */
OP(system_v_memory) {
    int id;
    char *at;
    NEED((id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)) >= 0 && (at = shmat(id, NULL, 0)) != (void *)-1);
    at[0] = 1;
    NEED(shmdt(at) == 0 && shmctl(id, IPC_RMID, NULL) == 0);
    return 0;
}
OP(system_v_semaphore) {
    int id;
    struct sembuf up = {0, 1, 0};
    NEED((id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) >= 0 && semop(id, &up, 1) == 0 && semctl(id, 0, IPC_RMID) == 0);
    return 0;
}
OP(system_v_messages) {
    int id;
    struct { long kind; char text[4]; } message = {1, "abc"};
    NEED((id = msgget(IPC_PRIVATE, IPC_CREAT | 0600)) >= 0 && msgsnd(id, &message, 4, 0) == 0);
    NEED(msgrcv(id, &message, 4, 0, 0) == 4 && msgctl(id, IPC_RMID, NULL) == 0);
    return 0;
}
OP(message_queue) {
    char name[64], got[64];
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 64};
    snprintf(name, sizeof name, "/everyday-%d-%ld", getpid(), random());
    mqd_t queue = mq_open(name, O_CREAT | O_RDWR, 0600, &attributes);
    NEED(queue != (mqd_t)-1 && mq_send(queue, "x", 1, 0) == 0 && mq_receive(queue, got, sizeof got, NULL) == 1);
    NEED(mq_close(queue) == 0 && mq_unlink(name) == 0);
    return 0;
}

/* ---- processes ---- */
OP(fork_and_wait) {
    pid_t child;
    NEED((child = fork()) >= 0);
    if (child == 0) _exit(7);
    NEED(code_of(child) == 7);
    return 0;
}
#ifdef SYS_fork
OP(fork_old) {
    long child = syscall(SYS_fork);
    NEED(child >= 0);
    if (child == 0) _exit(9);
    NEED(code_of((pid_t)child) == 9);
    return 0;
}
#endif
OP(vfork_and_execute) {
    char *words[] = {"sh", "-c", "exit 5", NULL};
    pid_t child = vfork();
    if (child == 0) { execve("/bin/sh", words, environ); _exit(127); }
    NEED(code_of(child) == 5);
    return 0;
}
OP(spawn) {
    char *words[] = {"sh", "-c", "exit 6", NULL};
    pid_t child;
    NEED(posix_spawnp(&child, "sh", NULL, NULL, words, environ) == 0 && code_of(child) == 6);
    return 0;
}
OP(shell) {
    char line[64] = {0};
    NEED(system("exit 3") == 3 << 8);
    FILE *stream = popen("echo a | tr a b", "r");
    NEED(stream != NULL && fgets(line, sizeof line, stream) && strcmp(line, "b\n") == 0 && pclose(stream) == 0);
    return 0;
}
OP(execute_by_descriptor) {
    char *words[] = {"sh", "-c", "exit 8", NULL};
    pid_t child = fork();
    if (child == 0) { int fd = open("/bin/sh", O_RDONLY); fexecve(fd, words, environ); _exit(127); }
    NEED(code_of(child) == 8);
    return 0;
}
OP(execute_what_it_has_made) {
    NEED(make("tool", "#!/bin/sh\nexit 11\n") == 0 && chmod("tool", 0755) == 0);
    NEED(system("./tool") == 11 << 8);
    return 0;
}
OP(wait_for_any) {
    siginfo_t got;
    pid_t child = fork();
    if (child == 0) _exit(4);
    NEED(child > 0 && waitid(P_PID, (id_t)child, &got, WEXITED | WNOWAIT) == 0 && got.si_status == 4);
    struct rusage usage;
    int status;
    NEED(wait4(-1, &status, 0, &usage) == child && wait(NULL) == -1 && errno == ECHILD);
    return 0;
}
OP(process_descriptor) {
    pid_t child = fork();
    int fd;
    siginfo_t got = {0};
    if (child == 0) { pause(); _exit(0); }
    NEED(child > 0 && (fd = (int)syscall(SYS_pidfd_open, child, 0)) >= 0);
    NEED(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) == 0);
    struct pollfd watched = {fd, POLLIN, 0};
    NEED(poll(&watched, 1, 5000) == 1 && waitid(P_PIDFD, (id_t)fd, &got, WEXITED) == 0 && got.si_status == SIGTERM);
    close(fd);
    return 0;
}
OP(group_ended) {
    int status;
    pid_t child = fork();
    if (child == 0) { setpgid(0, 0); fork(); for (;;) pause(); }
    NEED(child > 0);
    setpgid(child, child);
    NEED(getpgid(child) == child && kill(-child, SIGKILL) == 0 && waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
    return 0;
}
OP(children_signal) {
    rung = 0;
    struct sigaction action = {.sa_handler = ring, .sa_flags = SA_RESTART};
    NEED(sigaction(SIGCHLD, &action, NULL) == 0);
    pid_t child = fork();
    if (child == 0) _exit(0);
    NEED(code_of(child) == 0 && rung == SIGCHLD);
    signal(SIGCHLD, SIG_DFL);
    return 0;
}
OP(background_service) {
    int ends[2];
    pid_t session = 0;
    NEED(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        if (setsid() < 0 || fork() != 0) _exit(0);
        pid_t mine = getsid(0);
        _exit(write(ends[1], &mine, sizeof mine) != sizeof mine);
    }
    NEED(code_of(child) == 0 && read(ends[0], &session, sizeof session) == sizeof session && session == child);
    close(ends[0]), close(ends[1]);
    return 0;
}
OP(orphans_adopted) {
    NEED(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    pid_t child = fork(), adopted;
    if (child == 0) { if (fork() == 0) { usleep(20000); _exit(3); } _exit(0); }
    NEED(code_of(child) == 0);
    int status;
    NEED((adopted = wait(&status)) > 0 && WEXITSTATUS(status) == 3 && prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
    return 0;
}
OP(dies_with_its_parent) {
    pid_t child = fork();
    if (child == 0) _exit(prctl(PR_SET_PDEATHSIG, SIGKILL) != 0);
    NEED(code_of(child) == 0);
    return 0;
}
OP(memory_between_processes) {
    pthread_mutexattr_t attributes;
    struct { pthread_mutex_t mutex; int count; } *shared =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(shared != MAP_FAILED && pthread_mutexattr_init(&attributes) == 0);
    NEED(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
    NEED(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0 && pthread_mutex_init(&shared->mutex, &attributes) == 0);
    pid_t child = fork();
    if (child == 0) { pthread_mutex_lock(&shared->mutex); shared->count++; _exit(0); }
    NEED(code_of(child) == 0 && pthread_mutex_lock(&shared->mutex) == EOWNERDEAD && shared->count == 1);
    return 0;
}
OP(lock_between_processes) {
    int fd;
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    NEED(make("a", "1") == 0 && (fd = open("a", O_RDWR)) >= 0 && fcntl(fd, F_SETLK, &range) == 0);
    pid_t child = fork();
    if (child == 0) _exit(fcntl(fd, F_SETLK, &range) == -1 && (errno == EAGAIN || errno == EACCES) ? 0 : 1);
    NEED(code_of(child) == 0 && close(fd) == 0);
    return 0;
}
OP(own_process_in_proc_of_a_child) {
    pid_t child = fork();
    if (child == 0) { int fd = open("/proc/self/status", O_RDONLY); _exit(fd < 0 ? errno : 0); }
    int code = code_of(child);
    errno = code;
    if (code != 0) return fail(__LINE__, "open in the child");
    return 0;
}

struct operation { const char *name; int (*run)(void); };
#define ROW(name) {#name, name}
static const struct operation OPERATIONS[] = {
#ifdef SYS_open
    ROW(open_old), ROW(creat_old), ROW(mkdir_old), ROW(rmdir_old), ROW(rename_old), ROW(rename_across_old),
    ROW(unlink_old), ROW(link_old), ROW(symlink_old), ROW(chmod_old), ROW(chown_old), ROW(access_old),
    ROW(stat_old), ROW(utime_old), ROW(utimes_old), ROW(getdents_old), ROW(mknod_old), ROW(pipe_old),
    ROW(poll_old), ROW(epoll_old), ROW(eventfd_old), ROW(time_old), ROW(alarm_pause_old), ROW(getpgrp_old),
#endif
    ROW(openat_new), ROW(openat2_new), ROW(mkdirat_new), ROW(unlinkat_new), ROW(renameat_new),
    ROW(renameat2_noreplace), ROW(renameat2_exchange), ROW(linkat_new), ROW(link_across), ROW(symlinkat_new),
    ROW(fchmodat_new), ROW(fchownat_new), ROW(faccessat_new), ROW(utimensat_new), ROW(statx_new), ROW(readdir_new),
    ROW(mknodat_fifo), ROW(seek_pread_pwrite), ROW(vectors), ROW(append_and_exclusive), ROW(truncate_both),
    ROW(allocate), ROW(synchronise), ROW(temporary_file), ROW(temporary_folder), ROW(home_folder),
    ROW(working_folder), ROW(mask), ROW(file_system), ROW(copy_range), ROW(send_file), ROW(splice_tee),
    ROW(attributes), ROW(lock_whole), ROW(lock_range), ROW(descriptors), ROW(watch_folder),
    ROW(asynchronous_input), ROW(readable_count), ROW(pipe_size), ROW(devices), ROW(standard_streams_by_path),
    ROW(map_anonymous), ROW(map_file), ROW(code_made_at_run_time), ROW(memory_file), ROW(memory_much),
    ROW(memory_shared_by_name), ROW(semaphore_by_name), ROW(barrier_in_memory),
    ROW(poll_new), ROW(epoll_new), ROW(timer_descriptor), ROW(signal_descriptor), ROW(signal_to_itself),
    ROW(signal_queued), ROW(fault_handled_on_another_stack), ROW(interval_timer), ROW(timer_of_posix), ROW(clocks),
    ROW(threads), ROW(thread_cancelled), ROW(thread_names_another),
    ROW(thread_with_a_stack_of_its_size), ROW(scheduling),
    ROW(identity), ROW(machine), ROW(usage_and_limits), ROW(randomness), ROW(own_attributes),
    ROW(own_process_in_proc), ROW(machine_in_proc),
#ifndef STATIC
    ROW(user_by_number), ROW(names_of_this_machine),
#endif
    ROW(local_pair), ROW(local_pair_of_datagrams), ROW(descriptor_passed), ROW(tcp_on_own_loopback), ROW(tcp6_on_own_loopback),
    ROW(udp_on_own_loopback), ROW(interfaces), ROW(local_socket_by_path), ROW(terminal_of_its_own),
    ROW(system_v_memory), ROW(system_v_semaphore), ROW(system_v_messages), ROW(message_queue),
    ROW(local_time),
#ifdef SYS_fork
    ROW(fork_old),
#endif
    ROW(fork_and_wait), ROW(vfork_and_execute), ROW(spawn), ROW(shell), ROW(execute_by_descriptor),
    ROW(execute_what_it_has_made), ROW(wait_for_any), ROW(process_descriptor), ROW(group_ended),
    ROW(children_signal), ROW(background_service), ROW(orphans_adopted), ROW(dies_with_its_parent),
    ROW(memory_between_processes), ROW(lock_between_processes), ROW(own_process_in_proc_of_a_child),
};

static int chosen(const char *name, int count, char **names) {
    for (int i = 0; i < count; i++) if (strcmp(names[i], name) == 0) return 1;
    return count == 0;
}

int main(int count, char **words) {
    if (count < 2) return 2;
    srandom((unsigned)(time(NULL) ^ getpid()));
    setvbuf(stdout, NULL, _IOLBF, 0);
    umask(022);
    for (unsigned i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++) {
        const struct operation *operation = &OPERATIONS[i];
        if (!chosen(operation->name, count - 2, words + 2)) continue;
        char folder[PATH_MAX];
        snprintf(folder, sizeof folder, "%s/%s", words[1], operation->name);
        if (mkdir(folder, 0755) != 0 || chdir(folder) != 0) {
            printf("FAILED %s: its folder: %s\n", operation->name, strerror(errno));
            continue;
        }
        if (operation->run() == 0) printf("ok %s\n", operation->name);
        else printf("FAILED %s: %s\n", operation->name, failure);
    }
    return 0;
}
