"""The command line as a script sees it: exit status, one JSON document, talk on standard error only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MakeDatabase
from workbench.server import Server
from workbench.targets import Target

BAD = "create table t (a int, b int); create index one on t (a); create index two on t (a)"
SECRET = "hunter2-very-secret"


def _run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
    )


def _url(target: Target) -> str:
    info = target.conninfo
    return f"postgresql://{info['user']}@/{info['dbname']}?host={info['host']}"


@pytest.fixture
def url(pg18: Server, make_database: MakeDatabase) -> str:
    return _url(make_database(pg18, BAD))


def test_check_prints_one_json_document(url: str, tmp_path: Path) -> None:
    done = _run("check", url, "--no-rows", "--check", "indexes", "--format", "json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert {"target", "captured_at", "server_version", "outcomes"} <= document.keys()
    twins = next(o for o in document["outcomes"] if o["check"] == "duplicate_index")
    assert {"check", "subject", "status", "examined", "not_examined", "findings"} <= twins.keys()
    (finding,) = twins["findings"]
    assert finding["object"] == "public.t.two"
    assert finding["fix"].keys() == {"sql", "undo", "lock"}


def test_fail_on_decides_the_exit_status(url: str, tmp_path: Path) -> None:
    arguments = ("check", url, "--no-rows", "--check", "duplicate_index")
    assert _run(*arguments, "--fail-on", "low", cwd=tmp_path).returncode == 1
    assert _run(*arguments, "--fail-on", "critical", cwd=tmp_path).returncode == 0


def test_wrong_use_is_2_and_an_unreachable_target_3(tmp_path: Path) -> None:
    wrong = [
        ("check", "nonsense"),
        ("check", "white_cross", "--check", "nonsense"),
        ("check", "x", "--format", "nonsense"),
        ("nonsense",),
    ]
    for arguments in wrong:
        done = _run(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert done.stderr
    done = _run("check", f"postgresql://u:{SECRET}@127.0.0.1:1/x", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert SECRET not in done.stderr


def test_sarif_names_every_finding(url: str, tmp_path: Path) -> None:
    done = _run("check", url, "--no-rows", "--check", "duplicate_index", "--format", "sarif", cwd=tmp_path)
    (run,) = json.loads(done.stdout)["runs"]
    (result,) = run["results"]
    assert result["ruleId"] == "duplicate_index"
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "public.t.two"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["duplicate_index"]


def test_a_captured_folder_is_a_target(url: str, tmp_path: Path) -> None:
    captured = _run("capture", url, "--no-rows", "--out", "snap", cwd=tmp_path)
    assert captured.stdout.strip() == "snap"
    done = _run("check", "snap", "--check", "duplicate_index", "--format", "json", cwd=tmp_path)
    (outcome,) = json.loads(done.stdout)["outcomes"]
    assert outcome["status"] == "failed"


def test_diff_of_two_snapshots(pg18: Server, make_database: MakeDatabase, tmp_path: Path) -> None:
    for name, sql in (("before", BAD), ("after", "create table t (a int, b int); create index one on t (a)")):
        _run("capture", _url(make_database(pg18, sql)), "--no-rows", "--out", name, cwd=tmp_path)
    done = _run("diff", "before", "after", "--format", "json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert [f["object"] for f in document["gone"] if f["check"] == "duplicate_index"] == ["public.t.two"]
    assert document["new"] == []


def test_targets_and_help_show_no_secret(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text('[db]\nhost = "h"\nuser = "u"\n', encoding="utf-8")
    listed = _run("targets", cwd=tmp_path, PGPASSWORD=SECRET)
    assert "host=h user=u" in listed.stdout
    assert SECRET not in listed.stdout + listed.stderr
    assert _run("--help", cwd=tmp_path).returncode == 0
