"""What the enforcer says."""

from gateway.journal import Level, Message

APPLIED = Message(
    "fae6002b047044fd90ae5bcd5519a054",
    "POLICY_APPLIED",
    Level.NOTICE,
    "policy in force: {flows} flows, {rules} rules; differences removed: {changes}; connections cut: {cut}; boot latch: {latch}",
    "ポリシーが有効です。フロー{flows}件、規則{rules}件、解消した差異{changes}件、切断した接続{cut}件、起動時の遮断: {latch}",
)
REFUSED = Message(
    "cc54d1570eff4b5cb764cd4fbe2354db",
    "POLICY_REFUSED",
    Level.ERROR,
    "policy not applied: {reason}; {state}",
    "ポリシーを適用できませんでした: {reason}。{state}",
)
