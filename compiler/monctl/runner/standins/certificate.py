"""Certificates for stand-ins that speak HTTPS under other people's names: an authority that nobody but the rehearsal trusts."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME: a rehearsal has a time of its own. https://docs.openssl.org/master/man3/X509_VERIFY_PARAM_set_flags/ (read 2026-11-21)"""


class Authority:
    """Signs one certificate at a time, for all names there are. Keys are in `folder` for as long as it is there."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self._folder = folder
        self._names = sorted(set(names)) or ["localhost"]
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._own = self._signed(self._key, "monctl stand-ins", datetime(2100, 1, 1, tzinfo=UTC), authority=True)
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        """For a server; `renew` first."""

    def client(self) -> ssl.SSLContext:
        """Trusts this authority and no other, at any time."""
        context = ssl.create_default_context(cadata=self._own.public_bytes(serialization.Encoding.PEM).decode())
        context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
        return context

    def renew(self, until: datetime) -> None:
        """From now on the server shows a certificate that ends then."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(key, self._names[0], until, authority=False)
        path = self._folder / "certificate.pem"
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
        self.server.load_cert_chain(path)

    def _signed(self, key: ec.EllipticCurvePrivateKey, name: str, until: datetime, *, authority: bool) -> x509.Certificate:
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "monctl stand-ins")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]))
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(until - timedelta(days=36_500 if authority else 90))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if not authority:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in self._names]), critical=False)
        return builder.sign(self._key, hashes.SHA256())
