# What somebody hears when a channel needs mending.

alarm-uninvited = Baton cannot post in { $channel }, because it is not in that channel ({ $problem }). Until it is, messages go to another channel. Type /invite @Baton there.
alarm-archived = Baton cannot post in { $channel }, because that channel is archived ({ $problem }). Until it is restored, messages go to another channel.
alarm-channel = Slack does not let Baton post in { $channel } ({ $problem }). Messages go to another channel. Ask the person who manages your Slack.
alarm-message = Slack did not take a message in { $channel } as it was ({ $problem }), so it stands there as plain text. Nothing is lost. Please tell the person who runs Baton.
alarm-group-scope = Slack does not let Baton read who is in { $group } ({ $problem }), so its members keep the roles they had. Add the scope usergroups:read to the app and install it again: `baton manifest` prints the whole list.
alarm-group = Slack does not say who is in { $group } ({ $problem }), so its members keep the roles they had. If the group is gone, take it out of the settings: /lead settings
card-copied = This is a repeat of another message about { $who }. That one shows where the lead stands.
