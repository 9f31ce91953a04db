"""A real WordPress with its database, made anew in a folder, as visitors and its owner see it."""

import html
import http.client
import http.cookiejar
import os
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.running import answers, free_port, running

OWNER = "clara"
_PASSWORD = "a long enough password"
_PACKAGES = ("wordpress", "wordpress-theme-twentytwentythree")
_MU_PLUGIN = Path(__file__).with_name("moderation-akismet.php")
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_CONFIGURATION = """<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{socket}' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'AUTH_KEY', 'kept for the length of one proof' );
// The proof says itself when WordPress's schedule is due.
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
// Nothing here speaks with anybody outside of this machine.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', __DIR__ . '/complaints.log' );
{constant}
$table_prefix = 'wp_';
require_once __DIR__ . '/wp-settings.php';
"""


class Missing(Exception):
    """Something that the proof needs is not on this machine; the message says what."""


class Sent(NamedTuple):
    """A comment that a visitor sent, and how long WordPress let them wait."""

    number: int
    text: str
    seconds: float


class Blog:
    """A WordPress that runs."""

    def __init__(self, folder: Path, socket: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._socket = socket
        self._port = port
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._open = urllib.request.build_opener(jar, urllib.request.ProxyHandler({})).open
        self._visitors = count(2)

    def configure(self, server: str | None) -> None:
        """Write wp-config.php with the service's address, or without one."""
        constant = f"define( 'MODERATION_SERVER', '{server}' );" if server else ""
        written = _CONFIGURATION.format(socket=self._socket, constant=constant)
        (self._folder / "wp-config.php").write_text(written)

    def install(self) -> None:
        """Fill in WordPress's own form of five minutes, log in, and publish clean comments at once."""
        form = {
            "weblog_title": "A blog about bread",
            "user_name": OWNER,
            "admin_password": _PASSWORD,
            "admin_password2": _PASSWORD,
            "admin_email": "clara@example.org",
            "blog_public": "0",
            "language": "",
        }
        self.send("/wp-admin/install.php?step=2", form)
        self.read("/wp-login.php")
        page = self.send("/wp-login.php", {"log": OWNER, "pwd": _PASSWORD, "testcookie": "1"})
        if "wp-admin-bar" not in page:
            raise RuntimeError(f"WordPress did not let its owner in:\n{page[:2_000]}")
        self.query(
            "UPDATE wp_options SET option_value = '' WHERE option_name = 'comment_previously_approved'"
        )

    def add_mu_plugin(self) -> None:
        """Copy our file to where WordPress loads it without being asked."""
        folder = self._folder / "wp-content" / "mu-plugins"
        folder.mkdir(exist_ok=True)
        shutil.copy(_MU_PLUGIN, folder)

    def activate_akismet(self) -> None:
        """Press Activate on the page of plugins."""
        page = self.read("/wp-admin/plugins.php")
        found = re.search(r'href="(plugins\.php\?action=activate&[^"]*akismet[^"]*)"', page)
        if not found:
            raise RuntimeError("the page of plugins offers no Akismet to activate")
        self.read(f"/wp-admin/{html.unescape(found[1])}")

    def plugin_version(self) -> tuple[int, ...]:
        """The version of the Akismet plugin."""
        head = (self._folder / "wp-content/plugins/akismet/akismet.php").read_text()
        return _version(r"Version:\s*([\d.]+)", head)

    def wordpress_version(self) -> tuple[int, ...]:
        """The version of WordPress."""
        return _version(
            r"\$wp_version = '([\d.]+)", (self._folder / "wp-includes/version.php").read_text()
        )

    def paste_key(self, key: str) -> str:
        """Paste a key into Akismet's settings, and return the one that it then has."""
        address = "/wp-admin/options-general.php?page=akismet-key-config"
        token = re.search(r'name="_wpnonce" value="([^"]+)"', self.read(address))
        if not token:
            raise RuntimeError("Akismet's settings show no form for a key")
        self.send(address, {"action": "enter-key", "key": key, "_wpnonce": token[1]})
        return self.query("SELECT option_value FROM wp_options WHERE option_name = 'wordpress_api_key'")

    def comment(self, text: str, name: str = "Ben") -> Sent:
        """Comment on the first post as a visitor whom the blog has never seen."""
        visitor = next(self._visitors)
        page = self.read("/?p=1")
        nonce = re.search(r'name="akismet_comment_nonce" value="([^"]+)"', page)
        form = {
            "comment_post_ID": "1",
            "comment_parent": "0",
            "author": name,
            "email": f"visitor{visitor}@example.org",
            "url": "",
            "comment": text,
            "submit": "Post Comment",
            "ak_js": str(int(time.time() * 1000) - 40_000),
            "ak_hp_textarea": "",
            "akismet_comment_nonce": nonce[1] if nonce else "",
        }
        # An address of their own: WordPress lets nobody comment twice in fifteen seconds.
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=60, source_address=(f"127.0.0.{visitor}", 0)
        )
        started = time.monotonic()
        connection.request(
            "POST",
            "/wp-comments-post.php",
            urllib.parse.urlencode(form),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": _BROWSER,
                "Referer": f"{self.address}/?p=1",
                "Accept-Language": "en",
            },
        )
        answer = connection.getresponse()
        said = answer.read().decode("utf-8", "replace")
        seconds = time.monotonic() - started
        connection.close()
        number = re.search(r"#comment-(\d+)$", answer.headers.get("Location", ""))
        if not number:
            raise RuntimeError(f"WordPress did not take a comment: {answer.status} {said[-500:]}")
        return Sent(int(number[1]), text, seconds)

    def state(self, sent: Sent) -> str:
        """What WordPress did with a comment: 1, 0 or spam."""
        return self.query(f"SELECT comment_approved FROM wp_comments WHERE comment_ID = {sent.number}")

    def shows(self, sent: Sent) -> bool:
        """Whether a stranger can read a comment."""
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            f"{self.address}/?p=1", timeout=60
        ) as answer:
            return f'id="comment-{sent.number}"' in answer.read().decode()

    def press(self, action: str, sent: Sent) -> None:
        """Follow a link below a comment in wp-admin: spamcomment or unspamcomment."""
        listed = "spam" if action == "unspamcomment" else "all"
        page = self.read(f"/wp-admin/edit-comments.php?comment_status={listed}")
        wanted = rf"href='(comment\.php\?(?=[^']*\bc={sent.number}&)[^']*action={action}[^']*)'"
        found = re.search(wanted, page.replace('"', "'"))
        if not found:
            raise RuntimeError(f"wp-admin offers no {action} for comment {sent.number}")
        self.read(f"/wp-admin/{html.unescape(found[1])}")

    def check_queue(self) -> None:
        """Press Akismet's button Check for Spam."""
        page = self.read("/wp-admin/edit-comments.php?comment_status=moderated")
        nonce = re.search(r'data-nonce="([^"]+)"', page)
        if not nonce:
            raise RuntimeError("wp-admin shows no button Check for Spam")
        fields = {"action": "akismet_recheck_queue", "offset": "0", "limit": "100", "nonce": nonce[1]}
        self.send("/wp-admin/admin-ajax.php", fields)

    def let_time_pass(self) -> None:
        """Make the plugin's next check of what it holds due now, and run WordPress's schedule."""
        program = (
            "require 'wp-load.php'; $hook = 'akismet_schedule_cron_recheck';"
            "if ( wp_next_scheduled( $hook ) ) {"
            " wp_clear_scheduled_hook( $hook ); wp_schedule_single_event( time() - 1, $hook ); }"
            "delete_transient( 'doing_cron' );"
        )
        environment = {**os.environ, "HTTP_HOST": f"127.0.0.1:{self._port}"}
        subprocess.run(["php", "-r", program], cwd=self._folder, env=environment, check=True)
        self.read("/wp-cron.php")

    def complaints(self) -> list[str]:
        """What PHP said against our own file."""
        log = self._folder / "complaints.log"
        lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
        return [line for line in lines if _MU_PLUGIN.name in line]

    def query(self, statement: str) -> str:
        """Ask the database."""
        return subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self._socket}", "--user=root", "-N", "wordpress"],
            input=statement,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def read(self, path: str) -> str:
        """Read a page as the owner."""
        with self._open(f"{self.address}{path}", timeout=60) as answer:
            return str(answer.read().decode("utf-8", "replace"))

    def send(self, path: str, fields: dict[str, str]) -> str:
        """Send a form as the owner."""
        body = urllib.parse.urlencode(fields).encode()
        with self._open(f"{self.address}{path}", body, timeout=60) as answer:
            return str(answer.read().decode("utf-8", "replace"))


@contextmanager
def running_blog(folder: Path, wordpress: Path | None) -> Iterator[Blog]:
    """Let a WordPress run that was never installed, from Debian's package or from `wordpress`."""
    _check_programs()
    site = folder / "wordpress"
    _unpack(folder, wordpress, site)
    data, socket, port = folder / "database", folder / "database.sock", free_port()
    as_nobody = _as_nobody(site, folder)
    made = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db"]
    made += ["--auth-root-authentication-method=normal"]
    subprocess.run([*as_nobody, *made], check=True, capture_output=True)
    server: list[str | Path] = [*as_nobody, _program("mariadbd"), "--no-defaults", f"--datadir={data}"]
    server += [f"--socket={socket}", "--skip-networking", f"--pid-file={folder / 'database.pid'}"]
    # Without its cache, so that a change of wp-config.php is seen at once.
    php: list[str | Path] = [
        *as_nobody,
        "php",
        "-d",
        "opcache.enable=0",
        "-d",
        "sendmail_path=/bin/true",
    ]
    php += ["-S", f"127.0.0.1:{port}", "-t", site]
    blog = Blog(site, socket, port)
    with running(server, lambda: _speaks(socket), log=folder / "database.log"):
        _administer(socket, "create", "wordpress")
        blog.configure(None)
        with running(
            php,
            lambda: answers(f"{blog.address}/wp-admin/install.php"),
            log=folder / "php.log",
            environment={"PHP_CLI_SERVER_WORKERS": "4"},
        ):
            yield blog


def _check_programs() -> None:
    for name in ("php", "mariadbd", "mariadb", "mariadb-admin", "mariadb-install-db"):
        _program(name)
    modules = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout
    if "mysqli" not in modules:
        raise Missing("PHP has no mysqli; Debian's package php-mysql brings it.")


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if not found:
        raise Missing(
            f"{name} is not installed. On Debian and its kin: "
            "apt-get install php-cli php-mysql mariadb-server-core mariadb-client"
        )
    return found


def _unpack(folder: Path, wordpress: Path | None, site: Path) -> None:
    if wordpress:
        if not (wordpress / "wp-content/plugins/akismet").is_dir():
            raise Missing(f"{wordpress} holds no wp-content/plugins/akismet.")
        shutil.copytree(wordpress, site, symlinks=True)
        return
    if not shutil.which("apt-get"):
        raise Missing("Without apt-get, name an unpacked WordPress: --wordpress FOLDER")
    packages, tree = folder / "packages", folder / "tree"
    packages.mkdir()
    # Unpacked and not installed: this machine keeps its web server as it is.
    fetched = subprocess.run(
        ["apt-get", "download", *_PACKAGES], cwd=packages, capture_output=True, text=True, check=False
    )
    if fetched.returncode:
        raise Missing(
            f"Debian's WordPress could not be fetched; try apt-get update first. {fetched.stderr}"
        )
    for package in packages.iterdir():
        subprocess.run(["dpkg-deb", "--extract", package, tree], check=True)
    shutil.move(tree / "usr/share/wordpress", site)


def _as_nobody(site: Path, folder: Path) -> list[str]:
    """What to put before a command so that no server runs as root; the folder becomes nobody's."""
    if os.geteuid() != 0:
        return []
    folder.chmod(0o755)
    subprocess.run(["chown", "-R", "nobody:nogroup", site, folder], check=True)
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


def _speaks(socket: Path) -> bool:
    try:
        _administer(socket, "ping")
    except subprocess.CalledProcessError:
        return False
    return True


def _administer(socket: Path, *words: str) -> None:
    subprocess.run(
        ["mariadb-admin", "--no-defaults", f"--socket={socket}", "--user=root", *words],
        capture_output=True,
        check=True,
    )


def _version(pattern: str, text: str) -> tuple[int, ...]:
    found = re.search(pattern, text)
    if not found:
        raise RuntimeError("a file of WordPress does not say its version")
    return tuple(int(part) for part in found[1].split("."))
