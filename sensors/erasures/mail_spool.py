"""Mails about a report in the folder where they are written for want of a mail server."""

from pathlib import Path


def spool_files_about(folder: Path, number: int) -> list[Path]:
    """The files of mails about one report, by name."""
    return sorted(folder.glob(f"lantaarn-{number}-*.eml"))


def delete_spooled_mails_about(folder: Path, number: int) -> int:
    """Delete the mails about one report. Returns how many there were."""
    found = spool_files_about(folder, number)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
