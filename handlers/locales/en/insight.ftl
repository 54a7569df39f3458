# What stands behind a digest.

figure-offered = Offered
figure-decided = Answered
figure-accepted = Accepted
figure-rejected = Sent back
figure-answered-in-time = Answered in time
figure-answered-late = Answered late
figure-unanswered = Past due and unanswered
figure-contacted-in-time = First contact in time
figure-contacted-late = First contact late
figure-not-contacted = First contact missed
figure-returned = Back to nurturing
figure-open = Waiting now
figure-overdue = Overdue now
figure-reached = Came to { $stage }
figure-because = Sent back: { $reason }
figure-group = { $group }: { $part }
figure-set-out = { $rung }: set out
figure-reached-in-time = { $rung }: got there in time

dimension-source = source
dimension-temperature = temperature
dimension-campaign = campaign
dimension-rule = rule
dimension-rep = person

insight-by = By { $dimension } · { $period }
insight-group = { $called }: offered { $offered }, accepted { $accepted }, in time { $in_time }
insight-rep = { $called }: accepted { $accepted }, in time { $in_time }
insight-hidden = { $count ->
    [one] Figures of 1 other person are for them and their managers.
   *[other] Figures of { $count } other people are for them and their managers.
} All together accepted { $whole }.
insight-nothing = Nothing was offered or answered.
insight-as-of = Counted { $when }, in handoffs; leads that came to a stage once each.
insight-leads = { $figure }, { $period }: { $count }
insight-row = Offered { $opened } · { $outcome }
insight-gone = This lead is kept no more.
insight-shared = { $who } asked, and shared the answer.
insight-no-period = There are no figures of a period that has not begun. Name another, such as 2026-11-20, 2026-W46 or 2026-11.
insight-no-figure = There is no such digest, or no such figure in it.
insight-not-shared = I could not post in this channel. Add me to it with /invite, then share again.
insight-no-table = I may not upload files here. Ask the person who set up Baton to give the app the scope files:write.
insight-table = The figures that you asked for
outcome-accepted = accepted
outcome-rejected = sent back
outcome-withdrawn = taken back by marketing
outcome-expired = not answered in time
outcome-open = waiting for an answer

button-behind = See the leads behind…
button-by-source = By source
button-by-temperature = By temperature
button-by-rep = By person
button-share = Share to the channel
button-table = As CSV
button-back-to-digest = To the digest

error-personal = Figures of one person are for themselves and their managers. Nothing has changed.
