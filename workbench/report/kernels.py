"""Kernels forked from a warm process: a real ipykernel for each chapter, without its seconds of imports.

The standard library's fork server is the warm process: it loads :mod:`workbench.report.warm` once, ends when
this process ends, and forks a child for each kernel. Messages travel over Unix sockets in a private folder, so
kernels that start side by side race for no port.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.forkserver
import os
import shutil
import signal
import sys
import tempfile
import threading
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

_CONTEXT = multiprocessing.get_context("forkserver")
_STARTING = threading.Lock()


def warm_up() -> None:
    """Start the fork server, which imports in the background while this process goes on."""
    _CONTEXT.set_forkserver_preload(["workbench.report.warm"])
    multiprocessing.forkserver.ensure_running()


def _serve(connection_file: str, folder: str) -> None:
    # Imported by the fork server already; this process must not load it merely to name the function.
    from workbench.report.warm import serve

    serve(connection_file, folder)


class _Forked:
    """A forked process with the face of :class:`subprocess.Popen`, which jupyter_client talks to."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.pid is not None and self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class _ForkProvisioner(LocalProvisioner):
    """Forks where its base would run a command."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        manager: Any = self.parent
        folder = str(kwargs.get("cwd") or Path.cwd())
        process = _CONTEXT.Process(target=_serve, args=(manager.connection_file, folder), daemon=True)
        with _STARTING:
            process.start()
        self.process = _Forked(process)  # type: ignore[assignment]
        self.pid = process.pid
        manager.begin(process)
        return self.connection_info


class ForkedKernel(AsyncKernelManager):
    """The manager of one forked kernel, whatever kernel a notebook names; it ends after ``time_limit`` seconds."""

    def __init__(self, time_limit: float, **kwargs: Any) -> None:
        # Short, because a socket's path holds about a hundred bytes, and closed to other users.
        self.private = Path(tempfile.mkdtemp(prefix="wb-kernel-"))
        self.forked: BaseProcess | None = None
        self.expired = False
        self.time_limit = time_limit
        self._timer = threading.Timer(time_limit, self._expire)
        self._timer.daemon = True
        kwargs |= {"transport": "ipc", "connection_file": str(self.private / "k.json")}
        super().__init__(**kwargs)
        self.provisioner = _ForkProvisioner(parent=self, kernel_spec=self.kernel_spec)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The specification that jupyter_client asks for; its command is never run."""
        return KernelSpec(argv=[sys.executable], display_name="forked", language="python")

    @property
    def exit_code(self) -> int | None:
        """How the process ended, negative for a signal; None while it runs or when it never started."""
        return self.forked.exitcode if self.forked is not None else None

    def begin(self, process: BaseProcess) -> None:
        """Count the time limit from the fork on; what came before was waiting for the fork server."""
        self.forked = process
        self._timer.start()

    def _expire(self) -> None:
        self.expired = True
        self.kill()

    def kill(self) -> None:
        """End the process at once; whoever waits for its answer learns that it died."""
        if self.forked is not None and self.forked.is_alive():
            self.forked.kill()

    def dispose(self) -> None:
        """End the process and remove its folder."""
        self._timer.cancel()
        self.kill()
        if self.forked is not None:
            self.forked.join(5)
        shutil.rmtree(self.private, ignore_errors=True)
