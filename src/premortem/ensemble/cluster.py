"""Parts made by Dask workers: `local:N` starts N on this machine, an address joins a cluster that is running.

Only names and checksums pass through the scheduler: workers write into the run folder, which all must share. What a
part
needs is sent to each worker once, as it joins; a worker that dies costs the part it was making.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from distributed import Client, LocalCluster, WorkerPlugin, as_completed

from premortem.ensemble.part import Made, Spec, make
from premortem.errors import BadInput

LOCAL = "local:"
# Workers that may die over one part before the run gives up, and seconds to wait for a scheduler and a first worker.
DEATHS, PATIENCE = 5, 30

_SPECS: dict[str, Spec] = {}


class _Brief(WorkerPlugin):
    """Hands each worker what the parts of a run follow from; the scheduler gives it to those that join later too."""

    def __init__(self, spec: Spec) -> None:
        self.spec, self.name = spec, f"premortem-{spec.key}"

    def setup(self, worker: Any) -> None:
        """Keep the specification in the worker's process."""
        _SPECS[self.spec.key] = self.spec


def make_part(key: str, part: int, missing: list[str]) -> Made:
    """A worker's task: make a part of a run that it was briefed on."""
    return make(_SPECS[key], part, missing)


def parts(spec: Spec, todo: Iterable[tuple[int, list[str]]], address: str) -> Iterator[Made]:
    """Parts as workers finish them. Raises `BadInput` where no scheduler or no worker answers."""
    with _client(address) as client:
        client.register_plugin(_Brief(spec))
        waiting = iter(todo)

        def submit(part: int, missing: list[str]) -> Any:
            # a part that lacks nothing is answered by any worker at once
            return client.submit(make_part, spec.key, part, missing, pure=False, retries=DEATHS)

        yield submit(*next(waiting)).result()  # the first part lays the bins that all others count in
        yield from _as_they_come(client, waiting, submit)


def _as_they_come(
    client: Client, waiting: Iterator[tuple[int, list[str]]], submit: Callable[..., Any]
) -> Iterator[Made]:
    """Results as they come, with four parts a thread under way: a billion futures are not queued at once."""
    under_way = as_completed()
    for part, missing in waiting:
        under_way.add(submit(part, missing))
        if under_way.count() >= 4 * sum(client.nthreads().values()):
            yield next(under_way).result()
    for future in under_way:
        yield future.result()


@contextmanager
def _client(address: str) -> Iterator[Client]:
    if not address.startswith(LOCAL):
        with _reached(address) as client:
            yield client
        return
    count = address.removeprefix(LOCAL)
    if not count.isdigit() or not 1 <= int(count) <= 1024:
        raise BadInput(
            "command line", "--cluster", "is no number of workers", got=address, allowed="local:1 to local:1024"
        )
    with (
        LocalCluster(n_workers=int(count), threads_per_worker=1, dashboard_address=None) as workers,
        Client(workers) as client,
    ):
        yield client


@contextmanager
def _reached(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=PATIENCE)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadInput(
            "command line",
            "--cluster",
            f"no scheduler with workers answers at {address}",
            got=address,
            allowed="tcp://HOST:PORT of a Dask scheduler, or local:N",
            hint="see docs/cluster.md",
        ) from error
    with client:
        yield client
