/* What the programs share: checks that say where they failed, and a connected client with a pool of its own. */
#ifndef HOST_H
#define HOST_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exports.h"
#include "types.h"

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno); \
            _exit(1); \
        } \
    } while (0)

#define EQUAL(expected, actual) \
    do { \
        long long wanted_ = (long long)(expected), found_ = (long long)(actual); \
        if (wanted_ != found_) { \
            fprintf(stderr, "%s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #actual, found_, wanted_); \
            _exit(1); \
        } \
    } while (0)

/* A refusal: the negative number, and errno for those who print that instead. */
#define REFUSED(error, call) \
    do { \
        errno = 0; \
        long long answer_ = (long long)(call); \
        int errno_ = errno; \
        if (answer_ != -(error) || errno_ != (error)) { \
            fprintf(stderr, "%s:%d: %s is %lld with errno %d, expected -%d\n", __FILE__, __LINE__, #call, answer_, errno_, (error)); \
            _exit(1); \
        } \
    } while (0)

#define MIB (1024 * 1024)

struct client {
    rados_t cluster;
    rados_ioctx_t io;
};

static inline rados_t connect_cluster(void)
{
    rados_t cluster;
    EQUAL(0, rados_create(&cluster, NULL));
    EQUAL(0, rados_conf_read_file(cluster, NULL));
    EQUAL(0, rados_connect(cluster));
    return cluster;
}

/* The driver made the pool; each program has a store to itself. */
static inline struct client connect_client(void)
{
    struct client client = { connect_cluster(), NULL };
    int r = rados_pool_create(client.cluster, "p");
    CHECK(r == 0 || r == -EEXIST);
    EQUAL(0, rados_ioctx_create(client.cluster, "p", &client.io));
    return client;
}

static inline void disconnect(struct client client)
{
    rados_ioctx_destroy(client.io);
    rados_shutdown(client.cluster);
}

static inline rbd_image_t create_and_open(rados_ioctx_t io, const char *name, uint64_t size)
{
    rbd_image_t image;
    int order = 0;
    EQUAL(0, rbd_create(io, name, size, &order));
    EQUAL(0, rbd_open(io, name, &image, NULL));
    return image;
}

static inline void fill(rbd_image_t image, uint64_t offset, size_t length, int value)
{
    char *data = malloc(length);
    memset(data, value, length);
    EQUAL(length, rbd_write(image, offset, length, data));
    free(data);
}

/* Every byte of the range is value. */
static inline void holds(rbd_image_t image, uint64_t offset, size_t length, int value)
{
    char *data = malloc(length);
    memset(data, ~value, length);
    EQUAL(length, rbd_read(image, offset, length, data));
    for (size_t i = 0; i < length; i++)
        if (data[i] != (char)value) {
            fprintf(stderr, "byte %zu after %llu is %d, expected %d\n", i, (unsigned long long)offset, data[i], value);
            _exit(1);
        }
    free(data);
}

/* A line "Name:\tnumber ..." of /proc/self/status. */
static inline long status_of(const char *name)
{
    char line[256];
    long value = -1;
    FILE *file = fopen("/proc/self/status", "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
            value = strtol(line + strlen(name) + 1, NULL, 10);
    fclose(file);
    return value;
}

static inline double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#endif
