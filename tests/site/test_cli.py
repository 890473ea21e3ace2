import subprocess
import sys

import pytest

from gangmu.site.cli import main


def test_main_names_an_unknown_command_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["conquer"])

    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.startswith("gangmu: argument COMMAND: invalid choice: 'conquer'")


def test_main_without_a_command_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "required: COMMAND" in capsys.readouterr().err


def test_help_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: gangmu")


def test_help_does_not_load_django_or_an_engine() -> None:
    probe = (
        "import sys; from gangmu.site.cli import main; main(['--help']);"
        "print([name for name in ('django', 'duckdb', 'pyspark', 'pyarrow') if name in sys.modules])"
    )

    shown = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert shown.stdout.splitlines()[-1] == "[]"
