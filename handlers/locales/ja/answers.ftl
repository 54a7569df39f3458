# スラッシュコマンドへの回答

help = *リードの状況を確認できます。* 回答はあなただけに表示されます。
help-status = `{ $command } status jane@acme.example` リードの状況と判定理由
help-list = `{ $command } list mql` ステージ別の一覧
help-mine = `{ $command } list mine` 自分が担当するリードの一覧
help-log = `{ $command } log jane@acme.example` リードの履歴
help-digest = `{ $command } digest` 引き渡しの状況
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
