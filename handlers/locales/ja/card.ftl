# 営業チャンネルのカードとスレッド

card-title = { $who }・{ $temperature }
card-text = { $who }：{ $what }
summary = { $who }・{ $temperature }：{ $why }

card-why = 判定理由：{ $why }
card-due = 回答期限：{ $due }
card-overdue = ⏰ *期限超過* 回答期限：{ $due }
card-owner = 担当：{ $who }
card-no-owner = 担当者未定
card-asked = 👉 { $who } さんへの引き渡しです
card-asked-late = 👉 { $who } さんへの引き渡しでしたが、回答期限を過ぎたため、営業のどなたでも受諾できます
card-unasked = ⚠️ 割り当てられる担当者がいませんでした。営業のどなたでも受諾できます。
card-waiting = { $when } からお待ちいただいています
card-stage = *{ $stage }* （{ $when }から）
card-touch-due = 初回連絡の期限：{ $due }
card-touch-overdue = ⏰ *期限超過* 初回連絡の期限：{ $due }
card-touched = 初回連絡：{ $when }

card-again = *再度の引き渡しです。* 前回：{ $last }
card-passed-on = *別の方から引き継がれました。* これまで：{ $last }
card-went-on = ↪️ { $who } さんに引き継ぎました
card-went-on-to-all = ↪️ 営業のどなたでも受諾できる引き渡しに切り替えました
card-asked-for = 👋 { $who } さん、ご指定の再アプローチ予定日になりました。優先してご確認をお願いいたします。
card-changed = *前回からの変化：* { $before } → { $after }点。新たな理由：{ $news }
card-mended = 🛠️ *修正済み* { $who }・{ $when }
card-mended-fields = { $line }・変更：{ $fields }
card-mended-for = 👋 { $who } さん、ご指摘の点が修正されました。優先してご確認をお願いいたします。
no-news = 特になし
news-of-the-date = なし（再アプローチの予定日になりました）

decided-accepted = ✅ *受諾* { $who }・{ $when }
decided-rejected = ↩️ *差し戻し* { $who }・{ $when }・{ $reason }
decided-waking = ↩️ *差し戻し* { $who }・{ $when }・{ $reason }（再アプローチ：{ $day }）
decided-withdrawn = ⏏️ *取り下げ* { $who }・{ $when }
decided-expired = ⌛ *期限内の回答なし* ・{ $when }

belongs-owner = 🔗 紐づけ先：{ $who }（{ $stage }）。担当は { $owner } さんです。
belongs-managers = 🔗 紐づけ先：{ $who }（{ $stage }）。担当者がいないため、営業管理者に通知します。
belongs-nobody = 🔗 紐づけ先：{ $who }（{ $stage }）。担当者も営業管理者もいないため、どなたにも通知していません。
belongs-elsewhere = 🔗 紐づけ先：「{ $name }」。Batonに登録がないため、どなたにも通知していません。
belongs-unsaid = 🔗 紐づけ先は指定されていません。

did-confirm = ☎️ *電話で確認済み* { $who }・{ $when }
did-advance = ⏩ *SQL化* { $who }・{ $when }
did-win = 🎉 *受注* { $who }・{ $when }
did-lose = ⏹️ *失注* { $who }・{ $when }
did-recycle = ↩️ *ナーチャリングへ戻しました* { $who }・{ $when }
did-disqualify = ⏹️ *対象外* { $who }・{ $when }
did-reopen = 🔄 *再開* { $who }・{ $when }
did-because = { $line }・{ $reason }
did-until = { $line }（再アプローチ：{ $day }）

button-accept = 受諾する
button-reject = 差し戻す
button-confirm = 電話で確認済み
button-withdraw = 取り下げる…
button-resubmit = 修正して再度引き渡し…
button-touch = 初回連絡済み
button-advance = SQLにする
button-win = 受注
button-lose = 失注…
button-recycle = ナーチャリングへ戻す…
button-disqualify = 対象外にする…
button-reopen = 再開する
button-details = 詳細
button-undo = 取り消す
hears-accept = { $who }を受諾する
hears-reject = { $who }を差し戻す
hears-confirm = { $who }を電話で確認済みにする
hears-withdraw = { $who }を取り下げる
hears-resubmit = { $who }を修正して再度引き渡す
hears-touch = { $who }への初回連絡を記録する
hears-advance = { $who }をSQLにする
hears-win = { $who }を受注にする
hears-lose = { $who }を失注にする
hears-recycle = { $who }をナーチャリングへ戻す
hears-disqualify = { $who }を対象外にする
hears-reopen = { $who }を再開する
hears-details = { $who }の詳細
hears-undo = { $who }への直前の操作を取り消す

briefing = { $owner } さん、{ $who }のご担当をお願いします。これまでの情報です。
briefing-open = { $who }についてのこれまでの情報です。
briefing-timeline = これまでの行動
briefing-log = これまでの経緯
