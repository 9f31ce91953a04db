"""The words for what programs know by a name: rules, codes of signals, kinds, roles, acts.

The core writes them in English, which knows nothing of translations; here they are marked.
"""

from flask_babel import gettext

from moderation.audit import COMMAND_LINE, SINGLE_SIGN_ON, SOMEBODY
from moderation.web.console.blueprint import bp

# Marks what is translated when it is shown.
_ = str

CODES = (
    _("address as name"),
    _("address"),
    _("blank"),
    _("classifier unavailable"),
    _("classifier"),
    _("cut short"),
    _("disguised"),
    _("edited"),
    _("encoded name"),
    _("few words"),
    _("filled honeypot"),
    _("first time author"),
    _("flood from author"),
    _("flood from range"),
    _("flood"),
    _("generic flattery"),
    _("identity attack"),
    _("import"),
    _("imported"),
    _("insult"),
    _("keyword name"),
    _("known author"),
    _("list unreadable"),
    _("listed domain"),
    _("listed fragment"),
    _("listed network"),
    _("listed pattern"),
    _("listed term"),
    _("long name"),
    _("markup"),
    _("mostly links"),
    _("near copy"),
    _("nothing to read"),
    _("obscene"),
    _("old page"),
    _("only links"),
    _("other language"),
    _("patterns cut short"),
    _("patterns"),
    _("port"),
    _("rejected author"),
    _("repeated host"),
    _("repeated text"),
    _("rule failed"),
    _("selling address"),
    _("selling name"),
    _("sent too fast"),
    _("sent twice"),
    _("setting unreadable"),
    _("severe toxicity"),
    _("spam"),
    _("suspicious links"),
    _("threat"),
    _("too many links"),
    _("toxicity"),
    _("unobjectionable"),
    _("unread language"),
    _("unread script"),
    _("waited"),
)
"""What rules, and the signals of rules and of the classifier, are called."""

CIRCUMSTANCES = (
    _("author address"),
    _("link"),
    _("reply"),
    _("several links"),
    _("signed in"),
)
"""What is known of a comment beside its words and the codes above."""

SUMMARIES = (
    _("Something came in the form's hidden field, which only programs see."),
    _("The form was sent sooner after it was shown than a person can read and write."),
    _("A text that shows nothing, is disguised throughout, or is mostly in another script."),
    _("A text in a language that is none of the site's."),
    _("As many links as the site's limit, or more, are worth a look; spam seldom stops early."),
    _("A link to a bare address, an odd port or an encoded name, or a link typed as HTML or BBCode."),
    _("A text that is only links, or that has too few words of its own for each."),
    _("Several links lead to one place, which is not the page's own."),
    _("Praise that fits any page, beside a link or an address, from somebody the site does not know."),
    _("The same words arrived before: a copy says little about this page."),
    _("Nearly the same words arrived lately from elsewhere: a copy with a name or a link exchanged."),
    _("More comments from one author or one range of addresses than a conversation takes."),
    _("An author's name that sells: a keyword, an address, or many words beside an address."),
    _("An author's address that leads deep into a site, along a path with words that sell."),
    _("An author without an approved comment waits for a person."),
    _("An author whom the site knows by an id, and whose comments people approved, is vouched for."),
    _("An author whom the site knows by an id, and whose comments people rejected."),
    _("A comment on a page that is long past, with a link or from somebody new."),
    _("What was judged once does not change unseen, or approval could be had for another text."),
)
"""What each rule that can be set looks for."""

OPTIONS = (
    _("Sent sooner than this after the form was shown"),
    _("A person is asked from so many links on"),
    _("A link to a bare address such as http://192.0.2.1/"),
    _("A link to a name that is encoded (xn--)"),
    _("A link to an unusual port"),
    _("A link that was typed as HTML or BBCode"),
    _("Words of its own that a text should have for each link"),
    _("A person is asked from so many links to one place on"),
    _("A name beside an address is odd from so many words on"),
    _("Praise counts in texts of up to so many words"),
    _("Texts count as copies from so many letters on"),
    _("Near copies are looked for so far back"),
    _("The share of a text that near copies have in common, from 0.5 to 1"),
    _("More than this from one author is a flood"),
    _("More than this from one range of addresses is a flood"),
    _("Within this time"),
    _("An author is known after so many comments that people approved"),
    _("A person is asked from so many comments on that people rejected"),
    _("And if they are at least this share of the author’s decided comments, up to 1"),
    _("A page is old after"),
    _("comments"),
    _("days"),
    _("letters"),
    _("links"),
    _("minutes"),
    _("seconds"),
    _("words"),
)
"""What the options of rules are, and what their numbers count."""

ACTS = (
    _("Approved a comment"),
    _("Rejected a comment"),
    _("Put a comment back in the queue"),
    _("Undid a decision"),
    _("Put a comment aside"),
    _("Put a comment back that was aside"),
    _("Wrote a note on a comment"),
    _("Approved many comments at once"),
    _("Rejected many comments at once"),
    _("Undid a decision on many comments"),
    _("Changed a rule"),
    _("Changed a list"),
    _("Changed a site's languages, the mistakes it accepts, or how long it keeps comments"),
    _("Took back a change of the policy"),
    _("Tried a change of the policy on past comments"),
    _("Gave a site another key"),
    _("Promoted a model"),
    _("Put a model on trial"),
    _("Ended the trial of a model"),
    _("Put a site into a group that shares a model"),
    _("Went back to the model before"),
    _("Let models forget decisions"),
    _("Exported what is stored of an author"),
    _("Erased what is stored of an author"),
    _("Removed what was kept long enough"),
    _("Logged in"),
    _("Failed to log in"),
    _("Logged out"),
    _("Ended own logins elsewhere"),
    _("Changed the own password"),
    _("Switched one-time codes on"),
    _("Switched one-time codes off"),
    _("Used a recovery code"),
    _("Added a person"),
    _("Changed a person's role or sites"),
    _("Reset a person's password"),
    _("Switched a person's one-time codes off"),
    _("Ended a person's logins"),
    _("Linked a person to single sign-on"),
    _("Unlinked a person from single sign-on"),
    _("Deactivated a person"),
    _("Reactivated a person"),
    _("Exported the record"),
)
"""What people do, as the record says it."""

VALUES = (
    # What can be chosen for rules and lists.
    _("live"),
    _("log-only"),
    _("off"),
    _("True"),
    _("False"),
    _("terms"),
    _("fragments"),
    _("domains"),
    _("networks"),
    _("text"),
    _("name"),
    _("email"),
    _("url"),
    _("ip"),
    _("user agent"),
    _("author"),
    _("approve"),
    _("review"),
    _("reject"),
    # Roles.
    _("reader"),
    _("moderator"),
    _("admin"),
    # Who says what.
    _("list"),
    # Who does what nobody did who is logged in.
    _("command line"),
    _("somebody"),
    _("single sign-on"),
    # Of cards of models.
    _("newest decisions"),
    _("written for this project"),
    _("as this project"),
)
"""What is chosen among few, by its name."""

PEOPLE = (
    _("Aboriginal Australians"),
    _("Africans"),
    _("Americans"),
    _("Arabs"),
    _("Armenians"),
    _("Asian people"),
    _("Black people"),
    _("Buddhists"),
    _("Catholics"),
    _("Chinese people"),
    _("Christians"),
    _("Conservatives"),
    _("Democrats"),
    _("English people"),
    _("French people"),
    _("Germans"),
    _("Greens"),
    _("HIV-positive people"),
    _("Hindus"),
    _("Indians"),
    _("Iranians"),
    _("Irish people"),
    _("Israelis"),
    _("Japanese people"),
    _("Jews"),
    _("Kurds"),
    _("Labour voters"),
    _("Latinos"),
    _("Mexicans"),
    _("Mormons"),
    _("Muslims"),
    _("Native Americans"),
    _("Nigerians"),
    _("Pakistanis"),
    _("Palestinians"),
    _("Poles"),
    _("Protestants"),
    _("Quakers"),
    _("Republicans"),
    _("Roma"),
    _("Russians"),
    _("Shias"),
    _("Sikhs"),
    _("Somalis"),
    _("Sunnis"),
    _("Syrians"),
    _("Turks"),
    _("Ukrainians"),
    _("Uyghurs"),
    _("asexual people"),
    _("atheists"),
    _("autistic people"),
    _("bisexuals"),
    _("blind people"),
    _("communists"),
    _("deaf people"),
    _("disabled people"),
    _("dyslexic people"),
    _("evangelicals"),
    _("gay people"),
    _("homosexuals"),
    _("immigrants"),
    _("intersex people"),
    _("lesbians"),
    _("liberals"),
    _("men"),
    _("mentally ill people"),
    _("non-binary people"),
    _("old people"),
    _("pensioners"),
    _("queer people"),
    _("refugees"),
    _("socialists"),
    _("straight people"),
    _("teenagers"),
    _("trans people"),
    _("transgender people"),
    _("wheelchair users"),
    _("white people"),
    _("women"),
    _("young people"),
)
"""The kinds of people about whom models are tested."""


CHECKS = (
    _("better"),
    _("equal"),
    _("worse than allowed"),
    _("cannot be told"),
    _("old decisions"),
    _("civil sentences"),
    _("known abuse"),
    _("honest texts"),
    _("Tells bad comments from good ones (AUC)"),
    _("What becomes of comments in the end (F1)"),
    _("How honest its probabilities are (log loss)"),
    _("Good comments rejected"),
    _("Bad comments published"),
    _("Rightly decided without a person"),
    _("Civil sentences about people rejected"),
    _("Blame for a name"),
    _("Abuse caught"),
    _("Disguised abuse caught"),
    _("Honest texts rejected"),
)
"""What the gate asks of a candidate, of what, and what it can find."""


@bp.app_template_filter()
def worded(name: str) -> str:
    """Say what a program knows as `name`, such as too_many_links; what is not known stays as it is."""
    words = str(name).replace("_", " ")
    return str(gettext(words)) if words else words


@bp.app_template_filter()
def actor(name: str) -> str:
    """Say who did something: people by their own names, and those who are none in the reader's words."""
    return worded(name) if name in {COMMAND_LINE, SINGLE_SIGN_ON, SOMEBODY} else name


@bp.app_template_filter()
def source(name: str) -> str:
    """Say whose signal it is; what a list is called is left as it is."""
    kind, colon, own = name.partition(":")
    return f"{worded(kind)}:{own}" if colon else worded(name)


@bp.app_template_filter()
def headed(words: str) -> str:
    """Begin with a capital letter, and leave the others as they are."""
    return words[:1].upper() + words[1:]
