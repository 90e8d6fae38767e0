"""Pages are asked for politely, within limits, and every request leaves a line."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import threading

import pytest
from serving import Clock, Site

from miner.fetch import (
    Busy,
    Closed,
    Disallowed,
    Fetcher,
    Gone,
    LoginNeeded,
    Policy,
    Refused,
    Unreachable,
    Unreadable,
    Validator,
)

LOCAL = ("127.0.0.1",)


class Asking:
    """A fetcher on a clock that costs no time, with its ledger."""

    def __init__(self, **policy):
        self.clock = Clock()
        self.ledger = []
        extra = {name: policy.pop(name) for name in ("hour", "resolve") if name in policy}
        made = Policy(**{"allow_hosts": LOCAL, "timeout": 5.0} | policy)
        self.fetcher = Fetcher(made, ledger=self.ledger.append, clock=self.clock, sleep=self.clock.sleep, **extra)

    def get(self, url, **options):
        return self.fetcher.get(url, **options)

    @property
    def outcomes(self):
        return [entry.outcome for entry in self.ledger]


@pytest.fixture
def site():
    with Site({"/": "да", "/a": "а", "/b": "б", "/closed/x": "x"}) as made:
        yield made


def test_a_page_and_its_line(site):
    asking = Asking(contact="mailto:a@example.ru", basis="открытые данные")
    assert asking.get(site.url + "/").data == "да".encode()
    line = asking.ledger[-1]
    assert (line.url, line.outcome, line.status, line.size, line.robots, line.basis) == (
        site.url + "/",
        "fetched",
        200,
        4,
        "none",
        "открытые данные",
    )
    assert site.requests[0].headers["User-Agent"] == "miner/0.1 (+mailto:a@example.ru)"


# robots.txt ----------------------------------------------------------------------------------------------------------


def test_robots_are_obeyed_and_asked_once(site):
    site.robots = "User-agent: *\nDisallow: /closed"
    asking = Asking()
    with pytest.raises(Disallowed, match=r"robots\.txt forbids it"):
        asking.get(site.url + "/closed/x")
    asking.get(site.url + "/a")
    assert site.asked == ["/a"]
    assert asking.outcomes == ["fetched", "robots", "fetched"]


def test_our_own_name_in_robots(site):
    site.robots = "User-agent: miner\nDisallow: /\n\nUser-agent: *\nAllow: /"
    with pytest.raises(Disallowed):
        Asking().get(site.url + "/a")


def test_robots_can_be_left_aside_by_a_setting(site):
    site.robots = "User-agent: *\nDisallow: /"
    asking = Asking(robots=False)
    asking.get(site.url + "/a")
    assert asking.ledger[-1].robots == "ignored"


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False)])
def test_robots_that_are_missing_or_broken(site, status, allowed):
    """As RFC 9309 has it: what can't be had for the client's sake allows, what the server fails at forbids."""
    site.robots = (status, {}, "")
    asking = Asking()
    if allowed:
        asking.get(site.url + "/a")
    else:
        with pytest.raises(Disallowed, match="can't be read"):
            asking.get(site.url + "/a")


def test_the_target_of_a_redirect_obeys_robots_too(site):
    site.robots = "User-agent: *\nDisallow: /closed"
    site.pages["/go"] = (302, {"Location": "/closed/x"}, "")
    with pytest.raises(Disallowed):
        Asking().get(site.url + "/go")


# Pace ----------------------------------------------------------------------------------------------------------------


def test_one_request_per_delay(site):
    asking = Asking(delay=2.0)
    for path in ("/", "/a", "/b"):
        asking.get(site.url + path)
    assert asking.clock.slept == [2.0, 2.0, 2.0]


def test_the_crawl_delay_of_the_host_wins(site):
    site.robots = "User-agent: *\nCrawl-delay: 7"
    asking = Asking(delay=1.0)
    asking.get(site.url + "/")
    asking.get(site.url + "/a")
    assert asking.clock.slept[-1] == 7.0


def test_threads_wait_for_one_another(site):
    """A host is asked one thing at a time, however many ask."""
    busy, most = [], []

    def slow(_request):
        busy.append(1)
        most.append(len(busy))
        threading.Event().wait(0.02)
        busy.pop()
        return "да"

    site.pages |= {f"/{n}": slow for n in range(6)}
    asking = Asking(delay=0.0)
    threads = [threading.Thread(target=asking.get, args=(f"{site.url}/{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 6
    assert max(most) == 1


def test_allowed_hours(site):
    asking = Asking(hours=(22, 6), hour=lambda: 12)
    with pytest.raises(Closed, match="only asked from 22 to 6"):
        asking.get(site.url + "/")
    assert Asking(hours=(22, 6), hour=lambda: 3).get(site.url + "/").status == 200


def test_budgets(site):
    asking = Asking(pages=3)
    asking.get(site.url + "/")
    asking.get(site.url + "/a")
    with pytest.raises(Closed, match="budget of 3 requests"):
        asking.get(site.url + "/b")
    site.pages["/big"] = "x" * 2**20
    asking = Asking(total_bytes=2**20)
    asking.get(site.url + "/big")
    with pytest.raises(Closed, match="budget of 1 MB"):
        asking.get(site.url + "/a")


# Patience ------------------------------------------------------------------------------------------------------------


def failing(times, status=503, headers=None):
    left = [times]

    def answer(_request):
        if left[0]:
            left[0] -= 1
            return (status, headers or {}, "later")
        return "да"

    return answer


def test_a_server_in_trouble_gets_time(site):
    site.pages["/x"] = failing(2)
    asking = Asking(delay=0.0)
    assert asking.get(site.url + "/x").status == 200
    assert asking.outcomes[1:] == ["status 503", "status 503", "fetched"]
    assert 1.0 <= asking.clock.slept[0] <= asking.clock.slept[1]


def test_retry_after_is_kept(site):
    site.pages["/x"] = failing(1, 429, {"Retry-After": "17"})
    asking = Asking(delay=0.0)
    asking.get(site.url + "/x")
    assert asking.clock.slept == [17.0]


def test_retry_after_that_takes_too_long(site):
    site.pages["/x"] = failing(1, 503, {"Retry-After": "3600"})
    with pytest.raises(Busy, match="asks to wait 3600 s"):
        Asking().get(site.url + "/x")


def test_a_storm_of_errors_ends_the_visit(site):
    site.pages["/x"] = (500, {}, "")
    asking = Asking(delay=0.0)
    for _ in range(3):
        with pytest.raises(Unreachable, match="answers 500"):
            asking.get(site.url + "/x")
    with pytest.raises(Closed, match="12 failures in a row"):
        asking.get(site.url + "/x")
    assert len(site.asked) == 12


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, Gone, "no such page"),
        (410, Gone, "410"),
        (451, Gone, "legal"),
        (401, LoginNeeded, "Ask the owner"),
        (403, LoginNeeded, "closed to guests"),
    ],
)
def test_pages_that_are_not_to_be_had(site, status, error, words):
    site.pages["/x"] = (status, {}, "")
    asking = Asking()
    with pytest.raises(error, match=words):
        asking.get(site.url + "/x")
    assert asking.outcomes[-1] == f"status {status}"


# Caching -------------------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_sent_again(site):
    def answer(request):
        if request.headers.get("If-None-Match") == '"7"' and request.headers.get("If-Modified-Since") == "then":
            return (304, {"Content-Length": "0"}, "")
        return (200, {"ETag": '"7"', "Last-Modified": "then"}, "да")

    site.pages["/x"] = answer
    asking = Asking(delay=0.0)
    first = asking.get(site.url + "/x")
    assert first.validator == Validator('"7"', "then")
    again = asking.get(site.url + "/x", validator=first.validator)
    assert (again.unchanged, again.data) == (True, b"")
    assert asking.outcomes[-1] == "unchanged"


# Limits --------------------------------------------------------------------------------------------------------------


def test_a_page_that_is_too_large(site):
    site.pages["/x"] = "x" * 2_000_000
    with pytest.raises(Unreadable, match="larger than 1 MB"):
        Asking(max_bytes=2**20).get(site.url + "/x")


def test_a_page_without_end(site):
    def endless(request):
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        while True:
            request.wfile.write(b"x" * 65536)

    site.pages["/x"] = endless
    with pytest.raises(Unreadable, match="larger than 1 MB"):
        Asking(max_bytes=2**20).get(site.url + "/x")


def test_a_gzip_bomb(site):
    """Eighty megabytes of nothing in eighty kilobytes are dropped while they unpack."""
    site.pages["/x"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(80 * 2**20)))
    with pytest.raises(Unreadable, match="larger than 10 MB"):
        Asking().get(site.url + "/x")


def test_broken_packing(site):
    site.pages["/x"] = (200, {"Content-Encoding": "gzip"}, b"this is no gzip")
    with pytest.raises(Unreadable, match="packing is broken"):
        Asking().get(site.url + "/x")


def test_what_is_no_page(site):
    site.pages["/x"] = (200, {"Content-Type": "image/png"}, b"png")
    with pytest.raises(Unreadable, match="image/png is no page"):
        Asking().get(site.url + "/x")


def test_redirects_in_a_circle(site):
    site.pages |= {"/x": (302, {"Location": "/y"}, ""), "/y": (302, {"Location": "/x"}, "")}
    with pytest.raises(Unreadable, match="in a circle"):
        Asking().get(site.url + "/x")
    assert len(site.asked) == 2


def test_redirects_without_end(site):
    site.pages |= {f"/{n}": (301, {"Location": f"/{n + 1}"}, "") for n in range(20)}
    with pytest.raises(Unreadable, match="in a circle"):
        Asking().get(site.url + "/0")
    assert len(site.asked) == 6


def test_a_cut_connection(site):
    def cut(request):
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        request.wfile.write(b"half")
        request.close_connection = True

    site.pages["/x"] = cut
    asking = Asking(retries=1)
    with pytest.raises(Unreachable, match="connection failed"):
        asking.get(site.url + "/x")
    assert asking.outcomes[1:] == ["unreachable"] * 2


def test_a_server_that_stalls():
    """Nothing comes: after the time-out the page is given up."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(8)
        asking = Asking(timeout=0.2, retries=0, robots=False)
        with pytest.raises(Unreachable, match="no answer within"):
            asking.get(f"http://127.0.0.1:{deaf.getsockname()[1]}/")


def test_nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match="connection failed"):
        Asking(robots=False, retries=0).get(f"http://127.0.0.1:{port}/")


def test_a_name_that_does_not_exist():
    def nowhere(_host, _port):
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(Unreachable, match="no such host"):
        Asking(robots=False, retries=0, resolve=nowhere).get("http://no-such-host.example.ru/")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=127.0.0.1", "-days", "1"],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("openssl makes the certificate for this test")
    return folder


def test_a_certificate_nobody_trusts(certificate):
    with Site({"/": "да"}) as site:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
        site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
        with pytest.raises(Unreachable, match="its certificate isn't trusted"):
            Asking(robots=False, retries=0).get(site.url.replace("http:", "https:") + "/")


def test_a_certificate_out_of_date(tmp_path):
    """Also when whoever signed it is trusted; the ledger tells the reason."""
    import datetime as dt
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def certificate(name, key, signer, signing, days, *more):
        subject, issuer = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, n)]) for n in (name, signer))
        begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        end = begin + dt.timedelta(days)
        made = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), begin, end)
        for extension in more:
            made = made.add_extension(extension, critical=True)
        return made.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    root, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    uses = dict.fromkeys(
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement encipher_only decipher_only".split(),
        False,
    )
    authority = (
        x509.BasicConstraints(ca=True, path_length=None),
        x509.KeyUsage(**uses, key_cert_sign=True, crl_sign=True),
    )
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    (tmp_path / "root.pem").write_bytes(certificate("root", root, "root", root, 36_500, *authority))
    (tmp_path / "cert.pem").write_bytes(certificate("127.0.0.1", key, "root", root, 90, host))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(key.private_bytes(*form))
    with Site({"/": "да"}) as site:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
        site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
        asking = Asking(robots=False, retries=0)
        asking.fetcher._open_session().verify = str(tmp_path / "root.pem")
        with pytest.raises(Unreachable, match="its certificate is out of date"):
            asking.get(site.url.replace("http:", "https:") + "/")
    assert "Tell the owner" in asking.ledger[-1].note


# The guard -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://10.1.2.3/", "http://192.168.0.1/", "http://169.254.169.254/latest/",
        "http://[::1]/", "http://[fe80::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://100.64.1.1/",
        "http://2130706433/", "http://127.1/", "http://0x7f.0.0.1/", "http://[64:ff9b::7f00:1]/", "http://224.0.0.1/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(url):
    """Also those written in ways that only the resolver understands."""
    asking = Asking(allow_hosts=(), retries=0, robots=False)
    with pytest.raises(Refused, match="address isn't asked"):
        asking.get(url)
    assert asking.outcomes == ["refused"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.ru/",
        "file:///etc/passwd",
        "gopher://x/",
        "javascript:alert(1)",
        "http://",
        "http://[",
        "http://user:pw@example.ru/",
    ],
)
def test_only_plain_web_addresses(url):
    with pytest.raises(Refused):
        Asking().get(url)


def test_a_name_that_points_inside():
    asking = Asking(allow_hosts=(), retries=0, robots=False, resolve=lambda host, port: ["10.0.0.7"])
    with pytest.raises(Refused, match=r"inside\.example\.ru \(10\.0\.0\.7\): a private address"):
        asking.get("http://inside.example.ru/")


def test_an_answer_that_changes_gains_nothing(site):
    """The connection goes to the address that was checked, and every connection is checked."""
    answers = iter([["127.0.0.1"], ["93.184.216.34"]])
    asking = Asking(allow_hosts=(), retries=0, robots=False, resolve=lambda host, port: next(answers))
    with pytest.raises(Refused, match="loopback"):
        asking.get(site.url.replace("127.0.0.1", "rebind.example.ru") + "/")
    assert site.asked == []


def test_one_bad_address_among_good_ones_is_enough():
    asking = Asking(allow_hosts=(), retries=0, robots=False, resolve=lambda host, port: ["93.184.216.34", "::1"])
    with pytest.raises(Refused, match="loopback"):
        asking.get("http://mixed.example.ru/")


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "file:///etc/passwd", "ftp://example.ru/"],
)
def test_redirects_are_guarded(site, target):
    site.pages["/go"] = (302, {"Location": target}, "")
    with pytest.raises(Refused):
        Asking().get(site.url + "/go")


def test_a_host_is_allowed_by_name_and_port(site):
    port = site.url.rpartition(":")[2]
    assert Asking(allow_hosts=(f"127.0.0.1:{port}",)).get(site.url + "/").status == 200
    with pytest.raises(Refused):
        Asking(allow_hosts=("127.0.0.1:1",)).get(site.url + "/")


def test_a_proxy_of_the_environment_is_not_used(site, monkeypatch):
    """A proxy would connect for us, past the guard."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    assert Asking().get(site.url + "/").status == 200


def test_a_key_in_an_address_is_not_written_down(site):
    site.pages["/api"] = (404, {}, "")
    asking = Asking(robots=False)
    with pytest.raises(Gone) as raised:
        asking.get(site.url + "/api?key=secret", secret=True)
    assert "secret" not in str(raised.value) + str(asking.ledger)
