"""Flows of OpenStack's drivers, each ended by SIGKILL before every single call of Ceph's modules, in forked processes.

The code that uses this says what a flow does and what an operator, or OpenStack's next request, does after it.
"""

import itertools
import os
import signal
import subprocess
import traceback

STEPS_MAX = 60


def arm(step):
    """From here on, the step-th call of rbd ends this process."""
    import rbd

    calls = itertools.count(1)

    def count():
        if next(calls) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def counting(kind):
        class Counting(kind):
            def __init__(self, *arguments, **more):
                count()
                super().__init__(*arguments, **more)

            def __getattribute__(self, name):
                if not name.startswith("_"):
                    count()
                return super().__getattribute__(name)

        return Counting

    rbd.Image, rbd.RBD = counting(rbd.Image), counting(rbd.RBD)


def in_child(work, *arguments):
    """Runs work in a forked child; returns its status, a negative one for a signal."""
    child = os.fork()
    if not child:
        status = 1
        try:
            work(*arguments)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at_each_step(before, flow, after):
    """Returns how many steps the flow has. Each time: before, the flow up to a step, after; then nothing is left over."""
    def steps_of_flow(step):
        arm(step)
        flow()

    for step in range(1, STEPS_MAX):
        assert in_child(before) == 0, f"before, at step {step}"
        status = in_child(steps_of_flow, step)
        assert status in (0, -signal.SIGKILL), f"the flow ended with {status} at step {step}"
        assert in_child(after) == 0, f"after, at step {step}"
        checked = subprocess.run(["curverbd", "check"], capture_output=True, text=True)
        assert checked.returncode == 0, f"step {step}: {checked.stdout}{checked.stderr}"
        if status == 0:
            return step - 1
    raise AssertionError(f"the flow has more than {STEPS_MAX} steps")


def rbd(*words, check=True):
    return subprocess.run(["rbd", *words], capture_output=True, text=True, check=check).stdout


def remove_by_hand(pool):
    """What an operator does with what a crash left behind. All of it must work."""
    for image in rbd("ls", pool).split():
        for line in rbd("snap", "ls", f"{pool}/{image}").splitlines()[1:]:
            if "yes" in line.split()[4:5]:
                rbd("snap", "unprotect", f"{pool}/{image}@{line.split()[1]}")
        rbd("snap", "purge", "--no-progress", f"{pool}/{image}")
        rbd("rm", "--no-progress", f"{pool}/{image}")
