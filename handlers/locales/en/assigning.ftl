# Giving a lead to a colleague.

assign-title = Assign a lead
assign-submit = Assign
assign-intro = Who is to take { $who }? The clock runs on.
assign-to = Colleague
assign-hint = They hear of it in a direct message. The log tells who gave it to whom.
assign-whom = Please choose a colleague.
assign-given = 👉 *{ $who }* is with { $to } now, who hears of it.
assign-already = *{ $who }* is with { $to } already. Nothing has changed.
assign-cannot = { $to } may not accept leads. Nothing has changed. Ask the person who set up Baton to give them a role.
assign-elsewhere = Only leads that sales has can be assigned; this one stands in { $stage }. Nothing has changed.

button-assign = Assign…
hears-assign = Assign { $who } to a colleague
