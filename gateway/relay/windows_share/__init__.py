"""The people's folders as a Windows share: Debian's smbd, run as the relay's own user, on the LAN addresses only.

smbd has no right but port 445: no root, and in its mount namespace only the folders people may see, those they may only
read mounted read-only (systemd/claim-gateway-share.service). What it must not do, the kernel refuses.
"""
