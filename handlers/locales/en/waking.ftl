# When a lead in nurturing is looked at again.

wake-title = Look again on
wake-submit = Set the date
wake-intro = { $who } rests until then. On that day the lead is offered to sales again if it meets the definition.
wake-now = Until now: { $day }
wake-hint = { $earliest } at the earliest. The log tells who set it.
wake-set = 💤 *{ $who }* rests until { $day } and is looked at again on that day.
wake-elsewhere = Only leads in nurturing rest until a date; this one stands in { $stage }. Nothing has changed.
form-wake-far = Please choose a date within the next three years.

button-wake = Look again on…
hears-wake = Say when to look again at { $who }
