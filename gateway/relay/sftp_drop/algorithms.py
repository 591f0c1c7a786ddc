"""What the drop server speaks: nothing that ssh-audit warns of, and something for every client of docs/exams.md.

The order is the server's wish; the client's decides (RFC 4253 section 7.1). AES-GCM costs less processor than ChaCha20 here. The
counter modes are for libraries without GCM; they go with encrypt-then-MAC only (CVE-2023-48795 does not touch them, but strict
key exchange is offered all the same).
"""

KEY_EXCHANGES = ("mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org")
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes128-ctr")
MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
SIGNATURES = (
    "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-512", "rsa-sha2-256",
)  # fmt: skip
"""Of the clients' keys."""
RSA_SIGNATURES = (b"rsa-sha2-512", b"rsa-sha2-256")
"""Of our own RSA key."""
COMPRESSIONS = ("none",)
