/* A program that does not want to end, and programs that end in each of the ways there are.
 *
 * tree MARK stay         starts three more processes, of which one is a daemon in a session of its own and one has stopped itself;
 *                        all ignore every signal that can be ignored. Answers each line with the same line; ignores the end
 *                        of its input.
 * tree MARK leave CODE   starts the same, says `ready`, and ends with the code while they stay.
 * tree MARK copy         answers each line with the same line, and ends with its input.
 * tree MARK exit CODE    ends with the code.
 * tree MARK signal N     ends itself by the signal.
 * tree MARK forbidden    makes a system call that ends whoever makes it.
 * tree MARK memory       takes memory without end.
 * tree MARK memories     has four processes take 24 MB each, and stays.
 *
 * MARK is there to be seen in the list of processes.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void for_ever(void) { for (;;) pause(); }

static void ignore_all(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_IGN);
}

/* Starts the others. Where no process may be started there is only this one. */
static void grow(void) {
    if (fork() == 0) for_ever();
    pid_t middle = fork();
    if (middle == 0) {
        setsid();
        if (fork() != 0) _exit(0);
        setsid();
        if (chdir("/") == 0) for_ever();
    }
    if (fork() == 0) { raise(SIGSTOP); for_ever(); }
    if (middle > 0) waitpid(middle, NULL, 0);
}

/* Answers lines until there are no more. */
static void answer(void) {
    char line[256];
    ssize_t length;
    while ((length = read(0, line, sizeof line)) > 0) if (write(1, line, (size_t)length) != length) return;
}

static void take(size_t size) {
    /* Without this the compiler sees that nobody reads it. */
    volatile char *at = malloc(size);
    if (at == NULL) abort();
    for (size_t i = 0; i < size; i += 4096) at[i] = 1;
}

int main(int count, char **words) {
    const char *what = count > 2 ? words[2] : "";
    int number = count > 3 ? atoi(words[3]) : 0;
    if (strcmp(what, "stay") == 0) {
        ignore_all(), grow(), answer(), for_ever();
    } else if (strcmp(what, "leave") == 0) {
        ignore_all(), grow();
        return write(1, "ready\n", 6) == 6 ? number : 1;
    } else if (strcmp(what, "copy") == 0) {
        answer();
        return 0;
    } else if (strcmp(what, "exit") == 0) {
        return number;
    } else if (strcmp(what, "signal") == 0) {
        kill(getpid(), number);
        pause();
    } else if (strcmp(what, "forbidden") == 0) {
        syscall(SYS_swapoff, "/nowhere");
        return 0;
    } else if (strcmp(what, "memory") == 0) {
        for (;;) take(8 << 20), usleep(2000);
    } else if (strcmp(what, "memories") == 0) {
        for (int i = 0; i < 4; i++) if (fork() == 0) take(24 << 20), for_ever();
        for_ever();
    }
    return 2;
}
