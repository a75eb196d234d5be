"""Sub-commands ``simulate``, ``demo``, ``servers`` and ``leakcheck``."""

import signal
import sys

import click

from sensors.settings.simulators import DemoSettings, ServersSettings, SimulateSettings

DAYS_RANGE = click.IntRange(0, 366)


def _end_at_once_on_ctrl_c() -> None:
    """Exit silently on Ctrl-C until the program installs its own handlers: an interrupted import prints a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@click.command(epilog="Example: MQTT_URL=mqtt://127.0.0.1:1883 lantaarn simulate --days 2")
@click.option("--days", type=DAYS_RANGE, default=0, show_default=True, help="Days of history to publish first.")
@click.option("--replay/--no-replay", default=True, show_default=True, help="Include recorded series of real stations.")
@click.option("--seed", default=1, show_default=True, help="Seed of the city; the same seed gives the same city.")
@click.option("--faults", type=click.FloatRange(0, 1), default=0.03, show_default=True, help="Share of faulty devices.")
@click.option("--register", is_flag=True, help="Print the city's register for lantaarn register import, and exit.")
def simulate(days: int, replay: bool, seed: int, faults: float, register: bool) -> None:
    """Publish the measurements of a simulated city, until SIGTERM or Ctrl-C."""
    _end_at_once_on_ctrl_c()
    if register:
        _print_register(seed)
        return
    from sensors import logs  # noqa: PLC0415 - each command loads only what it needs
    from simulators.simulate import run_simulation  # noqa: PLC0415

    settings = SimulateSettings.load(days=days, replay=replay, seed=seed, faults=faults)
    logs.configure_logging(settings.log_level)
    run_simulation(settings)


def _print_register(seed: int) -> None:
    from simulators.city.example_register import example_entries  # noqa: PLC0415 - each command loads only what it needs

    for entry in example_entries(seed):
        click.echo(entry.model_dump_json(exclude_none=True))


@click.command(epilog="Example: lantaarn demo --days 7 --duration 600")
@click.option("--duration", type=click.FloatRange(min=0), help="Stop this many seconds after everything is up.")
@click.option("--days", type=DAYS_RANGE, default=2, show_default=True, help="Days of history to publish first.")
@click.option("--replay/--no-replay", default=True, show_default=True, help="Include recorded series of real stations.")
@click.option("--http-port", type=click.IntRange(1, 65535), help="Port of the web server.  [default: 8000 if free]")
def demo(duration: float | None, days: int, replay: bool, http_port: int | None) -> None:
    """Run a whole city on this machine: database, broker, ingest, register and simulated devices.

    All data is kept in the folder .lantaarn. Set DATABASE_URL or MQTT_URL to use an existing server instead.
    """
    _end_at_once_on_ctrl_c()
    from simulators.embedded.demo import CityOptions, run_demo  # noqa: PLC0415

    run_demo(DemoSettings.load(), CityOptions(days=days, replay=replay), http_port=http_port, duration=duration)


@click.command(epilog="Example: lantaarn servers")
def servers() -> None:
    """Run PostgreSQL and an MQTT broker on this machine for a register of your own, until SIGTERM or Ctrl-C.

    All data is kept in the folder .lantaarn; the other programs read the addresses from .lantaarn/environment. With
    MQTT_URL set, only PostgreSQL is started. See docs/operations/install.md.
    """
    _end_at_once_on_ctrl_c()
    from simulators.embedded.servers import run_servers  # noqa: PLC0415

    run_servers(ServersSettings.load())


@click.command(epilog="Example: lantaarn leakcheck --canaries 5000")
@click.option("--canaries", type=click.IntRange(min=1), default=5000, show_default=True, help="Identifiers to plant.")
@click.option("--seed", default=1, show_default=True, help="Seed of the identifiers.")
@click.option("--keep", is_flag=True, help="Keep everything that was searched, for inspection.")
def leakcheck(canaries: int, seed: int, keep: bool) -> None:
    """Plant identifiers by every route, crash the programs, and search everything at rest for them.

    Runs its own servers in a temporary folder. Exits with 1 if an identifier is found, and with 2 if a positive
    control is not.
    """
    _end_at_once_on_ctrl_c()
    from simulators.leakcheck.command import run_leakcheck  # noqa: PLC0415

    sys.exit(run_leakcheck(canaries, seed, keep=keep))
