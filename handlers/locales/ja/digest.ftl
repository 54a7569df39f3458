# ダイジェスト

digest-title = 引き渡しダイジェスト・{ $period }
digest-text = 引き渡しダイジェスト（{ $period }）：引き渡し{ $offered }件、受諾率 { $acceptance }
digest-week = { $week }・{ $period }
digest-last-daily = 前日
digest-this-daily = 本日（途中経過）
digest-last-weekly = 先週
digest-this-weekly = 今週（途中経過）
digest-last-monthly = 先月
digest-this-monthly = 今月（途中経過）
digest-skipped = 引き渡しダイジェスト（{ $period }）：引き渡しも回答もありませんでした。現在の未回答は{ $open }件（うち期限超過 { $overdue }件）です。
digest-nothing = 引き渡しも回答もありませんでした。

digest-offered = 引き渡し
digest-decided = 回答済み
digest-acceptance = 受諾率
digest-quality = 受諾率（担当・手続きの差し戻しを除く）
digest-in-time = 期限内の回答
digest-rejections = 差し戻しの理由
digest-rejection = ・{ $reason }：{ $count }件

digest-now = 現在の状況
digest-waiting = 未回答 { $open }件（うち期限超過 { $overdue }件）
digest-oldest = 最も古い未回答：{ $when }
digest-as-of = { $when }時点
digest-left-out = 引き渡しの件数で集計しています。取り消された回答は含みません。期限前の未回答は「期限内の回答」に含みません。

share = { NUMBER($rate, style: "percent") }（{ $whole }件中{ $part }件）
share-few = { NUMBER($rate, style: "percent") }（{ $whole }件中{ $part }件、少数のため参考値）
share-none = 対象なし
