# Answers to the slash command.

help = *Ask where leads stand.* Only you see the answers.
help-status = `{ $command } status jane@acme.example` where a lead stands, and why
help-list = `{ $command } list mql` leads by stage
help-mine = `{ $command } list mine` the leads that you answer for
help-log = `{ $command } log jane@acme.example` every change of a lead
help-digest = `{ $command } digest` how the handoff is going
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
