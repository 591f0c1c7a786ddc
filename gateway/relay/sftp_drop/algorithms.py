"""What the drop server speaks: what today's ssh-audit neither fails nor warns of, with one exception that a site can close.

ssh-audit 3.9 warns of every key exchange a later quantum computer could undo. The only one beyond that which this library has
here is ML-KEM (`mlkem768x25519-sha256`), known to OpenSSH 9.9, PuTTY 0.83 and newer; Debian 12's own clients and most receipt
computers' libraries know X25519 alone. `relay.drop.sftp.post_quantum_only` leaves it out.

Clients choose by their own order (RFC 4253 section 7.1): AES-GCM alone keeps them from counter modes with an HMAC apart, which
cost more processor here.
"""

POST_QUANTUM = ("mlkem768x25519-sha256",)
KEY_EXCHANGES = (*POST_QUANTUM, "curve25519-sha256", "curve25519-sha256@libssh.org")
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
SIGNATURES = (
    "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-512", "rsa-sha2-256",
)  # fmt: skip
"""Of the clients' keys."""
RSA_SIGNATURES = (b"rsa-sha2-512", b"rsa-sha2-256")
"""Of our own RSA key."""
COMPRESSIONS = ("none",)
