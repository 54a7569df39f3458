# Bringing in a lead by hand.

adding-heading = Add a lead
adding-submit = Add
adding-intro = The definition decides whether it goes to sales now. If we know this person already, what you write is added.
adding-email = E-mail
adding-email-hint = An e-mail address or a phone number is needed.
adding-phone = Phone
adding-name = Name
adding-company = Company
adding-title = Title
adding-country = Country
adding-source = Source
adding-source-hint = Where you met, such as “trade fair” or “phone call”.
adding-comment = What they did or want
adding-comment-hint = Sales and marketing read it.
adding-message = the message

adding-nobody = Please give an e-mail address or a phone number.
adding-email-wrong = Please check this e-mail address, for example jane@acme.example.
adding-phone-wrong = Please check this phone number: digits, and + for the country.
adding-unusable = This cannot be used. It may have { $limit } characters at most.

adding-made = ✅ *Added* as a new lead.
adding-known = ✅ *We know this lead already.* What you wrote was added.
adding-kept = This was added before. Nothing else has changed.
adding-offered = 📣 *Offered to sales.* Answer due { $due }.
adding-followed = *Sales is on it:* { $who } follows this lead.
adding-rests = *Not offered to sales now.* The lead is in nurturing and rests until { $when }.
adding-elsewhere = *Not offered to sales.* The lead stands in { $stage }.
adding-left-out = *Not offered to sales.* The definition leaves it out: { $why }
adding-not-yet = *Not an MQL yet.* The definition passes a lead to sales if: { $asks }
adding-later = `{ $command } status { $id }` tells how it goes on
