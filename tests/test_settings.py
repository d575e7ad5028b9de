import base64
import os
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from evenhand.errors import BadSecret, BadUsage
from evenhand.settings import Settings, database_file, load_secret, read_serving, read_settings, without_password

SECRET: Final = bytes(range(200, 232))
BASE64: Final = base64.urlsafe_b64encode(SECRET).decode()
NOTHING: Final[Mapping[str, str]] = {}

posix_only: Final = pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "desk.db.secret"


def kept_in(file: Path, text: str = "") -> Settings:
    return Settings(database="sqlite:///desk.db", secret_file=file, secret_text=text)


def put(file: Path, text: str, mode: int = 0o600) -> Settings:
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return kept_in(file)


# --- the database


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("desk.db", "sqlite:///desk.db"),
        ("data/desk", "sqlite:///data/desk"),
        ("/srv/desk.db", "sqlite:////srv/desk.db"),
        ("sqlite:///desk.db", "sqlite:///desk.db"),
        ("sqlite:////srv/desk.db", "sqlite:////srv/desk.db"),
        (r"C:\desk.db", r"sqlite:///C:\desk.db"),
        ("postgresql://ann:pw@db.example.com:5433/desk", "postgresql+psycopg://ann:pw@db.example.com:5433/desk"),
        ("postgres://ann@db/desk?sslmode=require", "postgresql+psycopg://ann@db/desk?sslmode=require"),
        ("PostgreSQL:///desk", "postgresql+psycopg:///desk"),
        ("postgresql+psycopg://postgres@/desk?host=/run/pg", "postgresql+psycopg://postgres@/desk?host=/run/pg"),
    ],
)
def test_a_database_is_said_as_a_file_or_as_an_address(said: str, meant: str) -> None:
    assert read_settings(said, NOTHING).database == meant


@given(st.text(st.sampled_from("aä %#&+.=é日"), min_size=1, max_size=12))
def test_a_file_of_any_name_is_the_file_that_is_opened(name: str) -> None:
    url = read_settings(f"./{name}", NOTHING).database
    assert make_url(url).database == f"./{name}"
    assert database_file(url) == Path(f"./{name}")


def test_the_option_goes_before_the_environment_and_that_before_this_folder() -> None:
    environ = {"EVENHAND_DATABASE": "theirs.db"}
    assert read_settings("mine.db", environ).database == "sqlite:///mine.db"
    assert read_settings(None, environ).database == "sqlite:///theirs.db"
    assert read_settings(None, {"EVENHAND_DATABASE": ""}).database == "sqlite:///evenhand.db"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("", "is no file"),
        ("data/", "is no file"),
        (":memory:", "is no file"),
        ("sqlite:///:memory:", "is no file"),
        ("sqlite:///", "is no file"),
        ("sqlite://desk.db", "Say sqlite:///desk.db"),
        ("sqlite:desk.db", "Say sqlite:///desk.db"),
        ("sqlite:///desk.db?mode=ro", "no question mark"),
        ("what?.db", "no question mark"),
        ("mysql://db/desk", r"no way to keep the desk in 'mysql://…'\. Give a file"),
        ("postgress://db/desk", "no way to keep the desk in 'postgress://…'"),
        ("postgresql+asyncpg://db/desk", "no way to keep the desk"),
        ("postgresql:desk", "no way to keep the desk"),
        ("postgresql://db", "names no database"),
        ("postgresql://db/?sslmode=require", "names no database"),
    ],
)
def test_what_is_no_database_is_refused_with_what_to_write(said: str, problem: str) -> None:
    with pytest.raises(BadUsage, match=f"^--database: .*{problem}"):
        read_settings(said, NOTHING)


def test_a_mistake_in_the_environment_is_told_by_its_name() -> None:
    with pytest.raises(BadUsage, match=r"^EVENHAND_DATABASE: "):
        read_settings(None, {"EVENHAND_DATABASE": "mysql://db/desk"})


@pytest.mark.parametrize("said", ["mysql://ann:s3cret@db/desk", "postgresql://ann:s3cret@db", "ann:s3cret@db/desk"])
def test_no_complaint_repeats_a_password(said: str) -> None:
    with pytest.raises(BadUsage) as raised:
        read_settings(said, NOTHING)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://ann:s3/c:r@et@db:5432/desk", "postgresql+psycopg://ann:***@db:5432/desk"),
        ("postgresql+psycopg://ann@db:5432/desk", "postgresql+psycopg://ann@db:5432/desk"),
        ("postgresql+psycopg:///desk?password=s3cret&user=ann", "postgresql+psycopg:///desk?password=***&user=ann"),
        ("sqlite:///desk.db", "sqlite:///desk.db"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


# --- where the master secret is


@pytest.mark.parametrize(
    ("database", "environ", "file"),
    [
        ("desk.db", {}, "desk.db.secret"),
        ("/srv/a%b.db", {}, "/srv/a%b.db.secret"),
        ("postgresql://db/desk", {}, "evenhand.secret"),
        ("desk.db", {"EVENHAND_SECRET_FILE": "/run/secrets/evenhand"}, "/run/secrets/evenhand"),
        ("postgresql://db/desk", {"EVENHAND_SECRET_FILE": ""}, "evenhand.secret"),
    ],
)
def test_the_secret_lies_beside_the_database_unless_it_is_said(
    database: str, environ: dict[str, str], file: str
) -> None:
    assert read_settings(database, environ).secret_file == Path(file)


def test_the_environment_goes_before_the_file_and_needs_none(file: Path) -> None:
    settings = read_settings("desk.db", {"EVENHAND_SECRET": BASE64, "EVENHAND_SECRET_FILE": str(file)})
    assert load_secret(settings, create=True) == SECRET
    assert not file.exists()


@pytest.mark.parametrize(
    "text",
    [BASE64, BASE64.rstrip("="), base64.b64encode(SECRET).decode(), SECRET.hex(), SECRET.hex().upper(), f" {BASE64}\n"],
)
def test_a_secret_may_be_written_in_base64_or_hexadecimal(file: Path, text: str) -> None:
    assert load_secret(read_settings(None, {"EVENHAND_SECRET": text}), create=False) == SECRET
    assert load_secret(put(file, text), create=False) == SECRET


@pytest.mark.parametrize("text", ["password", BASE64[:-4], BASE64 + "AAAA", "g" * 64, "é" * 43, "!" * 44, "A" * 5000])
def test_what_is_no_secret_is_refused_and_not_repeated(file: Path, text: str) -> None:
    with pytest.raises(BadSecret, match=r"^EVENHAND_SECRET: .*not 32 bytes.*personal data") as raised:
        load_secret(kept_in(file, text), create=True)
    assert text not in str(raised.value)
    with pytest.raises(BadSecret, match=r"desk\.db\.secret: .*not 32 bytes"):
        load_secret(put(file, text), create=True)


def test_an_empty_file_is_no_secret_and_is_left_alone(file: Path) -> None:
    with pytest.raises(BadSecret, match="not 32 bytes"):
        load_secret(put(file, ""), create=True)
    assert file.read_bytes() == b""


def test_settings_show_neither_the_secret_nor_the_password() -> None:
    shown = repr(read_settings("postgresql://ann:s3cret@db/desk", {"EVENHAND_SECRET": BASE64}))
    assert shown == "Settings(database='postgresql+psycopg://ann:***@db/desk', secret_file='evenhand.secret')"


# --- the file of the master secret


def test_a_secret_is_made_once_and_then_kept(file: Path) -> None:
    secret = load_secret(kept_in(file), create=True)
    assert len(secret) == 32
    assert load_secret(kept_in(file), create=True) == load_secret(kept_in(file), create=False) == secret
    assert list(file.parent.iterdir()) == [file]


@posix_only
def test_a_secret_that_is_made_is_for_its_owner_only(file: Path) -> None:
    load_secret(kept_in(file), create=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_all_who_start_at_the_same_time_have_the_same_secret(file: Path) -> None:
    together = Barrier(8)

    def start(_: int) -> bytes:
        together.wait(timeout=30)
        return load_secret(kept_in(file), create=True)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(start, range(8)))) == 1
    assert list(file.parent.iterdir()) == [file]


def test_two_databases_have_two_secrets(tmp_path: Path) -> None:
    secrets = {load_secret(kept_in(tmp_path / name), create=True) for name in ("a.secret", "b.secret")}
    assert len(secrets) == 2


def test_a_missing_secret_says_what_is_lost_and_is_not_made_up(file: Path) -> None:
    with pytest.raises(BadSecret, match=r"no master secret.*personal data.*cannot be read.*EVENHAND_SECRET"):
        load_secret(kept_in(file), create=False)
    assert not file.exists()


def test_a_secret_for_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadSecret, match="Make the folder first"):
        load_secret(kept_in(tmp_path / "nowhere" / "x.secret"), create=True)


def test_a_folder_is_no_secret(tmp_path: Path) -> None:
    with pytest.raises(BadSecret, match="is a directory"):
        load_secret(kept_in(tmp_path), create=False)


@posix_only
@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o777])
def test_a_secret_that_everybody_can_get_at_is_refused_with_the_cure(file: Path, mode: int) -> None:
    with pytest.raises(BadSecret) as raised:
        load_secret(put(file, BASE64, mode), create=False)
    assert str(raised.value).endswith(f"Run chmod 600 {file}")
    assert BASE64 not in str(raised.value)


@posix_only
@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440])
def test_a_secret_may_be_shared_with_a_group(file: Path, mode: int) -> None:
    assert load_secret(put(file, BASE64, mode), create=False) == SECRET


def test_how_the_desk_is_served_is_shown_without_the_mail_server_s_password() -> None:
    serving = read_serving({"EVENHAND_SMTP": "smtp://ann:s3cret@mail.example.com/?from=a@example.com"})
    assert (serving.smtp.startswith("smtp://ann:"), "s3cret" in repr(serving)) == (True, False)
