"""In CI no test may be skipped but for what the machine's user cannot be kept from."""

import os
import shutil

import pytest
from hypothesis import settings

# In CI the same examples each time: a submission is judged by what it changed, not by a draw.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# CI runs as root, for whom no folder is read-only; the same tests pass for other users.
UNAVOIDABLE = ("root may", "this system mounts nothing")


def pytest_terminal_summary(terminalreporter):
    """Name every test that was skipped."""
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"SKIPPED {report.nodeid}: {reason_of(report)}")


def pytest_sessionfinish(session):
    """In CI, fail when a test was skipped that need not have been."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and any(not reason_of(each).startswith(UNAVOIDABLE) for each in skipped):
        session.exitstatus = 1


def reason_of(report):
    """Return why a test was skipped."""
    return str(report.longrepr[2]).removeprefix("Skipped: ")


@pytest.fixture(scope="session")
def browser():
    """The system's own Chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("this machine has no Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()
