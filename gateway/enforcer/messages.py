"""What the enforcer says."""

from gateway.journal import Level, Message

APPLIED = Message(
    "fae6002b047044fd90ae5bcd5519a054",
    "policy-applied",
    Level.NOTICE,
    "policy applied: {flows} flows, {rules} rules, {changes} changes to the wiring; boot latch lifted: {latch_lifted}",
    "ポリシーを適用しました。フロー{flows}件、規則{rules}件、配線の変更{changes}件、起動時の遮断を解除: {latch_lifted}",
)
REFUSED = Message(
    "cc54d1570eff4b5cb764cd4fbe2354db",
    "policy-refused",
    Level.ERROR,
    "policy not applied: {reason}; restored what was in force before: {restored}",
    "ポリシーを適用できませんでした: {reason}。適用前の状態に戻したか: {restored}",
)
