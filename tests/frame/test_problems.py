"""Refusals and faults: the right status, a sentence, a way on, and never a traceback."""

import json

import pytest
from django.test import Client

from gangmu.frame.security import CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/refuse/allowed", 403, "您无权打开此页面。"),
        ("/refuse/conflict", 409, "现在不能这样操作了"),
        ("/refuse/invalid", 422, "有些栏目需要修改。"),
        ("/nowhere", 404, "没有这个页面"),
        ("/refuse/crash", 500, "系统出现故障"),
    ],
)
def test_a_person_gets_a_page(gallery: Client, path: str, status: int, words: str):
    response = gallery.get(path)

    assert response.status_code == status
    assert words in response.content.decode()
    assert "Traceback" not in response.content.decode()
    assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_whoever_is_not_signed_in_is_sent_there_and_comes_back(gallery: Client):
    response = gallery.get("/refuse/signed?as=stranger")

    assert response.status_code == 302
    assert response["Location"] == "/sign-in?next=%2Frefuse%2Fsigned%3Fas%3Dstranger"


def test_a_part_gets_a_note_for_the_page_around_it(gallery: Client):
    response = gallery.get("/refuse/conflict", headers={"HX-Request": "true"})

    assert (response.status_code, response["HX-Retarget"]) == (409, "#messages")
    assert "<html" not in response.content.decode()


def test_a_program_gets_problem_json(gallery: Client):
    response = gallery.get("/api/refuse/invalid")

    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content) == {
        "type": "urn:gangmu:problem:invalid",
        "title": "有些栏目需要修改",
        "status": 422,
        "detail": "有些栏目需要修改。",
        "instance": "/api/refuse/invalid",
        "code": "invalid",
        "faults": {"topic": "此项必填。"},
    }


def test_a_fault_of_ours_tells_a_program_nothing_about_us(gallery: Client):
    response = gallery.get("/api/refuse/crash")

    assert response.status_code == 500
    assert json.loads(response.content)["code"] == "failed"


def test_a_form_from_elsewhere_is_refused_with_a_page(gallery: Client):
    gallery.handler.enforce_csrf_checks = True

    response = gallery.post("/preferences", {"language": "en"})

    assert response.status_code == 403
    assert "页面打开时间过长" in response.content.decode()


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_preferences_lead_nowhere_else(gallery: Client, target: str):
    response = gallery.post("/preferences", {"language": "en", "next": target})

    assert response["Location"] == "/"
    assert gallery.cookies["gangmu_language"].value == "en"


def test_the_page_speaks_the_language_that_was_chosen(gallery: Client):
    pages = {}
    for language in ("zh-hans", "zh-hant", "en"):
        gallery.cookies["gangmu_language"] = language
        pages[language] = gallery.get("/offline").content.decode()

    assert "无法连接服务器" in pages["zh-hans"]
    assert "無法連接服務器" in pages["zh-hant"]
    assert "The site cannot be reached" in pages["en"]
