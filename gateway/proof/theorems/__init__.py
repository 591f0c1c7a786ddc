"""The theorems, one module each. Each reads like its statement: what may never happen, and for which packets to look."""

from collections.abc import Sequence

from gateway.proof.case import Proposition
from gateway.proof.theorems import t1, t2, t3, t4, t5, t6, t7, t8, t9, t10

THEOREMS: Sequence[Proposition] = (t1, t2, t3, t4, t5, t6, t7, t8, t9, t10)
