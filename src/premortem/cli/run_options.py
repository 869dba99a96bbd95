"""Options of the commands of a run: each once, with its help."""

from pathlib import Path
from typing import Annotated, Literal

import typer

WithPdf = Annotated[bool, typer.Option("--pdf", help="Also as a tagged PDF, brief.pdf.")]
OnPaper = Annotated[Literal["a4", "letter"], typer.Option("--paper", help="Paper of the PDF.")]
OldRun = Annotated[Path | None, typer.Option("--compare", help="An older run folder: also report what changed since.")]
Weights = Annotated[
    str | None,
    typer.Option(
        "--weights", help="Weigh futures by what was known on this day, YYYY-MM-DD.", show_default="all counted alike"
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="What stands and what fell by what was known on this day, YYYY-MM-DD, and what to watch next.",
        show_default="the day of the case",
    ),
]
Policies = Annotated[
    list[str] | None,
    typer.Option("--policy", help="A policy, or a policy file (.toml); repeat for more.", show_default="all"),
]
Futures = Annotated[int, typer.Option("--futures", help="How many futures, the same under every policy.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same results, bit for bit.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Run folder.", show_default="out/")]
Resume = Annotated[bool, typer.Option("--resume", help="Continue a run that was stopped.")]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace", help="Overwrite a finished run in the same folder even if it is larger or has other policies."
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", help="Address of a Dask scheduler, or local:N for N workers here.", show_default="this process"
    ),
]
Only = Annotated[
    int | None, typer.Option("--only", help="Simulate this one future again and describe it; writes nothing.")
]
FixedForms = Annotated[
    list[str] | None,
    typer.Option(
        "--form",
        help="Fix one of the rival forms of the world, NAME=VALUE; repeat for more.",
        show_default="all drawn",
    ),
]
ReadingsFrom = Annotated[
    str,
    typer.Option(
        "--data",
        help="Readings: shipped, or made of what `premortem data pull` fetched besides.",
        metavar="shipped|pulled",
    ),
]
DeviceKind = Annotated[Literal["cpu", "gpu"], typer.Option("--device", help="Where futures are simulated.")]
StrictKnown = Annotated[
    bool,
    typer.Option("--strict-known", help="Refuse an input that cannot be proved known by the day of the case."),
]
