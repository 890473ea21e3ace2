"""Files at the doors: nothing in them runs here, nobody sees more than is theirs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.test import Client

from gangmu.kernel.files.operations import store_file
from gangmu.kernel.files.shelf import bytes_of
from tests.conftest import Office
from tests.kernel.files.conftest import jpeg, pdf


def test_a_file_is_given_out_as_one_to_be_saved_and_nothing_in_it_may_run(
    shelf: Path, office: Office, acting: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    secretary = acting("secretary", office.branch)
    stored = store_file(secretary, office.branch, name="通知.pdf", content=pdf())

    answer = browser(secretary).get(f"/files/{stored.pk}/download")

    assert answer.content == pdf()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_a_picture_has_a_preview_and_a_document_has_none(
    shelf: Path, office: Office, acting: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    secretary = acting("secretary", office.branch)
    picture = store_file(secretary, office.branch, name="活动.jpg", content=jpeg())
    document = store_file(secretary, office.branch, name="通知.pdf", content=pdf())
    client = browser(secretary)

    shown = client.get(f"/files/{picture.pk}/preview")

    assert shown["Content-Disposition"].startswith("inline")
    assert shown.content == bytes_of(picture.digest)
    assert client.get(f"/files/{document.pk}/preview").status_code == 404


def test_file_pages_show_their_files_to_those_within_reach_only(
    shelf: Path, office: Office, acting: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    secretary = acting("secretary", office.branch)
    stored = store_file(secretary, office.branch, name="说明.txt", content="按月报送".encode())
    addresses = [f"/files/{stored.pk}{part}" for part in ("", "/download", "/preview")]
    near, far, nobody = (
        browser(acting("town_officer", office.town)),
        browser(acting("town_officer", office.other_town)),
        browser(),
    )

    assert "说明.txt" in near.get("/files").content.decode()
    assert "按月报送" in near.get(addresses[0]).content.decode()
    assert "说明.txt" not in far.get("/files").content.decode()
    assert [far.get(address).status_code for address in addresses] == [404, 404, 404]
    assert [nobody.get(address).status_code for address in addresses] == [302, 302, 302]


def test_removing_a_file_needs_a_reason_beside_the_field(
    shelf: Path, office: Office, acting: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    secretary = acting("secretary", office.branch)
    stored = store_file(secretary, office.branch, name="a.pdf", content=pdf())
    client = browser(secretary)

    refused = client.post(f"/files/{stored.pk}", {"reason": " "})
    done = client.post(f"/files/{stored.pk}", {"reason": "传错了"})

    assert refused.status_code == 422
    assert done.status_code == 302
    assert client.get(f"/files/{stored.pk}").status_code == 404
