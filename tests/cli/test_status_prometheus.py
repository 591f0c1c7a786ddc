from gateway.cli.section import Figure, Section
from gateway.cli.status_prometheus import exposition

RELAY = Section(
    "relay",
    (),
    ("one waits",),
    figures=(
        Figure("parcels", 2, "Parcels.", (("direction", "claim"), ("state", 'a"b\\c\n'))),
        Figure("repairs_total", 7, "Undone."),
        Figure("parcels", 0, "Parcels.", (("direction", "return"), ("state", "held"))),
    ),
)


def test_families_stand_together_each_with_one_help_and_one_type() -> None:
    text = exposition([Section("enforcer", ()), RELAY], 1762765201.5)

    assert text == (
        "# HELP claim_gateway_complaints What `claim-gateway status` asks people to mend.\n"
        "# TYPE claim_gateway_complaints gauge\n"
        'claim_gateway_complaints{section="enforcer",level="critical"} 0\n'
        'claim_gateway_complaints{section="enforcer",level="warning"} 0\n'
        'claim_gateway_complaints{section="relay",level="critical"} 0\n'
        'claim_gateway_complaints{section="relay",level="warning"} 1\n'
        "# HELP claim_gateway_parcels Parcels.\n"
        "# TYPE claim_gateway_parcels gauge\n"
        'claim_gateway_parcels{direction="claim",state="a\\"b\\\\c\\n"} 2\n'
        'claim_gateway_parcels{direction="return",state="held"} 0\n'
        "# HELP claim_gateway_repairs_total Undone.\n"
        "# TYPE claim_gateway_repairs_total counter\n"
        "claim_gateway_repairs_total 7\n"
        "# HELP claim_gateway_status_timestamp_seconds When this was looked at; an old one means that nobody looks.\n"
        "# TYPE claim_gateway_status_timestamp_seconds gauge\n"
        "claim_gateway_status_timestamp_seconds 1762765201.5\n"
        "# HELP claim_gateway_well 1 if nobody need do anything.\n"
        "# TYPE claim_gateway_well gauge\n"
        'claim_gateway_well{section="enforcer"} 1\n'
        'claim_gateway_well{section="relay"} 0\n'
    )
