"""The gallery as a site: its settings for the frame's tests, and a server for the browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from gangmu.frame import navigation

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def gallery() -> Iterator[Client]:
    """A client of the gallery, with the frame's middleware, a menu of its own and no database."""
    from tests.frame import gallery as pages
    from tests.frame import settings

    registry = navigation._registry
    site = (registry.entries.copy(), registry.landmarks.copy())
    registry.entries.clear()
    registry.landmarks.clear()
    pages.fill_menu()
    names = ("MIDDLEWARE", "TEMPLATES", "GANGMU_DEMO", "CSRF_FAILURE_VIEW")
    chosen = {name: getattr(settings, name) for name in names}
    with override_settings(ROOT_URLCONF="tests.frame.gallery", **chosen):
        yield Client(raise_request_exception=False)
    registry.entries, registry.landmarks = site


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The gallery behind a port of its own; the address it is at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.frame.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/offline", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium: while it is open, Django's tables are closed to this process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()
