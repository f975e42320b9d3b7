"""``workbench fix``: the SQL of findings in a safe order, tried out on a copy of the schema when asked."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from workbench import fixes, review, targets
from workbench.findings import Severity
from workbench.fixes import Step, clone, trial
from workbench.fixes.trial import Verification
from workbench.review import Review
from workbench.targets import TargetError
from workbench.words import counted

_SEVERITIES = [severity.value for severity in Severity]


@click.command()
@click.argument("target")
@click.option("--check", "names", multiple=True, help="Check or subject to mend; may be given several times.")
@click.option(
    "--severity", type=click.Choice(_SEVERITIES), help="Least severity [low; info when checks are named]."
)
@click.option(
    "--format", "form", type=click.Choice(["sql", "sequelize", "json"]), default="sql", show_default=True,
    help="A script, a Sequelize migration, or one document with every step.",
)  # fmt: skip
@click.option("--verify", is_flag=True, help="Try the steps on a scratch copy of the schema first.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file, not to standard output.")
@click.option("--rows/--no-rows", default=True, show_default=True, help="Run the probes that read rows.")
@click.option("--targets", "targets_file", type=click.Path(path_type=Path), help="File of targets.")
def fix(
    target: str,
    names: tuple[str, ...],
    severity: str | None,
    form: str,
    verify: bool,
    out: Path | None,
    rows: bool,
    targets_file: Path | None,
) -> int:
    """Write the fixes of what the checks find on TARGET, each with its undo; TARGET is only read.

    --verify copies the schema, without rows, to a server of its own, applies the steps there, runs the
    checks again and takes the steps back. Exit status 1: a step failed there, or brought a finding that
    nothing explains.
    """
    _refuse_unknown(names)
    if out and not out.parent.is_dir():
        raise TargetError(f"there is no folder {out.parent} to write {out.name} to")
    resolved = targets.resolve(target, targets_file)
    # All checks run, for a fix of one may be what another finds.
    found = review.judge(review.take(resolved, rows=rows))
    least = Severity(severity or ("info" if names else "low"))
    chosen = {f.fingerprint for f in found.findings(*names)}
    steps = fixes.plan([f for f in found.findings() if f.fingerprint in chosen and f.severity >= least])
    if not steps and form != "json":
        whose = f" of {', '.join(names)}" if names else ""
        click.echo(
            f"no finding{whose} of severity {least.value} or above has a fix: nothing is written", err=True
        )
        return 0
    verification = None
    if verify:
        try:
            verification = trial.verify(resolved, found.snapshot, steps, _say_step)
        except clone.CloneError as error:
            raise TargetError(str(error)) from None
        _say(verification)
    text = _text(form, found, steps, verification)
    if out:
        out.write_text(text, encoding="utf-8")
        click.echo(f"{counted(sum(s.is_active for s in steps), 'step')} written to {out}", err=True)
    else:
        click.echo(text)
    failed = verification and (verification.counts()[trial.FAILED] or verification.new)
    return 1 if failed else 0


def _refuse_unknown(names: tuple[str, ...]) -> None:
    from workbench.checks import select

    select(names)


def _text(form: str, found: Review, steps: list[Step], verification: Verification | None) -> str:
    if form == "json":
        tried = verification or Verification(
            tuple(trial.Tried(s, trial.LEFT_OUT if s.conflict else trial.UNTRIED, s.conflict) for s in steps),
            (),
            (),
            False,
            (),
            "",
        )
        document = {"target": found.snapshot.target, "verified": verification is not None, **tried.to_json()}
        if verification is None:
            document |= {"undo_restores": None, "server_version": None}
        return json.dumps(document, indent=1, default=str)
    failed = {id(t.step) for t in verification.tried if t.status == trial.FAILED} if verification else set()
    sound = [step for step in steps if id(step) not in failed]
    if form == "sequelize":
        return fixes.sequelize_migration(sound, target=found.snapshot.target)
    consequences = verification.consequences if verification else ()
    brought = [(f"{one.finding.check}: {one.finding.object}", one.reason) for one in consequences]
    return fixes.script(sound, brought, target=found.snapshot.target)


def _say_step(title: str, number: int, total: int) -> None:
    if number == total or number % 25 == 0:
        click.echo(f"{number} of {counted(total, 'step')} applied", err=True)


def _say(verification: Verification) -> None:
    counts, choices = verification.counts(), verification.choices()
    click.echo(f"Tried on a copy of the schema, under PostgreSQL {verification.server_version}:", err=True)
    click.echo(", ".join(f"{number} {status}" for status, number in counts.items()), err=True)
    if sum(choices.values()):
        told = ", ".join(f"{number} {status}" for status, number in choices.items())
        click.echo(f"choices, tried after the steps were taken back: {told}", err=True)
    for tried in verification.tried:
        if tried.status in (trial.FAILED, trial.UNTRIED):
            click.echo(f"  {tried.status}: {tried.step.title}: {tried.reason}", err=True)
    for finding in verification.new:
        click.echo(f"  new: {finding.check}: {finding.object} ({finding.severity.value})", err=True)
    for loss in verification.losses:
        click.echo(f"  not copied: {loss}", err=True)
    brought = Counter(one.finding.check for one in verification.consequences)
    named = ", ".join(f"{number} {check}" for check, number in brought.most_common())
    click.echo(
        f"{len(verification.new)} new findings that nothing explains; {brought.total()} named ones", err=True
    )
    if named:
        click.echo(f"  {named}: --format json tells each with its reason", err=True)
    restored = "restores" if verification.undo_restores else "does not restore"
    click.echo(f"The undo of all steps {restored} the schema byte for byte.", err=True)
