"""How can a person be followed across months without anybody being able to look them up?"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from filelock import FileLock

from keepwell.errors import WorkspaceRefused
from keepwell.records.workspace import make_sure_of_folder, write_whole

BLOCK = 64
"""Bytes that SHA-256 takes at a time, and the longest key of HMAC that is used as it is."""
MANY = 5_000
HASHES = "SELECT left(sha256(?::BLOB || unhex(sha256(?::BLOB || encode(identifier)))), 32) AS hash FROM people"


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A secret with which employee numbers are hashed (HMAC-SHA-256, first 128 bits).

    Two workspaces that share the key give a person the same hash; without it a hash tells nothing.
    Employee numbers are short, so the key is what protects them: it lives outside the workspace.
    """

    secret: bytes

    @property
    def fingerprint(self) -> str:
        return hmac.new(self.secret, b"keepwell fingerprint", hashlib.sha256).hexdigest()[:16]

    def hashed(self, scope: str, identifier: str) -> str:
        """The hash of one identifier; `scope` keeps numbers of different issuers apart."""
        message = f"{scope}\x1f{identifier}".encode()
        return hmac.digest(self.secret, message, "sha256").hex()[:32]

    def hashed_all(self, scope: str, identifiers: pa.Array) -> pa.Array:
        """As `hashed`, of many identifiers, null for null. DuckDB does it in less time where they are many.

        HMAC(key, text) = H(key ⊕ opad, H(key ⊕ ipad, text))
        """
        if len(identifiers) < MANY or len(self.secret) > BLOCK:
            each = identifiers.to_pylist()
            return pa.array([None if i is None else self.hashed(scope, i) for i in each], pa.string())
        key = self.secret.ljust(BLOCK, b"\0")
        inner = bytes(b ^ 0x36 for b in key) + f"{scope}\x1f".encode()
        outer = bytes(b ^ 0x5C for b in key)
        with duckdb.connect() as connection:
            connection.register("people", pa.table({"identifier": identifiers}))
            return connection.sql(HASHES, params=[outer, inner]).to_arrow_table()["hash"].combine_chunks()

    def __repr__(self) -> str:
        return f"PersonKey({self.fingerprint})"


def default_key_file() -> Path:
    named = os.environ.get("KEEPWELL_KEY_FILE")
    return Path(named) if named else Path.home() / ".config" / "keepwell" / "person.key"


def person_key(workspace_folder: Path, known_fingerprint: str | None, file: Path | None = None) -> PersonKey:
    """The key from a file, or from that named by KEEPWELL_KEY_FILE, made at first use.

    Raises WorkspaceRefused when the file lies inside the workspace, cannot be read or made, is not a
    key, or is not the key that this workspace was filled with.
    """
    path = file or default_key_file()
    if path.resolve().is_relative_to(workspace_folder.resolve()):
        raise WorkspaceRefused(
            "The key must not lie in the workspace: whoever copies one would have both.",
            found=str(path),
            attempt="set KEEPWELL_KEY_FILE to a file elsewhere",
        )
    key = _read_key_file(path)
    if key is None:
        if known_fingerprint:
            raise WorkspaceRefused(
                "The key of this workspace is missing, so people could not be linked to earlier months.",
                found=f"no file {path}",
                attempt="set KEEPWELL_KEY_FILE to the key used before, or start a new workspace",
            )
        key = _make_key_file(path)
    if known_fingerprint and key.fingerprint != known_fingerprint:
        raise WorkspaceRefused(
            "This is not the key that the workspace was filled with, so nobody would link to earlier months.",
            found=f"key {key.fingerprint}, the workspace holds {known_fingerprint}",
            attempt="set KEEPWELL_KEY_FILE to the key used before, or start a new workspace",
        )
    return key


def _make_key_file(path: Path) -> PersonKey:
    """A new key, on disk for good before a hash is made with it; or that of another first use that was faster."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make_sure_of_folder(path.parent)
        with FileLock(path.with_name(f".{path.name}.lock")):
            key = _read_key_file(path)
            if key is None:
                key = PersonKey(secrets.token_bytes(32))
                write_whole(path, f"{key.secret.hex()}\n".encode(), mode=0o600)
    except OSError as error:
        raise WorkspaceRefused(
            "The key file cannot be made.",
            found=f"{path}: {error.strerror}",
            attempt="set KEEPWELL_KEY_FILE to a file that you may write",
        ) from None
    return key


def _read_key_file(path: Path) -> PersonKey | None:
    """The key, or None where there is no such file yet."""
    try:
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WorkspaceRefused(
            "The key file cannot be read.",
            found=f"{path}: {error.strerror}",
            attempt="set KEEPWELL_KEY_FILE to the right file, and check that you may read it",
        ) from None
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise WorkspaceRefused(
            "The key file does not hold a key.",
            found=f"{path}, which is not 64 hexadecimal digits",
            attempt="set KEEPWELL_KEY_FILE to the right file, or to a path that does not exist yet",
        )
    return PersonKey(secret)
