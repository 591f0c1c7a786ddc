from gateway.cli.command import Exit


def test_the_exit_codes_are_the_contract_of_the_documents() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "OK": 0,
        "NO": 1,
        "INPUT": 2,
        "UNDECIDED": 3,
        "SYSTEM": 4,
        "INTERRUPTED": 130,
    }
