import re
from dataclasses import replace
from pathlib import Path
from xml.parsers import expat

import pytest

from gateway.policy.derive import derive
from gateway.report.picture import HOSTS_MAX, picture
from gateway.site.load import load_site
from gateway.site.model import ReceiptPc, Site
from gateway.site.values import IpNetwork
from gateway.wiring.part import ports

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


def drawn(site: Site) -> str:
    text = picture(site, derive(site), ports(site), "ja")
    expat.ParserCreate().Parse(text, True)
    return text


def with_pcs(site: Site, pcs: tuple[ReceiptPc, ...]) -> Site:
    assert site.zones.lan
    lan = site.zones.lan.model_copy(update={"receipt_pcs": pcs})
    return site.model_copy(update={"zones": site.zones.model_copy(update={"lan": lan})})


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_an_arrow_for_every_flow_and_none_besides(path: Path) -> None:
    site = load_site(path)
    flows = derive(site).flows

    found = re.findall(r"<g><title>([a-z0-9-]+): ", drawn(site))

    assert found == [flow.id for flow in flows]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_everything_stays_on_the_sheet(path: Path) -> None:
    text = drawn(load_site(path))
    width, height = (int(size) for size in re.findall(r'viewBox="0 0 (\d+) (\d+)"', text)[0])

    assert all(0 <= int(x) <= width for x in re.findall(r'\bx[12]?="(-?\d+)"', text))
    assert all(0 <= int(y) <= height for y in re.findall(r'\by[12]?="(-?\d+)"', text))


def test_arrows_of_hours_and_grants_are_dashed() -> None:
    site = load_site(CONFIGS[0].with_name("after-hours.yaml"))
    groups = re.findall(r"<g><title>([a-z0-9-]+): .*?</g>", drawn(site))
    dashed = re.findall(r"<g><title>([a-z0-9-]+): [^<]*</title><line [^>]*stroke-dasharray", drawn(site))

    assert set(groups) - set(dashed) == {"claim-wan-claim-system"}
    assert "18:30-21:00 月火水木金" in drawn(site)


def test_a_hospital_is_drawn_with_a_few_of_its_pcs_and_their_number(site: Site) -> None:
    assert site.zones.lan
    pc = site.zones.lan.receipt_pcs[0]
    lan: IpNetwork = site.zones.lan.addresses[0].network
    pcs = tuple(pc.model_copy(update={"name": f"PC{number}", "address": lan}) for number in range(200))

    text = drawn(with_pcs(site, pcs))

    assert f"ほか {200 - HOSTS_MAX}" in text
    assert len(re.findall(r">PC\d+<", text)) == HOSTS_MAX


def test_a_site_with_no_flow_at_all_is_still_a_picture(site: Site) -> None:
    policy = replace(derive(site), flows=())

    assert "若葉クリニック" in picture(site, policy, ports(site), "en")


def test_names_are_escaped(site: Site) -> None:
    assert site.zones.lan
    pc = site.zones.lan.receipt_pcs[0].model_copy(update={"name": "<b>&"})

    assert "&lt;b&gt;&amp;" in drawn(with_pcs(site, (pc,)))
