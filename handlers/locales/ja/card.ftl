# 営業チャンネルのカードとスレッド

card-title = { $who }・{ $temperature }
card-text = { $who }：{ $what }
summary = { $who }・{ $temperature }：{ $why }

card-why = 判定理由：{ $why }
card-due = 回答期限：{ $due }
card-overdue = ⏰ *期限超過* 回答期限：{ $due }
card-owner = 担当：{ $who }
card-no-owner = 担当者未定

card-again = *再度の引き渡しです。* 前回：{ $last }
card-asked-for = 👋 { $who } さん、ご指定の再アプローチ予定日になりました。優先してご確認をお願いいたします。
card-changed = *前回からの変化：* { $before } → { $after }点。新たな理由：{ $news }
no-news = 特になし
news-of-the-date = なし（再アプローチの予定日になりました）

decided-accepted = ✅ *受諾* { $who }・{ $when }
decided-rejected = ↩️ *差し戻し* { $who }・{ $when }・{ $reason }
decided-waking = ↩️ *差し戻し* { $who }・{ $when }・{ $reason }（再アプローチ：{ $day }）
decided-withdrawn = ⏏️ *取り下げ* { $who }・{ $when }
decided-expired = ⌛ *期限内の回答なし* ・{ $when }

button-accept = 受諾する
button-reject = 差し戻す
button-details = 詳細
button-undo = 取り消す
hears-accept = { $who }を受諾する
hears-reject = { $who }を差し戻す
hears-details = { $who }の詳細
hears-undo = { $who }への回答を取り消す

briefing = { $owner } さん、{ $who }のご担当をお願いします。これまでの情報です。
briefing-open = { $who }についてのこれまでの情報です。
briefing-timeline = これまでの行動
briefing-log = これまでの経緯
