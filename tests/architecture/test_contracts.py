"""The contracts of .importlinter cover the house as it stands."""

import configparser

from tests.architecture.source import FLOORS_OF_ROOMS, PACKAGE, ROOT, rooms


def _contracts() -> dict[str, configparser.SectionProxy]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return {name.rsplit(":", 1)[1]: parser[name] for name in parser.sections() if ":" in name}


def test_every_floor_with_two_rooms_has_a_contract():
    crowded = {
        f"gangmu.{floor}"
        for floor in FLOORS_OF_ROOMS
        if sum(room.parent == PACKAGE / floor for room in rooms()) > 1
    }

    covered = {
        contract["containers"].strip() for contract in _contracts().values() if contract["type"] == "layers"
    } | {module for contract in _contracts().values() for module in contract.get("modules", "").split()}

    assert crowded - covered == set()


def test_every_contract_says_what_to_do_instead():
    names = [contract["name"] for contract in _contracts().values()]

    assert [name for name in names if ":" not in name] == []
