"""The command ``lantaarn``: a table of lazily loaded sub-commands."""

from importlib import import_module
from typing import Any

import click

VERSION = "0.1.0"

COMMANDS = {
    "demo": "simulators.cli:demo",
    "servers": "simulators.cli:servers",
    "migrate": "sensors.db.cli:migrate",
    "register": "sensors.register.cli:register",
    "device": "sensors.devices.cli:device",
    "policy": "sensors.policy.cli:policy",
    "ingest": "ingest.cli:ingest",
    "serve": "api.cli:serve",
    "reports": "api.reports.cli:reports",
    "request": "api.officer.requests.cli:request",
    "dashboards": "dashboards.cli:dashboards",
    "simulate": "simulators.cli:simulate",
    "retention": "ingest.lifecycle.retention_cli:retention",
    "audit": "ingest.cli:audit",
    "erase": "ingest.lifecycle.cli:erase_",
    "backup": "ingest.lifecycle.cli:backup",
    "restore": "ingest.lifecycle.cli:restore",
    "staff-log": "sensors.staff.cli:staff_log",
    "doctor": "sensors.doctor.cli:doctor",
    "leakcheck": "simulators.cli:leakcheck",
}


SUBCOMMANDS = {
    "register": {
        "processing": "api.officer.exports.cli:processing",
        "dpia": "api.officer.exports.cli:dpia",
        "redact": "ingest.lifecycle.register.cli:redact",
    },
}
"""Commands of a group that need more than the group's own module may know."""


class LazyGroup(click.Group):
    """Loads sub-commands on demand, and reports known errors as a single line instead of a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command = _load(COMMANDS[cmd_name])
        if isinstance(command, click.Group):
            for name, where in SUBCOMMANDS.get(cmd_name, {}).items():
                command.add_command(_load(where), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            from sensors.errors import exit_code_of, message_for_user  # noqa: PLC0415 - keep this module fast to import

            message = message_for_user(error)
            if message is None:
                raise
            click.ClickException(message).show()
            raise click.exceptions.Exit(exit_code_of(error)) from error


def _load(where: str) -> click.Command:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


@click.group(cls=LazyGroup, epilog="Example: lantaarn demo", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="lantaarn")
def main() -> None:
    """A municipality's sensor data platform and public sensor register in one.

    Settings are read from the environment; lantaarn doctor shows them.
    """
    from sensors.hardening import harden_process  # noqa: PLC0415 - keep this module fast to import

    harden_process()


if __name__ == "__main__":
    main()
