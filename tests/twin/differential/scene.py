"""A sample in a twin under its policy, and the model of what its kernel says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.firewall.nft import Nft
from gateway.proof.case import Case, case_of
from gateway.proof.diagram import Diagrams
from gateway.proof.observe import evidence, observe
from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.samples import CONFIGS


@dataclass(frozen=True)
class Scene:
    twin: Twin

    def case(self) -> Case:
        """The model of the kernel as it is now."""
        site = self.twin.surroundings()
        seen = evidence(self.twin.gateway.call(observe, site), site)
        return case_of(self.twin.site, seen, Diagrams())

    def nft(self, commands: str) -> None:
        def act() -> None:
            with Nft() as nft:
                nft.run(commands)

        self.twin.gateway.call(act)


@contextmanager
def standing(sample: str) -> Iterator[Scene]:
    with Twin(load_site(CONFIGS / f"{sample}.yaml")) as twin:
        twin.apply(twin.desire())
        yield Scene(twin)
