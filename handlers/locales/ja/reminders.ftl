# 対応待ちのお知らせ（個人へのダイレクトメッセージ、またはカードのスレッド）

reminder = 対応待ちのリードが{ $count }件あります
reminder-answer-soon = *{ $who }* – まだ受諾・差し戻しの回答がありません。回答期限は { $due } です。
reminder-answer-late = ⏰ *{ $who }* – 受諾・差し戻しの回答がないまま期限（{ $due }）を過ぎています。
reminder-asked-soon = *{ $who }* – あなたに引き渡されたリードです。{ $due } までに受諾・差し戻しの回答をお願いします。
reminder-asked-late = ⏰ *{ $who }* – あなたに引き渡されたリードです。回答期限（{ $due }）を過ぎています。
reminder-unasked = ⚠️ *{ $who }* – 割り当てられる担当者がいませんでした。営業のどなたでも受諾できます。回答期限は { $due } です。
reminder-given = *{ $who }* – このリードの引き渡し先になりました。{ $due } までに受諾・差し戻しの回答をお願いします。
reminder-given-accepted = *{ $who }* – 受諾済みのリードの担当になりました。初回連絡の期限は { $due } です。
reminder-returned = ↩️ *{ $who }* – 初回連絡の記録がないため、改めて営業への引き渡しとなりました。
reminder-lapsed = ⌛ *{ $who }* – 期限までに回答がなかったため、別の方への引き渡しとなりました。
escalation-lapsed = ⌛ *{ $who }* – { $owner } さんから期限までに回答がなかったため、別の方への引き渡しとなりました。
escalation-asked-late = ⏰ *{ $who }* – { $owner } さんに引き渡しましたが、まだ回答がありません。回答期限は { $due } でした。
reminder-touch-soon = *{ $who }* – 受諾いただいたリードです。{ $due } までに初回のご連絡をお願いします。
reminder-touch-late = ⏰ *{ $who }* – 受諾いただいたリードです。初回連絡の期限（{ $due }）を過ぎています。
escalation-touch-late = ⏰ *{ $who }* – { $owner } さんが受諾しましたが、まだ初回連絡の記録がありません。期限は { $due } でした。
reminder-news = { $count ->
   *[other] リードに関するお知らせ（{ $count }件）
}
reminder-attached = 🔗 *{ $who }* – ご担当の{ $other }に紐づくリードです（{ $by } さんより：{ $reason }）。
escalation-attached = 🔗 *{ $who }* – { $other }に紐づくリードです（{ $by } さんより：{ $reason }）。
reminder-more = ほか{ $count }件あります。
reminder-put-off = 💤 後回しにしました。未対応のものは { $when } に改めてお知らせします。

button-snooze-hour = 1時間後に再通知
button-snooze-tomorrow = 明日再通知

nudge-answer-soon = ⏳ { $who }のリードに、まだ受諾・差し戻しの回答がありません。回答期限は { $due } です。ご対応いただける方はいらっしゃいますか。
nudge-answer-late = ⏰ { $who }のリードは、受諾・差し戻しの回答がないまま期限（{ $due }）を過ぎています。
nudge-asked-soon = ⏳ { $owner } さん、{ $who }のリードを引き渡しています。回答期限は { $due } です。
nudge-asked-late = ⏰ { $owner } さんに{ $who }を引き渡しましたが、まだ回答がありません。回答期限は { $due } でした。
nudge-unasked = ⚠️ { $who }のリードは、割り当てられる担当者がいませんでした。ご対応いただける方はいらっしゃいますか。回答期限は { $due } です。
nudge-touch-late = ⏰ { $owner } さんが{ $who }を受諾しましたが、まだ初回連絡の記録がありません。期限は { $due } でした。
