# チャンネルの設定に関するお知らせ

alarm-uninvited = Batonが { $channel } に参加していないため、投稿できません（{ $problem }）。参加するまで、メッセージは別のチャンネルに投稿します。{ $channel } で /invite @Baton を実行してください。
alarm-archived = { $channel } がアーカイブされているため、投稿できません（{ $problem }）。復元されるまで、メッセージは別のチャンネルに投稿します。
alarm-channel = Slackの設定により、Batonは { $channel } に投稿できません（{ $problem }）。メッセージは別のチャンネルに投稿します。Slackの管理者にご相談ください。
alarm-message = { $channel } へのメッセージを通常の形式で投稿できなかったため（{ $problem }）、テキストのみで投稿しました。内容は失われていません。Batonの管理者にお知らせください。
alarm-group-scope = { $group } のメンバーをSlackから取得できません（{ $problem }）。メンバーの役割はこれまでどおりです。アプリにusergroups:readの権限を追加し、再インストールしてください。必要な権限の一覧は `baton manifest` で確認できます。
alarm-group = { $group } のメンバーをSlackから取得できません（{ $problem }）。メンバーの役割はこれまでどおりです。グループが削除された場合は、設定から外してください：/lead settings
card-copied = このメッセージは{ $who }に関する別のメッセージと重複しています。最新の状況はそちらをご確認ください。
