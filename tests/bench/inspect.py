"""How fast files are read: `python -m tests.bench.inspect`. MB/s beside SHA-256 and a bare loop over the records."""

import hashlib
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from gateway.claims.reader import CHUNK_BYTES, read

SAMPLE = Path(__file__).parents[2] / "configs" / "samples" / "RECEIPTC.UKE"
SIZES_MB = (25, 50, 100, 200)
REPEATS = 5
SMALL_REPEATS = 200
GOAL_MB_S = 20.0
GOAL_SMALL_MS = 5.0


def sample_times(size_mb: int) -> bytes:
    """The sample with its receipts repeated up to about `size_mb` MB."""
    header, receipts, trailer = _parts()
    return header + receipts * (size_mb * 1_000_000 // len(receipts)) + trailer


def chunks(content: bytes) -> Iterator[bytes]:
    """As a file is read."""
    for start in range(0, len(content), CHUNK_BYTES):
        yield content[start : start + CHUNK_BYTES]


def bare_loop(content: bytes) -> int:
    """The least any reader does: split into records and look at each one's id."""
    return sum(1 for chunk in chunks(content) for record in chunk.split(b"\r\n") if record[:2] == b"RE")


def sha256(content: bytes) -> str:
    """What the relay does with every file anyway."""
    digest = hashlib.sha256()
    for chunk in chunks(content):
        digest.update(chunk)
    return digest.hexdigest()


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    content = sample_times(SIZES_MB[0])
    speeds: dict[str, float] = {}
    works: tuple[tuple[str, Callable[[bytes], object]], ...] = (
        ("inspect", _inspect),
        ("sha256", sha256),
        ("record loop", bare_loop),
    )
    for name, work in works:
        speeds[name] = len(content) / 1e6 / _median_s(partial(work, content), REPEATS)
        print(f"{name:12} {speeds[name]:8.1f} MB/s")
    small = SAMPLE.read_bytes()
    small_ms = _median_s(partial(_inspect, small), SMALL_REPEATS) * 1000
    print(f"{len(small):,} bytes   {small_ms:8.2f} ms")
    print("size, seconds, seconds for each 100 MB:")
    for size in SIZES_MB:
        content = sample_times(size)
        seconds = _seconds(partial(_inspect, content))
        print(f"{len(content) / 1e6:8.0f} MB {seconds:8.2f} s {seconds / len(content) * 1e8:8.2f} s")
    print(f"goals: {GOAL_MB_S:.0f} MB/s, {GOAL_SMALL_MS:.0f} ms")
    return int(speeds["inspect"] < GOAL_MB_S or small_ms > GOAL_SMALL_MS)


def _inspect(content: bytes) -> object:
    return read(chunks(content))


def _median_s(work: Callable[[], object], times: int) -> float:
    return statistics.median(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _parts() -> tuple[bytes, bytes, bytes]:
    content = SAMPLE.read_bytes()
    first, last = content.index(b"RE,"), content.rindex(b"GO,")
    return content[:first], content[first:last], content[last:]


if __name__ == "__main__":
    sys.exit(main())
