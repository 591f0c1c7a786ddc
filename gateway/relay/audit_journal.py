"""The chain's head in the journal: what is noted outside the ledger's file is what makes the chain evidence."""

from gateway.journal import tell
from gateway.relay import ledger_messages
from gateway.relay.chain import Head
from gateway.relay.ledger import Ledger


def note_head(ledger: Ledger) -> Head:
    """Tell the journal where the chain ends now. The daemon does so at the start and once a day. Raises LedgerError."""
    head = ledger.head()
    tell(ledger_messages.HEAD, head=str(head))
    return head
