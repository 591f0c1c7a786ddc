from gateway.journal.catalogue import journal_table, systemd_catalog
from gateway.journal.message import Level, Message, Todo

FULL = Message(
    "0123456789abcdef0123456789abcdef",
    "SHELF_FULL",
    Level.WARNING,
    "{shelf} is full",
    "{shelf} は満杯です",
    todo=Todo("Empty {shelf}, or write {{mac: …}}.", "{shelf} を空にするか {{mac: …}} と書いてください。"),
)
GONE = Message("f" * 32, "GONE", Level.INFO, "gone", "消えました", todo=Todo("Look.", "見てください。"))


def test_an_entry_as_systemd_reads_it_with_the_journals_own_fields() -> None:
    assert systemd_catalog([FULL], "en") == (
        "-- 0123456789abcdef0123456789abcdef\n"
        "Subject: @CLAIM_GATEWAY_SHELF@ is full\n"
        "Defined-By: claim-gateway\n"
        "\n"
        "What to do: Empty @CLAIM_GATEWAY_SHELF@, or write {mac: …}.\n"
        "\n"
        "All of them: journalctl CLAIM_GATEWAY_MESSAGE=SHELF_FULL\n"
        "\n"
    )


def test_the_other_language_is_another_file_with_the_same_ids() -> None:
    text = systemd_catalog([FULL], "ja")

    assert text.startswith(f"-- {FULL.id}\nSubject: @CLAIM_GATEWAY_SHELF@ は満杯です\n")
    assert "対応: @CLAIM_GATEWAY_SHELF@ を空にする" in text


def test_entries_stand_by_name_so_that_a_new_one_moves_no_other() -> None:
    assert systemd_catalog([FULL, GONE], "en") == systemd_catalog([GONE, FULL], "en")


def test_for_people_it_is_a_chapter_for_each_room_with_both_languages() -> None:
    text = journal_table({"relay": [FULL, GONE]})

    assert text.startswith("### relay\n\n**GONE** · info · `ffff")
    assert "> {shelf} is full\n\nEmpty {shelf}, or write {mac: …}.\n" in text
    assert "> {shelf} は満杯です\n" in text
