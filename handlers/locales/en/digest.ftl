# The digest.

digest-title-daily = Handoff digest · { $period }
digest-title-weekly = Handoff digest · { $period }
digest-title-monthly = Handoff digest · { $period }
digest-text = { $title }: { $finding }
finding-line = *{ $text }*

finding-unseen = { $part ->
    [one] 1 handed-over lead was never shown to anybody.
   *[other] { $part } handed-over leads were never shown to anybody.
}
finding-nothing = Nothing was offered and nothing was decided.
finding-undecided = { $whole ->
    [one] 1 lead was offered, and it is not decided yet.
   *[other] { $whole } leads were offered, and none is decided yet.
}
finding-acceptance = { $few ->
    [yes] Sales accepted { $part } of { $whole }, too few to speak of a rate.
   *[no] { $change ->
        [up] Sales accepted { $part } of { $whole } ({ $rate }), up from { $before }.
        [down] Sales accepted { $part } of { $whole } ({ $rate }), down from { $before }.
        [same] Sales accepted { $part } of { $whole } ({ $rate }; { $before } before, no real change).
       *[none] Sales accepted { $part } of { $whole } ({ $rate }).
    }
}
finding-late = { $part ->
    [one] 1 lead waited past its due time
   *[other] { $part } leads waited past their due time
}{ $source ->
    [some] , { $most } of them from { $name }.
   *[none] .
}
finding-untouched = { $part ->
    [one] 1 accepted lead was not contacted in time.
   *[other] { $part } accepted leads were not contacted in time.
}
finding-criticism = Sales refuses more of those who come by “{ $name }”: { $part } of { $whole } ({ $rate }), against { $before } elsewhere.
finding-overdue = { $part ->
    [one] 1 lead waits past its due time right now.
   *[other] { $part } leads wait past their due time right now.
}
finding-reason = Most rejections have one reason: { $name }, { $part } of { $whole }.

digest-offered = Offered
digest-counted = { $count } ({ $before } before)
digest-acceptance = Accepted
digest-quality = Accepted, routing mistakes aside
digest-in-time = Answered in time
digest-honoured = Contacted in time
digest-decide = Time to decide, working time
digest-skipped = Handoff digest, { $period }: nothing was offered or decided. Open now: { $open }, overdue: { $overdue }.

digest-waiting = { $open ->
    [0] Nothing waits for an answer.
    [one] 1 lead waits for an answer, { $overdue } past due.
   *[other] { $open } leads wait for an answer, { $overdue } past due.
}
digest-oldest = The oldest has waited since { $when }.
button-open = Open { $who }
digest-restated = Last time we said { $figure } { $said }, now { $now }: { $late ->
    [0] decisions were undone
    [one] 1 decision came later
   *[other] { $late } decisions came later
}
digest-healthy = All is well: every lead was shown, nothing is stuck
digest-unwell = *To look at:* { $troubles }
health-unseen = { $count } never shown to anybody
health-parked = { $count ->
    [one] 1 message cannot be delivered
   *[other] { $count } messages cannot be delivered
}
health-queue = { $count ->
    [one] 1 message is stuck
   *[other] { $count } messages are stuck
}
health-silent = no leads any more from { $sources }
digest-as-of = As of { $when }
digest-left-out = Counted in handoffs; undone decisions and what is not yet due are left out
digest-funnel = Leads that came to each stage: MQL { $mql }, SAL { $sal }, SQL { $sql }, customer { $customer }.
digest-trend-alt = Acceptance: { $rate }.

figure-acceptance = acceptance
figure-quality = acceptance without routing mistakes
figure-own = acceptance of what was offered
figure-in_time = answered in time
figure-honoured = contacted in time

# Figures
share = { $rate } ({ $part } of { $whole })
share-few = { $part } of { $whole }
share-too-few = { $part } of { $whole } (too few for a rate)
share-ranged = { $rate } ({ $part } of { $whole }; 95 % interval { $low } to { $high })
share-none = Nothing to count yet
with-trend = { $line } · { $note }
trend-up = up { $points } points
trend-down = down { $points } points
trend-same = { $before } before, no real change
spread = { $median } (median of { $count }), 9 in 10 within { $p90 }
clocks = { $working }, in working time; { $clock }, by the clock
labelled = { $label }: { $text }
cohort = { $share }, within { $days } days, offered { $period }
cohort-maturing = maturing: { $settled } of { $whole } settled, offered { $period }
cohort-skipped = { $count } skipped a stage
more-short = { $count } more

# Its evidence, in the thread
evidence-title = The figures behind it, { $period }
evidence-funnel = How far leads get
evidence-clocks = How long it takes
evidence-rejections = Why sales said no
evidence-temperature = By temperature
evidence-source = By source
evidence-definition = What the definition gets wrong
evidence-ageing = How long leads have stood
evidence-duties = What each team owes the other (marketing left, sales right)
evidence-how = Rates below 20 cases are not shown. Times are medians, by rank. A change is real where the 95 % intervals do not overlap.
rung-mql_sal = Accepted (MQL → SAL)
rung-sal_sql = Accepted → opportunity (SAL → SQL)
rung-mql_sql = Offered → opportunity (MQL → SQL)
rung-mql_customer = Offered → customer
rung-return = Came back, accepted after all
clock-decide = Offer → answer
clock-touch = Acceptance → first contact
clock-wait = Offer → first contact (what the buyer waits)
clock-left-out = { $count } ended before they began, left out
velocity = { $move }: { $took }, survivors only
reason-count = { $reason } { $count }
group-line = { $count } offered, accepted { $accepted }
group-undecided = { $count } offered, none decided yet
group-others = All others
group-unknown = Unknown
more-groups = … and { $count } more
criticism-none = No rule brings leads that sales refuses more often than others.
criticism = “{ $rule }”: refused { $refused }, elsewhere { $elsewhere }
ageing = { $stage }: { $count }, 9 in 10 for less than { $p90 }, the oldest for { $oldest }; { $over } for over { $days } days
duty-complete = Complete context
duty-triggered = Named trigger
duty-smooth = Even volume
duty-busiest = busiest day { $day }: { $share }
duty-decided = Decided in time
duty-touched = Contacted in time
remark-imported = { $count } of { $whole } were offered before Baton kept the record: nobody had promised anything
remark-days_only = { $count } of these are dated to the day only: their times are rough
remark-no_source = { $count } of { $whole } have no source
remark-backwards = { $count } of { $whole } ended before they began: they are in no duration
remark-skipped = { $count } of { $whole } skipped a stage: counted as having been there

# The picture
chart-funnel-daily = Came to each stage on this day
chart-funnel-weekly = Came to each stage in this week
chart-funnel-monthly = Came to each stage in this month
chart-trend-daily = Acceptance, day by day
chart-trend-weekly = Acceptance, week by week
chart-trend-monthly = Acceptance, month by month
chart-rate = Accepted, 95 % interval
chart-few = of fewer than 20
chart-volume = Offered
picture-title = The digest as a picture
