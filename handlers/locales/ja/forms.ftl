# 差し戻しフォームと詳細画面

form-title = リードの差し戻し
form-submit = 差し戻す
form-close = キャンセル
form-intro = { $who }をマーケティングへ差し戻します。理由は今後のリードの質の改善に役立てます。
form-reason = 理由
form-reason-choose = 理由を選択
form-comment = コメント
form-comment-hint = 「{ $reason }」の場合は必須です。マーケティングに共有されます。
form-wake = 再アプローチ日
form-wake-hint = 「{ $reason }」の場合は必須です。{ $earliest }以降の日付を選んでください。

form-reason-unknown = 理由を選択してください。
form-comment-required = 理由をコメントにご記入ください。
form-comment-too-long = { $limit }文字以内でご記入ください。
form-wake-required = 再アプローチ日を選択してください。
form-wake-past = 明日以降の日付を選択してください。

form-outdated-title = 古いフォームです
form-outdated = このフォームは別のバージョンのものです。変更はありません。現在の状況は { $command } で確認できます。

details-title = リードの詳細
details-close = 閉じる
details-never-offered = まだ営業に引き渡されていません
details-offered = 引き渡し：{ $when }
details-score = スコアの内訳
details-hot = ホットの根拠
details-reset = { $day }にリセット：{ $why }
details-group = { $kind }（{ $group }）：{ $points }点
details-group-capped = { $kind }（{ $group }）：{ $points }点（上限・下限の適用前 { $raw }点）
details-rule = { $points }　{ $why }
details-decayed = 時間の経過により{ $full }点の{ NUMBER($factor, style: "percent") }
details-capped = 上限あり
details-no-rule = 該当するルールはありません
details-person = リード情報
details-behaviour = これまでの行動
details-log = ステージの履歴
details-rules = 現在の基準は `{ $command } 定義` で確認できます
