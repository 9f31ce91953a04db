"""Where lists look, what each kind finds there, and which lines an owner is told to mend."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation.draft import Author, Draft
from moderation.judgement import judge
from moderation.rules import (
    BadEntry,
    BadScope,
    Case,
    EntryList,
    History,
    ListKind,
    Mode,
    Policy,
    Scope,
    catch_alls,
    shipped_lists,
)
from moderation.rules import patterns as limits
from moderation.rules.entries import read
from moderation.rules.lists import (
    listed_domains,
    listed_networks,
    listed_patterns,
    listed_terms,
    unsearched_patterns,
)
from moderation.rules.words import forms
from moderation.text import normalise
from moderation.verdict import Action
from tests.judging.making import Scorer, by, case, domains, found_by_lists, marked, patterns, terms
from tests.text.making import texts

ANA = {
    "name": "Ana Casino",
    "email": "ana.casino@mail.example.org",
    "url": "https://casino-ana.example.net/",
    "ip": "203.0.113.77",
    "user_agent": "Mozilla/5.0 (compatible; RobotOne/2.1)",
}

SEARCHED = tuple(scope for scope in Scope if scope is not Scope.AUTHOR)


def listed(
    kind: ListKind, *entries: str, scopes: tuple[Scope, ...] = (), mode: Mode = Mode.LIVE
) -> EntryList:
    lines = "\n".join(entries)
    return EntryList.parse("mine", kind, Action.REVIEW, lines, scopes=scopes, mode=mode)


def fragments(*entries: str, scopes: tuple[Scope, ...] = ()) -> EntryList:
    return listed(ListKind.FRAGMENTS, *entries, scopes=scopes)


def sentences(judged: Case) -> list[str]:
    return [signal.message for signal in found_by_lists(judged)]


class TestScopes:
    @pytest.mark.parametrize(
        ("kind", "scopes"),
        [
            (ListKind.TERMS, (Scope.TEXT,)),
            (ListKind.PATTERNS, (Scope.TEXT,)),
            (ListKind.DOMAINS, (Scope.URL,)),
            (ListKind.NETWORKS, (Scope.IP,)),
            (ListKind.FRAGMENTS, SEARCHED),
        ],
    )
    def test_a_kind_looks_where_its_owner_would_expect(self, kind, scopes):
        assert listed(kind, "127.0.0.1").scopes == scopes

    def test_the_order_in_which_scopes_are_given_does_not_matter(self):
        found = listed(ListKind.TERMS, "a", scopes=(Scope.IP, Scope.TEXT, Scope.IP))

        assert found.scopes == (Scope.TEXT, Scope.IP)

    @pytest.mark.parametrize(
        ("kind", "scope"),
        [
            (ListKind.DOMAINS, Scope.TEXT),
            (ListKind.DOMAINS, Scope.IP),
            (ListKind.NETWORKS, Scope.TEXT),
            (ListKind.NETWORKS, Scope.URL),
            # An id is compared whole, or whoever registers as “ana2” would pass for ana.
            (ListKind.FRAGMENTS, Scope.AUTHOR),
            (ListKind.PATTERNS, Scope.AUTHOR),
            (ListKind.DOMAINS, Scope.AUTHOR),
        ],
    )
    def test_a_kind_that_finds_nothing_there_is_refused(self, kind, scope):
        with pytest.raises(BadScope, match=f"cannot look at {scope}, only at"):
            listed(kind, "127.0.0.1", scopes=(scope,))

    @pytest.mark.parametrize("kind", [ListKind.TERMS, ListKind.FRAGMENTS, ListKind.PATTERNS])
    @pytest.mark.parametrize(
        ("scope", "entry", "place"),
        [
            (Scope.NAME, "casino", " in the author's name"),
            (Scope.EMAIL, "casino", " in the e-mail address"),
            (Scope.URL, "casino", " in a web address"),
            (Scope.USER_AGENT, "mozilla", " in the browser's name"),
            (Scope.IP, "113", " in the IP address"),
        ],
    )
    def test_a_list_looks_where_it_is_told_to_and_says_where_it_found_it(
        self, kind, scope, entry, place
    ):
        looking = by(listed(kind, entry, scopes=(scope,)), **ANA)
        elsewhere = tuple(
            other for other in SEARCHED if other not in {scope, Scope.NAME, Scope.EMAIL, Scope.URL}
        )
        looking_away = by(listed(kind, entry, scopes=elsewhere), **ANA)

        assert sentences(looking) == [f"On the list mine: “{entry}”{place}."]
        assert sentences(looking_away) == []

    def test_links_in_the_text_are_web_addresses_and_are_marked(self):
        judged = by(
            listed(ListKind.TERMS, "casino", scopes=(Scope.URL,)),
            text="A casino; see http://www.casino.example.com/x and http://ana.example.com/.",
        )

        (signal,) = found_by_lists(judged)

        assert marked(judged, signal) == ["http://www.casino.example.com/x"]

    def test_an_entry_that_is_found_in_several_places_is_named_once(self):
        judged = by(
            listed(ListKind.TERMS, "casino", scopes=SEARCHED),
            text="casino http://casino.example.com/",
            **ANA,
        )

        assert sentences(judged) == ["On the list mine: “casino”."]

    def test_a_disguised_name_is_read_as_people_read_it(self):
        judged = by(listed(ListKind.TERMS, "casino", scopes=(Scope.NAME,)), name="ＣＡＳ\u200bＩＮＯ")

        assert len(sentences(judged)) == 1

    def test_nothing_is_found_in_what_is_not_known(self):
        everywhere = [listed(kind, "a", scopes=SEARCHED) for kind in (ListKind.TERMS, ListKind.PATTERNS)]

        assert (
            sentences(by(*everywhere, domains("a"), listed(ListKind.NETWORKS, "::/0"), text="?")) == []
        )


@pytest.mark.parametrize(
    ("found", "entry", "email"),
    [
        # A whole address, in any case.
        (True, "ana@example.org", "ana@example.org"),
        (True, "Ana@Example.ORG", "aNA@example.org "),
        (False, "ana@example.org", "dr-ana@example.org"),
        (False, "ana@example.org", "ana@example.org.example"),
        (False, "ana@example.org", "ana@mail.example.org"),
        # A domain, with all below it.
        (True, "@example.org", "ana@example.org"),
        (True, "@example.org", "ana@mail.example.org"),
        (False, "@example.org", "ana@notexample.org"),
        (False, "@example.org", "ana@example.org.example"),
        (True, "@bücher.example", "ana@xn--bcher-kva.example"),
        (True, "@xn--bcher-kva.example", "ana@BÜCHER.example"),
        # Anything else is a word.
        (True, "casino", "best.casino@example.org"),
        (False, "casino", "casinos@example.org"),
        # What is no address.
        (False, "@example.org", "example.org"),
        (False, "@example.org", "@"),
    ],
)
def test_in_the_scope_email_an_entry_with_an_at_is_an_address_or_a_domain(found, entry, email):
    judged = by(listed(ListKind.TERMS, entry, scopes=(Scope.EMAIL,)), email=email)

    assert len(list(listed_terms(judged))) == found


def test_half_a_character_hides_no_entry():
    text = "\ud83d é the casino of marigolds \udc4d"
    judged = by(terms("casino"), fragments("gold"), text=text)

    assert [marked(judged, signal) for signal in found_by_lists(judged)] == [["casino"], ["gold"]]


def test_an_address_in_the_text_is_a_term_as_any_other():
    judged = case("write to ana@example.org!", terms("ana@example.org"))

    (signal,) = listed_terms(judged)

    assert marked(judged, signal) == ["ana@example.org"]


@pytest.mark.parametrize(
    ("found", "entry", "ip"),
    [
        (True, "203.0.113.7", "203.0.113.7"),
        (False, "203.0.113.7", "203.0.113.77"),
        (True, "203.0.113.0/24", "203.0.113.255"),
        (False, "203.0.113.0/24", "203.0.114.0"),
        # Whoever pastes an address with the size of its network means the network.
        (True, "203.0.113.7/24", "203.0.113.9"),
        (True, "0.0.0.0/0", "203.0.113.9"),
        (True, "2001:db8::/32", "2001:DB8:1::5"),
        (True, "2001:db8::1", "2001:db8:0:0:0:0:0:1"),
        (False, "2001:db8::/32", "2001:db9::"),
        # One version's network is not the other's.
        (False, "::/0", "203.0.113.9"),
        (True, "203.0.113.0/24", "::ffff:203.0.113.9"),
        # What is no address.
        (False, "0.0.0.0/0", "unknown"),
        (False, "0.0.0.0/0", "203.0.113.9, 198.51.100.1"),
    ],
)
def test_a_listed_network_holds_its_addresses(found, entry, ip):
    judged = by(listed(ListKind.NETWORKS, entry), ip=ip)

    signals = list(listed_networks(judged))

    assert [signal.message for signal in signals] == [f"On the list mine: “{entry}”."] * found
    assert all(signal.code == "listed_network" for signal in signals)


@pytest.mark.parametrize(
    ("found", "fragment", "text"),
    [
        # Anywhere, also inside words, in any case.
        (["ass", "ass"], "ass", "assess the bass"),
        (["CASINO"], "casino", "OnlineCASINOs"),
        (["online casino"], "Online Casino", "an online casinos"),
        (["online\ncasino"], "online casino", "an online\ncasinos"),
        ([".ru/"], ".ru/", "http://pills.ru/x"),
        # Disguises are undone.
        (["ca\u200bsi\u00adno"], "casino", "onlineca\u200bsi\u00adnos"),
        (["ｃａｓｉｎｏ"], "casino", "ｃａｓｉｎｏ"),
        # A fragment that is a disguise is found as written, and does not stand for what it disguises.
        (["tｅ"], "tｅ", "pills for tｅns"),
        ([], "tｅ", "pills for tens"),
        ([], "tｅ", "the tes\u200bt"),
        ([], "casino\u200b", "casino"),
        (["tＥ"], "tｅ", "İİ pills for tＥns"),
        (["straße"], "straße", "die straßen"),
        (["#offer"], "#offer", "see #offers"),
        ([], "# a remark", "# a remark"),
        # As in WordPress, it has no wildcards.
        ([], "c*o", "casino"),
        (["c*o"], "c*o", "c*o"),
    ],
)
def test_a_fragment_is_found_anywhere(found, fragment, text):
    judged = case(text, fragments(fragment, scopes=(Scope.TEXT,)))

    signals = list(listed_terms(judged))

    assert [marked(judged, signal) for signal in signals] == ([found] if found else [])
    assert all(signal.code == "listed_fragment" for signal in signals)


@pytest.mark.parametrize("field", ANA)
def test_fragments_look_at_all_that_wordpress_looks_at(field):
    entry = {"ip": "203.0.113.", "user_agent": "bOTo"}.get(field, "asin")
    judged = by(fragments(entry), **{field: ANA[field]})

    assert len(sentences(judged)) == 1


@pytest.mark.parametrize(
    ("covered", "entry", "link"),
    [
        (True, "bücher.example", "http://bücher.example/"),
        (True, "bücher.example", "http://xn--bcher-kva.example/x"),
        (True, "xn--bcher-kva.example", "http://BÜCHER.example./"),
        (True, "XN--BCHER-KVA.example", "http://shop.bücher.example:8080/"),
        (True, "пример.example", "http://xn--e1afmkfd.example"),
        (False, "bücher.example", "http://bucher.example/"),
        # What only looks like an encoded name stays what it is.
        (True, "xn--zzzzzzzz999999.example", "http://xn--zzzzzzzz999999.example/"),
        (True, "xn--.example", "http://xn--.example/"),
        (False, "example.org", "http://xn--exampleorg-9w70c.com/"),
        # Ports, capitals and the dot at the end name the same host.
        (True, "example.org:8080", "http://example.org/"),
        (True, "Example.ORG.", "https://www.EXAMPLE.org.:443/"),
    ],
)
def test_a_domain_covers_its_name_in_letters_and_in_ascii(covered, entry, link):
    judged = case(f"see {link}", domains(entry))

    assert len(list(listed_domains(judged))) == covered
    assert len(list(listed_domains(by(domains(entry), url=link)))) == covered


@pytest.mark.parametrize(
    ("found", "email"),
    [(True, "ana@throwaway.example"), (True, "ana@mx.throwaway.example"), (False, "ana@example.org")],
)
def test_domains_can_look_at_the_hosts_of_mailboxes(found, email):
    judged = by(listed(ListKind.DOMAINS, "throwaway.example", scopes=(Scope.EMAIL,)), email=email)

    assert sentences(judged) == (
        ["On the list mine: “throwaway.example” in the e-mail address."] if found else []
    )


def test_a_host_is_named_once_a_list_by_its_nearest_domain():
    judged = case("http://a.b.example/", domains("example", "b.example"), domains("example"))

    assert sentences(judged) == ["On the list hosts: “b.example”.", "On the list hosts: “example”."]


class TestPatterns:
    def test_many_patterns_find_what_each_finds_alone(self):
        words = [f"word{number}x" for number in range(50)]
        judged = case("a word7x and a WORD31x", patterns(*words))

        (signal,) = listed_patterns(judged)

        assert marked(judged, signal) == ["word7x", "WORD31x"]

    def test_patterns_that_cannot_be_one_expression_are_searched_one_by_one(self):
        """Two groups of one name cannot stand in one expression."""
        judged = case("a b", patterns("(?P<x>a)", "(?P<x>b)"))

        (signal,) = listed_patterns(judged)

        assert marked(judged, signal) == ["a", "b"]

    def test_flags_hold_for_their_own_pattern_only(self):
        judged = case("CASINO bonus", patterns("(?-i)casino", "BONUS", "(?s)x.y"))

        (signal,) = listed_patterns(judged)

        assert marked(judged, signal) == ["bonus"]

    def test_a_text_too_long_for_the_patterns_goes_to_a_person(self):
        heavy = [f"{letter}{{590}}" for letter in "abcde"]
        reach = limits.STEPS // sum(limits.compile_pattern(entry).size for entry in heavy)
        fits, too_long = case("x" * reach, patterns(*heavy)), case("x" * (reach + 1), patterns(*heavy))

        assert reach >= 5_000
        assert list(unsearched_patterns(fits)) == []
        (signal,) = unsearched_patterns(too_long)
        assert (signal.action, signal.log_only) == (Action.REVIEW, False)
        assert f"{reach:,}" in signal.message

    def test_a_few_usual_patterns_see_every_text_to_its_end(self):
        judged = case("x" * 65_500 + "casino", patterns(r"\bx+casino$", r"\+\d[\d ]{6,}\d"))

        assert list(unsearched_patterns(judged)) == []
        assert len(list(listed_patterns(judged))) == 1

    def test_the_patterns_of_a_site_are_limited_together(self):
        limits.check_together(["a{590}"] * 5)
        limits.check_together([rf"\bcheap\s+thing{number}\b" for number in range(90)])

        with pytest.raises(limits.TooManyPatterns, match="6 patterns take 3,"):
            limits.check_together(["a{590}"] * 6)


class TestLogOnly:
    @pytest.mark.parametrize("kind", ListKind)
    def test_what_a_list_only_logs_is_marked_so(self, kind):
        entry = "203.0.113.77" if kind is ListKind.NETWORKS else "casino-ana.example.net"
        scopes = {ListKind.NETWORKS: Scope.IP}.get(kind, Scope.URL)
        judged = by(listed(kind, entry, scopes=(scopes,), mode=Mode.LOG_ONLY), **ANA)

        assert [signal.log_only for signal in found_by_lists(judged)] == [True]

    @pytest.mark.parametrize("action", Action)
    def test_it_is_shown_and_changes_nothing(self, action):
        trial = EntryList.parse("trial", ListKind.TERMS, action, "day", mode=Mode.LOG_ONLY)
        scorer = Scorer(1.0)

        without = judge(case("What a day."), scorer)
        verdict = judge(case("What a day.", trial), scorer)

        assert (verdict.action, verdict.probability) == (without.action, without.probability)
        assert "list:trial" in [reason.source for reason in verdict.reasons if reason.log_only]

    def test_a_trial_of_patterns_holds_up_no_long_text(self):
        heavy = "\n".join(f"{letter}{{590}}" for letter in "abcde")
        trial = EntryList.parse("trial", ListKind.PATTERNS, Action.REVIEW, heavy, mode=Mode.LOG_ONLY)

        (signal,) = unsearched_patterns(case("x" * 20_000, trial))

        assert signal.log_only


class TestRefusals:
    def test_every_bad_line_is_numbered_as_an_editor_does(self):
        lines = "# mine\r\n\r\nexample.org\r\n*.example\r\nb.example\r\nno host\r\na/b\r\n"

        with pytest.raises(BadEntry) as refusal:
            EntryList.parse("mine", ListKind.DOMAINS, Action.REVIEW, lines)

        assert (refusal.value.line, refusal.value.others) == (4, (6, 7))
        assert str(refusal.value).startswith("Line 4, '*.example': not the name of a host")
        assert str(refusal.value).endswith("Refused too: line 6, 7.")

    def test_of_many_bad_lines_a_few_are_named(self):
        with pytest.raises(BadEntry, match=r"Refused too: line 2, 3, 4, 5, 6 and 94 more\."):
            listed(ListKind.NETWORKS, *["not a network"] * 100)

    @pytest.mark.parametrize("kind", ListKind)
    def test_a_nul_is_refused_which_a_database_could_not_keep(self, kind):
        with pytest.raises(BadEntry, match=r"Line 1, .*NUL"):
            listed(kind, "a\0.example")

    @pytest.mark.parametrize("kind", [ListKind.TERMS, ListKind.FRAGMENTS])
    def test_a_line_that_is_no_entry_but_a_book_is_refused(self, kind):
        with pytest.raises(BadEntry, match=r"longer than 1,024 characters"):
            listed(kind, "a " * 513)

    @pytest.mark.parametrize(
        "entry", ["203.0.113", "203.0.113.0/33", "300.0.0.1", "example.org", "203.0.113.1-9", "2001:db8"]
    )
    def test_what_is_no_network_is_refused(self, entry):
        with pytest.raises(BadEntry, match=r"not an IP address or a network"):
            listed(ListKind.NETWORKS, entry)

    @pytest.mark.parametrize(
        ("short", "kind", "lines"),
        [
            ([(2, "a"), (4, "ru")], ListKind.FRAGMENTS, "abc\na\n\nru\nx.y"),
            ([], ListKind.TERMS, "a\nru"),
        ],
    )
    def test_fragments_that_stand_in_almost_every_text_are_known(self, short, kind, lines):
        assert catch_alls(kind, lines) == short


def test_tens_of_thousands_of_entries_are_found_in_one_pass():
    many = [f"term{number} of many" for number in range(30_000)]
    judged = case("see TERM29999 of\nmany, and term7 of many.", terms(*many))

    (signal,) = listed_terms(judged)

    assert marked(judged, signal) == ["TERM29999 of\nmany", "term7 of many"]


letters = st.text(st.sampled_from("aAbß .\n\u200bｅé"), min_size=1, max_size=12)
lines = (
    st.text(st.sampled_from("aAbß .\u200bｅé"), min_size=1, max_size=4)
    .map(str.strip)
    .filter(lambda line: normalise(line).text.strip())
)


@settings(deadline=None)
@given(letters, st.lists(lines, min_size=1, max_size=5))
def test_fragments_are_found_exactly_where_a_search_for_each_finds_them(text, entries):
    """One pass for all, whatever contains or overlaps whatever, is as good as one pass for each."""
    judged = case(text, fragments(*entries, scopes=(Scope.TEXT,)))
    spellings = (" ".join(judged.text.text.split()), text.lower())

    signals = list(listed_terms(judged))

    sought = [" ".join(entry.lower().split()) for entry in entries]
    assert bool(signals) == any(entry in spelt for entry in sought for spelt in spellings)


@settings(deadline=None, max_examples=500)
@given(
    st.one_of(
        st.text(st.sampled_from("asslkiT  \t\x1f.-1@'éｅ\u00a0\u0301\u200b\u212a\u0130नी"), max_size=12),
        st.lists(st.sampled_from(("k", "i", "ll", "you", "casino", "fuuuck", "Ass", "aa", ""))).map(
            " ".join
        ),
    ).map(str.strip)
)
@example("casino bonus")
@example("Casino  BONUS")
@example("k i l l")
@example("kk ii ll ll")
@example("v1agra")
@example("ｃａｓｉｎｏ")
@example("\u212aasino")
@example("café")
@example("नमस्ते")
@example("ana@casino.example")
def test_a_term_is_sought_as_it_was_written_and_as_it_is_spelt_anew(entry):
    """However quickly it is told that both are the same."""
    as_written = " ".join(entry.lower().split())
    spelt_anew = " ".join(normalise(entry).text.split())

    assert forms(ListKind.TERMS, entry) == {as_written, spelt_anew}
    assert forms(ListKind.FRAGMENTS, entry) == {as_written}


@settings(deadline=None, max_examples=300)
@given(texts.map(str.strip).filter(lambda entry: read(ListKind.TERMS, entry) == [(1, entry)]))
@example("\u200b")
@example("\u3164\u115f\ufe0f")
@example("a\u034f")
@example("\u0301\u0301\u0301\u0301")
def test_an_entry_is_refused_exactly_where_nothing_is_left_of_it(entry):
    try:
        is_refused = not terms(entry).entries
    except BadEntry:
        is_refused = True

    assert is_refused == ("\0" in entry or not normalise(entry).text.strip())


def test_a_fragment_that_stands_everywhere_is_marked_in_some_places():
    (signal,) = listed_terms(case("a" * 20_000, fragments("a", scopes=(Scope.TEXT,))))

    assert len(signal.spans) == 100


def test_one_entry_of_two_lists_speaks_for_both():
    judged = case("casinos", terms("casinos"), fragments("casino", "casinos", scopes=(Scope.TEXT,)))

    assert [signal.code for signal in found_by_lists(judged)] == ["listed_term", "listed_fragment"]


def test_a_very_long_entry_is_not_repeated_in_full():
    (signal,) = listed_terms(case("x" * 500, terms("x" * 500)))

    assert signal.message == f"On the list words: “{'x' * 80}…”."


@pytest.mark.parametrize(
    "civil",
    [
        # Casinos, loans, medicines, coins and clocks in the news.
        "The new online casino law forces operators to show free spins for what they are: bait.",
        "Payday loans should be capped. At 400 % a year a personal loan at any bank is cheaper.",
        "Viagra went generic, and generic viagra costs half; people who buy viagra here noticed.",
        "His bitcoin investment had guaranteed returns, so he was told, until the bitcoin price fell.",
        "Binary options were banned for retail customers; nobody traded with an expert there.",
        "Customs seized replica watches and replica handbags worth two millions at the port.",
        "Nurses earn $31 an hour here, and I earn $19 at the warehouse.",
        "Essay writing services sell to students who never learn to write; write my essay, they say.",
        "She ran an escort service in the city before she was elected; the paper found out.",
        "A politician who has to buy followers has none.",
        "No prescription is needed for the pill any more; weight loss pills are another matter.",
        "The suicide helpline number is on the poster, and there is no customer service number at all.",
        "Two players were banned for fixed matches. Sports betting sites sponsor half the league.",
        "Thanks to Dr. Ben for the answer; you have been selected for jury duty, as have I.",
        "You can email him via his page or contact him by phone.",
        # Violence, suicide, execution and war, in civil words.
        "If you think of suicide, please call somebody. Nobody is better off without you.",
        "Young men were sent to go and die in a war that the old had started.",
        "The witness said that the guards would beat you to death for a potato.",
        "He gave his party enough rope to hang itself; give them a mile and they hang themselves.",
        "The order was to kill them all, and the general gave it in writing.",
        "Children die in a fire every winter because a landlord saved on alarms.",
        "Drinking bleach does not cure anything, whoever says so on television.",
        "A candle can burn your house down. Watch your back when you lift the boxes.",
        "I will find you a better source tomorrow; we will find you a place at the table.",
        "Does he deserve to die? I am against the death penalty, also for him.",
        "In order to live you must die to the self, the monk wrote.",
        "Minister, your days in office are numbered, and the voters will do it.",
        "The bank will cut your throat for a dollar, but do not shoot yourself in the foot.",
        "Drivers suffer for years from those who jump in front of a train.",
    ],
)
def test_no_shipped_list_stops_civil_talk_of_hard_things(civil):
    draft = Draft(
        text=civil,
        author=Author(name="Ana Loan", email="ana@example.org", url="https://ana.example.org/casinos/"),
    )

    assert found_by_lists(Case.prepare(draft, Policy(lists=shipped_lists()), History())) == []


@pytest.mark.parametrize(
    ("source", "abusive"),
    [
        ("threats", "Just kill yourself already."),
        ("threats", "kys"),
        ("threats", "Go hang yourself!"),
        ("threats", "Shut up or I will find you and kill you."),
        ("threats", "People like you? You deserve to die."),
        ("threats", "I know where  you\nlive."),
        ("spam_phrases", "Play at the best online casino, with free spins no deposit!"),
        ("spam_phrases", "BUY CHEAP VIAGRA here"),
        ("spam_phrases", "Slot gacor hari ini"),
        ("spam_phrases", "Call girls in your city, vip call girls"),
        ("spam_addresses", "see http://best-casino-bonus.example.com/"),
        ("link_shorteners", "see http://bit.ly/x"),
    ],
)
def test_the_shipped_lists_ask_a_person_about_what_they_are_for(source, abusive):
    signals = found_by_lists(case(abusive, *shipped_lists()))

    assert f"list:{source}" in [signal.source for signal in signals]
    assert {signal.action for signal in signals} == {Action.REVIEW}


def test_a_name_that_is_an_advertisement_is_noticed():
    signals = found_by_lists(by(*shipped_lists(), name="Payday Loans"))

    assert [signal.source for signal in signals] == ["list:spam_names"]


@pytest.mark.parametrize("name", ["Ana", "Seoyeon Kim", "Casimir", "Ben Loan", "Viola", "Escorial"])
def test_people_are_not_taken_for_advertisements(name):
    assert found_by_lists(by(*shipped_lists(), name=name)) == []


class TestAuthors:
    """Ids by which a site vouches for its authors."""

    @pytest.mark.parametrize(
        ("found", "author"),
        [
            (True, {"id": "Ana-7"}),
            (False, {"id": "ana-7"}),
            (False, {"id": "Ana-77"}),
            (False, {"id": "Ana-7 "}),
            (False, {"id": "x Ana-7"}),
            # Whatever can be typed in proves nothing.
            (False, {"name": "Ana-7"}),
            (False, {"email": "Ana-7", "url": "http://example.org/Ana-7"}),
        ],
    )
    def test_an_id_is_compared_exactly_and_whole(self, found, author):
        judged = by(
            listed(ListKind.TERMS, "ben", "Ana-7", scopes=(Scope.AUTHOR,)), text="Ana-7", **author
        )

        assert sentences(judged) == ["On the list mine: “Ana-7” as the author's id."] * found

    def test_a_list_may_look_at_ids_and_elsewhere(self):
        both = listed(ListKind.TERMS, "ana-7", scopes=(Scope.TEXT, Scope.AUTHOR))

        assert sentences(by(both, id="ana-7", text="I am ana-7.")) == ["On the list mine: “ana-7”."]
        assert len(sentences(by(both, id="ben", text="I am ana-7."))) == 1
        assert len(sentences(by(both, id="ana-7"))) == 1

    @pytest.mark.parametrize(
        ("action", "rejection", "others", "text"),
        [
            (Action.APPROVE, -1.0, (), "What a day."),
            # The list outweighs what the classifier merely doubts.
            (Action.APPROVE, 1.0, (), "What a day."),
            # It approves nothing over what rejects, be it a rule or the classifier; nor over a rule
            # that asks for a person.
            (Action.REVIEW, -5.0, (terms("day", action=Action.REJECT),), "What a day."),
            (Action.REVIEW, 9.0, (), "What a day."),
            (Action.REVIEW, -5.0, (terms("day"),), "What a day."),
        ],
    )
    def test_an_author_who_is_approved_is_not_approved_over_a_rule_that_rejects(
        self, action, rejection, others, text
    ):
        trusted = EntryList.parse(
            "trusted", ListKind.TERMS, Action.APPROVE, "ana-7", scopes=(Scope.AUTHOR,)
        )

        judged = judge(by(trusted, *others, text=text, id="ana-7"), Scorer(rejection))

        assert judged.action is action
