"""Can nobody be looked up, and can everybody still be linked next month?"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import logging
import traceback
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keepwell.errors import WorkspaceRefused
from keepwell.records.keys import PersonKey, default_key_file, person_key
from keepwell.records.workspace import Load, Workspace
from keepwell.sources import ReadOptions

SECRET = bytes(range(100, 132))


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    path = tmp_path / "elsewhere" / "person.key"
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(path))
    return path


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "workspace"


def refused(folder: Path, fingerprint: str | None = None) -> tuple[str, str]:
    """What is wrong and what was found; a refusal has three lines and never the secret."""
    with pytest.raises(WorkspaceRefused) as refusal:
        person_key(folder, fingerprint)
    wrong, found, attempt = str(refusal.value).splitlines()
    assert "KEEPWELL_KEY_FILE" in attempt
    assert not tells(str(refusal.value), SECRET)
    return wrong, found.removeprefix("  Found: ")


def spellings(secret: bytes) -> list[bytes]:
    """How a secret may be written down; half of one is too much already."""
    half = secret[:16]
    whole = [secret.hex().encode(), base64.b64encode(secret), repr(secret)[2:-1].encode(), repr(list(secret)).encode()]
    return [half, half.hex().encode(), half.hex().upper().encode(), base64.b64encode(half)[:20], *whole]


def tells(text: str | bytes, secret: bytes) -> bool:
    content = text if isinstance(text, bytes) else text.encode()
    return any(spelling in content for spelling in spellings(secret))


def test_the_key_is_made_at_first_use_for_its_owner_alone(key_file, folder):
    key = person_key(folder, None)
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert key_file.read_text("ascii") == f"{key.secret.hex()}\n"
    assert len(key.secret) == 32
    assert [path.name for path in key_file.parent.iterdir() if path.name != f".{key_file.name}.lock"] == ["person.key"]
    assert not folder.exists()


def test_the_key_stays_the_same(key_file, folder):
    key = person_key(folder, None)
    assert person_key(folder, None) == key
    assert person_key(folder, key.fingerprint) == key


def test_the_key_lies_in_the_home_folder_unless_named(monkeypatch):
    monkeypatch.delenv("KEEPWELL_KEY_FILE", raising=False)
    assert default_key_file() == Path.home() / ".config" / "keepwell" / "person.key"


@pytest.mark.parametrize("place", ["person.key", "parts/person.key", "../workspace/person.key", "../link/person.key"])
def test_a_key_inside_the_workspace_is_refused(folder, monkeypatch, place):
    folder.mkdir()
    (folder.parent / "link").symlink_to(folder)
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(folder / place))
    assert refused(folder)[0] == "The key must not lie in the workspace: whoever copies one would have both."
    assert list(folder.iterdir()) == []


def test_a_workspace_reached_by_a_link_does_not_take_a_key_inside_it_either(folder, monkeypatch):
    folder.mkdir()
    (folder.parent / "link").symlink_to(folder)
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(folder / "person.key"))
    assert refused(folder.parent / "link")[0].startswith("The key must not lie in the workspace")


def test_a_key_beside_the_workspace_with_a_like_name_is_taken(folder, monkeypatch):
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(folder.with_name("workspace-key")))
    assert person_key(folder, None).secret


def test_a_missing_key_is_not_made_anew_once_the_workspace_was_filled_with_one(key_file, folder):
    wrong, found = refused(folder, PersonKey(SECRET).fingerprint)
    assert wrong == "The key of this workspace is missing, so people could not be linked to earlier months."
    assert found == f"no file {key_file}"
    assert not key_file.exists()


def test_another_key_than_that_of_the_workspace_is_refused(key_file, folder):
    key_file.parent.mkdir()
    key_file.write_text(SECRET.hex())
    other = PersonKey(bytes(32)).fingerprint
    wrong, found = refused(folder, other)
    assert wrong.startswith("This is not the key that the workspace was filled with")
    assert found == f"key {PersonKey(SECRET).fingerprint}, the workspace holds {other}"


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\n",
        SECRET,
        SECRET.hex().encode()[:-2],
        SECRET.hex().encode() + b"00",
        b"x" * 64,
        b"\xff" * 64,
        SECRET.hex().encode().replace(b"6", b"\xc3\xa9"),
    ],
)
def test_a_file_that_holds_no_key_is_refused_and_left_alone(key_file, folder, garbage):
    key_file.parent.mkdir()
    key_file.write_bytes(garbage)
    wrong, found = refused(folder)
    assert wrong == "The key file does not hold a key."
    assert found == f"{key_file}, which is not 64 hexadecimal digits"
    assert key_file.read_bytes() == garbage


def test_a_key_file_that_cannot_be_read_or_made_is_refused_in_three_lines(tmp_path, folder, monkeypatch):
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(tmp_path))
    assert refused(folder)[0] == "The key file cannot be read."
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to(tmp_path / "none" / "none")
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(tmp_path / "file" / "person.key"))
    assert refused(folder)[1].endswith("Not a directory")
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(tmp_path / "dangling" / "person.key"))
    assert refused(folder)[0] == "The key file cannot be made."


def test_the_hash_is_hmac_sha_256_cut_to_128_bits():
    """By the definition of RFC 2104, written out."""
    block = SECRET.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + b"RX1\x1f12345678").digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).hexdigest()
    assert PersonKey(SECRET).hashed("RX1", "12345678") == outer[:32]


def test_a_person_has_one_hash_in_each_scope_and_under_each_key():
    key = PersonKey(SECRET)
    assert key.hashed("RX1", "12345678") == PersonKey(SECRET).hashed("RX1", "12345678")
    hashes = {
        key.hashed("RX1", "12345678"),
        key.hashed("RX2", "12345678"),
        key.hashed("RX11", "2345678"),  # the scope and the number do not run into each other
        key.hashed("RX1", "12345679"),
        PersonKey(bytes(32)).hashed("RX1", "12345678"),
    }
    assert len(hashes) == 5


def test_the_secret_is_never_shown(key_file, folder, caplog, capsys):
    key_file.parent.mkdir()
    key_file.write_text(SECRET.hex())
    caplog.set_level(logging.DEBUG)
    key = person_key(folder, None)
    logging.getLogger("keepwell").warning("loading with %s and %r", key, ReadOptions(key=key))
    shown = [repr(key), str(key), f"{key}", repr([key]), repr(ReadOptions(key=key)), key.fingerprint]
    shown += [key.hashed("RX1", "1"), caplog.text, *capsys.readouterr()]
    assert not any(tells(text, SECRET) for text in shown)
    assert repr(key) == f"PersonKey({key.fingerprint})"


def test_the_secret_is_in_no_traceback(key_file, folder):
    key_file.parent.mkdir()
    key_file.write_text(SECRET.hex() + "zz")
    with pytest.raises(WorkspaceRefused) as refusal:
        person_key(folder, None)
    assert not tells("".join(traceback.format_exception(refusal.value)), SECRET)


def test_a_secret_that_is_shown_would_be_noticed():
    """The planted fault: a key with the repr that dataclasses make."""
    shown = dataclasses.make_dataclass("Shown", ["secret"])
    assert tells(repr(shown(SECRET)), SECRET)
    assert all(tells(b"..." + spelling + b"...", SECRET) for spelling in spellings(SECRET))


def fill(workspace: Workspace, key: PersonKey, **planted: str) -> None:
    """People under their hashes, the way a load of staff records keeps them."""
    people = pa.table({"person": [key.hashed("RX1", str(number)) for number in range(50)]})
    load = Load(0, "staff", "staff.csv", "", "", ("RX1",), "2025-10", "2025-10", 50, 50, False, {})
    with workspace.change() as change:
        change.set(key_fingerprint=key.fingerprint, **planted)
        change.add(load, {"positions": people})


def told_by(folder: Path, secret: bytes) -> list[Path]:
    """The files under a folder that tell the secret, read as bytes and, where they are tables, cell by cell."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    cells = {path: str(pq.read_table(path).to_pydict()) for path in paths if path.suffix == ".parquet"}
    metadata = {path: str(pq.read_metadata(path).metadata) for path in cells}
    return [
        path
        for path in paths
        if tells(path.read_bytes(), secret) or tells(cells.get(path, "") + metadata.get(path, ""), secret)
    ]


def test_the_workspace_never_holds_the_secret(key_file, folder):
    key = person_key(folder, None)
    workspace = Workspace(folder)
    fill(workspace, key)
    assert workspace.current().settings == {"key_fingerprint": key.fingerprint}
    assert len([path for path in folder.rglob("*") if path.is_file()]) >= 3
    assert told_by(folder, key.secret) == []


def test_a_secret_in_the_workspace_would_be_found(key_file, folder):
    key = person_key(folder, None)
    fill(Workspace(folder), key, secret=key.secret.hex())
    assert [path.name for path in told_by(folder, key.secret)] == ["000001.json"]
    with Workspace(folder).change() as change:
        change.add(change.before.loads[0], {"positions": pa.table({"person": [key.secret.hex()] * 500})})
    assert len(told_by(folder, key.secret)) == 3
