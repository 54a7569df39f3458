# The definition: what it says, what a proposal changes, who signs it.

# Parts of sentences about leads
phrase-and = {" and "}
phrase-or = {" or "}
phrase-alternatives = {"; or "}
phrase-list-separator = {", "}
phrase-together = ({ $text })
phrase-not = not { $text }
phrase-points = { $points } points or more
phrase-below = fewer than { $points } points
phrase-grade = grade { $grades }
phrase-band = { $temperature } by points
phrase-hot = hot for one of the agreed reasons
phrase-not-hot = none of the reasons to be hot
phrase-reachable = an e-mail address or a phone number is known
phrase-unreachable = neither an e-mail address nor a phone number is known
phrase-rest = everybody else
phrase-group = points for { $name } { $what }
phrase-attribute = { $name } { $what }
phrase-is = is { $texts }
phrase-is-not = is not { $texts }
phrase-gte = is { $number } or more
phrase-gt = is more than { $number }
phrase-lte = is { $number } or less
phrase-lt = is less than { $number }
phrase-exists = is known
phrase-missing = is not known
phrase-contains = contains { $texts }
phrase-domain = is an address at { $texts }
phrase-path = is a page like { $texts }
phrase-moment-within = lies within the last { $span }
phrase-moment-since = is { $day } or later
span-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
span-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
span-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
span-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
phrase-any-signal = Any activity
phrase-lately = { $what } in the last { $span }
phrase-count = { $what } { $count ->
    [one] at least once
   *[other] at least { $count } times
}
phrase-count-days = { $what } { $count ->
    [one] on at least 1 day
   *[other] on at least { $count } different days
}
phrase-count-visits = { $what } { $count ->
    [one] in at least 1 visit
   *[other] in at least { $count } different visits
}
phrase-count-distinct = { $what } with { $count } or more different values of { $name }
phrase-silence = no “{ $what }” in the last { $span }
phrase-limit = { $count ->
    [one] once
   *[other] at most { $count } times
} in { $span }
phrase-limit-ever = { $count ->
    [one] only once
   *[other] at most { $count } times ever
}
phrase-half-life = half is left after { $span }
phrase-linear = loses { NUMBER($share, style: "percent") } every { $span }
phrase-quiet = { $what }, once nothing has happened for { $span }

# What a proposal changes
change-added = New { $subject }: { $name }
change-removed = No longer a { $subject }: { $name }
change-points = { $name }: { $before } → { $after } points
change-part = { $name }, { $aspect }: { $before } → { $after }
change-whole = { $aspect }: { $before } → { $after }
change-none = Only notes and order have changed. Leads are scored as before.

subject-hot = reason to be hot
subject-exclude = reason to be left out
subject-reset = reset
subject-rules = rule
subject-groups = group of rules
subject-journey = buying phase
subject-tracks = nurturing track
subject-offers = offer

aspect-points = points
aspect-group = group
aspect-when = applies if
aspect-limit = counts
aspect-min = lowest
aspect-max = highest
aspect-share = shares its signals
aspect-why = wording
aspect-kind = kind
aspect-decay = forgets
aspect-order = order
aspect-qualify = Becomes an MQL if
aspect-hot-from = Hot from
aspect-warm-from = Warm from
aspect-hot-grades = Grades that are hot
aspect-warm-grades = Grades that are warm
aspect-leave-hot-below = Stays hot down to
aspect-requalify-after = Rests after a rejection
aspect-opens = Mail opens count
aspect-machine-within = Mail clicks count after
aspect-name = Name
aspect-offer = offer
aspect-sends = sends
aspect-reasons = for the reasons
aspect-phases = for the phases
aspect-title = wording
aspect-link = link
aspect-document = document
aspect-taken = counts as received if
aspect-grade = Grade { $grade } from

# A proposal
proposal-open = Proposed definition { $label }
proposal-active = Definition { $label } is in force
proposal-retired = Definition { $label } is no longer in force
proposal-declined = Declined: definition { $label }
proposal-withdrawn = Withdrawn: definition { $label }
proposal-superseded = Superseded: definition { $label }
proposal-by = *{ $who }* proposes to score leads by this definition instead of { $before }. One person of each team has to sign.
proposal-by-terminal = Proposed at the command line: to score leads by this definition instead of { $before }. One person of each team has to sign.
proposal-text = { $who } proposes definition { $label }. { $count ->
    [one] 1 change
   *[other] { $count } changes
}; marketing and sales sign.
proposal-text-terminal = Definition { $label } is proposed. { $count ->
    [one] 1 change
   *[other] { $count } changes
}; marketing and sales sign.
proposal-older-base = ⚠️ *Written from v{ $base }*, but { $now } is in force since. What { $now } brought may get lost.
proposal-changes = What changes
proposal-tried = What it would have done
proposal-untried = Nobody has tried it on the past yet.
proposal-next = Leads that have qualified keep their card. All others are scored anew when they next do something.
proposal-took-effect = In force since { $when }, instead of { $before }.
proposal-had-effect = In force from { $from } to { $to }.
proposal-was-declined = ↩️ *Declined* for { $team } by { $who } · { $when }
proposal-was-withdrawn = *Withdrawn* by { $who } · { $when }
proposal-was-superseded = *Superseded* by another version · { $when }
proposal-unchanged = { $label } stays in force.

signed = ✅ *{ $team }*: { $who } · { $when }
unsigned = ⏳ *{ $team }*: not signed yet
never-signed = ▫️ *{ $team }*: not signed
team-marketing = Marketing
team-sales = Sales

button-approve = Approve
button-approve-sales = Approve for sales
button-approve-marketing = Approve for marketing
button-decline = Decline
hears-approve = Approve definition { $label } for { $team }
hears-decline = Decline definition { $label }
hears-changes = All changes of definition { $label }

decline-title = Decline a definition
decline-submit = Decline
decline-intro = Definition { $label } will not come into force. Both teams read why.
decline-hint = What would have to be different?

details-definition-title = Definition
details-signatures = Signatures
details-definition-log = Definition log

# How it would have done
trial-per-week = MQLs a week
trial-share = Accepted by sales
trial-recall = Accepted leads it finds
trial-leads = Leads gained and lost
trial-bands = Other temperature
trial-over = Weeks above { $capacity } MQLs
trial-silent = Rules that never fired
trial-from-to = { $before } → { $after }
trial-gained-lost = +{ $gained } / −{ $lost }
trial-rate = { NUMBER($rate, style: "percent") }
trial-interval = { $shares } (of { $judged } judged, likely { NUMBER($low, style: "percent") } to { NUMBER($high, style: "percent") })
trial-none-judged = no decision yet
trial-names = { $count }: { $names }
trial-better = ✅ Sales would likely accept a larger share of what it passes on.
trial-worse = ⚠️ Sales would likely accept a smaller share of what it passes on.
trial-no-difference = No clear difference in what sales would accept.
trial-too-few = Too few decisions of sales to tell which is better: { $labelled } so far.
trial-nothing-to-compare = There was nothing to compare it with.
trial-basis = { $leads } leads, { $passed } handoffs from { $since } to { $until }; { $labelled } were judged by sales, { $young } are too young
trial-given = capacity as stated
trial-assumed = capacity taken from the busiest week

# /lead definition
help-definition = `{ $command } definition` what counts as hot, warm and cold, and who signed it
definition-title = { $name } · { $label }
definition-text = Definition { $label }: hot is { $hot }
definition-hot = 🔥 *Hot*: { $what }
definition-warm = 🌤 *Warm*: { $what }
definition-cold = ❄️ *Cold*: { $what }
definition-mql = *Passed to sales (MQL)* if: { $what }
definition-stays = A hot lead stays hot down to { $points } points.
definition-rests = Who was rejected rests for { $span } unless sales named a date.
definition-groups = Points
definition-group = *{ $kind }* ({ $group }){ $bounds }
definition-bounds = , { $least } to { $most } points
definition-rule = { $points } · { $why }
definition-rule-each = { $points } each time · { $why }
definition-forgets = Fades: { $what }
definition-left-out = *Left out*: { $what }
definition-resets = *Starts again from zero*: { $what }
definition-tracks = *When a lead comes back*, it is sent:
track-phase = phase { $phases }
track-then = {" → "}
track-line = { $track }: { $offers }
definition-shipped = Comes with Baton. Nobody has signed it yet.
definition-since = In force since { $when }
definition-signed = *Signed* by { $marketing } for marketing and { $sales } for sales
definition-waiting = 📝 *{ $label }* is proposed by { $who } and waits for { $teams }.
definition-open = Open the proposal
definition-unreadable = This version of Baton cannot read it: { $problem }

# The definition log
act-adopt = came with Baton
act-propose = proposed
act-sign = signed
act-activate = came into force
act-decline = declined
act-withdraw = withdrawn
act-supersede = superseded
act-retire = retired
act-line = { $when } · { $what } by { $who }
act-line-team = { $when } · { $what } for { $team } by { $who }

# What a person hears
already-signed = { $who } has signed for { $team } already, { $when }. Nothing else has changed.
signed-for-other = You have signed for { $team }. Somebody else has to sign for the other team. Nothing has changed.
proposal-settled = Definition { $label } no longer waits for a signature: { $state }. Nothing has changed.
state-proposed = proposed
state-active = in force
state-retired = retired
state-declined = declined
state-withdrawn = withdrawn
state-superseded = superseded
error-not-sales = This is for sales to sign, in the sales channel. Nothing has changed.
error-not-marketing = This is for marketing to sign, in the marketing channel. Nothing has changed.
error-not-proposer = Only whoever proposed this definition, or an admin, may withdraw it. Nothing has changed.
error-no-version = There is no such version of the definition. Nothing has changed.
