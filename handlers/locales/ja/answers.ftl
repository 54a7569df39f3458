# スラッシュコマンドへの回答

help = *リードの状況を確認できます。* 回答はあなただけに表示されます。
help-status = `{ $command } status jane@acme.example` リードの状況と判定理由
help-list = `{ $command } list mql` ステージ別の一覧
help-search = `{ $command } 検索 アクメ` 氏名・会社名・メールアドレスで検索
help-overdue = `{ $command } 期限超過` 回答や初回連絡の期限を過ぎたリード
help-whoami = `{ $command } プロフィール` あなたの役割と担当件数
help-preferences = `{ $command } 個人設定` 通知の量や不在期間の設定
help-settings = `{ $command } 設定` チャンネル、役割、期限など、管理者が決める設定
help-mine = `{ $command } 自分の担当` 自分が担当するリードの一覧
help-log = `{ $command } log jane@acme.example` リードの履歴
help-add = `{ $command } 追加` リードを手入力で追加（続けて書いたメールアドレスは入力済みになります）
help-wake = `{ $command } 再開日 jane@acme.example 2週間後` ナーチャリング中のリードに再アプローチする日を設定
help-assign = `{ $command } 担当変更 jane@acme.example @同僚` リードの担当を同僚に変更
help-note = `{ $command } メモ jane@acme.example 金曜に再連絡` リードの履歴にメモを残す
help-digest = `{ $command } ダイジェスト 先週 流入元別` 引き渡しの状況（`今日`、`今週`、`今月`、`2026-W46`／`流入元別`、`担当者別`、`キャンペーン別`、`温度感別`、`ルール別`）
help-help = `{ $command } help` 使い方

unknown-word = 「{ $word }」は使えません。
unknown-word-nearest = 「{ $word }」は使えません。「{ $command }」のことでしょうか。
nobody = 「{ $text }」に一致するリードが見つかりません。メールアドレス、または氏名や会社名の一部でお試しください。

status = { $who }：{ $stage }・{ $temperature }
status-since = *{ $stage }* （{ $when }から）
status-due = 回答期限：{ $due }（あと{ $span }）
status-overdue = ⏰ *期限超過* （{ $span }）　回答期限：{ $due }
status-log = 直近の履歴
status-card = カードを開く

overdue = 期限超過：全{ $total }件中 { $first }～{ $last }件目（期限の古い順）
overdue-none = 期限を過ぎたものはありません。

whoami = あなたは { $who } さんです。
whoami-roles = 役割：{ $roles }
whoami-no-role = まだ役割が設定されていません。
whoami-no-roles = まだ誰にも役割が設定されていないため、全員にすべての情報が表示されます。
whoami-load = { $late ->
    [0] 担当中のリード：{ $leads }件
   *[other] 担当中のリード：{ $leads }件（うち初回連絡の遅れ{ $late }件）
}
whoami-language = 日本語でご案内します。
role-rep = 営業担当
role-inside_sales = インサイドセールス
role-marketer = マーケティング
role-manager = マネージャー
role-admin = 管理者

noted = 📝 *{ $who }* の履歴にメモを残しました。関係者全員が確認できます。
not-noted = *メモは保存されていません。* 対象のリードをメールアドレスまたはIDでご指定ください：`{ $command } メモ jane@acme.example 金曜に再連絡`
note-empty = メモの内容をご入力ください。例：`{ $command } メモ jane@acme.example 金曜に再連絡`
note-too-long = *メモは保存されていません。* { $limit }文字以内でご入力ください。
type-it = このボタンからはフォームを開けなくなりました。お手数ですが `{ $command }` とご入力ください。
note-by-hand = このメモは、お手数ですがご自身で送信してください。ボタンからは保存できません。

choice = 複数のリードが一致しました。どのリードでしょうか。見つからない場合は、名前や会社名をもう少し詳しくご入力ください。
list = リード一覧：全{ $total }件中 { $first }～{ $last }件目（更新の新しい順）
list-empty = 該当するリードはまだありません。`{ $command } list` で全件を表示できます。
log = *{ $who }* ：履歴{ $count }件（新しい順）

button-help = 使い方を表示
button-show = 表示
button-log = 全履歴
button-back = 前へ
button-next = 次へ
hears-show = { $who }を表示
hears-log = { $who }の全履歴
