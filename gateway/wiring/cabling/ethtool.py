"""What only the driver of a port knows, by ioctl(2) SIOCETHTOOL: its own name, the speed, and which lamp is its."""

import ctypes
import errno
import fcntl
import os
import socket
import sys

_SIOCETHTOOL = 0x8946  # linux/sockios.h
_GSET, _GDRVINFO, _PHYS_ID = 0x01, 0x03, 0x1C  # ETHTOOL_…, linux/ethtool.h
_NAME_BYTES = 16  # IFNAMSIZ
_SETTINGS_BYTES, _SPEED_LOW, _SPEED_HIGH = 44, 12, 28  # struct ethtool_cmd
_DRIVER_BYTES, _DRIVER = 196, 4  # struct ethtool_drvinfo: the name follows the command word
_DRIVER_NAME_BYTES = 32
_UNKNOWN_SPEEDS = (0, 0xFFFF, 0xFFFFFFFF)  # SPEED_UNKNOWN, in 16 bits and in 32


class CannotBlink(Exception):
    """The port has no lamp that can be asked for, or is not there. One line, with what to do."""


class _Request(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char * _NAME_BYTES), ("data", ctypes.c_void_p), ("rest", ctypes.c_char * 16))


def driver(port: str) -> str:
    """The driver's name; empty if it does not say."""
    answer = _asked(port, _GDRVINFO, _DRIVER_BYTES)
    name = answer[_DRIVER : _DRIVER + _DRIVER_NAME_BYTES].split(b"\0")[0] if answer else b""
    return name.decode("ascii", "replace")


def speed_mbits(port: str) -> int | None:
    """Megabits a second, as agreed with the other end; None without a cable, or if the driver does not say."""
    answer = _asked(port, _GSET, _SETTINGS_BYTES)
    if not answer:
        return None
    low, high = (int.from_bytes(answer[at : at + 2], sys.byteorder) for at in (_SPEED_LOW, _SPEED_HIGH))
    found = low | high << 16
    return None if found in _UNKNOWN_SPEEDS else found


def blink(port: str, seconds: int) -> None:
    """Let the port's lamp blink; returns when it has. Raises CannotBlink."""
    try:
        _call(port, _PHYS_ID, seconds.to_bytes(4, sys.byteorder))
    except OSError as error:
        if error.errno == errno.ENODEV:
            raise CannotBlink(f"no such port: {port}. `claim-gateway ports` lists them") from error
        if error.errno == errno.EOPNOTSUPP:
            raise CannotBlink(
                f"{port}: its driver blinks no lamp. pull the cable and watch `claim-gateway ports --watch`"
            ) from error
        raise CannotBlink(f"{port}: {os.strerror(error.errno or 0)}. run it as root") from error


def _asked(port: str, command: int, size: int) -> bytes:
    """The driver's answer; empty if it has none to this question."""
    try:
        return _call(port, command, bytes(size - 4))
    except OSError:
        return b""


def _call(port: str, command: int, value: bytes) -> bytes:
    content = command.to_bytes(4, sys.byteorder) + value
    buffer = ctypes.create_string_buffer(content, len(content))
    request = _Request(os.fsencode(port)[: _NAME_BYTES - 1], ctypes.addressof(buffer))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        fcntl.ioctl(line, _SIOCETHTOOL, request)
    return buffer.raw
