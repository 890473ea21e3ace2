"""A form shows every field by its type, with what was typed and what is wrong with it."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from gangmu.core.errors import Invalid
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.frame.forms import FieldForm


def shown(form: FieldForm) -> str:
    with translation.override("zh-hans"):
        return Template("{% load gangmu %}{% form_fields form %}").render(Context({"form": form}))


def choices(how_many: int) -> tuple[Choice, ...]:
    return tuple(Choice(code=f"c{n}", title=f"选项{n}") for n in range(how_many))


@pytest.mark.parametrize(
    ("spec", "widget"),
    [
        (FieldSpec(code="a", title="甲", type="choice", choices=choices(5)), "radios"),
        (FieldSpec(code="a", title="甲", type="choice", choices=choices(6)), "select"),
        (FieldSpec(code="a", title="甲", type="organization"), "finder"),
        (FieldSpec(code="a", title="甲", type="person"), "finder"),
        (FieldSpec(code="a", title="甲", type="money"), "number"),
        (FieldSpec(code="a", title="甲", type="long_text"), "long_text"),
    ],
)
def test_a_field_is_shown_by_its_type(spec: FieldSpec, widget: str):
    assert FieldForm((spec,)).fields[0].widget == widget


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong_beside_it():
    specs = (
        FieldSpec(code="present", title="实到人数", type="number", whole=True, required=True),
        FieldSpec(code="spent", title="使用经费", type="money"),
    )
    sent = (
        RequestFactory().post("/", {"present": "二十九", "spent": "12,00", "csrfmiddlewaretoken": "x"}).POST
    )
    form = FieldForm(specs)

    with pytest.raises(Invalid) as refused:
        parse_fields(specs, form.raw(sent))
    page = shown(form.again(sent, refused.value.faults))

    assert 'value="二十九"' in page
    assert 'value="12,00"' in page
    assert 'aria-invalid="true" aria-describedby="field-present-fault"' in page
    assert '<a href="#field-present">实到人数</a>：这不是数字。' in page
    assert page.count("gm-wrong") == 1


def test_a_number_out_of_its_bounds_is_told_what_they_are():
    spec = FieldSpec(code="present", title="实到人数", type="number", minimum=0, maximum=1200, required=True)

    def told(typed: str) -> str:
        with pytest.raises(Invalid) as refused:
            parse_fields((spec,), {"present": typed})
        return shown(FieldForm((spec,)).again({"present": typed}, refused.value.faults))

    assert "高于允许的最大值。不大于1,200。" in told("9999")
    assert "不大于" not in told("")


def test_a_date_that_cannot_be_read_is_not_lost():
    spec = FieldSpec(code="on", title="日期", type="date")

    typed = FieldForm((spec,), {"on": "十月八日"}).fields[0]
    kept = FieldForm((spec,), {"on": "2015-10-08"}).fields[0]

    assert (typed.date_type, kept.date_type) == ("text", "date")


def test_what_is_typed_is_never_markup():
    spec = FieldSpec(code="a", title="甲", type="long_text")

    page = shown(FieldForm((spec,), {"a": '</textarea><script src="x">'}))

    assert "<script" not in page


def test_a_file_is_asked_for_and_never_required():
    page = shown(FieldForm((FieldSpec(code="paper", title="附件", type="file"),)))

    assert "不作要求" in page
    assert "required" not in page


def test_a_form_takes_in_only_its_own_fields():
    form = FieldForm((FieldSpec(code="a", title="甲", type="number", minimum=Decimal(1)),))

    assert form.raw(RequestFactory().post("/", {"a": "2", "b": "3"}).POST) == {"a": "2"}


def test_an_optional_choice_can_be_taken_back_without_script_and_is_then_unknown():
    spec = FieldSpec(code="kind", title="类别", type="choice", choices=choices(2))
    form = FieldForm((spec,), {"kind": "c1"})
    page, empty = shown(form), shown(FieldForm((spec,)))
    sent = RequestFactory().post("/", {"kind": ""}).POST

    assert '<input type="radio" name="kind" value=""><span>不选</span>' in page
    assert '<input type="radio" name="kind" value="" checked><span>不选</span>' in empty
    assert page.index('value=""') < page.index('value="c0"')
    assert parse_fields((spec,), form.raw(sent)) == {"kind": None}


def test_a_choice_that_has_to_be_made_offers_no_way_out_of_it():
    spec = FieldSpec(code="kind", title="类别", type="choice", choices=choices(2), required=True)

    assert 'value=""' not in shown(FieldForm((spec,)))
