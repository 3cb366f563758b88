"""What becomes of a message at a real mail server, for better and for worse."""

import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from activities.mail.smtp import Accepted, Courier, Later, Outcome, Refused, Unreachable
from tests.mail_server import PostOffice

HEAD, OTHER = "head@school.example", "other@school.example"


def letter(id: str = "<e.head.1@office.example>") -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = id
    message["Subject"] = "EAS-K7QX4MZ-R"
    message.set_content("Annwyl bennaeth,\n.\n..a line that begins with dots\n", cte="quoted-printable")
    return message


def sent(office: PostOffice, to: str = HEAD, **more: object) -> Outcome:
    with Courier(office.server(**more)) as courier:  # type: ignore[arg-type]
        return courier.send(letter(), to)


def test_an_accepted_message_arrives_whole() -> None:
    with PostOffice() as office:
        assert sent(office) == Accepted()
    ((address, message),) = office.taken
    assert address == HEAD
    assert message.get_content().splitlines() == letter().get_content().splitlines()


def test_one_connection_carries_many_messages_also_past_a_refused_one() -> None:
    with PostOffice(refuses={OTHER}) as office, Courier(office.server()) as courier:
        outcomes = [courier.send(letter(), to) for to in (HEAD, OTHER, HEAD)]
    assert outcomes == [Accepted(), Refused("550 5.1.1"), Accepted()]


def test_a_refusal_is_kept_by_its_code_and_never_by_words_that_repeat_the_address() -> None:
    with PostOffice(refuses={HEAD}) as office:
        outcome = sent(office)
    assert outcome == Refused("550 5.1.1")
    assert HEAD not in repr(outcome)


def test_who_is_asked_to_come_again_does_and_is_let_in() -> None:
    with PostOffice(later={HEAD: 1}) as office:
        assert sent(office) == Later("451 4.7.1")
        assert sent(office) == Accepted()


def test_a_message_that_the_server_will_not_have_is_refused() -> None:
    with PostOffice(refuses_all="552 5.3.4 too big") as office:
        assert sent(office) == Refused("552 5.3.4")


@pytest.mark.parametrize("fault", ["drops", "loses_answers"])
def test_a_connection_that_breaks_in_the_message_is_no_delivery_and_the_next_attempt_is(fault: str) -> None:
    with PostOffice() as office, Courier(office.server()) as courier:
        setattr(office, fault, 1)
        assert courier.send(letter(), HEAD) == Unreachable("the mail server closed the connection")
        assert courier.send(letter(), HEAD) == Accepted()
    assert set(office.ids) == {"<e.head.1@office.example>"}
    assert len(office.ids) == (2 if fault == "loses_answers" else 1)


def test_a_server_that_is_down_is_not_reached_and_one_that_is_back_is() -> None:
    office = PostOffice()
    assert sent(office) == Unreachable("the mail server cannot be reached: Connection refused")
    with office:
        assert sent(office) == Accepted()


def test_a_server_that_falls_silent_is_left_after_a_while() -> None:
    with PostOffice(hangs=True) as office:
        assert sent(office, timeout=0.2) == Unreachable("the mail server does not answer in time")


def test_a_server_without_encryption_is_told_nothing_where_encryption_is_asked_for() -> None:
    with PostOffice() as office:
        outcome = sent(office, encryption="starttls")
    assert outcome == Unreachable("the mail server offers no STARTTLS or no login")
    assert not office.taken


def test_an_encrypted_connection_is_only_made_to_whom_a_certificate_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, certificate = _certificate(tmp_path, "localhost")
    with PostOffice(tls=context) as office:
        stranger = sent(office, encryption="starttls")
        assert isinstance(stranger, Unreachable)
        assert "certificate" in stranger.why.lower()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        other_name = sent(office, encryption="starttls")
        assert isinstance(other_name, Unreachable)
        server = office.server("starttls")
        with Courier(type(server)("localhost", server.port, "starttls", server.sender)) as courier:
            assert courier.send(letter(), HEAD) == Accepted()


def test_a_login_that_is_refused_says_so_and_shows_no_password() -> None:
    with PostOffice(login=("office", "right")) as office:
        wrong = sent(office, user="office", password="wrong-password")
        assert wrong == Unreachable("the mail server refuses our login (535)")
        assert sent(office, user="office", password="right") == Accepted()
    assert "wrong-password" not in repr(office.server(user="office", password="wrong-password"))


def _certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own making for that name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "server.crt", folder / "server.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return context, certificate
