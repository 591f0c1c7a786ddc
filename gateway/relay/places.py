"""Where the relay keeps things below the state directory, all on one mount so that taking a file is one rename.

relay/ledger.sqlite3
relay/spool/<parcel id>
relay/decisions/<parcel id>.json
relay/【厳秘】請求ゲートウェイ/                                    what people see
    お知らせ.txt 請求/{社保,国保} 配達済み/ 返戻/ 保留/{承認/{who may release},却下}
"""

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gateway.relay import durable

PEOPLE = "【厳秘】請求ゲートウェイ"
CLAIMS = "請求"
DELIVERED = PurePosixPath(PEOPLE, "配達済み")
RETURNS = PurePosixPath(PEOPLE, "返戻")
HELD = PurePosixPath(PEOPLE, "保留")
READY_MADE = ("社保", "国保")
SPOOL = "spool"
DECISIONS = "decisions"
APPROVED = "承認"
REJECTED = "却下"
BOARD = PurePosixPath(PEOPLE, "お知らせ.txt")


@dataclass(frozen=True, slots=True)
class Places:
    """The relay's folders below the gateway's `state` directory."""

    state: Path

    @property
    def root(self) -> Path:
        """Everything of the relay."""
        return self.state / "relay"

    @property
    def spool(self) -> Path:
        """One file for each parcel, named by its id."""
        return self.root / SPOOL

    @property
    def ledger(self) -> Path:
        """The SQLite file."""
        return self.root / "ledger.sqlite3"

    @property
    def lock(self) -> Path:
        """Held by the one relay that may write here."""
        return self.root / "lock"

    @property
    def decisions(self) -> Path:
        """Where commands lay down what a person decided of held parcels."""
        return self.root / DECISIONS

    @property
    def drop(self) -> Path:
        """請求: where people put claim files."""
        return self.root / PEOPLE / CLAIMS

    @property
    def delivered(self) -> Path:
        """配達済み: copies of what lies on the terminal, each with its slip."""
        return self.root / DELIVERED

    @property
    def returns(self) -> Path:
        """返戻: what came back."""
        return self.root / RETURNS

    @property
    def held(self) -> Path:
        """保留: what waits for a person."""
        return self.root / HELD

    def prepare(self, releasers: tuple[str, ...] = ()) -> None:
        """Make what is missing, for the relay's user alone; 承認 has a folder for each of `releasers`. Raises OSError."""
        durable.make_root(self.root)
        root = durable.open_root(self.root)
        try:
            wanted = [(SPOOL,), (DECISIONS,), DELIVERED.parts, RETURNS.parts]
            wanted += [(*HELD.parts, APPROVED), (*HELD.parts, REJECTED)]
            wanted += [(*HELD.parts, APPROVED, name) for name in releasers]
            wanted += [(PEOPLE, CLAIMS, payer) for payer in READY_MADE]
            for parts in wanted:
                with durable.folder(root, parts, create=True):
                    continue
        finally:
            os.close(root)
