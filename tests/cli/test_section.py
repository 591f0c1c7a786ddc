from gateway.cli.section import Section


def test_a_section_that_complains_of_nothing_is_well() -> None:
    assert Section("relay", (("parcels", "0 on their way"),)).complaints == ()
