// Runs a command and says how long it took and how much memory it had at its peak.
//
//   measure FILE COMMAND [ARGUMENT…]
//
// Appends "MILLISECONDS KIBIBYTES" to FILE; ends with the command's exit code. The memory is the
// kernel's ru_maxrss of the command (VmHWM when it ended); of its children it is the largest one.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

int main(int count, char** arguments) {
    if (count < 3) {
        std::fputs("usage: measure FILE COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = fork();
    if (child == 0) {
        execvp(arguments[2], arguments + 2);
        std::perror(arguments[2]);
        _exit(127);
    }
    int status = 0;
    rusage usage{};
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        std::perror("measure");
        return 1;
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::FILE* out = std::fopen(arguments[1], "a");
    if (out == nullptr) {
        std::perror(arguments[1]);
        return 1;
    }
    std::fprintf(out, "%.1f %ld\n", took.count(), usage.ru_maxrss);
    std::fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
