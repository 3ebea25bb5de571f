/* Our threads take no signal of the host, and the host may call us from threads that block all of them. */
#include <dirent.h>

#include "host.h"

static pthread_t main_thread;
static int on_main, elsewhere;

static void on_signal(int signal)
{
    (void)signal;
    __atomic_add_fetch(pthread_equal(pthread_self(), main_thread) ? &on_main : &elsewhere, 1, __ATOMIC_SEQ_CST);
}

static void *work_with_all_blocked(void *arg)
{
    struct client client = connect_client();
    rbd_image_t image = create_and_open(client.io, "signals", 4 * MIB);
    char *data = malloc(MIB);
    memset(data, 7, MIB);
    for (int i = 0; i < 200; i++) {
        EQUAL(MIB, rbd_write(image, 0, MIB, data));
        rbd_image_spec_t images[8];
        size_t count = 8;
        EQUAL(0, rbd_list2(client.io, images, &count));
        rbd_image_spec_list_cleanup(images, count);
    }
    free(data);
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return arg;
}

/* All but the faults and what the runtime stops threads with. */
static void check_masks(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    int ours = 0;
    while ((entry = readdir(tasks))) {
        char path[300], line[256];
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == getpid())
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        FILE *file = fopen(path, "r");
        while (file && fgets(line, sizeof line, file))
            if (strncmp(line, "SigBlk:", 7) == 0) {
                unsigned long long mask = strtoull(line + 7, NULL, 16);
                int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGIO, SIGURG, SIGWINCH };
                for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
                    CHECK(mask >> (signals[i] - 1) & 1);
                ours++;
            }
        if (file)
            fclose(file);
    }
    closedir(tasks);
    CHECK(ours >= 2);
}

int main(void)
{
    pthread_t worker;
    sigset_t all, before;
    main_thread = pthread_self();
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGCHLD, &action, NULL);

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&worker, NULL, work_with_all_blocked, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    for (int i = 0; i < 100; i++) {
        kill(getpid(), SIGUSR1);
        kill(getpid(), SIGCHLD);
        usleep(1000);
    }
    pthread_join(worker, NULL);
    check_masks();
    CHECK(on_main > 0);
    EQUAL(0, elsewhere);
    return 0;
}
