"""Settings are read once; a wrong one stops the start and names itself."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from moderation import settings


def test_nothing_needs_to_be_set():
    found = settings.read({})

    assert found.where_data_lives() == "sqlite:///instance/moderation.db"
    assert (found.host, found.port, found.models) == ("127.0.0.1", 8000, Path("models"))


def test_what_is_set_is_read_as_what_it_is():
    found = settings.read(
        {
            "MODERATION_DATABASE_URL": "postgresql://ana@db.example.org/comments",
            "MODERATION_MODELS": "/srv/models",
            "MODERATION_PORT": "8080",
            "MODERATION_SECURE_COOKIES": "1",
            "PATH": "/bin",
        }
    )

    assert found.where_data_lives() == "postgresql://ana@db.example.org/comments"
    assert (found.models, found.port, found.secure_cookies) == (Path("/srv/models"), 8080, True)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("MODERATION_PORT", "eighty", "MODERATION_PORT='eighty': Expected `int`"),
        ("MODERATION_PORT", "0", "MODERATION_PORT='0': Expected `int` >= 1"),
        ("MODERATION_WORKERS", "-1", "MODERATION_WORKERS"),
        ("MODERATION_SECURE_COOKIES", "perhaps", "MODERATION_SECURE_COOKIES"),
        ("MODERATION_LOG_FORMAT", "xml", "MODERATION_LOG_FORMAT"),
        ("MODERATION_SECRET_KEY", "short", "MODERATION_SECRET_KEY"),
        ("MODERATION_DATABASE_URL", "moderation.db", "MODERATION_DATABASE_URL"),
        ("MODERATION_DATABASE_URL", "mysql://ana@db.example.org/x", "MODERATION_DATABASE_URL"),
        ("MODERATION_CALLBACK_NETWORKS", "10.0.0.0/8,lan", "MODERATION_CALLBACK_NETWORKS.*'lan'"),
        ("MODERATION_CALLBACK_NETWORKS", "10.0.0.1/8", "MODERATION_CALLBACK_NETWORKS.*host bits set"),
        # A misspelt name must not be passed over in silence.
        ("MODERATION_DATABSE_URL", "sqlite://", "MODERATION_DATABSE_URL is no setting"),
    ],
)
def test_a_wrong_setting_names_itself(name, value, complaint):
    with pytest.raises(settings.BadSettings, match=complaint.replace("`", ".")):
        settings.read({name: value})


def test_networks_are_read_with_commas_between_them():
    found = settings.read({"MODERATION_CALLBACK_NETWORKS": "10.0.0.0/8, ::1/128,"}).callback_networks

    assert ip_address("10.1.2.3") in found
    assert ip_address("::1") in found
    assert ip_address("127.0.0.1") not in found
    assert ip_address("127.0.0.1") not in settings.read({}).callback_networks


def test_the_value_of_a_wrong_secret_is_not_shown():
    with pytest.raises(settings.BadSettings) as told:
        settings.read({"MODERATION_SECRET_KEY": "hush"})

    assert "hush" not in str(told.value)


def test_the_signing_key_is_made_once_and_kept_to_its_owner(tmp_path):
    first = settings.Settings(instance=tmp_path / "new").signing_key()
    second = settings.Settings(instance=tmp_path / "new").signing_key()

    assert first == second
    assert len(first) == 64
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o077 == 0
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["secret_key"]


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe"])
def test_a_spoilt_signing_key_stops_the_start_and_is_named(tmp_path, content):
    (tmp_path / "secret_key").write_bytes(content)

    with pytest.raises(settings.BadSettings, match="secret_key holds no key"):
        settings.Settings(instance=tmp_path).signing_key()


def test_a_signing_key_that_was_set_is_used():
    assert settings.read({"MODERATION_SECRET_KEY": "k" * 32}).signing_key() == "k" * 32


class TestSingleSignOn:
    WHOLE = {  # noqa: RUF012  A constant.
        "MODERATION_OIDC_ISSUER": "https://login.example.org/realms/x",
        "MODERATION_OIDC_CLIENT_ID": "moderation",
        "MODERATION_OIDC_CLIENT_SECRET": "hush",
    }

    def test_it_is_set_by_an_issuer_and_what_the_issuer_knows_us_by(self):
        assert settings.read(self.WHOLE).oidc_issuer == "https://login.example.org/realms/x"
        assert settings.read({**self.WHOLE, "MODERATION_OIDC_ROLE": "reader"}).oidc_role == "reader"

    @pytest.mark.parametrize("missing", ["MODERATION_OIDC_CLIENT_ID", "MODERATION_OIDC_CLIENT_SECRET"])
    def test_half_of_it_stops_the_start(self, missing):
        half = {name: value for name, value in self.WHOLE.items() if name != missing}
        with pytest.raises(settings.BadSettings, match=f"{missing} is needed"):
            settings.read(half)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            # What is sent there without encryption is anybody's.
            ("MODERATION_OIDC_ISSUER", "http://login.example.org"),
            ("MODERATION_OIDC_ISSUER", "http://localhost.example.org"),
            ("MODERATION_OIDC_ISSUER", "login.example.org"),
            ("MODERATION_OIDC_ISSUER", "https://login.example.org?x"),
            # People are made admins by people.
            ("MODERATION_OIDC_ROLE", "admin"),
        ],
    )
    def test_what_cannot_be_is_named(self, name, value):
        with pytest.raises(settings.BadSettings, match=name):
            settings.read({**self.WHOLE, name: value})
