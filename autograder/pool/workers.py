"""The engines: one process after another in this one, local processes, or Dask. All give back what was sent them."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Protocol, TypeVar

from autograder.course import CourseError
from autograder.pool.stopping import Stop

Key = TypeVar("Key")
Task = tuple[Key, tuple[Any, ...]]  # what it is about, and the arguments

ATTEMPTS = 2  # a task that ends its worker so often is given up
STARTS = 3  # a worker that ends so often before its first task cannot be started
AHEAD = 2  # tasks at one worker: the one that it does, and the next
POLL_SECONDS = 0.2
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Lost:
    """In the place of a result: the worker died with this task, again and again."""

    reason: str


class Engine(Protocol):
    """Maps one function, given when it is made, over tasks. A context manager: leaving it ends what it started."""

    def results(self, tasks: Iterable[Task[Key]], stop: Stop) -> Iterator[tuple[Key, bytes | Lost]]:
        """Each task's key with its result, as they come. After a stop: what is finished already, and no more.

        What the function raises is raised here.
        """
        ...

    def __enter__(self) -> Any: ...

    def __exit__(self, *_: object) -> None: ...


class InThisProcess:
    """No pool: for one worker, or one submission. `close` is called at the end."""

    def __init__(self, function: Callable[..., bytes], close: Callable[[], None] = lambda: None) -> None:
        self._function, self._close = function, close

    def __enter__(self) -> InThisProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def results(self, tasks: Iterable[Task[Key]], stop: Stop) -> Iterator[tuple[Key, bytes | Lost]]:
        for key, arguments in tasks:
            if stop.asked:
                return
            try:
                with stop.at_once():
                    result = self._function(*arguments)
            except KeyboardInterrupt:
                return
            yield key, result


# --- local processes


@dataclass
class _Attempt(Generic[Key]):
    """A task, and how many workers have died with it."""

    key: Key
    arguments: tuple[Any, ...]
    deaths: int = 0


@dataclass
class _Lane(Generic[Key]):
    """A worker process in an executor of its own, and what it was given, in order."""

    executor: ProcessPoolExecutor
    process: BaseProcess
    ready: Future[None]
    given: deque[tuple[Future[bytes], _Attempt[Key]]] = field(default_factory=deque)


class LocalWorkers:
    """`count` processes of this machine, each the only one of its executor.

    So the death of one tells which task it was at, and costs no other worker anything.
    """

    def __init__(self, function: Callable[..., bytes], count: int, close: Callable[[], None] = lambda: None) -> None:
        """`close` is called in each worker at its orderly end."""
        self._function, self._close = function, close
        self._failed_starts = 0
        self._lanes: list[_Lane[Any]] = [self._start() for _ in range(count)]

    def __enter__(self) -> LocalWorkers:
        return self

    def __exit__(self, *problem: object) -> None:
        idle = [lane for lane in self._lanes if problem[0] is None and not lane.given]
        with contextlib.suppress(Exception):
            wait([lane.executor.submit(self._close) for lane in idle], timeout=10)
        for lane in self._lanes:
            _end(lane)

    def results(self, tasks: Iterable[Task[Key]], stop: Stop) -> Iterator[tuple[Key, bytes | Lost]]:
        fresh = (_Attempt(key, arguments) for key, arguments in tasks)
        again: deque[_Attempt[Key]] = deque()
        while True:
            self._fill(again, fresh)
            futures = [future for lane in self._lanes for future, _ in lane.given]
            if not futures:
                return
            wait(futures, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            found = list(self._collect(again))
            if stop.asked:
                yield from found
                return
            if found:
                self._fill(again, fresh)  # the workers go on while the caller stores
            yield from found
            if stop.asked:
                yield from self._collect(again)
                return

    def _fill(self, again: deque[_Attempt[Key]], fresh: Iterator[_Attempt[Key]]) -> None:
        for depth in range(1, AHEAD + 1):
            for lane in self._lanes:
                while len(lane.given) < depth:
                    attempt = again.popleft() if again else next(fresh, None)
                    if attempt is None:
                        return
                    try:
                        future = lane.executor.submit(self._function, *attempt.arguments)
                    except BrokenProcessPool as broken:  # it died while it had nothing to do, or is about to be noticed
                        future = Future()
                        future.set_exception(broken)
                    lane.given.append((future, attempt))

    def _collect(self, again: deque[_Attempt[Key]]) -> Iterator[tuple[Key, bytes | Lost]]:
        """What is done; dead workers are replaced, and their tasks put among those to do again."""
        for number, lane in enumerate(self._lanes):
            while lane.given and lane.given[0][0].done():
                future, attempt = lane.given[0]
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    lost = self._replace(number, again)
                    if lost is not None:
                        yield lost.key, Lost(f"The worker died {lost.deaths} times while it graded this.")
                    break
                lane.given.popleft()
                if error is not None:
                    raise error
                self._failed_starts = 0
                yield attempt.key, future.result()

    def _replace(self, number: int, again: deque[_Attempt[Key]]) -> _Attempt[Key] | None:
        """A new worker in the place of a dead one; the task that it was at, if that is given up now.

        It did its tasks in order, so it was at the first that is not done. Those behind it are innocent.
        """
        lane = self._lanes[number]
        _end(lane)
        attempts = [attempt for _, attempt in lane.given]
        guilty = attempts[0] if attempts else None
        started = lane.ready.done() and lane.ready.exception() is None
        self._failed_starts += not started
        if self._failed_starts >= STARTS:
            raise CourseError(
                "A worker process ends as soon as it is started. Is there enough memory? Try --workers 1."
            )
        self._lanes[number] = self._start()
        if guilty is not None and started:
            guilty.deaths += 1
        given_up = guilty is not None and guilty.deaths >= ATTEMPTS
        again.extendleft(reversed(attempts[1:] if given_up else attempts))
        return guilty if given_up else None

    def _start(self) -> _Lane[Any]:
        executor = ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(os.getpid(),)
        )
        before = set(multiprocessing.active_children())
        # The terminal's Ctrl-C goes to all processes; only the coordinator shall hear it, from the first moment.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            ready = executor.submit(_nothing)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        (process,) = set(multiprocessing.active_children()) - before
        return _Lane(executor, process, ready)


def _begin(coordinator: int) -> None:
    """In a new worker: Ctrl-C is the coordinator's business, and the worker dies with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    with contextlib.suppress(AttributeError, OSError):  # Linux
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != coordinator:
        os._exit(1)


def _nothing() -> None:
    """The first task of a worker: its end says that the worker runs."""


def _end(lane: _Lane[Any]) -> None:
    """Kill a worker, whose rooms die with it, and forget its executor."""
    with contextlib.suppress(ValueError, OSError):
        lane.process.kill()
    lane.executor.shutdown(wait=True, cancel_futures=True)


# --- Dask


class DaskWorkers:
    """The workers of a Dask scheduler. They may come and go: Dask gives a dead one's tasks to another."""

    def __init__(self, function: Callable[..., bytes], address: str, close: Callable[[], None] = lambda: None) -> None:
        """`close` is called on each worker at the end."""
        try:
            import distributed
        except ImportError:
            raise CourseError("--scheduler needs Dask. Install it: pip install 'convkit[dask]'") from None
        self._function, self._close = function, close
        self._killed: type[BaseException] = distributed.KilledWorker
        try:
            self._client = distributed.Client(address, timeout=10, set_as_default=False, name="autograder")
        except (OSError, ValueError, TypeError) as error:
            raise CourseError(f"No Dask scheduler answers at {address}: {error}. Start one: dask scheduler") from None
        self._executor = self._client.get_executor(pure=False)
        self._counted = (0.0, 0)

    def __enter__(self) -> DaskWorkers:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            self._client.run(self._close, on_error="ignore")
        with contextlib.suppress(Exception):
            self._executor.shutdown(wait=False)
            self._client.close(timeout=5)

    def results(self, tasks: Iterable[Task[Key]], stop: Stop) -> Iterator[tuple[Key, bytes | Lost]]:
        fresh = (_Attempt(key, arguments) for key, arguments in tasks)
        running: dict[Future[bytes], _Attempt[Key]] = {}
        again: deque[_Attempt[Key]] = deque()
        try:
            while not stop.asked:
                self._fill(running, again, fresh)
                if not running:
                    return
                done, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
                found = [(running.pop(future), future) for future in done]
                yield from self._read(found, again)
            yield from self._read([(a, f) for f, a in running.items() if f.done() and not f.cancelled()], again)
        finally:
            for future in running:
                future.cancel()

    def _fill(
        self, running: dict[Future[bytes], _Attempt[Key]], again: deque[_Attempt[Key]], fresh: Iterator[_Attempt[Key]]
    ) -> None:
        while len(running) < max(1, AHEAD * self._threads()):
            attempt = again.popleft() if again else next(fresh, None)
            if attempt is None:
                return
            running[self._executor.submit(self._function, *attempt.arguments)] = attempt

    def _threads(self) -> int:
        """How many tasks the workers do at once; asked once a second, since workers join and leave."""
        if time.monotonic() - self._counted[0] > 1:
            try:
                self._counted = (time.monotonic(), sum(self._client.nthreads().values()))
            except Exception as error:  # whatever Dask raises when the line is cut
                raise _gone() from error
        return self._counted[1]

    def _read(
        self, found: list[tuple[_Attempt[Key], Future[bytes]]], again: deque[_Attempt[Key]]
    ) -> Iterator[tuple[Key, bytes | Lost]]:
        for attempt, future in found:
            try:
                yield attempt.key, future.result()
            except self._killed as error:
                attempt.deaths += 1
                if attempt.deaths >= ATTEMPTS:
                    yield attempt.key, Lost(f"Dask gave it up: {error}")
                else:
                    again.append(attempt)
            except CancelledError as error:
                raise _gone() from error


def _gone() -> CourseError:
    return CourseError("The Dask scheduler is gone. What was graded is stored: run the same command again.")
