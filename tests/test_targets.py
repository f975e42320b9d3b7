"""Targets: what names stand for, which mistakes are told how, and that no secret is ever repeated."""

from __future__ import annotations

from pathlib import Path

import keyring
import keyring.backend
import psycopg.conninfo
import pytest

from workbench import catalog, targets
from workbench.targets import Options, TargetError

SECRET = "hunter2-very-secret"


def _file(folder: Path, text: str) -> Path:
    path = folder / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_named_target_with_its_options(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        """
        [hospital]
        host = "db.example.org"
        database = "hospital"
        user = "reviewer"
        schemas = ["clinic"]
        statement_timeout = 5
        models = "src/models"
        [hospital.thresholds.unused_index]
        min_days = 30
        [hospital.replicas]
        reports = "service:reports"
        """,
    )
    target = targets.resolve("hospital", path)
    assert target.conninfo == {"host": "db.example.org", "dbname": "hospital", "user": "reviewer"}
    assert target.options.schemas == ("clinic",)
    assert target.options.models == str(tmp_path / "src/models")
    assert target.options.thresholds == {"unused_index": {"min_days": 30}}
    assert target.options.replicas == {"reports": "service:reports"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f'[a]\npassword = "{SECRET}"', "holds password"),
        (f'[a]\nurl = "postgresql://u:{SECRET}@h/d"', "holds a password"),
        (f'[a]\nurl = "postgresql://u@h/d?sslpassword={SECRET}"', "holds a password"),
        (f'[a]\nurl = "postgresql://u:{SECRET}@h:port/%zz"', "malformed"),
        ("[a]\nschema = ['x']", "unknown key 'schema'"),
        ("[a]\nschemas = 'x'", "must be a list of strings"),
        ("[a]\nstatement_timeout = 'x'", "must be float"),
        ("[a]\nreplicas = 'x'", "must be a table"),
        ("a = 1", "must be a table"),
        ("[a", "targets.toml"),
    ],
)
def test_mistakes_are_told_without_the_secret(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TargetError, match=message) as raised:
        targets.resolve("a", _file(tmp_path, text))
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


def test_an_unknown_target_names_those_that_exist() -> None:
    with pytest.raises(TargetError, match="white_cross, lithic"):
        targets.resolve("nonsense")


def test_a_service_and_a_url() -> None:
    assert targets.resolve("service:x").conninfo == {"service": "x"}
    assert targets.resolve("postgresql://u@h:5433/d").name == "d@h:5433"


def test_a_failed_connection_repeats_no_password() -> None:
    target = targets.resolve(f"postgresql://u:{SECRET}@127.0.0.1:1/d?connect_timeout=1")
    assert SECRET not in repr(target)
    with pytest.raises(catalog.CaptureError) as raised:
        catalog.capture(target)
    assert SECRET not in str(raised.value)
    assert raised.value.__suppress_context__


class _Ring(keyring.backend.KeyringBackend):
    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return SECRET if (service, username) == ("pg-review-workbench", "known") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


def test_the_password_comes_from_the_keyring_at_the_last_moment() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(_Ring())
    try:
        target = targets.Target("known", {"host": "h"}, options=Options(keyring=True))
        given = psycopg.conninfo.conninfo_to_dict(targets.connection_string(target))
        assert given == {"host": "h", "password": SECRET}
        with pytest.raises(TargetError, match="keyring set pg-review-workbench unknown"):
            targets.connection_string(targets.Target("unknown", {}, options=Options(keyring=True)))
    finally:
        keyring.set_keyring(before)
