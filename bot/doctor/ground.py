"""What the bot stands on: settings, file modes, owners, free space."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.domain.health import Finding
from bot.settings import Settings, unknown_names
from bot.storage.database.sqlite_file import COMPANIONS

OTHERS = 0o077
OTHERS_WRITE = 0o022
SCARCE_BYTES = 1024**3
LITTLE_BYTES = 200 * 1024**2


def findings(settings: Settings, env_file: Path) -> Iterator[Finding]:
    """The settings, the files and the disk below them."""
    database = settings.database_file
    yield _settings(env_file)
    yield _files(env_file, database)
    if database is not None:
        yield disk(_existing(database.parent))


def disk(folder: Path, free_bytes: int | None = None) -> Finding:
    """Whether there is room to write; ``free_bytes`` instead of asking the system."""
    free = shutil.disk_usage(folder).free if free_bytes is None else free_bytes
    said = f"{free // 1024**2} MiB free below {folder}"
    if free < LITTLE_BYTES:
        return Finding.bad("disk", f"{said}: make room, or nothing can be stored soon")
    if free < SCARCE_BYTES:
        return Finding.look("disk", f"{said}: make room before it gets less")
    return Finding.fine("disk", said)


def _settings(env_file: Path) -> Finding:
    unknown = unknown_names(env_file)
    if unknown:
        return Finding.look("settings", f"{env_file} sets what is no setting: {', '.join(unknown)} (see .env.example)")
    return Finding.fine("settings", "complete")


def _files(env_file: Path, database: Path | None) -> Finding:
    faults = [*_env(env_file), *(_database(database) if database and database.exists() else ())]
    if faults:
        return Finding.bad("files", "; ".join(faults))
    if database and database.exists() and os.geteuid() != database.stat().st_uid:
        return Finding.look("files", "private; but run this as the user who runs the bot, who owns the database")
    return Finding.fine("files", "private" if database and database.exists() else "nothing that others could read")


def _env(path: Path) -> Iterator[str]:
    if path.is_file() and _mode(path) & OTHERS:
        yield f"{path} can be read by others: chmod 600 {path}"


def _database(path: Path) -> Iterator[str]:
    there = [file for file in (path.with_name(path.name + ending) for ending in COMPANIONS) if file.exists()]
    for file in there:
        if _mode(file) & OTHERS:
            yield f"{file} can be read by others: chmod 600 {file}"
    if _mode(path.parent) & OTHERS_WRITE and not path.parent.stat().st_mode & stat.S_ISVTX:
        yield f"{path.parent} can be changed by others: chmod 700 {path.parent}"
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        yield f"{path} lies on a disk that is mounted read-only: look why in the system's log"
    else:
        for file in (file for file in (*there, path.parent) if not os.access(file, os.W_OK)):
            yield f"{file} cannot be written by this user: chown it to the user who runs the bot"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)
