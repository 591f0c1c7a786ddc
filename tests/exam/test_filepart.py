"""What WinSCP does with a file of more than 100 KiB: X.filepart, the time set, closed, then renamed; cut off, it goes on."""

import asyncio

import asyncssh
import pytest

from tests.exam.conftest import Exam

pytestmark = pytest.mark.exam


def test_filepart_rename_and_resume(exam: Exam) -> None:
    content = (exam.claims / "R3.UKE").read_bytes()

    async def transfer(files: asyncssh.SFTPClient, name: str, start: int, flags: int) -> None:
        part = f"/請求/{name}.filepart"
        async with files.open(part, flags, encoding=None, block_size=None) as file:
            for at in range(start, len(content), 32_768):
                await file.write(content[at : at + 32_768], at)
            await file.utime(times=(1_700_000_000, 1_700_000_000))
        await files.utime(part, (1_700_000_000, 1_700_000_000))
        await files.rename(part, f"/請求/{name}")

    async def session() -> None:
        new = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC
        async with await exam.drop.connect() as connection, connection.start_sftp_client() as files:
            await transfer(files, "WINSCP.UKE", 0, new)
            async with files.open("/請求/RESUMED.UKE.filepart", new, encoding=None, block_size=None) as file:
                await file.write(content[:50_000], 0)
        async with await exam.drop.connect() as connection, connection.start_sftp_client() as files:
            assert (await files.stat("/請求/RESUMED.UKE.filepart")).size == 50_000
            await transfer(files, "RESUMED.UKE", 50_000, asyncssh.FXF_WRITE)

    asyncio.run(session())

    assert exam.taken("WINSCP.UKE") == exam.taken("RESUMED.UKE") == content
