/* Lets brokers die, and looks at what they leave behind.
 *
 * ending SIGNAL CYCLES LATEST_US SEED BROKER [WORDS]...
 *
 * Each cycle starts the broker with pipes as its input and output, says a line to it, and at a random moment within
 * LATEST_US, of its start in one cycle and of its answer in the next, sends it the signal; with 0, its input is closed
 * instead, and with -1 nothing is done. The pipes stay open until
 * everything is over: nobody but the jail itself can end what is in it. Whatever loses its parent becomes a child of this
 * program, so there is nothing left when, and only when, this program has no children.
 *
 * Prints `cycles N answered N slowest N codes CODE...`, the slowest in microseconds from the signal to the end of the last
 * process, or `LEFT ...` and what was left.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const long PATIENCE_US = 5000000;

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void die(const char *what) {
    perror(what);
    exit(3);
}

/* Says which children there still are. */
static void tell_children(void) {
    char path[64], text[4096] = {0}, *rest = NULL;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    int fd = open(path, O_RDONLY);
    if (fd < 0 || read(fd, text, sizeof text - 1) < 0) return;
    close(fd);
    for (char *child = strtok_r(text, " ", &rest); child; child = strtok_r(NULL, " ", &rest)) {
        char line[256] = {0};
        snprintf(path, sizeof path, "/proc/%s/stat", child);
        if ((fd = open(path, O_RDONLY)) >= 0 && read(fd, line, 80) > 0) printf("LEFT process: %s\n", line);
        close(fd);
        kill(atoi(child), SIGKILL);
    }
}

/* Whether there is a scratch folder of this broker's. An older one is of another that had the same number before. */
static int left_folder(pid_t broker, time_t since) {
    char start[64];
    int found = 0;
    snprintf(start, sizeof start, "portcullis-%d-", broker);
    DIR *folder = opendir("/tmp");
    if (folder == NULL) die("/tmp");
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat one;
        if (strncmp(entry->d_name, start, strlen(start)) != 0) continue;
        found |= fstatat(dirfd(folder), entry->d_name, &one, AT_SYMLINK_NOFOLLOW) == 0 && one.st_ctim.tv_sec >= since;
    }
    closedir(folder);
    return found;
}

/* Waits until there are no children. The broker's status is noted. */
static int all_gone(long since, pid_t broker, int *broker_status) {
    sigset_t child_ended;
    sigemptyset(&child_ended), sigaddset(&child_ended, SIGCHLD);
    for (;;) {
        int status;
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended == broker) *broker_status = status;
        if (ended > 0) continue;
        if (ended < 0 && errno == ECHILD) return 1;
        long left = PATIENCE_US - (now() - since);
        if (left <= 0) return 0;
        struct timespec patience = {left / 1000000, left % 1000000 * 1000};
        sigtimedwait(&child_ended, NULL, &patience);
    }
}

/* Waits so long, or for the answer and then so long; whether there was an answer. */
static int listen_for(int fd, long until, long after_answer) {
    int answered = 0;
    for (long left; (left = until - now()) > 0;) {
        struct pollfd watched = {answered ? -1 : fd, POLLIN, 0};
        struct timespec patience = {left / 1000000, left % 1000000 * 1000};
        char got[64];
        if (ppoll(&watched, 1, &patience, NULL) == 1) {
            if (read(fd, got, sizeof got) <= 0) break;
            answered = 1;
            if (after_answer >= 0) until = now() + after_answer;
        }
    }
    return answered;
}

/* Sends the signal until the broker has died: handlers of some faults let the first one pass, for the fault to come again. */
static void send(pid_t broker, int signal_number) {
    siginfo_t ended = {0};
    for (int times = 0; times < 100 && ended.si_pid == 0; times++) {
        kill(broker, signal_number);
        if (signal_number != SIGSEGV && signal_number != SIGBUS) return;
        usleep(2000);
        waitid(P_PID, (id_t)broker, &ended, WEXITED | WNOHANG | WNOWAIT);
    }
}

static pid_t start(char **words, int input, int output) {
    pid_t broker = fork();
    if (broker < 0) die("fork");
    if (broker > 0) return broker;
    sigset_t none;
    sigemptyset(&none), sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(input, 0), dup2(output, 1);
    execv(words[0], words);
    _exit(126);
}

int main(int count, char **words) {
    if (count < 6) return 2;
    int signal_number = atoi(words[1]), cycles = atoi(words[2]);
    long latest = atol(words[3]), slowest = 0;
    int answered = 0, codes[256] = {0};
    srandom((unsigned)atoi(words[4]));
    signal(SIGPIPE, SIG_IGN);
    sigset_t child_ended;
    sigemptyset(&child_ended), sigaddset(&child_ended, SIGCHLD), sigprocmask(SIG_BLOCK, &child_ended, NULL);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) die("prctl");
    for (int cycle = 0; cycle < cycles; cycle++) {
        int input[2], output[2], status = 0;
        time_t started = time(NULL);
        if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) die("pipe");
        if (write(input[1], "hello\n", 6) != 6) die("write");
        pid_t broker = start(words + 5, input[0], output[1]);
        close(input[0]), close(output[1]);
        long moment = latest ? random() % latest : 0;
        if (latest && cycle % 2 == 0) answered += listen_for(output[0], now() + moment, -1);
        if (latest && cycle % 2 == 1) answered += listen_for(output[0], now() + PATIENCE_US, moment / 8);
        long since = now();
        if (signal_number > 0) send(broker, signal_number);
        if (signal_number == 0) close(input[1]);
        int gone = all_gone(since, broker, &status);
        long took = now() - since;
        if (took > slowest) slowest = took;
        if (!gone) {
            printf("LEFT after %ld us in cycle %d, the signal after %ld us\n", took, cycle, moment);
            tell_children();
            return 1;
        }
        if (left_folder(broker, started)) {
            printf("LEFT folder: of %d in cycle %d, the signal after %ld us\n", broker, cycle, moment);
            return 1;
        }
        if (signal_number != 0) close(input[1]);
        close(output[0]);
        codes[WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)]++;
    }
    printf("cycles %d answered %d slowest %ld codes", cycles, answered, slowest);
    for (int code = 0; code < 256; code++) if (codes[code]) printf(" %d", code);
    printf("\n");
    return 0;
}
