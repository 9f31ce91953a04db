"""The shapes of what the core says in English: signals, deliveries, refusals, cards, the record.

`%(name)s` stands for what differs from one sentence to the next; sentences.py says what may fill it.
"""

# Marks what is translated when it is shown.
_ = str

SHAPES = (
    # The classifier.
    _(
        "The classifier alone says %(share)s, mostly for %(attribute)s. If moderators here reject it,"
        " then most likely as %(reason)s: %(likely)s."
    ),
    _(
        "The classifier finds little to object to: %(share)s. If moderators here reject it, then most"
        " likely as %(reason)s: %(likely)s."
    ),
    _("The classifier alone says %(share)s, mostly for %(attribute)s."),
    _("The classifier finds little to object to: %(share)s."),
    _("The classifier is not available, so a person decides."),
    _("The classifier failed on this text, so a person decides."),
    _("The classifier does not read %(language)s, so a person decides."),
    # Lists and settings.
    _("On the list %(list)s: %(found)s."),
    _("The site's patterns were sought in the first %(number)s characters only."),
    _("The list %(list)s cannot be read; import it again."),
    _("The setting of the rule %(rule)s cannot be read; set or reset it."),
    _("The rule %(rule)s failed (%(error)s)."),
    # Authors.
    _("The author's name is an address."),
    _("The author's name sells something: “%(word)s”."),
    _("The author's name has many words, and an address."),
    _("The author's address sells something: “%(word)s”."),
    _("No comment of this author was approved before."),
    _("People approved %(number)s comments of this author and rejected none."),
    _("People rejected %(rejected)s of the author's last %(number)s comments that they decided on."),
    # How it was written and sent.
    _("The form's hidden field was filled in, which readers cannot see."),
    _("The form was sent %(number)s seconds after it was shown."),
    _("There is nothing to see in this text."),
    _("More words are disguised in this text than are looked at."),
    _("Most of this text is in a script that the classifier does not read."),
    _("This reads like %(language)s; the site's language is %(languages)s."),
    _("This reads like %(language)s; the site's languages are %(languages)s."),
    _("Praise that fits any page stands beside a link or an address."),
    _("%(number)s comments from this author within %(minutes)s minutes."),
    _("%(number)s comments from this range of addresses within %(minutes)s minutes."),
    _("The page was published %(number)s days before."),
    _("The comment was changed after it was first sent."),
    _("Parts of what was sent were too long or unreadable, and are not here."),
    # Links.
    _("%(number)s links; this site asks a person from %(least)s on."),
    _("There is nothing but links in this text."),
    _("Few words stand beside the links: %(words)s for %(number)s."),
    _("%(number)s links lead to %(place)s."),
    _("Links were typed as HTML or BBCode, as programs do."),
    _("A link leads to a bare address instead of a name."),
    _("A link hides its name in an encoding (xn--)."),
    _("A link leads to an unusual port."),
    # Copies.
    _("This author sent the same text on this page before."),
    _("The same text was sent %(times)s before: %(where)s. People rejected %(rejected)s of them."),
    _("The same text was sent %(times)s before: %(where)s."),
    _(
        "Nearly the same text was sent %(times)s before: %(where)s."
        " People rejected %(rejected)s of them."
    ),
    _("Nearly the same text was sent %(times)s before: %(where)s."),
    # History.
    _("This came with the site’s history. No machine judged it here."),
    _("It waited for a person at the site when it was imported."),
    # Deliveries.
    _("It answered with status %(status)s."),
    _("The name %(host)s leads nowhere."),
    _("The connection failed: %(why)s."),
    _("The comment was edited since, and the new edition is decided by itself."),
    # Models.
    _("Below %(share)s a comment is approved: at most %(bad)s of the bad comments are expected there."),
    _("Nothing is approved without a person: too few bad comments were held out to promise it."),
    _("From %(share)s on it is rejected: at most %(good)s of the good comments are expected there."),
    _("Nothing is rejected without a person: too few good comments were held out to promise it."),
    _("A person decides on the rest."),
    _(
        "Below %(share)s a comment is approved: with %(sure)s confidence, at most %(bad)s of all bad"
        " comments lie there."
    ),
    _(
        "From %(share)s on it is rejected: with %(sure)s confidence, at most %(good)s of all good"
        " comments lie there."
    ),
    _(
        "Nothing is approved without a person: to promise with %(sure)s confidence that at most %(bad)s"
        " of the bad comments are published, it takes at least %(number)s decided bad comments that it"
        " did not learn from, and more where some of them stand for many."
    ),
    _(
        "Nothing is rejected without a person: to promise with %(sure)s confidence that at most %(good)s"
        " of the good comments are rejected, it takes at least %(number)s decided good comments that it"
        " did not learn from, and more where some of them stand for many."
    ),
    _(
        "A promise is broken by at most one in %(number)s models made so, as long as comments stay like"
        " those it was measured on."
    ),
    _("Shares like these were only estimated when this model was made, so none of them is a promise."),
    _("It reads English. It is not asked about comments in another language, where that can be told."),
    _("Spam of blogs is learnt from our own texts, and no open test measures it."),
    _("Spam that only flatters is told by its links and its author's name, where the site sends them."),
    _("Irony, allusions, and insults in polite words are missed."),
    _("Swearing at nobody often scores like an insult."),
    _("Quoting an insult, or reclaiming a slur, often waits for a person."),
    _("An insult that is nothing but the name of a group, as in “that is so gay”, is missed."),
    _(
        "The error budgets hold for texts like those held out;"
        " the table above shows what became of others."
    ),
    _("A rare word in disguise stays disguised, and says little."),
    _("It knows what your moderators decided until the last decision above, and nothing after it."),
    _("A kind of comment that moderators never saw is judged as the base model judges it."),
    _(
        "The thresholds were chosen on the decisions that it is measured on above:"
        " expect slightly worse."
    ),
    _("newest decisions, by %(model)s"),
    # What moved away from the weeks before.
    _(
        "Week of %(date)s, %(site)s: at least %(share)s of the comments got another probability of being"
        " rejected than before; up to %(high)s would be usual."
    ),
    _(
        "Week of %(date)s, %(site)s: %(share)s of the comments waited for a person; between %(low)s and"
        " %(high)s would be usual."
    ),
    _(
        "Week of %(date)s, %(site)s: the service rejected %(share)s of the comments; between %(low)s and"
        " %(high)s would be usual."
    ),
    _(
        "Week of %(date)s, %(site)s: people rejected %(share)s of what waited for them; between %(low)s"
        " and %(high)s would be usual."
    ),
    _(
        "Week of %(date)s, %(site)s: people overturned %(share)s of what the service decides by itself;"
        " up to %(high)s would be usual."
    ),
    _("Not the same model served in all weeks, which may be why."),
    # What the gate asks of a candidate.
    _(
        "Take a comment that was rejected and one that was approved: how often the rejected one scores"
        " higher. A coin would manage half of the times."
    ),
    _(
        "How well what is published and what is rejected agree with the moderators, if people decide"
        " rightly on all that waits for them."
    ),
    _(
        "How far its probabilities are from what moderators decided, where mistakes that it was sure of"
        " cost most. 0 is perfect, less is better."
    ),
    _(
        "Of the comments that moderators approved, how many would be rejected without anybody having"
        " looked."
    ),
    _(
        "Of the comments that moderators rejected, how many would be published without anybody having"
        " looked."
    ),
    _("How many comments would be published or rejected at once, as moderators decided."),
    _("%(number)s civil sentences name %(kinds)s kinds of people: how many would be rejected."),
    _(
        "A name alone should change nothing. How much likelier rejection seems for civil sentences about"
        " one kind of people than for the same sentences about all, in the worst case: %(people)s."
    ),
    _("Of %(number)s abusive comments, how many would not be published before a person has seen them."),
    _(
        "Of %(number)s abusive comments whose words are hidden by one or two disguises, how many would"
        " not be published before a person has seen them."
    ),
    _("%(number)s honest texts in many languages and scripts: how many would be rejected."),
    # What options can be.
    _("a whole number from %(least)s to %(most)s"),
    _("a number from %(least)s to %(most)s"),
    _("a number above %(least)s to %(most)s"),
    _("true or false"),
    # What was refused of people and logins.
    _("There is a moderator named %(name)s already."),
    _("Somebody else changed %(name)s since you opened the page; nothing was changed now."),
    _("%(name)s is the last admin of every site, and stays so until there is another."),
    _("There is no moderator named %(name)s."),
    _("There is no moderator %(number)s."),
    _("%(name)s is no name: a name is a line of 1 to %(number)s characters."),
    _("The provider's number for this person is too long to be kept."),
    _(
        "You were recognised, but nobody here belongs to that account. An admin can link it to you, or"
        " you do so yourself on your account page."
    ),
    _("That account at the provider belongs to %(name)s already."),
    _("%(name)s has no password, and could not log in any more."),
    _("That login had ended already."),
    _("That is not the code of this moment. Does the telephone's clock run right?"),
    _("One-time codes are on already."),
    _("That code is wrong, too old, or was used already."),
    # What was refused of rules, lists and thresholds.
    _(
        "%(name)s changed this after you opened the page. Look at what stands there now;"
        " what you typed is still here."
    ),
    _(
        "%(name)s changed this again in revision %(later)s. Taking revision %(number)s back would undo"
        " that as well."
    ),
    _("No change of %(site)s made revision %(number)s."),
    _("What stood there before this change stands there already."),
    _("This version cannot read what stood there before: %(error)s."),
    _("This version cannot read the setting of %(rule)s: %(error)s."),
    _("There is no change %(number)s."),
    _("There is no rule %(rule)s to set. The rules: %(others)s."),
    _("%(option)s must be %(allowed)s, not %(value)s."),
    _("%(value)s is no number."),
    _("%(value)s is no number of days."),
    _("%(period)s must be a number of days from 1 to %(most)s, not %(number)s."),
    _("%(share)s must be a share from 0 to 1, not %(value)s."),
    _("%(value)s is no language. Use the two letters of ISO 639-1, such as en or de."),
    _("A site has at least one language."),
    _("%(site)s has no list named %(list)s."),
    _("There is a list named %(list)s already; choose another name."),
    _("The list %(list)s holds %(kind)s in %(scopes)s and asks to %(act)s. Choose another name."),
    _("%(kind)s cannot look at %(scopes)s, only at %(others)s."),
    _("Line %(line)s, %(entry)s: %(objection)s. Refused too: line %(lines)s and %(number)s more."),
    _("Line %(line)s, %(entry)s: %(objection)s. Refused too: line %(lines)s."),
    _("Line %(line)s, %(entry)s: %(objection)s."),
    _(
        "The site's %(number)s patterns take %(size)s steps at each character and may take %(most)s."
        " Words and phrases can be a list of terms, which may be of any length."
    ),
    # What was refused of trials.
    _("Another trial on this site's comments is running. Try again when it is done."),
    _("There is no trial %(number)s."),
    _("There is no classifier now, so nobody can say what its thresholds become."),
    _("No verdict depends on what was changed, so there is nothing to try."),
    _("It broke off (%(error)s); it was logged."),
    # What was refused of comments.
    _("There is no act %(number)s of yours."),
    _("There is no act %(number)s."),
    _("There is no wave %(number)s."),
    _("There is no site %(number)s."),
    _("Each of these comments has been decided or edited again since."),
    _("This comment waits for nobody any more. There is nothing to put aside."),
    _("Whom you chose cannot decide on this comment. Choose somebody else."),
    _("The note says nothing. Write something, or leave it."),
    _("The note has %(number)s characters; there is room for %(most)s."),
    # Of the record.
    _("As %(reason)s."),
    _("Handed to %(name)s."),
    _("%(number)s comments as %(reason)s."),
    _("%(number)s comments."),
    _("%(number)s are left."),
    _("One login."),
    _("All but the one it was done in."),
    _("By single sign-on."),
    _("The password was wrong."),
    _("The code was wrong."),
    _("The old password was wrong."),
    _("Codes were not switched off."),
    _("Before: %(before)s. Now: %(after)s."),
    _("Revision %(number)s: removed."),
    _("Revision %(number)s: mode %(mode)s, options %(options)s."),
    _("Revision %(number)s: %(count)s lines of %(kind)s, %(act)s, %(mode)s."),
    _("Revision %(number)s: languages %(codes)s, shares %(shares)s."),
    _(
        "Instead of %(model)s: review from %(after)s instead of %(before)s, rejection from %(now)s"
        " instead of %(then)s."
    ),
    _("Instead of %(model)s."),
    _("The gate was not asked about it."),
    _("It did not pass the gate."),
    _("%(role)s of every site."),
    _("%(role)s of no site."),
    _("%(role)s of %(sites)s."),
    _("comment %(number)s"),
    _("act %(number)s"),
    _("model %(model)s"),
    _("rule:%(rule)s"),
    _("list:%(list)s"),
    _("choices"),
    # What was refused of anything.
    _("%(forged)s Go back, reload the page and try again."),
    _("The body is larger than %(number)s bytes."),
    _("The method is not allowed for the requested URL."),
    _("There is nothing at this address."),
    _("There is no comment %(number)s."),
    _("There is no decision %(number)s."),
    _("There is no delivery %(number)s."),
    _("Name or password is wrong."),
    _("The password is wrong."),
    _("Too many wrong passwords or codes. Try again in a minute."),
    _("Too many people log in at this moment. Try again in a few seconds."),
    _("The old password is wrong."),
    _("The new password is the old one."),
    _("A password has %(shortest)s to %(longest)s characters."),
    _("Whoever guesses passwords tries this one early. Choose another."),
    _("This needs the role “%(needed)s”; yours is “%(role)s”. An admin can change it."),
    _("The database could not do this now. Nothing was stored; try again."),
    _("Something went wrong on our side. It was logged."),
    _("Something went wrong on our side. It was logged as %(request)s."),
    _("Bad Request"),
    _("Forbidden"),
    _("Not Found"),
    _("Method Not Allowed"),
    _("Conflict"),
    _("Content Too Large"),
    _("Unprocessable Content"),
    _("Internal Server Error"),
    _("Service Unavailable"),
)
"""Of two that fit a sentence, the first counts."""

PARTS = (
    _("once"),
    _("%(number)s times"),
    _("%(number)s on this site, last as %(latest)s"),
    _("%(number)s on this site"),
    _("%(number)s on other sites"),
    _("in the author's name"),
    _("in the e-mail address"),
    _("in a web address"),
    _("in the IP address"),
    _("in the browser's name"),
    _("toxicity"),
    _("severe toxicity"),
    _("obscene"),
    _("threat"),
    _("insult"),
    _("identity attack"),
    _("spam"),
    # What is wrong with a line of a list.
    _("it holds a NUL, so the file is perhaps no text or not in UTF-8"),
    _("longer than %(number)s characters"),
    _("nothing is left of it once invisible characters are dropped"),
    _("not the name of a host, such as example.org"),
    _("not an IP address or a network, such as 203.0.113.7 or 203.0.113.0/24"),
    _("not one line with one entry; a line that starts with # is a comment"),
    _(
        "it takes %(number)s steps at each character and may take %(most)s;"
        " repeat less often, and name fewer kinds of letters"
    ),
    _("it matches where there is nothing, so it would match every comment"),
    # Forms that are not ours, or too old.
    _("The CSRF token is missing."),
    _("The CSRF session token is missing."),
    _("The CSRF tokens do not match."),
    _("The CSRF token has expired."),
    _("The CSRF token is invalid."),
    # What somebody may do, in the record.
    _("%(role)s of every site"),
    _("%(role)s of no site"),
    _("%(role)s of %(sites)s"),
)
"""What fills some shapes."""

MORE = _("%(named)s and %(number)s more")
"""How a list goes on that is not told to its end."""
