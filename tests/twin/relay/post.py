"""The mixed post of a campaign: claims of both payers under the same names, corrections, repeats, returns, what is held."""

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from gateway.relay.places import Places
from gateway.twin.smbd import USER_ID
from tests.claims.synthetic import claim_file, receipt, return_file

CLAIM_SLOTS = tuple(f"{folder}RECEIPT{kind}.UKE" for folder in ("", "社保/", "国保/") for kind in "CSDH")
RETURN_SLOTS = ("RECEIPTC.HEN", "RECEIPTC (1).HEN", "RECEIPTS.HEN", "RECEIPTC.SAH")


@dataclass(frozen=True)
class Letter:
    """One file, put into `slot` of the people's folder or of the terminal's returns; `held`: it must not travel."""

    slot: str
    content: bytes
    returned: bool = False
    held: bool = False


def letters(count: int, chance: random.Random) -> list[Letter]:
    """`count` files: about half claims and their corrections, some put in twice, a quarter returns, a tenth to be held."""
    post: list[Letter] = []
    for number in range(1, count + 1):
        slot = chance.choice(CLAIM_SLOTS)
        kind = chance.random()
        if kind < 0.1 and (sent := [one for one in post if not one.returned and not one.held]):
            post.append(chance.choice(sent[-20:]))
        elif kind < 0.2:
            broken = claim_file(receipt(1, points=number), trailer=None)
            post.append(Letter(slot, broken, held=True))
        elif kind < 0.45:
            post.append(
                Letter(chance.choice(RETURN_SLOTS), return_file(chance.choice("12"), str(number)), returned=True)
            )
        else:
            payer = chance.choice("12")
            content = claim_file(receipt(1, points=number), payer=payer, trailer=f"GO,1,{number},99")
            post.append(Letter(slot, content))
    return post


@dataclass
class Postman:
    """Puts letters in as their slots come free, as staff do who wait until the last file is gone."""

    places: Places
    returns: Path
    waiting: list[Letter]
    put: Counter[bytes] = field(default_factory=Counter)

    def round(self, most: int) -> int:
        """Put in up to `most` letters; how many still wait."""
        held_up = []
        taken: set[Path] = set()
        for letter in self.waiting:
            place = (self.returns if letter.returned else self.places.drop) / letter.slot
            if most and place not in taken and not place.exists():
                self._lay(letter, place)
                most -= 1
            else:
                held_up.append(letter)
            taken.add(place)
        self.waiting = held_up
        return len(held_up)

    def _lay(self, letter: Letter, place: Path) -> None:
        half = place.with_name(f"{place.name}.tmp")
        half.write_bytes(letter.content)
        if letter.returned:
            os.chown(half, USER_ID, USER_ID)
        half.replace(place)
        self.put[letter.content] += 1
