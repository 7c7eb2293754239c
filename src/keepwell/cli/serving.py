"""How is the workbench opened in a browser?"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Final

import click

from keepwell.errors import KeepwellError

HOME: Final = "keepwell-home"
LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 (only compared with)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen on.")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="KEEPWELL_HOME",
    default=HOME,
    show_default=True,
    help="The folder that holds all that the site keeps (or KEEPWELL_HOME).",
)
def serve(host: str, port: int, home: Path) -> None:
    """Run the workbench for people to use in a browser, until Ctrl-C.

    Makes its home folder, brings its database up to date, and runs the web server and the workers together. By
    default only this computer can reach it.
    """
    settings_for(host, port, home)
    serve_site(host, port, home)


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Where to.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen on.")
@click.option("--anew", is_flag=True, help="Make it anew, also where one is there.")
@click.option("--no-serve", is_flag=True, help="Make it, and do not open it.")
@click.option("--report", "only_report", is_flag=True, help="Only a report as one page, without the workbench.")
def demo(folder: Path, port: int, anew: bool, no_serve: bool, only_report: bool) -> None:
    """Make up a health system and open the workbench on it. Nobody in it exists."""
    from keepwell import demonstration  # noqa: PLC0415 (charts take a second to load: only who draws waits)

    if only_report:
        report = demonstration.demonstrate(folder, click.echo)
        click.echo(f"Report: {report.resolve()}")
        return
    home = folder / "home"
    _settings_of_demo(home, port)
    if anew or not demonstration.is_made(folder):
        demonstration.make_room(folder)
        _web().demonstrate(home.absolute(), click.echo)
        demonstration.mark_made(folder)
    for line in _web().sign_ins():
        click.echo(line)
    if not no_serve:
        serve_site("127.0.0.1", port, home)


def _settings_of_demo(home: Path, port: int) -> None:
    """A demo has a database and a folder of mails of its own, whatever is set for a real site."""
    for name in [name for name in os.environ if name.startswith("KEEPWELL_")]:
        del os.environ[name]
    os.environ["KEEPWELL_DEMO"] = "yes"
    settings_for("127.0.0.1", port, home)


def settings_for(host: str, port: int, home: Path) -> None:
    """Set the environment of the site as the command says. What is set there already holds."""
    shown = f"[{host}]" if ":" in host else host
    os.environ["KEEPWELL_HOME"] = str(home.absolute())
    reached = "127.0.0.1" if host in EVERYWHERE else shown
    os.environ.setdefault("KEEPWELL_ADDRESS", f"http://{reached}:{port}")
    os.environ.setdefault("KEEPWELL_HOSTS", ",".join(dict.fromkeys((*LOCAL, reached))))


def serve_site(host: str, port: int, home: Path) -> None:
    """Run the site until it is told to end. Raises KeepwellError where the web is not installed."""
    _web().serve(home=home.absolute(), host=host, port=port, say=click.echo)


def _web() -> ModuleType:
    """What runs the site. Raises KeepwellError where it is not installed."""
    try:
        from keepwell.web.config import serving  # noqa: PLC0415 (the web is an extra)
    except ModuleNotFoundError as error:
        raise KeepwellError(
            "The workbench is not installed.",
            found=f"no module {error.name}",
            attempt="pip install 'keepwell[web]'",
        ) from None
    return serving
