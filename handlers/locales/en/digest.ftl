# The digest.

digest-title = Handoff digest · { $period }
digest-text = Handoff digest, { $period }: { $offered ->
    [one] 1 lead offered
   *[other] { $offered } leads offered
}, acceptance { $acceptance }
digest-week = { $week } · { $period }
digest-last-daily = The day before
digest-this-daily = Today so far
digest-last-weekly = Last full week
digest-this-weekly = This week so far
digest-last-monthly = Last full month
digest-this-monthly = This month so far
digest-skipped = Handoff digest, { $period }: nothing was offered or decided. Open now: { $open }, overdue: { $overdue }.
digest-nothing = Nothing was offered or decided.

digest-offered = Offered
digest-decided = Decided
digest-acceptance = Accepted
digest-quality = Accepted, without routing mistakes
digest-in-time = Answered in time
digest-rejections = Rejected because
digest-rejection = • { $reason }: { $count }

digest-now = Right now
digest-waiting = { $open ->
    [one] 1 handoff open
   *[other] { $open } handoffs open
}, { $overdue } overdue
digest-oldest = The oldest has been waiting since { $when }
digest-as-of = As of { $when }
digest-left-out = Counted in handoffs. Left out: decisions that were undone; from answers in time, what is open and not yet due.

share = { NUMBER($rate, style: "percent") } ({ $part } of { $whole })
share-few = { NUMBER($rate, style: "percent") } ({ $part } of { $whole }, few cases)
share-none = Nothing to count yet
