"""``make dashboards-preview``: pictures of every dashboard, as Grafana would show it to a municipality.

Draws each panel with Grafana's own packages, from the database of the demo and from a year with gaps.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dashboards.build import DASHBOARDS
from sensors.db import connect
from sensors.processes import ProcessError
from tests.preview.choices import UnknownChoiceError
from tests.preview.databases import DATABASES
from tests.preview.drawing_data import drawing_data
from tests.preview.pictures import Drawing, PreviewError, build_drawing, running_browser
from tests.preview.scenes import Scene, scenes_of

DASHBOARD_ROLE = "lantaarn_dashboard"
WIDTHS = (1600, 1000)
"""Pixels: a screen on a desk, and half of it or a tablet."""
LIMITS = "set statement_timeout = '10s'; set default_transaction_read_only = on; set jit = off"
"""The settings of Grafana's login role, which a change of role does not bring."""


@click.command(epilog="Example: make dashboards-preview ARGS='--dashboard air_quality --database year'")
@click.option(
    "--dashboard",
    "dashboards",
    multiple=True,
    type=click.Choice([each.name for each in DASHBOARDS]),
    help="Draw only this one; may be repeated.",
)
@click.option(
    "--database", "databases", multiple=True, type=click.Choice(list(DATABASES)), help="Draw only from this one."
)
@click.option(
    "--width", "widths", multiple=True, type=click.IntRange(300), help="Pixels of the screen.  [default: 1600, 1000]"
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/dashboards-preview"),
    show_default=True,
    help="Where to write.",
)
def main(dashboards: tuple[str, ...], databases: tuple[str, ...], widths: tuple[int, ...], folder: Path) -> None:
    """Draw the dashboards as Grafana would, and write a picture of each to FOLDER/DATABASE.

    The first run fills the databases, which takes minutes.
    """
    pictures = [(scene, width) for scene in scenes_of(frozenset(dashboards)) for width in widths or WIDTHS]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with (
            TemporaryDirectory(prefix="lantaarn-preview-") as bundle,
            Progress(*columns) as progress,
            running_browser() as browser,
        ):
            build_drawing(Path(bundle))
            for name in databases or DATABASES:
                with DATABASES[name](folder.absolute() / f"{name}-database", progress) as url:
                    _draw_all(Drawing(browser, Path(bundle)), url, pictures, folder / name, progress)
    except KeyboardInterrupt:
        sys.exit(130)
    except (PreviewError, ProcessError, UnknownChoiceError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The pictures are in {folder}.")


def _draw_all(drawing: Drawing, url: str, pictures: list[tuple[Scene, int]], folder: Path, progress: Progress) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with connect(url, role=DASHBOARD_ROLE) as db:
        db.execute(LIMITS)
        for scene, width in progress.track(pictures, description=f"pictures of {folder.name}"):
            data = drawing_data(db, scene, width, datetime.now(UTC))
            path = folder / f"{scene.file_name}-{width}.png"
            for failure in drawing.take_picture(data, path):
                progress.console.print(f"{path.name}: {failure}", style="red", markup=False, highlight=False)


if __name__ == "__main__":
    main()
