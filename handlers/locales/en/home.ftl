# The Home tab.

home-week = *Your week:* { $accepted } accepted, { $rejected } sent back
home-fate = *This week sales* accepted { $accepted } and sent back { $rejected }. Waiting for an answer: { $waiting }
home-painted = As of { $when }

home-open = Waiting for an answer ({ $count })
home-open-empty = Nothing waits for an answer.
home-mine = Leads you follow ({ $count })
home-mine-empty = You follow no leads at the moment.
home-late = Overdue ({ $count })
home-late-empty = Nobody waits too long.
home-returned = Back in nurturing ({ $count })
home-returned-empty = Nothing came back from sales.

home-offered = { $temperature } · { $why }

home-loads = Leads per person
home-load = { $late ->
    [0] { $who }: { $leads }
   *[other] { $who }: { $leads }, first contact late with { $late }
}
home-page = Page { $page } of { $last }

home-ages = In their stage for: { $ages }
home-age-day = up to a day: { $count }
home-age-week = up to a week: { $count }
home-age-month = up to a month: { $count }
home-age-longer = longer: { $count }
button-add = Add a lead
