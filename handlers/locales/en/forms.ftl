# The reject form and the details behind a card.

form-title = Reject a lead
form-submit = Reject
form-close = Cancel
form-intro = { $who } goes back to marketing. Your reason helps them choose better leads.
form-reason = Reason
form-reason-choose = Choose a reason
form-comment = Comment
form-comment-hint = Needed for “{ $reason }”. Marketing reads it.
form-wake = Wake on
form-wake-hint = Needed for “{ $reason }”: when to offer this lead again. { $earliest } at the earliest.

form-reason-unknown = Please choose a reason.
form-comment-required = Please say in a few words why.
form-comment-too-long = Please keep it within { $limit } characters.
form-wake-required = Please choose a date on which to offer this lead again.
form-wake-past = Please choose a date after today.

form-outdated-title = Out of date
form-outdated = This form belongs to another version of Baton. Nothing has changed. Use { $command } to see where the lead stands.

details-title = Lead details
details-close = Close
details-never-offered = Not offered to sales yet
details-offered = Offered { $when }
details-score = Why this score
details-hot = Hot because
details-reset = Begun again on { $day }: { $why }
details-group = { $kind } ({ $group }): { $points } points
details-group-capped = { $kind } ({ $group }): { $points } points, limited from { $raw }
details-rule = { $points } · { $why }
details-decayed = { NUMBER($factor, style: "percent") } of { $full } left after some time
details-capped = limited
details-no-rule = No rule applied
details-person = Who it is
details-behaviour = What they did
details-log = Stage log
details-rules = `{ $command } definition` says what counts today
