"""What the lists find, what they leave alone, and where they point."""

import pytest

from moderation.draft import Draft
from moderation.rules import (
    BadEntry,
    Case,
    EntryList,
    History,
    ListKind,
    Policy,
    Scope,
    gather,
    shipped_lists,
)
from moderation.rules.lists import listed_domains, listed_patterns, listed_terms
from moderation.verdict import Action
from tests.judging.making import (
    by,
    case,
    case_of_author,
    domains,
    found_by_lists,
    marked,
    patterns,
    terms,
)

each_shipped = pytest.mark.parametrize("shipped", shipped_lists(), ids=lambda shipped: shipped.name)


@pytest.mark.parametrize(
    ("found", "term", "text"),
    [
        # Whole words only.
        (["ass"], "ass", "What an ass."),
        ([], "ass", "Assess the class, pass the brass."),
        (["ass", "ass"], "ass", "ass ass"),
        (["ass"], "ass", "a bad-ass-attitude"),
        (["ass"], "ass", "_ass_"),
        ([], "ass", "ass1 1ass éass assé"),
        # Phrases, also where a line breaks or a space slips in.
        (["online casino"], "online casino", "the online casino there"),
        (["online\n casino"], "online casino", "the online\n casino there"),
        (["online \u00a0 casino"], "online casino", "the online \u00a0 casino there"),
        (["online casino"], "online   casino", "the online casino there"),
        ([], "online casino", "an online casinos, an onlinecasino, a casino online"),
        # In any case and any spelling of the same letters.
        (["CASINO"], "casino", "the CASINO"),
        (["casino"], "CaSiNo", "the casino"),
        (["STRASSE", "Straße"], "straße", "STRASSE oder Straße"),
        (["ｃａｓｉｎｏ"], "casino", "ｃａｓｉｎｏ"),
        (["cafe\u0301", "café"], "café", "a cafe\u0301, a café"),
        ([], "cafe", "a café"),
        # What is not shown hides nothing, in the text or in the list.
        (["ca\u200bsi\u00adno"], "casino", "a ca\u200bsi\u00adno!"),
        (["c\ufe0fasino"], "casino", "a c\ufe0fasino!"),
        (["casino"], "cas\u200bino", "a casino!"),
        (["ass"], "ass", "what an ass\u0336!"),
        # Offsets are those of the text as sent, whatever stands before.
        (["casino"], "casino", "😀 é ﷺ e\u0301 \u200b casino"),
        (["casino", "casino"], "casino", "ßßß casino\n\n\nﬁ  casino"),
        (["ﬁ"], "fi", "ﬁ"),
        # A term whose edge is a sign may touch letters there.
        (["$$$"], "$$$", "win $$$ now"),
        (["$$$"], "$$$", "win$$$now"),
        (["earn $"], "earn $", "earn $500"),
        ([], "earn $", "learn $500"),
        (["c++"], "c++", "c++11"),
        (["🍆"], "🍆", "for you🍆now"),
        # Vowel signs belong to the word, as in Hindi and Thai.
        (["हिन्दी"], "हिन्दी", "यह हिन्दी है"),
        ([], "हिन", "यह हिन्दी है"),
        ([], "दी", "यह हिन्दी है"),
        ([], "है", "हैं"),
        # Nothing to find.
        ([], "casino", "\u200b"),
    ],
)
def test_a_listed_term_is_found_whole(found: list[str], term: str, text: str) -> None:
    judged = case(text, terms(term))

    signals = list(listed_terms(judged))

    assert [marked(judged, signal) for signal in signals] == ([found] if found else [])


def test_terms_that_overlap_are_all_found() -> None:
    judged = case("the best online casino bonus", terms("online casino", "casino bonus", "casino"))

    (signal,) = listed_terms(judged)

    assert marked(judged, signal) == ["online casino", "casino", "casino bonus"]


@pytest.mark.parametrize(
    ("found", "domain", "text"),
    [
        # The domain and everything below it, in any case.
        (["http://bit.ly/x"], "bit.ly", "see http://bit.ly/x"),
        (["https://a.b.bit.ly/x"], "bit.ly", "see https://a.b.bit.ly/x"),
        (["HTTP://BIT.LY/X"], "bit.ly", "see HTTP://BIT.LY/X"),
        (["http://bit.ly"], "BIT.ly", "see http://bit.ly"),
        (["http://www.bit.ly"], "bit.ly", "see http://www.bit.ly"),
        (["bit.ly/x"], "bit.ly", "see bit.ly/x"),
        (["pills.ru"], "ru", "see pills.ru"),
        # Neither a name that only ends alike nor one that only begins alike.
        ([], "bit.ly", "see http://notbit.ly/x and http://not-bit.ly/x"),
        ([], "bit.ly", "see http://bit.ly.example.org/x and http://bit.lyx/"),
        ([], "a.bit.ly", "see http://bit.ly/x"),
        ([], "example.com", "see example.com.au"),
        # Only the host counts.
        ([], "bit.ly", "see http://example.org/bit.ly?bit.ly#bit.ly"),
        ([], "bit.ly", "see http://bit.ly@example.org/"),
        (["http://example.org@bit.ly:80/"], "bit.ly", "see http://example.org@bit.ly:80/"),
        ([], "bit.ly", "write to ana@bit.ly"),
        # Disguises that a browser sees through.
        (["http://bit.ly./x"], "bit.ly", "see http://bit.ly./x"),
        (["http://bit\u200b.ly/x"], "bit.ly", "😀 see http://bit\u200b.ly/x"),
        (["http://ｂｉｔ．ｌｙ/x"], "bit.ly", "see http://ｂｉｔ．ｌｙ/x"),
        # An owner may paste an address.
        (["http://bit.ly/y"], "https://www.bit.ly/", "see http://bit.ly/y"),
        (["http://bit.ly/y"], ".bit.ly", "see http://bit.ly/y"),
        # Every link to it is marked.
        (["http://bit.ly/1", "http://bit.ly/2"], "bit.ly", "http://bit.ly/1 http://bit.ly/2"),
    ],
)
def test_a_listed_domain_covers_the_links_that_lead_there(
    found: list[str], domain: str, text: str
) -> None:
    judged = case(text, domains(domain))

    signals = list(listed_domains(judged))

    assert [marked(judged, signal) for signal in signals] == ([found] if found else [])


@pytest.mark.parametrize(
    ("listed", "url"),
    [
        (True, "https://bit.ly/ana"),
        (True, "http://www.BIT.ly"),
        (True, "//bit.ly"),
        # People leave the scheme out, and the site adds it.
        (True, "bit.ly"),
        (True, "a.bit.ly/x"),
        (False, "https://notbit.ly/ana"),
        (False, "https://example.org/?bit.ly"),
        (False, ""),
        (False, "http://"),
        (False, None),
    ],
)
def test_the_authors_own_address_counts_and_has_no_place_in_the_text(
    *, listed: bool, url: str | None
) -> None:
    signals = list(listed_domains(case_of_author(url, domains("bit.ly"))))

    assert [signal.spans for signal in signals] == ([()] if listed else [])


@pytest.mark.parametrize(
    ("found", "pattern", "text"),
    [
        (["+1 555 0100"], r"\+\d[\d ]{6,}\d", "call +1 555 0100 now"),
        # In any case, unless the pattern says otherwise.
        (["CASINO"], "casino", "the CASINO"),
        ([], "(?-i)casino", "the CASINO"),
        # Found within words: a pattern says itself where words end.
        (["ass"], "ass", "assess"),
        ([], r"\bass\b", "assess"),
        # RE2 counts bytes; people and consoles count code points.
        (["casino"], "casino", "😀 é 中 casino"),
        (["中😀"], "中.", "é中😀"),
        (["é"], "é$", "😀é"),
        # The text as sent: patterns can look for what normalising drops.
        (["\u200b"], "\u200b", "ca\u200bsino"),
        # And the text with its disguises undone, marked as it was sent.
        (["ca\u200bsino"], "casino", "a ca\u200bsino!"),
        (["ｃａｓｉｎｏ"], "casino", "😀 ｃａｓｉｎｏ"),
        # Spelt anew there are no capitals, so what tells letters by them sees the text as sent only.
        ([], "(?-i)casino", "the CA\u200bSINO"),
        ([], "(?s-i)casino", "the CA\u200bSINO"),
        # The first place is enough.
        (["a1"], r"a\d", "a1 a2"),
    ],
)
def test_a_listed_pattern_is_found_as_sent_and_undisguised(
    found: list[str], pattern: str, text: str
) -> None:
    judged = case(text, patterns(pattern))

    signals = list(listed_patterns(judged))

    assert [marked(judged, signal) for signal in signals] == ([found] if found else [])


def test_a_pattern_takes_linear_time_whatever_it_is() -> None:
    """With a backtracking engine this would not end."""
    assert list(listed_patterns(case("x" * 65_536, patterns("(x+x+)+y", "(x*)*$y")))) == []


@pytest.mark.parametrize(
    ("why", "pattern"),
    [
        # What RE2 leaves out, because it cannot be had in linear time.
        ("invalid perl operator", "casino(?=bonus)"),
        ("invalid perl operator", "(?<=online )casino"),
        ("invalid escape sequence", r"(a)\1"),
        # What is no pattern.
        ("missing ]", "[a"),
        ("missing )", "(a"),
        ("no argument for repetition", "*"),
        ("trailing", "a\\"),
        # What takes too much.
        ("longer than 1,024 characters", "a" * 1_025),
        ("steps at each character and may take 600", "a{700}"),
        ("steps at each character and may take 600", r"\pL"),
        # What would match every comment.
        ("where there is nothing", "x*"),
        ("where there is nothing", "casino|"),
        ("where there is nothing", "^"),
        ("where there is nothing", r"\b"),
        ("where there is nothing", "(?:bonus)?$"),
        # What would swallow the patterns after it.
        ("missing )", r"a\Qb"),
        ("invalid repetition size", "a{1001}"),
        ("invalid repetition size", "((a{100}){100}){100}"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused_with_the_reason(why: str, pattern: str) -> None:
    with pytest.raises(BadEntry) as refusal:
        patterns("fine", pattern)

    assert why in refusal.value.why
    assert refusal.value.entry.rstrip("…") in pattern


def test_a_pattern_may_have_1024_characters() -> None:
    longest = f"[{'a' * 1_022}]"

    assert patterns(longest).entries == (longest,)


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        # Nothing would be left to look for.
        (ListKind.TERMS, "\u200b"),
        (ListKind.TERMS, "\ufe0f\u2060"),
        (ListKind.TERMS, "\u3164"),
        # It would never match.
        (ListKind.DOMAINS, "*.example.org"),
        (ListKind.DOMAINS, "http://"),
        (ListKind.DOMAINS, "."),
    ],
)
def test_an_entry_that_could_never_match_is_refused(kind: ListKind, entry: str) -> None:
    with pytest.raises(BadEntry) as refusal:
        EntryList.parse("mine", kind, Action.REVIEW, f"fine\n{entry}\n")

    assert refusal.value.entry == entry
    assert repr(entry) in str(refusal.value)


@pytest.mark.parametrize("kind", [ListKind.TERMS, ListKind.DOMAINS, ListKind.PATTERNS])
def test_comments_and_blank_lines_are_passed_over(kind: ListKind) -> None:
    lines = "# Mine.\n\n  one.example \r\n\t\n#two.example\nthree.example#not-a-comment"

    parsed = EntryList.parse("mine", kind, Action.REJECT, lines)

    assert parsed.entries == ("one.example", "three.example#not-a-comment")
    assert (parsed.name, parsed.kind, parsed.action) == ("mine", kind, Action.REJECT)


@pytest.mark.parametrize("kind", ListKind)
@pytest.mark.parametrize("lines", ["", "# Nothing yet.\n"])
def test_an_empty_list_matches_nothing(kind: ListKind, lines: str) -> None:
    empty = EntryList.parse("mine", kind, Action.REJECT, lines)

    assert gather(case("anything at all, as on http://example.org", empty)) == []


@pytest.mark.parametrize(
    ("message", "entries"),
    [
        ("On the list words: “one”.", ["one"]),
        ("On the list words: “one”, “two”, “three”.", ["one", "two", "three"]),
        ("On the list words: “one”, “two”, “three” and 1 more.", ["one", "two", "three", "four"]),
    ],
)
def test_a_list_speaks_once_however_many_entries_match(message: str, entries: list[str]) -> None:
    judged = case("one two three four", terms(*entries))

    (signal,) = listed_terms(judged)

    assert signal.message == message
    assert (signal.source, signal.code) == ("list:words", "listed_term")
    assert marked(judged, signal) == entries


def test_each_list_speaks_for_itself() -> None:
    judged = case(
        "one day in the life of http://two.example",
        terms("one", action=Action.APPROVE),
        terms("one", action=Action.REJECT),
        domains("two.example"),
        patterns("o.e"),
    )

    asked = [(signal.code, signal.action) for signal in gather(judged)]

    assert asked == [
        ("listed_term", Action.APPROVE),
        ("listed_term", Action.REJECT),
        ("listed_pattern", Action.REVIEW),
        ("listed_domain", Action.REVIEW),
    ]


def test_a_match_weighs_as_much_as_it_asks_for() -> None:
    weights = [
        next(iter(listed_terms(case("one", terms("one", action=action))))).weight for action in Action
    ]

    vouching, review, reject = weights
    assert vouching < 0 < review < reject


def test_no_rule_breaks_at_the_longest_text() -> None:
    lists = (terms("a", "$"), domains("com", "x.ru"), patterns("a", "(a+)+b"))
    for piece in ("a ", "a$", "x.com ", "http://x.ru/", "e\u0301", "ﷺ", "\u200b", " \n", "हि"):
        signals = gather(case((piece * 65_536)[:65_536], *lists, *shipped_lists()))

        assert "rule_failed" not in [signal.code for signal in signals]


@each_shipped
def test_a_shipped_list_asks_for_a_person_and_no_more(shipped: EntryList) -> None:
    assert shipped.action is Action.REVIEW


@each_shipped
def test_a_shipped_list_has_each_entry_once_and_in_lower_case(shipped: EntryList) -> None:
    assert len(set(shipped.entries)) == len(shipped.entries) > 0
    assert [entry.lower() for entry in shipped.entries] == list(shipped.entries)


@each_shipped
def test_a_shipped_list_matches_each_of_its_entries(shipped: EntryList) -> None:
    before = "http://" if shipped.kind is ListKind.DOMAINS else ""
    for entry in shipped.entries:
        found = found_by_lists(
            case(f"See there on the page {before}{entry} !", shipped)
            if Scope.TEXT in shipped.scopes or shipped.kind is ListKind.DOMAINS
            else by(shipped, name=entry, url=f"http://{entry}.example")
        )

        assert [signal.source for signal in found] == [f"list:{shipped.name}"], entry


@pytest.mark.parametrize(
    "honest",
    [
        # Thanks and small talk.
        "Thank you, this cleared up a question that I had carried around for years.",
        "Loved the part about the lighthouse. More of this, please!",
        "I click here every morning before the news, and you never disappoint.",
        # Politics, disagreeing and civil.
        "I think the minister is wrong: higher taxes on fuel hurt those who cannot move.",
        "You say immigration lowers wages. The studies that you cite say it does not.",
        "Binary thinking is the problem here; there are more options than these two parties.",
        "Nobody guaranteed that profit would follow from privatising the railway.",
        # Games, money and luck, as people talk of them.
        "On our poker night Ben lost forty dollars, and we still laugh about the casino scene.",
        "My uncle went to the casino in Baden once and won a free dinner.",
        "I lost my savings in bitcoin in 2018. An investment it was not.",
        "I took out a personal loan to repair the roof; the bank was fair about it.",
        "We work from home on Fridays and earn the same.",
        # Health, from those who know it.
        "As a pharmacist: do not stop taking it without asking your doctor, whatever the label says.",
        "In my country you need no prescription for ibuprofen, but you do for codeine.",
        "My father takes viagra for his blood pressure; it was made for the heart first.",
        "Losing weight took me two years, and no pills helped.",
        # School and work.
        "I teach ninth grade. I can tell within a page who had a machine write their essay.",
        "The essay is well written, and the writing service of our library would agree.",
        "Our site got less traffic from Google after the update, too.",
        "I called customer support and waited forty minutes; toll or not, it was not free.",
        # Love and other spells.
        "The actress cast a spell on us all, and I would love to spell her name right.",
        "He wore a replica of his grandfather's watch to the wedding.",
        "Write me at ana@example.com or on WhatsApp, the number is on the noticeboard.",
        "The recording is at https://www.example.org/talks/2026 and worth an hour.",
    ],
)
def test_no_shipped_list_stops_an_honest_sentence(honest: str) -> None:
    assert gather(case(honest, *shipped_lists())) == []


def test_a_case_is_read_once_for_all_rules() -> None:
    judged = Case.prepare(Draft(text="SEE http://example.org"), Policy(), History())

    assert judged.text.text == "see http://example.org"
    assert [link.host for link in judged.links] == ["example.org"]
