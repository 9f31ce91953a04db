"""Sites have keys that are shown once."""

import pytest

from moderation import sites
from moderation.names import BadName
from tests.conftest import KEY, START


class TestKeys:
    def test_a_new_key_is_long_and_only_its_hash_is_stored(self, database):
        with database.writing() as session:
            site, key = sites.add(session, "blog", "https://blog.example.org/", now=START)

            assert len(key) == 12
            assert key not in vars(site).values()
            assert sites.by_key(session, key) == site

    @pytest.mark.parametrize("key", ["0123456789ab", "A" * 40])
    def test_an_owner_may_bring_the_key_that_his_plugin_has(self, database, key):
        with database.writing() as session:
            _, kept = sites.add(session, "blog", "https://blog.example.org/", key=key, now=START)

        assert kept == key

    @pytest.mark.parametrize("key", ["", "0123456789a", "not hexadecimal", "a" * 129])
    def test_a_key_that_is_easy_to_guess_is_refused(self, database, key):
        with database.writing() as session, pytest.raises(sites.WeakKey):
            sites.add(session, "blog", "https://blog.example.org/", key=key, now=START)

    def test_a_key_belongs_to_one_site(self, database, site):
        with database.writing() as session, pytest.raises(sites.KeyTaken):
            sites.add(session, "other", "https://other.example.org/", key=KEY, now=START)

    def test_a_rotated_key_opens_nothing_any_more(self, database, site):
        with database.writing() as session:
            sites.keep_akismet_key(session, site, KEY)
            new = sites.rotate(session, site, by="somebody", now=START)
            session.commit()

        with database.reading() as session:
            assert sites.by_key(session, KEY) is None
            found = sites.by_key(session, new)
            assert (found.id, found.akismet_key) == (site.id, None)

    @pytest.mark.parametrize("name", ["", "  ", " blog", "a" * 101, "two\nlines", "nul\0", "\x1b[31m"])
    def test_a_name_is_one_printable_line(self, database, name):
        with database.writing() as session, pytest.raises(BadName):
            sites.add(session, name, "https://blog.example.org/", now=START)

    @pytest.mark.parametrize("url", ["", "blog", "ftp://x", "https://", "https://" + "a" * 3_000])
    def test_an_address_is_one(self, database, url):
        with database.writing() as session, pytest.raises(sites.BadAddress):
            sites.add(session, "blog", url, now=START)

    def test_a_name_belongs_to_one_site(self, database, site):
        with database.writing() as session, pytest.raises(sites.NameTaken):
            sites.add(session, "blog", "https://other.example.org/", now=START)


class TestOwnAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "https://blog.example.org",
            "http://blog.example.org/wp-json/akismet/v1/webhook",
            "https://BLOG.Example.org:8443/?rest_route=/a@b",
            "https://blog.example.org#top",
        ],
    )
    def test_what_is_on_its_host_is_the_sites_own(self, site, address):
        assert sites.is_own_address(site, address)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "blog.example.org",
            "//blog.example.org/",
            "ftp://blog.example.org/",
            "https://example.org/",
            "https://www.blog.example.org/",
            "https://blog.example.org.evil.example/",
            # What two readers could take for different hosts.
            "https://blog.example.org@evil.example/",
            "https://evil.example@blog.example.org/",
            "https://evil.example\\@blog.example.org/",
            "https://blog.example.org\\.evil.example/",
            "https://blog.example.org:pass@evil.example/",
            "https://blog.example.org:/",
            "https://blog.example.org /",
            "https://blog.example.org/\n",
            "https://[",
            "https://blog.example.org/" + "a" * 2_000,
        ],
    )
    def test_anything_else_is_not(self, site, address):
        assert not sites.is_own_address(site, address)

    def test_a_site_whose_own_host_cannot_be_told_owns_nothing(self, database):
        with database.writing() as session:
            odd, _ = sites.add(session, "odd", "https://ana@blog.example.org/", now=START)

        assert not sites.is_own_address(odd, "https://ana@blog.example.org/")
