# Answers to the slash command.

help = *Ask where leads stand.* Only you see the answers.
help-status = `{ $command } status jane@acme.example` where a lead stands, and why
help-list = `{ $command } list mql` leads by stage
help-search = `{ $command } search acme` leads by name, company or address
help-overdue = `{ $command } overdue` who waits too long for an answer or a first contact
help-whoami = `{ $command } whoami` your roles and what you follow
help-preferences = `{ $command } preferences` how much you hear, and when you are away
help-settings = `{ $command } settings` channels, roles, times and all that admins decide
help-mine = `{ $command } mine` the leads that you answer for
help-log = `{ $command } log jane@acme.example` every change of a lead
help-add = `{ $command } add` bring in a lead by hand; an address behind it fills the form
help-wake = `{ $command } wake jane@acme.example in 2 weeks` when to look at a lead in nurturing again
help-assign = `{ $command } assign jane@acme.example @colleague` gives a lead to a colleague
help-note = `{ $command } note jane@acme.example Back on Friday` a note for the lead's log
help-digest = `{ $command } digest last week by source` how the handoff is going: `today`, `week`, `month`, `2026-W46`; `by source`, `rep`, `campaign`, `temperature`, `rule`
help-help = `{ $command } help` this overview

unknown-word = I do not know “{ $word }”.
unknown-word-nearest = I do not know “{ $word }”. Did you mean “{ $command }”?
nobody = Nobody found for “{ $text }”. Try an e-mail address, or part of a name or company.

status = { $who }: { $stage }, { $temperature }
status-since = *{ $stage }* since { $when }
status-due = Answer due { $due }, in { $span }
status-overdue = ⏰ *Overdue* by { $span }: the answer was due { $due }
status-log = Last changes
status-card = Open the card

overdue = Overdue { $first } to { $last } of { $total }, the longest first
overdue-none = Nobody waits too long.

whoami = You are { $who }.
whoami-roles = Your roles: { $roles }
whoami-no-role = You have no role in Baton yet.
whoami-no-roles = Nobody has a role in Baton yet, so everybody is shown everything.
whoami-load = { $late ->
    [0] Leads you follow: { $leads }
   *[other] Leads you follow: { $leads }, of which the first contact is late: { $late }
}
whoami-language = I answer you in English.
role-rep = sales rep
role-inside_sales = inside sales
role-marketer = marketing
role-manager = manager
role-admin = admin

noted = 📝 Noted in the log of *{ $who }* for everybody who works with this lead.
not-noted = *Your note was not kept.* Please say with an address or an ID of whom it is: `{ $command } note jane@acme.example Back on Friday`
note-empty = What is to be noted? For example: `{ $command } note jane@acme.example Back on Friday`
note-too-long = *Your note was not kept.* It may have { $limit } characters at most.
type-it = Please type `{ $command }` yourself: this button can no longer open the form.
note-by-hand = Please send this note yourself: a button cannot write it for you.

choice = Several leads match. Which of these do you mean? Say more of the name to find others.
list = Leads { $first } to { $last } of { $total }, latest change first
list-empty = No leads here yet. `{ $command } list` shows all of them.
log = { $count ->
    [one] *{ $who }*: 1 change
   *[other] *{ $who }*: { $count } changes, the latest first
}

button-help = Show what I can ask
button-show = Show
button-log = Full log
button-back = Back
button-next = Next
hears-show = Show { $who }
hears-log = Full log of { $who }
