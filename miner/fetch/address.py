"""Which addresses may be asked: http and https, public machines only, checked again where the connection is made.

A name is resolved here and the connection goes to the very address that was checked, so a DNS answer that changes in
between (rebinding) gains nothing. A host that the settings allow by name is exempt.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from miner.fetch.errors import NotFetched

Resolve = Callable[[str, int], Sequence[str]]
# Clouds answer with credentials here, some of them outside the ranges that Python calls private.
METADATA = frozenset(
    ipaddress.ip_address(a) for a in ("169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)
SHARED = ipaddress.ip_network("100.64.0.0/10")


class Refused(NotFetched):
    """The address is none that may be asked."""

    outcome = "refused"


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system tells them."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def complaint(address: str) -> str | None:
    """What speaks against an IP address, None when it is a public one.

    >>> [complaint(a) for a in ("10.0.0.1", "127.0.0.1", "169.254.169.254", "::ffff:192.168.0.1", "93.184.216.34")]
    ['private', 'loopback', 'metadata', 'private', None]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address inside an IPv6 one is reached all the same.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return complaint(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return complaint(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    rules = (
        ("metadata", ip in METADATA),
        ("loopback", ip.is_loopback),
        ("link-local", ip.is_link_local),
        ("unspecified", ip.is_unspecified),
        ("multicast", ip.is_multicast),
        ("private", ip.is_private or (ip.version == 4 and ip in SHARED)),
        ("reserved", ip.is_reserved or not ip.is_global),
    )
    return next((name for name, broken in rules if broken), None)


class Guard:
    """Says which addresses may be asked. ``allowed`` are hosts ("name" or "name:port") that the settings exempt."""

    def __init__(self, allowed: Collection[str] = (), resolve: Resolve = resolve) -> None:
        self._allowed = {a.strip().lower() for a in allowed if a.strip()}
        self._resolve = resolve

    def exempt(self, host: str, port: int | None) -> bool:
        name = host.lower().strip("[]").rstrip(".")
        return name in self._allowed or f"{name}:{port}" in self._allowed

    def check(self, url: str) -> None:
        """Raise Refused for an address that is none, or whose host is written as a forbidden IP address."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise Refused(f"{url[:200]}: no address. Give one such as https://example.ru/forum.") from None
        if parts.scheme not in ("http", "https") or not host:
            raise Refused(
                f"{url[:200]}: only http and https addresses are asked. Give one such as https://example.ru/."
            )
        if parts.username or parts.password:
            raise Refused(f"{url[:200]}: an address with a password in it isn't asked. Leave name and password out.")
        if self.exempt(host, port or (443 if parts.scheme == "https" else 80)):
            return
        try:
            reason = complaint(host)
        except ValueError:
            return
        if reason:
            raise Refused(_refusal(host, host, reason))

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to. Raises Refused when one of them is forbidden."""
        found = list(self._resolve(host, port))
        if not self.exempt(host, port):
            for address in found:
                if reason := complaint(address):
                    raise Refused(_refusal(host, address, reason))
        return found


def _refusal(host: str, address: str, reason: str) -> str:
    where = host if host == address else f"{host} ({address})"
    return f"{where}: a {reason} address isn't asked. If it is meant, allow the host: fetch.allow_hosts in miner.toml."


def connect(guard: Guard, connection: Any) -> socket.socket:
    """A socket to a checked address of the connection's host; the body of urllib3's ``_new_conn``."""
    from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
    from urllib3.util import connection as urllib3_connection

    host = str(connection._dns_host).strip("[]").rstrip(".")  # noqa: SLF001  # urllib3's own name for it
    try:
        addresses = guard.addresses(host, connection.port)
    except (socket.gaierror, UnicodeError) as error:
        if isinstance(error, socket.gaierror):
            raise NameResolutionError(connection.host, connection, error) from error
        raise NewConnectionError(connection, f"no host name: {host[:80]}") from error
    failure: OSError | None = None
    for address in addresses[:4]:
        try:
            return urllib3_connection.create_connection(
                (address, connection.port), connection.timeout, socket_options=connection.socket_options
            )
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, f"Connection to {connection.host} timed out.") from error
        except OSError as error:
            failure = error
    raise NewConnectionError(connection, f"no connection: {failure or 'the host has no address'}") from failure
