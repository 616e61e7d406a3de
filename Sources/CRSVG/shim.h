#ifndef QUIETANZA_CRSVG_H
#define QUIETANZA_CRSVG_H

#include <librsvg/rsvg.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

/* glibc declares these two only for programs that ask for GNU's extensions, which Swift's import of C does not. */
extern int memfd_create(const char *name, unsigned int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/* A file in memory that child processes do not inherit by themselves; -1 if there is none. */
static inline int quietanza_memory_file(const char *name) { return memfd_create(name, 1U /* MFD_CLOEXEC */); }

static inline int quietanza_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

static inline bool quietanza_limit(int resource, rlim_t value) {
    struct rlimit limit = {value, value};
    return setrlimit(resource, &limit) == 0;
}

/* Bounds the time, the memory and the output of this process, and lets it open no more files. */
static inline bool quietanza_bound_process(
    unsigned int cpu_seconds, unsigned int wall_seconds, rlim_t data_bytes, rlim_t output_bytes) {
    alarm(wall_seconds);
    return quietanza_limit(RLIMIT_CPU, cpu_seconds) && quietanza_limit(RLIMIT_DATA, data_bytes) &&
           quietanza_limit(RLIMIT_FSIZE, output_bytes) && quietanza_limit(RLIMIT_CORE, 0) &&
           quietanza_limit(RLIMIT_NOFILE, 0);
}

#endif
