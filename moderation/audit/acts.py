"""Which acts there are, and how people read them."""

# Marks a sentence for translation; pages translate it when they show it.
N_ = str

ACTS = {
    "comment.approve": N_("Approved a comment"),
    "comment.reject": N_("Rejected a comment"),
    "comment.review": N_("Put a comment back in the queue"),
    "comment.undo": N_("Undid a decision"),
    "comment.hold": N_("Put a comment aside"),
    "comment.release": N_("Put a comment back that was aside"),
    "comment.note": N_("Wrote a note on a comment"),
    "act.approve": N_("Approved many comments at once"),
    "act.reject": N_("Rejected many comments at once"),
    "act.undo": N_("Undid a decision on many comments"),
    "policy.rule": N_("Changed a rule"),
    "policy.list": N_("Changed a list"),
    "policy.choices": N_(
        "Changed a site's languages, the mistakes it accepts, or how long it keeps comments"
    ),
    "policy.take-back": N_("Took back a change of the policy"),
    "policy.try": N_("Tried a change of the policy on past comments"),
    "site.rotate": N_("Gave a site another key"),
    "model.promote": N_("Promoted a model"),
    "model.rollback": N_("Went back to the model before"),
    "model.shadow": N_("Put a model on trial"),
    "model.shadow-end": N_("Ended the trial of a model"),
    "model.group": N_("Put a site into a group that shares a model"),
    "labels.forget": N_("Let models forget decisions"),
    "author.export": N_("Exported what is stored of an author"),
    "author.erase": N_("Erased what is stored of an author"),
    "prune": N_("Removed what was kept long enough"),
    "login.open": N_("Logged in"),
    "login.fail": N_("Failed to log in"),
    "login.close": N_("Logged out"),
    "login.end": N_("Ended own logins elsewhere"),
    "password.change": N_("Changed the own password"),
    "codes.on": N_("Switched one-time codes on"),
    "codes.off": N_("Switched one-time codes off"),
    "codes.recover": N_("Used a recovery code"),
    "moderator.add": N_("Added a person"),
    "moderator.change": N_("Changed a person's role or sites"),
    "moderator.password": N_("Reset a person's password"),
    "moderator.codes-off": N_("Switched a person's one-time codes off"),
    "moderator.end-logins": N_("Ended a person's logins"),
    "moderator.link": N_("Linked a person to single sign-on"),
    "moderator.unlink": N_("Unlinked a person from single sign-on"),
    "moderator.leave": N_("Deactivated a person"),
    "moderator.return": N_("Reactivated a person"),
    "record.export": N_("Exported the record"),
}
"""Each act as it is kept, with the words for it."""
