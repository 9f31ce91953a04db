"""A service on each database that speaks Akismet, and a site on it for each test."""

import uuid

import pytest
from sqlalchemy import select

from moderation import intake, sites
from moderation.store.tables import Comment
from tests.conftest import add_site, on_each_database
from tests.web.akismet.asking import Blog

PUBLIC_URL = "https://moderation.example.org/"


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    """A database of each kind, and the address of a service on it."""
    with on_each_database(request, tmp_path_factory, public_url=PUBLIC_URL) as found:
        yield found


@pytest.fixture
def database(service):
    """The service's database."""
    return service[0]


@pytest.fixture
def blog(service):
    """A blog with a key of its own."""
    return _new_blog(*service)


@pytest.fixture
def other_blog(service):
    """A second blog on the same service."""
    return _new_blog(*service)


@pytest.fixture
def site(database, blog):
    """The blog, as the service knows it."""
    with database.reading() as session:
        return sites.by_key(session, blog.key)


@pytest.fixture
def stored(database, site):
    """What is stored for the blog: all comments with their decisions, the oldest first."""

    def read() -> list[Comment]:
        with database.reading() as session:
            ids = session.scalars(
                select(Comment.external_id).where(Comment.site_id == site.id).order_by(Comment.id)
            ).all()
            return [intake.latest(session, site, one) for one in ids]

    return read


def _new_blog(database, address):
    key = uuid.uuid4().hex[:12]
    add_site(database, f"blog-{key}", key)
    return Blog(address, key, f"https://blog-{key}.example.org")
