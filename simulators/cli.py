"""The sub-commands of the simulators: ``simulate``, ``demo``, ``servers`` and ``leakcheck``."""

import signal
import sys

import click

from sensors.settings.simulators import DemoSettings, ServersSettings, SimulateSettings

DAYS_RANGE = click.IntRange(0, 366)


def _end_at_once_on_ctrl_c() -> None:
    """Until a program listens to signals itself: an import that Ctrl-C breaks off would tell it as an error."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@click.command(epilog="Example: MQTT_URL=mqtt://127.0.0.1:1883 lantaarn simulate --days 2")
@click.option("--days", type=DAYS_RANGE, default=0, show_default=True, help="How many days to play back before now.")
@click.option("--replay/--no-replay", default=True, show_default=True, help="Recorded series of real stations too.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same city.")
@click.option("--faults", type=click.FloatRange(0, 1), default=0.03, show_default=True, help="Share of faulty devices.")
@click.option("--register", is_flag=True, help="Only print the city's register, for lantaarn register import.")
def simulate(days: int, replay: bool, seed: int, faults: float, register: bool) -> None:
    """Be the city: publish what its devices would, until SIGTERM or Ctrl-C."""
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
@click.option("--duration", type=click.FloatRange(min=0), help="Stop after so many seconds of being up.")
@click.option("--days", type=DAYS_RANGE, default=2, show_default=True, help="How many days to play back before now.")
@click.option("--replay/--no-replay", default=True, show_default=True, help="Recorded series of real stations too.")
@click.option("--http-port", type=click.IntRange(1, 65535), help="Port of the web pages.  [default: 8000 if free]")
def demo(duration: float | None, days: int, replay: bool, http_port: int | None) -> None:
    """The whole city on this machine: database, broker, ingest, register and simulated devices.

    Everything it makes is in the folder .lantaarn here. DATABASE_URL and MQTT_URL use servers that exist.
    """
    _end_at_once_on_ctrl_c()
    from simulators.embedded.demo import CityOptions, run_demo  # noqa: PLC0415

    run_demo(DemoSettings.load(), CityOptions(days=days, replay=replay), http_port=http_port, duration=duration)


@click.command(epilog="Example: lantaarn servers")
def servers() -> None:
    """PostgreSQL and an MQTT broker on this machine, for a register of your own, until SIGTERM or Ctrl-C.

    Everything they keep is in the folder .lantaarn here; the file .lantaarn/environment tells the other programs where
    they are. With MQTT_URL set there is PostgreSQL only. See docs/operations/install.md.
    """
    _end_at_once_on_ctrl_c()
    from simulators.embedded.servers import run_servers  # noqa: PLC0415

    run_servers(ServersSettings.load())


@click.command(epilog="Example: lantaarn leakcheck --canaries 5000")
@click.option("--canaries", type=click.IntRange(min=1), default=5000, show_default=True, help="How many identifiers.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same identifiers.")
@click.option("--keep", is_flag=True, help="Keep all that was searched, to look at it.")
def leakcheck(canaries: int, seed: int, keep: bool) -> None:
    """Send identifiers in every way, let programs crash, and search for them in everything that rests anywhere.

    It starts servers of its own, in a temporary folder. Exit code 1 when an identifier is found, 2 when one that was
    put on purpose is not.
    """
    _end_at_once_on_ctrl_c()
    from simulators.leakcheck.command import run_leakcheck  # noqa: PLC0415

    sys.exit(run_leakcheck(canaries, seed, keep=keep))
