# What people call the things of the business.

stage-new = New
stage-nurturing = Nurturing
stage-mql = MQL
stage-sal = SAL
stage-tql = TQL
stage-sql = SQL
stage-customer = Customer
stage-lost = Lost
stage-disqualified = Disqualified
stage-merged = Merged

verb-capture = captured
verb-qualify = qualified
verb-accept = accepted
verb-reject = rejected
verb-rule_out = ruled out
verb-resubmit = resubmitted
verb-confirm = confirmed by call
verb-reroute = passed to someone else
verb-expire = not answered in time
verb-assign = given
verb-return = no contact, offered again
verb-withdraw = withdrawn
verb-touch = contacted
verb-advance = advanced to SQL
verb-win = won
verb-lose = lost
verb-recycle = returned to nurturing
verb-disqualify = disqualified
verb-reopen = reopened
verb-merge = found to be another lead
verb-send = sent an offer
verb-wake = set the date to look again
verb-note = noted
verb-attach = another lead attached
verb-detach = other lead detached
verb-undo = undone

temperature-hot = Hot
temperature-warm = Warm
temperature-cold = Cold
temperature-unknown = Not scored yet

door-button = button
door-modal = form
door-command = command
door-api = API
door-import = import
door-timer = timer
door-terminal = terminal

actor-api = the API
actor-baton = Baton
actor-import = an import
actor-terminal = the command line
actor-segment = Segment

reason-class-timing = Timing
reason-class-definitional = Not a fit
reason-class-clerical = Data
reason-class-procedural = Routing
reason-class-not_sales = Not for sales
reason-class-other = Other

reason-bad_timing = Bad timing
reason-outside_target = Outside our target
reason-no_need = No need for what we sell
reason-too_early = Too early, still looking around
reason-contact_data = Contact data is wrong
reason-missing_context = Too little context
reason-wrong_territory = Wrong territory
reason-duplicate = Duplicate
reason-existing_customer = Existing customer
reason-spam = Spam
reason-job_seeker = Job seeker
reason-vendor = Wants to sell to us
reason-competitor = Competitor
reason-support = Support request
reason-other = Other
reason-not_now = Not now, later
reason-no_budget = No budget
reason-unresponsive = Cannot be reached
reason-not_interested = Not interested after all
reason-other_recycle = Other
reason-no_fit = Not a fit after all
reason-no_authority = Nobody there decides on this
reason-do_not_contact = Asked not to be contacted
reason-gone = Has left the company
reason-other_disqualify = Other
reason-lost_competitor = Chose a competitor
reason-lost_price = Price
reason-lost_silence = Went silent
reason-lost_priority = Project was stopped or postponed
reason-other_lose = Other

signal-page = Page viewed
signal-download = Downloaded
signal-form = Form sent
signal-attended = Attended
signal-email_click = E-mail link clicked
signal-custom = Activity
signal-added-by-hand = Added by hand
signal = { $label }: { $what }

group-fit = Who they are
group-engagement = What they do

person = { $name }
who = { $name }, { $title } at { $company }
who-title = { $name }, { $title }
who-company = { $name }, { $company }

label-score = Score
label-temperature = Temperature
label-stage = Stage
label-company = Company
label-title = Title
label-country = Country
label-source = Source
label-latest = Last seen
label-reach = Reachable by
label-email = E-mail
label-phone = Phone
label-external-id = ID at the sender
label-because = Why
label-offered-because = Offered because
label-grade = Grade
label-missing = Points to the next band
phase-awareness = awareness
phase-consideration = consideration
phase-decision = decision
label-phase = Buying phase

reach-both = E-mail and phone
reach-email = E-mail
reach-phone = Phone
reach-none = Only known by an ID

yes = Yes
no = No
points = { $points } points
score = { $temperature } · { $points } points
score-unknown = Not scored yet
definition = Definition { $label }
definition-imported = Criteria from before Baton
no-reasons = Meets the agreed definition
why-imported = Handed over before Baton kept the record; the reasons are not known

# The shapes of lines
moment = { $day }, { $time }
count = { NUMBER($count) }
heading = *{ $text }*
bullet = • { $text }
line = { $when } · { $what }
quote = “{ $text }”
list-separator = {"; "}
with-note = { $line } ({ $note })
latest = { $what } · { $when }
move = { $before } → { $after }
log-line = { $when } · { $move } · { $verb } by { $who }
log-because = { $line }: { $because }
log-given = { $line }: to { $to }
all-of-sales = all of sales
log-late = { $line } (recorded { $when })
more-lines = { $count ->
    [one] … and 1 more
   *[other] … and { $count } more
}
