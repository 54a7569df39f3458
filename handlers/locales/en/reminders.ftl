# What waits: in a direct message to one person, or in the thread of a card.

reminder = { $count ->
    [one] One lead is waiting for you
   *[other] { $count } leads are waiting for you
}
reminder-answer-soon = *{ $who }*: nobody has answered yet. Answer due { $due }.
reminder-answer-late = ⏰ *{ $who }*: nobody has taken this lead. The answer was due { $due }.
reminder-asked-soon = *{ $who }*: this lead is offered to you. Please answer by { $due }.
reminder-asked-late = ⏰ *{ $who }*: this lead is offered to you. The answer was due { $due }.
reminder-unasked = ⚠️ *{ $who }*: nobody whose turn it was can be asked. All of sales may take this lead. Answer due { $due }.
reminder-given = *{ $who }*: you were given this lead. Please answer by { $due }.
reminder-given-accepted = *{ $who }*: you were given this lead, which sales has accepted. First contact is due { $due }.
reminder-returned = ↩️ *{ $who }*: there is no record that you were in touch, so this lead is offered to sales again.
reminder-lapsed = ⌛ *{ $who }*: you did not answer in time, so this lead was offered to somebody else.
escalation-lapsed = ⌛ *{ $who }*: { $owner } did not answer in time, so this lead was offered to somebody else.
escalation-asked-late = ⏰ *{ $who }*: { $owner } was asked to take this lead and has not answered. The answer was due { $due }.
reminder-touch-soon = *{ $who }*: you accepted this lead. Please get in touch by { $due }.
reminder-touch-late = ⏰ *{ $who }*: you accepted this lead. First contact was due { $due }.
escalation-touch-late = ⏰ *{ $who }*: { $owner } accepted this lead and has not been in touch. First contact was due { $due }.
reminder-news = { $count ->
    [one] News of a lead
   *[other] News of { $count } leads
}
reminder-attached = 🔗 *{ $who }* belongs to *{ $other }*, whom you follow. { $by } says so: { $reason }.
escalation-attached = 🔗 *{ $who }* belongs to *{ $other }*. { $by } says so: { $reason }.
reminder-more = And { $count } more.
reminder-put-off = 💤 Put off. What is still open comes again { $when }.

button-snooze-hour = Remind me in 1 hour
button-snooze-tomorrow = Remind me tomorrow

nudge-answer-soon = ⏳ Who takes { $who }? Nobody has answered yet. Answer due { $due }.
nudge-answer-late = ⏰ Nobody has taken { $who } yet. The answer was due { $due }.
nudge-asked-soon = ⏳ { $owner }, { $who } is offered to you. Answer due { $due }.
nudge-asked-late = ⏰ { $owner } was asked to take { $who } and has not answered. The answer was due { $due }.
nudge-unasked = ⚠️ Nobody whose turn it was can be asked to take { $who }. Who does? Answer due { $due }.
nudge-touch-late = ⏰ { $owner } accepted { $who } and has not been in touch. First contact was due { $due }.
