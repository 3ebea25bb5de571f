/* pingpong REQUESTS: the bare round trip over loopback TCP between two processes, 4 KiB one way and 64 bytes back, as a 4 KiB
   write has it at least. Prints the median in microseconds. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { request_size = 4096 + 128, reply_size = 64 };

static void demand(int condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(1);
}

static void read_all(int fd, char *buffer, size_t size)
{
    while (size > 0) {
        ssize_t count = read(fd, buffer, size);
        if (count <= 0)
            exit(0);
        buffer += count;
        size -= (size_t)count;
    }
}

static void serve(int listener)
{
    static char buffer[request_size];
    int one = 1, fd = accept(listener, NULL, NULL);
    demand(fd >= 0, "accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (;;) {
        read_all(fd, buffer, request_size);
        demand(write(fd, buffer, reply_size) == reply_size, "write");
    }
}

static int compare(const void *left, const void *right)
{
    double l = *(const double *)left, r = *(const double *)right;
    return (l > r) - (l < r);
}

int main(int argc, char **argv)
{
    static char buffer[request_size];
    int count = argc > 1 ? atoi(argv[1]) : 20000, one = 1;
    double *times = calloc((size_t)count, sizeof *times);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);

    demand(count > 0 && times && listener >= 0 && fd >= 0, "pingpong");
    demand(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 1) == 0, "listen");
    demand(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");
    pid_t server = fork();
    demand(server >= 0, "fork");
    if (server == 0) {
        close(fd);
        serve(listener);
    }
    demand(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

    for (int i = 0; i < count; i++) {
        struct timespec begin, end;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        demand(write(fd, buffer, request_size) == request_size, "write");
        read_all(fd, buffer, reply_size);
        clock_gettime(CLOCK_MONOTONIC, &end);
        times[i] = (double)(end.tv_sec - begin.tv_sec) * 1e6 + (double)(end.tv_nsec - begin.tv_nsec) / 1e3;
    }
    close(fd);
    waitpid(server, NULL, 0);
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("%.1f\n", times[count / 2]);
    return 0;
}
