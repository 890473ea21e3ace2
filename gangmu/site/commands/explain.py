"""``gangmu explain``: where one result comes from, down to the facts and their sources."""

import argparse
from pathlib import Path
from typing import Any

from gangmu.site.terminal import CommandFailure, write, write_json

NAME = "explain"
HELP = "show where a result comes from, down to the facts and their sources"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--pack", type=Path, required=True, help="folder of the definitions")
    parser.add_argument("--data", type=Path, required=True, help="folder with orgs.parquet and facts/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    parser.add_argument("--org", type=int, required=True, help="the organization's number")
    parser.add_argument("--scorecard", required=True, help="the scorecard's code")
    parser.add_argument("--line", default=None, help="one indicator of it")
    parser.add_argument("--shown", type=int, default=20, help="how many parts and facts are listed (20)")


def run(args: argparse.Namespace) -> int:
    """Print the explanation."""
    from gangmu.results.assessment.engine import WrongDefinitions
    from gangmu.results.assessment.explain import Asked, Explainer
    from gangmu.results.indicators.outcome import WrongInput

    try:
        with Explainer(args.pack, args.data, args.out, keep=False) as explainer:
            asked = Asked(args.org, args.scorecard, args.line, args.shown)
            explanation = explainer.explain(asked)
    except WrongDefinitions as wrong:
        raise CommandFailure("", faults=wrong.faults) from None
    except WrongInput as wrong:
        raise CommandFailure("\ngangmu: ".join(wrong.reasons)) from None
    if args.json:
        write_json(explanation)
    else:
        for line in _told(explanation):
            write(line)
    return 0


def _told(found: dict[str, Any]) -> list[str]:
    told = [
        f"{found['name']} ({found['org']}), {found['period']}: {found['title']} ({found['scorecard']})",
        (
            f"  score {_or_none(found['score'])} = 100 × {found['points']} ÷ {found['points_possible']}; "
            f"coverage {found['coverage']}"
        ),
        (
            f"  rank {_or_none(found['rank'])} of {found['peers']} in {found['peer_group']}; "
            f"stars {_or_none(found['stars'])}"
        ),
    ]
    if found["notes"]:
        told.append(f"  notes: {', '.join(found['notes'])}")
    for line in found["lines"]:
        told += _line(line)
    for veto in found["vetoes"]:
        held = "limits" if veto["holds"] else "does not limit"
        told.append(
            f"  veto {veto['indicator']} = {_or_none(veto['value'])}, above {veto['above']} at most "
            f"{veto['stars_at_most']} stars: {held}"
        )
    told += [f"  for {change['goal']}: {_change(change)}" for change in found["changes"]]
    return told


def _line(line: dict[str, Any]) -> list[str]:
    told = [
        (
            f"  {line['title']} ({line['indicator']}): {_or_none(line['points'])} of {line['max_points']} points, "
            f"value {_or_none(line['value'])}, rule {_plain(line['rule'])}"
        )
    ]
    if line["state"] == "unknown":
        told.append(f"    unknown, which here counts as: {line['unknown']}")
    told.append(f"    parts: {line['parts']} known, {line['parts_unknown']} left out as unknown")
    for part in line["parts_shown"]:
        amounts = f"{_or_none(part['numerator'])}"
        if "denominator" in part:
            amounts += f" ÷ {_or_none(part['denominator'])}"
        left_out = f"  left out ({part['left_out']})" if "left_out" in part else ""
        told.append(f"      {part['name']} ({part['org']}): {amounts}{left_out}")
    for side in ("numerator", "denominator"):
        if side in line:
            told += _side(side, line[side])
    return told


def _side(name: str, side: dict[str, Any]) -> list[str]:
    told = [f"    {name} {_or_none(side['amount'])}: {_plain(side['measure'])}"]
    if "facts" in side:
        told[0] += f", {side['facts']} facts"
        for fact in side["facts_shown"]:
            aside = "" if fact["counts"] else "  left out with its part"
            replaced = f"  replaced by {fact['replaced_by']}" if fact["replaced_by"] else aside
            item = f" {fact['item']}" if fact["item"] else ""
            told.append(
                f"      {fact['fact']}  {fact['day']}  {fact['code']}{item} = {_or_none(fact['value'])}"
                f"  from {fact['source']}{replaced}"
            )
    return told


def _change(change: dict[str, Any]) -> str:
    if "value_needed" not in change:
        return f"{change['indicator']} needs {change['needs']}"
    return (
        f"{change['indicator']} at {change['value_needed']} instead of {_or_none(change['value_now'])} "
        f"gives the {change['needs_points']} points that lead to {change['needs_score']}"
    )


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_plain(part) for part in value) + "]"
    return str(value)


def _or_none(value: Any) -> str:
    return "none" if value is None else str(value)
