/*
 * Linked into the native library in front of pthread_create. No thread of ours may take a signal that is meant for the host, whichever
 * thread of the host it is started from; faults stay open, for .NET turns them into exceptions. And stacks are small: a host that
 * limits its address space, or locks it all into memory, pays for the whole of each.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>

#define STACK_MAX (1024 * 1024)

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    pthread_attr_t small;
    size_t stack = 0;
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
    sigset_t blocked, before;
    if (attributes && pthread_attr_getstacksize(attributes, &stack) == 0 && stack > STACK_MAX) {
        small = *attributes;
        pthread_attr_setstacksize(&small, STACK_MAX);
        attributes = &small;
    }
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int result = __real_pthread_create(thread, attributes, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}
