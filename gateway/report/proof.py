"""A verdict of the proof for people, as lines, and for machines, as data."""

from collections.abc import Iterator
from typing import Any

from gateway.proof.model import Answer, Counterexample, Judgement, Packet, Step, Theorem, Verdict
from gateway.proof.theorems import THEOREMS
from gateway.report.wording import Lang
from gateway.site.words import one_line

_STATEMENTS_JA = {
    Theorem.T1: "端末セグメントからLANへは、新規・追跡外・不正のいずれの状態でも何も通らない",
    Theorem.T2: "関連パケットは定められたICMPエラーだけが通り、端末からLANへは通らない。ヘルパーは存在しない",
    Theorem.T3: "確立済みのパケットは届出のセッションに沿ってのみ通り、開始側へは応答方向のみ、SYN単独では通らない",
    Theorem.T4: "まだセッションに属さず通るパケットは、届出のセッションの最初のものか、装置自身の維持に要るものだけである",
    Theorem.T5: "届出のセッションは、開いている間、最初から最後まで、応答もエラーも通る",
    Theorem.T6: "端末が装置に求めうるサービスを、装置がLANに求めることはない。よって何も中継されない",
    Theorem.T7: "経路の戻らない送信元と、他のインターフェースのアドレス宛ては、どのインターフェースでも破棄される",
    Theorem.T8: "テーブルはガードなしでもT1を守り、ガードはテーブルの判定なしでもT1を守る。無用の許可はない",
    Theorem.T9: "送信元の変換は届出のとおりにのみ行われ、宛先の変換はどこにもない",
    Theorem.T10: "トンネルで守る宛先との通信は、規則だけでも経路だけでも、トンネルを通るか、まったく通らない",
}
_ANSWERS = {
    "en": {Answer.PROVED: "proved", Answer.DISPROVED: "DISPROVED", Answer.NOT_PROVABLE: "not provable"},
    "ja": {Answer.PROVED: "証明", Answer.DISPROVED: "反証", Answer.NOT_PROVABLE: "証明不能"},
}
_RULE_CHARS = 120
"""Long verdict maps are cut in the table, never in the data."""
_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 58: "icmpv6"}


def verdict_lines(verdict: Verdict, lang: Lang) -> Iterator[str]:
    """The answer, each theorem with its statement, and for what is not proved the reason, the packet and its way.

    A rule's comment is anybody's text: nothing of it moves the reader's cursor.
    """
    return map(one_line, _lines(verdict, lang))


def _lines(verdict: Verdict, lang: Lang) -> Iterator[str]:
    words = _ANSWERS[lang]
    milliseconds = round(verdict.seconds * 1000)
    yield f"{words[verdict.answer]} ({milliseconds} ms)"
    if len({judgement.reason for judgement in verdict.judgements}) == 1 and verdict.reason:
        yield f"  {'理由' if lang == 'ja' else 'why'}: {verdict.reason}"
        return
    for proposition, judgement in zip(THEOREMS, verdict.judgements, strict=True):
        said = _STATEMENTS_JA[judgement.theorem] if lang == "ja" else proposition.STATEMENT
        yield f"  {judgement.theorem:<3} {words[judgement.answer]}: {said}"
        yield from (f"      {line}" for line in _details(judgement, lang))


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """The same for machines (docs/commands.md)."""
    return {
        "verdict": verdict.answer,
        "reason": verdict.reason,
        "seconds": round(verdict.seconds, 3),
        "theorems": [
            {
                "theorem": judgement.theorem,
                "statement": {"en": proposition.STATEMENT, "ja": _STATEMENTS_JA[judgement.theorem]},
                "verdict": judgement.answer,
                "reason": judgement.reason,
                "counterexample": judgement.counterexample and _counterexample(judgement.counterexample),
                "notes": list(judgement.notes),
            }
            for proposition, judgement in zip(THEOREMS, verdict.judgements, strict=True)
        ],
        "findings": [
            {
                "kind": one.kind,
                "what": one.what,
                "why": one.why,
                "todo": one.todo,
                "theorem": one.theorem,
                "verdict": one.answer,
            }
            for one in verdict.findings
        ],
    }


def packet_text(packet: Packet) -> str:
    """A packet in one line: where it comes from and goes to, what it is, and what conntrack says of it."""
    source = _end(packet.iif, str(packet.source), packet.sport)
    target = _end(packet.oif, str(packet.destination), packet.dport)
    kind = _PROTOCOLS.get(packet.protocol, f"protocol {packet.protocol}")
    details = [
        *(packet.tcp_flags or ()),
        *([] if packet.icmp_type is None else [f"type {packet.icmp_type} code {packet.icmp_code}"]),
        *([] if packet.extension is None else [f"extension header {packet.extension}"]),
    ]
    state = " ".join(filter(None, (packet.ct_state, packet.ct_direction)))
    unrouted = "" if packet.source_routed_back or not packet.iif else ", its source is not routed back"
    whence = ", out of IPsec" if packet.decrypted else ""
    return f"{source} → {target}, {' '.join([kind, *details])}, ct {state}, {packet.length} bytes{unrouted}{whence}"


def _details(judgement: Judgement, lang: Lang) -> Iterator[str]:
    ja = lang == "ja"
    if judgement.reason:
        yield f"{'理由' if ja else 'why'}     {judgement.reason}"
    if judgement.counterexample:
        shown = judgement.counterexample
        yield f"{'反例' if ja else 'packet'}  {packet_text(shown.packet)}"
        yield from (f"{'前提' if ja else 'if'}      {one}" for one in shown.packet.assumed)
        yield from (f"{'規則' if ja else 'rule'}    {_step(step)}" for step in shown.steps)
        end = ("通る", "破棄される") if ja else ("gets through", "is dropped")
        yield f"{'結果' if ja else 'end'}     {end[not shown.accepted]}"
    yield from (f"{'注記' if ja else 'note'}    {note}" for note in judgement.notes)


def _step(step: Step) -> str:
    said = step.rule if len(step.rule) <= _RULE_CHARS else f"{step.rule[: _RULE_CHARS - 1]}…"
    return f"{step.chain}{f' {step.handle}' if step.handle else ''}: {said}"


def _end(interface: str, address: str, port: int | None) -> str:
    shown = address if port is None else f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return f"{interface} {shown}" if interface else f"gateway {shown}"


def _counterexample(shown: Counterexample) -> dict[str, Any]:
    packet = shown.packet
    return {
        "packet": {
            "path": packet.path,
            "iif": packet.iif,
            "oif": packet.oif,
            "family": packet.family,
            "source": str(packet.source),
            "destination": str(packet.destination),
            "protocol": packet.protocol,
            "sport": packet.sport,
            "dport": packet.dport,
            "tcp_flags": None if packet.tcp_flags is None else list(packet.tcp_flags),
            "icmp_type": packet.icmp_type,
            "icmp_code": packet.icmp_code,
            "extension": packet.extension,
            "hop_limit": packet.hop_limit,
            "length": packet.length,
            "mark": packet.mark,
            "decrypted": packet.decrypted,
            "ct_state": packet.ct_state,
            "ct_direction": packet.ct_direction,
            "source_routed_back": packet.source_routed_back,
            "destination_type": packet.destination_type,
            "assumed": list(packet.assumed),
        },
        "accepted": shown.accepted,
        "rules": [
            {"table": step.table, "chain": step.chain, "handle": step.handle, "rule": step.rule} for step in shown.steps
        ],
    }
