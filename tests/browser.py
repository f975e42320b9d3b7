"""A headless Chromium without a network, which reports whatever a page should not do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ALL_DRAWN = "() => [...document.querySelectorAll('.wb-figure')].every((f) => f.dataset.drawn === 'yes')"


@dataclass
class Opened:
    """A page, and what it complained about or asked for."""

    page: Page
    problems: list[str] = field(default_factory=list)

    def wait_for_figures(self) -> None:
        self.page.wait_for_function(ALL_DRAWN, timeout=60_000)

    def texts(self, selector: str) -> list[str]:
        return [text.strip() for text in self.page.locator(selector).all_text_contents()]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(browser: Browser, file: Path, **context: Any) -> Iterator[Opened]:
    """Open a file offline; console messages, errors and requests for anything else are noted as problems."""
    with contextlib.closing(browser.new_context(offline=True, **context)) as chosen:
        page = chosen.new_page()
        result = Opened(page)
        url = file.resolve().as_uri()
        page.on("console", lambda message: result.problems.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: result.problems.append(f"error: {error}"))
        page.on("dialog", lambda dialog: result.problems.append(f"dialog: {dialog.message}"))

        def note(address: str) -> None:
            if address.split("#", maxsplit=1)[0] != url and not address.startswith(("data:", "blob:")):
                result.problems.append(f"request: {address[:200]}")

        page.on("request", lambda request: note(request.url))
        page.goto(url)
        yield result
