"""E-mail against real servers: aiosmtpd with STARTTLS, implicit TLS and passwords, and our own stand-in."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monctl.errors import UsageError
from monctl.resource import SecretRef
from monctl.runner.message import Message
from monctl.runner.notifiers.letter import address, letter
from monctl.runner.notifiers.mail import Mail
from monctl.runner.notifiers.notifier import Again, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.template import Rendered, Templates
from monctl.runner.standins.mail import MailStandin

ANA, RUI = "ana@example.com", "rui@example.com"
PASSWORD = "correct-h0rse"


@dataclass
class Inbox:
    """What aiosmtpd's controller gives mail to; answers as told."""

    answers: dict[str, str] = field(default_factory=dict)
    """`RCPT <address>` or `DATA` → answer instead of its own, once."""
    taken: list[tuple[list[str], bytes]] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.answers.pop(f"RCPT {to}", "250 ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(to)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.answers.pop("DATA", "250 kept")
        if answer.startswith("250"):
            self.taken.append((list(envelope.rcpt_tos), envelope.content or b""))  # type: ignore[arg-type]  # bytes unless decode_data is set
        return answer


class Serving(Controller):
    """Takes a free port, and knows which once it serves."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types there


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _authenticated(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"monctl", PASSWORD.encode()), handled=False)


@pytest.fixture
def serve(inbox: Inbox, certificate: Path) -> Iterator[Callable[..., int]]:
    """Starts a server; gives its port."""
    running: list[Serving] = []

    def start(tls: str = "none", *, password: bool = False) -> int:
        more: dict[str, Any] = {"authenticator": _authenticated, "auth_required": True} if password else {}
        if tls == "starttls":
            more |= {"tls_context": _context(certificate), "require_starttls": True}
        running.append(
            Serving(inbox, hostname="127.0.0.1", port=0, ssl_context=_context(certificate) if tls == "implicit" else None, **more)
        )
        running[-1].start()
        return int(running[-1].port)

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def sends(tools: Callable[..., Tools], receiver: Callable[..., Receiver]) -> Callable[..., Any]:
    """Sends a message so many times; gives what became of each attempt."""

    def run(message: Message, *, to: tuple[str, ...] = (ANA,), times: int = 1, templates: Any = None, **smtp: object) -> list[Any]:
        async def work() -> list[Any]:
            given = {"host": "127.0.0.1", "tls": "none", "sender": "monctl@example.com", **smtp}
            mail = Mail(tools({"env:PASSWORD": PASSWORD}, smtp=given, templates=templates or {}))
            found = [await mail.send(receiver("email", to=to), message, {}) for _ in range(times)]
            await mail.close()
            return found

        return asyncio.run(work())

    return run


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_every_way_of_tls_delivers(
    tls: str, serve: Callable[..., int], sends: Callable[..., Any], inbox: Inbox, certificate: Path, message: Callable[[str], Message]
) -> None:
    port = serve(tls, password=tls == "starttls")
    login = {"user": "monctl", "password": SecretRef("env:PASSWORD")} if tls == "starttls" else {}

    assert sends(message("firing"), to=(ANA, RUI), port=port, tls=tls, ca=str(certificate), **login) == [Sent()]
    ((to, content),) = inbox.taken
    assert to == [ANA, RUI]
    assert b"Auto-Submitted: auto-generated" in content


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_nobody_vouches_for_gets_no_mail(
    tls: str, serve: Callable[..., int], sends: Callable[..., Any], inbox: Inbox, message: Callable[[str], Message]
) -> None:
    (became,) = sends(message("firing"), port=serve(tls), tls=tls)

    assert became == Again("the mail server (the-email) cannot be reached: its certificate is not trusted (self-signed certificate)")
    assert inbox.taken == []


def test_a_server_without_starttls_gets_no_mail(
    serve: Callable[..., int], sends: Callable[..., Any], inbox: Inbox, message: Callable[[str], Message]
) -> None:
    (became,) = sends(message("firing"), port=serve("none"), tls="starttls")

    assert became == Again("the mail server (the-email) cannot be reached: it offers no STARTTLS")
    assert inbox.taken == []


def test_a_wrong_password_is_refused_and_not_shown(
    serve: Callable[..., int], sends: Callable[..., Any], certificate: Path, message: Callable[[str], Message]
) -> None:
    port = serve("starttls", password=True)
    (became,) = sends(message("firing"), port=port, tls="starttls", ca=str(certificate), user="monctl", password="wr0ng")

    assert isinstance(became, Refused)
    assert became.why.startswith("the mail server (the-email) answered 535: ")
    assert became.why.endswith("; check user and password")
    assert "wr0ng" not in became.why


@pytest.mark.parametrize(
    ("answers", "became"),
    [
        ({"DATA": "451 try later"}, Again("the mail server (the-email) answered 451: try later")),
        ({"DATA": "554 spam"}, Refused("the mail server (the-email) answered 554: spam; check the sender and the addresses")),
        ({f"RCPT {ANA}": "450 busy"}, Again("the mail server (the-email) answered 450: busy")),
        (
            {f"RCPT {ANA}": "550 no such user"},
            Refused("the mail server (the-email) answered 550: no such user; check the sender and the addresses"),
        ),
    ],
)
def test_what_the_server_answers_decides_about_trying_again(
    answers: dict[str, str],
    became: object,
    serve: Callable[..., int],
    sends: Callable[..., Any],
    inbox: Inbox,
    message: Callable[[str], Message],
) -> None:
    inbox.answers = answers

    assert sends(message("firing"), port=serve()) == [became]


def test_a_second_attempt_goes_to_those_who_have_it_not(
    serve: Callable[..., int], sends: Callable[..., Any], inbox: Inbox, message: Callable[[str], Message]
) -> None:
    inbox.answers = {f"RCPT {RUI}": "450 busy"}

    assert sends(message("firing"), to=(ANA, RUI), port=serve(), times=2) == [
        Again("the mail server (the-email) answered 450: busy"),
        Sent(),
    ]
    assert [to for to, _ in inbox.taken] == [[ANA], [RUI]]
    assert inbox.taken[0][1] == inbox.taken[1][1]


def test_one_wrong_address_of_two_is_no_refusal(
    serve: Callable[..., int], sends: Callable[..., Any], inbox: Inbox, message: Callable[[str], Message]
) -> None:
    inbox.answers = {f"RCPT {RUI}": "550 no such user"}

    assert sends(message("firing"), to=(ANA, RUI), port=serve()) == [Sent()]


def test_a_server_that_hangs_up_while_it_takes_the_mail_may_have_it(
    sends: Callable[..., Any], message: Callable[[str], Message], tools: Callable[..., Tools], receiver: Callable[..., Receiver]
) -> None:
    class Rude(MailStandin):
        async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for line in (b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"354 go"):
                writer.write(line + b"\r\n")
                await writer.drain()
                await reader.readline()

    async def work() -> Any:
        rude = Rude()
        await rude.start()
        mail = Mail(tools(smtp={"host": rude.host, "port": rude.port, "tls": "none", "sender": "monctl@example.com"}))
        became = await mail.send(receiver("email", to=(ANA,)), message("firing"), {})
        await rude.stop()
        return became

    assert asyncio.run(work()) == Again("the mail server (the-email) did not confirm: it hung up", unknown=True)


def test_nobody_listening_is_tried_again(sends: Callable[..., Any], message: Callable[[str], Message]) -> None:
    (became,) = sends(message("firing"), port=1)

    assert became == Again("the mail server (the-email) cannot be reached: connection refused")


@pytest.mark.parametrize(
    ("smtp", "fault"),
    [
        ({"host": ""}, "no mail server is set: 'host' is missing"),
        ({"sender": None}, "no mail server is set: 'sender' is missing"),
        ({"tls": "maybe"}, "the mail server's 'tls' is not one"),
        ({"port": "smtp"}, "the mail server's 'port' is not one"),
        ({"host": "mail.example.com", "user": "a", "password": "b"}, "the mail server's password would travel in clear"),
        ({"sender": "nobody"}, "an e-mail address is not one"),
        ({"tls": "implicit", "ca": "/nowhere.pem"}, "the mail server's 'ca' is not a file of certificates"),
    ],
)
def test_wrong_settings_are_refused_with_a_way_out(
    smtp: dict[str, object], fault: str, sends: Callable[..., Any], message: Callable[[str], Message]
) -> None:
    (became,) = sends(message("firing"), **smtp)

    assert isinstance(became, Refused)
    assert became.why.startswith(f"the-email: {fault}; ")


def test_our_stand_in_takes_mail_as_well(
    tools: Callable[..., Tools], receiver: Callable[..., Receiver], message: Callable[[str], Message]
) -> None:
    async def work() -> MailStandin:
        standin = MailStandin()
        await standin.start()
        mail = Mail(tools(smtp={"host": standin.host, "port": standin.port, "tls": "none", "sender": "Monitoring <monctl@example.com>"}))
        assert await mail.send(receiver("email", to=(ANA,)), message("firing"), {}) == Sent()
        await standin.stop()
        return standin

    (mailed,) = asyncio.run(work()).received
    assert (mailed.sender, mailed.to) == ("monctl@example.com", (ANA,))
    assert mailed.message["From"] == "Monitoring <monctl@example.com>"
    assert mailed.message["Subject"] == "🔴 CRITICAL: Orphaned posts (12 posts, threshold > 10 for 5m)"


def _letter(message: Message, **own: str) -> Any:
    templates = Templates(own)
    return letter(
        message,
        "monctl@example.com",
        [ANA],
        templates.render("title", message),
        templates.render("email.txt", message),
        templates.render("email.html", message),
    )


def test_attempts_are_the_same_bytes_and_messages_of_one_alert_one_thread(message: Callable[[str], Message]) -> None:
    firing, over = message("firing"), replace(message("resolved"), dedup_key="another")

    assert _letter(firing).as_bytes() == _letter(firing).as_bytes()
    assert _letter(firing)["References"] == _letter(over)["References"]
    assert _letter(firing)["Message-ID"] != _letter(over)["Message-ID"]


def test_a_title_with_line_breaks_adds_no_header(message: Callable[[str], Message]) -> None:
    own = {"title": "Down\r\nBcc: everyone@example.com\r\n\r\nbody"}
    made = _letter(replace(message("hostile"), channel="a\r\nBcc: x@y.z"), **own)

    assert made["Bcc"] is None
    assert made["Subject"] == "Down Bcc: everyone@example.com body"


@pytest.mark.parametrize("text", ["ana@example.com\r\nBcc: x@y.z", "ana", "", "a@b@c", "Ana <>", "ãna@example.com"])
def test_what_is_no_address_is_not_written_to(text: str) -> None:
    with pytest.raises(UsageError, match="an e-mail address is not one"):
        address(text)


def test_a_broken_template_is_named_in_both_parts(message: Callable[[str], Message]) -> None:
    made = _letter(message("firing"), **{"email.html": "{{ <b> }}", "title": "{{ x }}"})
    text, page = made.iter_parts()

    assert "The template 'title' is broken ('x' is undefined)" in text.get_content()
    assert "The template &#x27;email.html&#x27; is broken (line 1:" in page.get_content()
    assert (
        letter(message("test"), "m@example.com", [ANA], Rendered("t"), Rendered("x"), Rendered("<p>y", "broken")).get_body(("html",))
        is not None
    )
