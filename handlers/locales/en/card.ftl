# The card in the sales channel, and its thread.

card-title = { $who } · { $temperature }
card-text = { $who }. { $what }
summary = { $who } · { $temperature }: { $why }

card-why = Why: { $why }
card-due = Answer due { $due }
card-overdue = ⏰ *Overdue*: the answer was due { $due }
card-owner = Owner { $who }
card-no-owner = No owner yet

card-again = *Back again.* Last time: { $last }
card-asked-for = 👋 { $who }, you asked for this date: please look at this lead first.
card-changed = *Since then:* { $before } → { $after } points. New: { $news }
no-news = no further reasons
news-of-the-date = no further reasons, but the agreed date has come

decided-accepted = ✅ *Accepted* by { $who } · { $when }
decided-rejected = ↩️ *Rejected* by { $who } · { $when } · { $reason }
decided-waking = ↩️ *Rejected* by { $who } · { $when } · { $reason }, until { $day }
decided-withdrawn = ⏏️ *Withdrawn* by { $who } · { $when }
decided-expired = ⌛ *Not answered in time* · { $when }

button-accept = Accept
button-reject = Reject
button-details = Details
button-undo = Undo
hears-accept = Accept { $who }
hears-reject = Reject { $who }
hears-details = Details of { $who }
hears-undo = Undo the decision on { $who }

briefing = { $who } is yours, { $owner }. Here is what we know.
briefing-open = What we know of { $who }
briefing-timeline = What they did
briefing-log = How they came here
