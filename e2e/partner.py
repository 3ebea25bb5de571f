"""Another process with Ceph's bindings, told step by step what to do, so that tests with two clients need no luck."""

import contextlib
import json
import select
import signal
import time

# Ceph's clients are given up after 30 s without a sign of life.
GIVEN_UP_SECONDS_MAX = 45

LOOP = """
import json, sys
import rados, rbd
cluster = rados.Rados(conffile=''); cluster.connect()
ioctx = cluster.open_ioctx('rbd')
names = dict(globals())
for line in sys.stdin:
    try:
        names['result'] = None
        exec(json.loads(line), names)
        answer = {'result': names['result']}
    except BaseException as error:
        answer = {'error': type(error).__name__, 'message': str(error)}
    print(json.dumps(answer), flush=True)
"""


class Refused(Exception):
    """What the partner's code raised; the first argument is the name of its class."""


class Partner:
    def __init__(self, room):
        self._process = room.start("/usr/bin/python3", "-c", LOOP, stdin=-1, stdout=-1, text=True, bufsize=1)

    def begin(self, code):
        """Sends code that runs while the test goes on; get() waits for it."""
        self._process.stdin.write(json.dumps(code) + "\n")

    def get(self, timeout=60):
        assert select.select([self._process.stdout], [], [], timeout)[0], "the other process does not answer"
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"], answer["message"])
        return answer["result"]

    def do(self, code, timeout=60):
        """Runs code in the other process, returns what it assigned to result."""
        self.begin(code)
        return self.get(timeout)

    def refuses(self, code):
        """The name of the exception class that code ends with."""
        try:
            self.do(code)
        except Refused as refused:
            return refused.args[0]
        return None

    def pause(self):
        """Stops the process in the middle of whatever it does."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(30)
        finally:
            if self._process.poll() is None:
                self.kill()
        self._process.stdout.close()


@contextlib.contextmanager
def partner(room):
    made = Partner(room)
    try:
        yield made
    finally:
        made.stop()


def write_when_possible(image, data, offset):
    """The first write after an owner's death waits for it to be given up."""
    import rbd  # Not where tests run that have no such module.

    deadline = time.monotonic() + GIVEN_UP_SECONDS_MAX
    while True:
        try:
            return image.write(data, offset)
        except (rbd.ReadOnlyImage, rbd.Timeout):
            assert time.monotonic() < deadline, "a dead owner still holds the image"
            time.sleep(0.5)
