"""Times: seconds since 1970 in C, datetime without a time zone in Python."""

from datetime import datetime, timezone


def utc(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)


def local(seconds):
    return datetime.fromtimestamp(seconds)
