"""The command line as a script sees it: exit status, one JSON document, talk on standard error only."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import MakeDatabase
from workbench.cli import main
from workbench.server import Server
from workbench.targets import Target

BAD = "create table t (a int, b int); create index one on t (a); create index two on t (a)"
SECRET = "hunter2-very-secret"


@dataclass
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, in an empty folder: starting Python for each would take the most time."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        output = capsys.readouterr()
        return Done(int(stopped.value.code or 0), output.out, output.err)

    return call


def _url(target: Target) -> str:
    info = target.conninfo
    return f"postgresql://{info['user']}@/{info['dbname']}?host={info['host']}"


@pytest.fixture
def url(pg18: Server, make_database: MakeDatabase) -> str:
    return _url(make_database(pg18, BAD))


def test_check_prints_one_json_document(run: Run, url: str) -> None:
    done = run("check", url, "--no-rows", "--check", "indexes", "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert {"target", "captured_at", "server_version", "outcomes"} <= document.keys()
    twins = next(o for o in document["outcomes"] if o["check"] == "duplicate_index")
    assert {"check", "subject", "status", "examined", "not_examined", "findings"} <= twins.keys()
    (finding,) = twins["findings"]
    assert finding["object"] == "public.t.two"
    assert finding["fix"].keys() >= {"sql", "undo", "lock"}


def test_an_output_folder_that_cannot_be_is_told_before_the_review(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("review", "postgresql://nobody@/nowhere?host=/nowhere", "--out", "file/reviews")
    assert done.returncode == 2
    assert "file/reviews: Not a directory" in done.stderr


def test_a_full_disk_is_no_defect_of_the_workbench(run: Run, url: str, tmp_path: Path) -> None:
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot" / "manifest.json").symlink_to("/dev/full")
    done = run("capture", url, "--no-rows", "--out", "snapshot")
    assert done.returncode == 2
    assert "No space left on device" in done.stderr


def test_a_missing_baseline_is_told_before_the_target_is_asked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text('[gone]\nhost = "/nowhere"\nbaseline = "accepted.toml"\n')
    for command in ("check", "review"):
        done = run(command, "gone")
        assert done.returncode == 2
        assert "accepted.toml" in done.stderr


def test_parameters_of_libpq_are_not_repeated(run: Run) -> None:
    done = run("check", "host=db password=hidden77")
    assert done.returncode == 2
    assert "hidden77" not in done.stderr


def test_fail_on_decides_the_exit_status(run: Run, url: str) -> None:
    arguments = ("check", url, "--no-rows", "--check", "duplicate_index")
    assert run(*arguments, "--fail-on", "low").returncode == 1
    assert run(*arguments, "--fail-on", "critical").returncode == 0


def test_wrong_use_is_2_and_an_unreachable_target_3(run: Run) -> None:
    wrong = [
        ("check", "nonsense"),
        ("check", "white_cross", "--check", "nonsense"),
        ("check", "x", "--format", "nonsense"),
        ("nonsense",),
    ]
    for arguments in wrong:
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert done.stderr
    done = run("check", f"postgresql://u:{SECRET}@127.0.0.1:1/x")
    assert (done.returncode, done.stdout) == (3, "")
    assert SECRET not in done.stderr


def test_sarif_names_every_finding(run: Run, url: str) -> None:
    done = run("check", url, "--no-rows", "--check", "duplicate_index", "--format", "sarif")
    (run,) = json.loads(done.stdout)["runs"]
    (result,) = run["results"]
    assert result["ruleId"] == "duplicate_index"
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "public.t.two"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["duplicate_index"]


def test_a_captured_folder_is_a_target(run: Run, url: str) -> None:
    captured = run("capture", url, "--no-rows", "--out", "snap")
    assert captured.stdout.strip() == "snap"
    done = run("check", "snap", "--check", "duplicate_index", "--format", "json")
    (outcome,) = json.loads(done.stdout)["outcomes"]
    assert outcome["status"] == "failed"


def test_diff_of_two_snapshots(run: Run, pg18: Server, make_database: MakeDatabase) -> None:
    for name, sql in (("before", BAD), ("after", "create table t (a int, b int); create index one on t (a)")):
        run("capture", _url(make_database(pg18, sql)), "--no-rows", "--out", name)
    done = run("diff", "before", "after", "--format", "json")
    document = json.loads(done.stdout)
    assert [f["object"] for f in document["gone"] if f["check"] == "duplicate_index"] == ["public.t.two"]
    assert document["new"] == []


def test_targets_and_help_show_no_secret(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", SECRET)
    (tmp_path / "targets.toml").write_text('[db]\nhost = "h"\nuser = "u"\n', encoding="utf-8")
    listed = run("targets")
    assert "host=h user=u" in listed.stdout
    assert SECRET not in listed.stdout + listed.stderr
    assert run("--help").returncode == 0


def test_output_into_a_pipe_that_closes_is_no_error() -> None:
    command = f"{sys.executable} -m workbench check --help | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: workbench check")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="reads the process list from /proc")
def test_a_password_in_the_url_leaves_the_process_list() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://reviewer:{SECRET}@127.0.0.1:{mute.getsockname()[1]}/hospital"
        process = subprocess.Popen([sys.executable, "-m", "workbench", "capture", url])
        try:
            mute.settimeout(60)
            mute.accept()  # it is connecting, so the command is well under way
            title = Path(f"/proc/{process.pid}/cmdline").read_text()
        finally:
            process.kill()
            process.wait()
    assert "capture postgresql://reviewer:***@127.0.0.1" in title
    assert SECRET not in title


def test_an_interrupt_while_libraries_are_imported_ends_quietly() -> None:
    code = """
import sys
from workbench import __main__

class Interrupting:
    def find_spec(self, name, *rest):
        if name == "workbench.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
__main__.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")
