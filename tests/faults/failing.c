/* Loaded before the C library: lets what is done with a database's files fail while a file says so.
 *
 * FAILING names that file. Each of its lines is a call and a number of errno, such as "fdatasync 5".
 * Calls on files whose names do not hold ".db" go their way: logs and pipes are not what fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is_of_database(int handle)
{
    char link[32], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length < 0)
        return 0;
    name[length] = 0;
    return strstr(name, ".db") != NULL;
}

static int fails(const char *call, int handle)
{
    const char *orders = getenv("FAILING");
    FILE *file = orders ? fopen(orders, "r") : NULL;
    if (!file)
        return 0;
    char named[32];
    int number, found = 0;
    while (fscanf(file, "%31s %d", named, &number) == 2)
        if (!strcmp(named, call) && is_of_database(handle))
            found = number;
    fclose(file);
    if (found)
        errno = found;
    return found;
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

int fsync(int handle)
{
    return fails("fsync", handle) ? -1 : REAL(fsync)(handle);
}

int fdatasync(int handle)
{
    return fails("fdatasync", handle) ? -1 : REAL(fdatasync)(handle);
}

ssize_t pwrite64(int handle, const void *content, size_t size, off64_t place)
{
    return fails("pwrite64", handle) ? -1 : REAL(pwrite64)(handle, content, size, place);
}
