# The card in the sales channel, and its thread.

card-title = { $who } · { $temperature }
card-text = { $who }. { $what }
summary = { $who } · { $temperature }: { $why }

card-why = Why: { $why }
card-due = Answer due { $due }
card-overdue = ⏰ *Overdue*: the answer was due { $due }
card-owner = Owner { $who }
card-no-owner = No owner yet
card-asked = 👉 For { $who }
card-asked-late = 👉 Was for { $who }. As the answer is late, all of sales may take this lead.
card-unasked = ⚠️ Nobody whose turn it was can be asked: whoever is first takes this lead.
card-waiting = Waiting since { $when }
card-stage = *{ $stage }* since { $when }
card-touch-due = First contact due { $due }
card-touch-overdue = ⏰ *Overdue*: first contact was due { $due }
card-touched = First contact { $when }

card-again = *Back again.* Last time: { $last }
card-passed-on = *Passed on.* Before: { $last }
card-went-on = ↪️ Passed on to { $who }
card-went-on-to-all = ↪️ Passed on: whoever is first takes this lead
card-asked-for = 👋 { $who }, you asked for this date: please look at this lead first.
card-changed = *Since then:* { $before } → { $after } points. New: { $news }
card-mended = 🛠️ *Mended* by { $who } · { $when }
card-mended-fields = { $line } · changed: { $fields }
card-mended-for = 👋 { $who }, what you missed has been mended: please look at this lead first.
no-news = no further reasons
news-of-the-date = no further reasons, but the agreed date has come

decided-accepted = ✅ *Accepted* by { $who } · { $when }
decided-rejected = ↩️ *Rejected* by { $who } · { $when } · { $reason }
decided-waking = ↩️ *Rejected* by { $who } · { $when } · { $reason }, until { $day }
decided-withdrawn = ⏏️ *Withdrawn* by { $who } · { $when }
decided-expired = ⌛ *Not answered in time* · { $when }

belongs-owner = 🔗 Belongs to *{ $who }* ({ $stage }), whom { $owner } follows.
belongs-managers = 🔗 Belongs to *{ $who }* ({ $stage }). Nobody follows that lead, so managers hear of it.
belongs-nobody = 🔗 Belongs to *{ $who }* ({ $stage }). Nobody follows that lead, and there is no manager to tell.
belongs-elsewhere = 🔗 Belongs to “{ $name }”. Baton does not have that record, so nobody was told.
belongs-unsaid = 🔗 To which record it belongs was not said.

did-confirm = ☎️ *Confirmed by call* by { $who } · { $when }
did-advance = ⏩ *Advanced to SQL* by { $who } · { $when }
did-win = 🎉 *Won* by { $who } · { $when }
did-lose = ⏹️ *Lost* · { $who } · { $when }
did-recycle = ↩️ *Back to nurturing* by { $who } · { $when }
did-disqualify = ⏹️ *Disqualified* by { $who } · { $when }
did-reopen = 🔄 *Reopened* by { $who } · { $when }
did-because = { $line } · { $reason }
did-until = { $line }, until { $day }

button-accept = Accept
button-reject = Reject
button-confirm = Confirmed by call
button-withdraw = Withdraw…
button-resubmit = Fix and resubmit…
button-touch = Contacted
button-advance = Advance to SQL
button-win = Won
button-lose = Lost…
button-recycle = Back to nurturing…
button-disqualify = Disqualify…
button-reopen = Reopen
button-details = Details
button-undo = Undo
hears-accept = Accept { $who }
hears-reject = Reject { $who }
hears-confirm = Confirm by call: { $who }
hears-withdraw = Withdraw { $who }
hears-resubmit = Fix and resubmit { $who }
hears-touch = First contact made with { $who }
hears-advance = Advance { $who } to SQL
hears-win = Won { $who }
hears-lose = Lost { $who }
hears-recycle = Send { $who } back to nurturing
hears-disqualify = Disqualify { $who }
hears-reopen = Reopen { $who }
hears-details = Details of { $who }
hears-undo = Undo what was last done with { $who }

briefing = { $who } is yours, { $owner }. Here is what we know.
briefing-open = What we know of { $who }
briefing-timeline = What they did
briefing-log = How they came here
