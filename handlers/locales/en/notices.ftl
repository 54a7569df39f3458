# What one person, or marketing, hears because of a click.

already-accepted = { $who } was faster and accepted this lead { $when }. Nothing else has changed.
already-rejected = { $who } was faster and rejected this lead { $when }. Nothing else has changed.
already-withdrawn = { $who } was faster and withdrew this lead { $when }. Nothing else has changed.
already-expired = This lead was not answered in time and was passed on { $when }. Nothing else has changed. ({ $who })
too-late = This could be undone until { $when }. It stands.
nothing-to-undo = There is nothing to undo: the lead is open, or it has moved on since.
moved-on = The lead has moved on: it stands in { $stage } now. Nothing has changed.
already-sent = This was sent already, or something else is to be sent by now. Nothing has changed. Look at the lead for what is next.
course-track = 🧭 *Track*: { $track }
course-track-phase = 🧭 *Track*: { $track } (phase { $phase })
course-next = *To be sent next*: { $offer }
course-done = It has been sent all that this track has.
course-wakes = *Wakes up*: { $day }
button-sent = Offer sent
hears-sent = “{ $offer }” was sent to { $who }

form-lost = Slack could not open the window in time. Nothing has changed. Please click again.
unknown-button = This button belongs to an older version of Baton. Nothing has changed. Use { $command } to see where the lead stands.
reference = If you ask for help, give this reference: { $reference }
possibly-repeated = Possible repeat: Slack did not confirm the first message.

returned-title-reject = Rejected: { $who }
returned-title-recycle = Back to nurturing: { $who }
returned-title-disqualify = Disqualified: { $who }
returned-recycle = { $by } sent { $who } back to nurturing after contact: { $reason }
returned-disqualify = { $by } disqualified { $who } after contact: { $reason }
returned-reject = { $by } rejected { $who }: { $reason }
returned-undone = { $who } is with sales again: sending the lead back was undone.
returned-nurturing = Back in nurturing
returned-wakes = Back in nurturing, offered again from { $day }
returned-out = Out of the funnel: not for sales
returned-attached = Out of the funnel: it belongs to another record

error-error = Something went wrong on our side. Nothing has changed. Please try again in a moment.
error-invalid = Something in this request could not be used. Nothing has changed.
error-definition-invalid = The definition has a mistake in it. The one before stays in force.
error-not-found = This lead is no longer here. Nothing has changed.
error-refused = You may not do this. Nothing has changed. Ask the person who set up Baton.
error-for-reps = This step is for sales reps and their managers. Nothing has changed. Ask one of them, or the person who set up Baton.
error-for-inside-sales = This step is for inside sales and managers. Nothing has changed. Ask one of them, or the person who set up Baton.
error-for-sales = This step is for sales. Nothing has changed. Ask somebody in sales, or the person who set up Baton.
error-for-marketers = This step is for marketing. Nothing has changed. Ask somebody in marketing, or the person who set up Baton.
error-for-managers = This step is for managers. Nothing has changed. Ask your manager, or the person who set up Baton.
error-not-owner = { $owner } answers for this lead, so this step is for them or a manager. Nothing has changed. Ask one of them.
error-for-teams = This is for people of sales and marketing. Nothing has changed. Ask the person who set up Baton to give you a role.
error-for-admins = Settings are for admins of Baton; while it has none, for managers, or for whoever heads your Slack workspace. Nothing has changed.
error-not-asked = This lead is for { $owner } until its answer is due, then for all of sales. Nothing has changed. A manager can give it to somebody else.
error-stranger = Only people of the team that uses Baton may decide on leads. Nothing has changed.
error-guest = Guests may not decide on leads or read of them. Nothing has changed. Please ask a member of the team.
error-bot = Only people may decide on leads. Nothing has changed.
error-deactivated = Your account in this workspace has been deactivated. Nothing has changed.
error-unacquainted = Slack did not tell us in time who you are. Nothing has changed. Please try again.
error-forged = This button does not belong to this message. Nothing has changed. Please use the lead's own card.
error-key-reused = This was sent before with other content. Nothing has changed.
error-busy = Many people are busy with this lead right now. Nothing has changed. Please click again.
error-unready = Baton is not fully set up yet. Nothing has changed. Ask the person who set up Baton.
