"""The keys between the house and the fake providers, made at the first start into the stack's state. Never in git.

Google's side: a service account, whose token endpoint is local. Apple's: a provider key, and a CA of its own for TLS.
"""

import datetime as dt
import ipaddress
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PROJECT = "backchannel-local"
CLIENT_EMAIL = f"push@{PROJECT}.iam.gserviceaccount.com"
APNS_TEAM = "LOCALTEAM1"
APNS_KEY = "LOCALKEY01"
APNS_TOPIC = "chat.backchannel.local"
HOST = "127.0.0.1"
LIFE = dt.timedelta(days=3650)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class KeyFiles:
    folder: Path

    @property
    def service_account(self) -> Path:
        """What Google gives to the house."""
        return self.folder / "service-account.json"

    @property
    def service_account_public(self) -> Path:
        return self.folder / "service-account-public.pem"

    @property
    def apns_key(self) -> Path:
        """What Apple gives to the house."""
        return self.folder / "apns-key.p8"

    @property
    def apns_public(self) -> Path:
        return self.folder / "apns-public.pem"

    @property
    def ca(self) -> Path:
        """Whom the house trusts to say who Apple is."""
        return self.folder / "ca.pem"

    @property
    def server(self) -> Path:
        """The server's certificate and its key."""
        return self.folder / "server.pem"


def make_keys(folder: Path, token_uri: str) -> KeyFiles:
    """Make what is not there yet; all or nothing, so that a crash leaves nothing half made."""
    if not folder.exists():
        partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, mode=0o700)
        _google(KeyFiles(partial), token_uri)
        _apple(KeyFiles(partial))
        partial.rename(folder)
    return KeyFiles(folder)


def _google(files: KeyFiles, token_uri: str) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    files.service_account_public.write_bytes(_public(key))
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "local",
        "private_key": _private(key).decode(),
        "client_email": CLIENT_EMAIL,
        "client_id": "1",
        "token_uri": token_uri,
    }
    files.service_account.write_text(json.dumps(account, indent=2))


def _apple(files: KeyFiles) -> None:
    provider = ec.generate_private_key(ec.SECP256R1())
    files.apns_key.write_bytes(_private(provider))
    files.apns_public.write_bytes(_public(provider))
    ca_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name, server_name = _name("fake-push CA"), _name("fake-push")
    ca = _certificate(ca_name, ca_name, ca_key, ca_key, is_ca=True)
    server = _certificate(server_name, ca_name, server_key, ca_key, is_ca=False)
    files.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    files.server.write_bytes(server.public_bytes(serialization.Encoding.PEM) + _private(server_key))


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    builder = builder.add_extension(authority, critical=False)
    if is_ca:
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        builder = builder.add_extension(usage, critical=True)
    else:
        names = [x509.IPAddress(ipaddress.ip_address(HOST)), x509.DNSName("localhost"), x509.DNSName("fake-push")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(by, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _private(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
