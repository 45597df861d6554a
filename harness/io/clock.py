"""The real clock and real ids: what `harness.clock` leaves open."""

from __future__ import annotations

import time
import uuid


class SystemClock:
    """Time as this machine tells it."""

    def monotonic_us(self) -> int:
        """Microseconds of `time.perf_counter_ns`; only differences mean anything."""
        return time.perf_counter_ns() // 1_000

    def utc_now(self) -> str:
        """The wall clock, RFC 3339 in UTC, whole seconds."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class RandomMint:
    """Ids from the operating system's randomness."""

    def new_id(self, prefix: str) -> str:
        """`prefix` and 32 hex digits."""
        return f"{prefix}{uuid.uuid4().hex}"
