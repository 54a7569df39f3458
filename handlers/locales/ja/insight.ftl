# ダイジェストの数字の内訳

figure-offered = 引き渡し
figure-decided = 回答済み
figure-accepted = 受諾
figure-rejected = 差し戻し
figure-answered-in-time = 期限内の回答
figure-answered-late = 期限後の回答
figure-unanswered = 期限超過・未回答
figure-contacted-in-time = 期限内の初回連絡
figure-contacted-late = 期限後の初回連絡
figure-not-contacted = 初回連絡の期限超過
figure-returned = ナーチャリングへ戻り
figure-open = 現在の未回答
figure-overdue = 現在の期限超過
figure-reached = { $stage }に到達
figure-because = 差し戻し：{ $reason }
figure-group = { $group }：{ $part }
figure-set-out = { $rung }：対象
figure-reached-in-time = { $rung }：期間内に到達

dimension-source = 流入元
dimension-temperature = 温度感
dimension-campaign = キャンペーン
dimension-rule = ルール
dimension-rep = 担当者

insight-by = { $dimension }別・{ $period }
insight-group = { $called }：引き渡し{ $offered }件、受諾 { $accepted }、期限内の回答 { $in_time }
insight-rep = { $called }：受諾 { $accepted }、期限内の回答 { $in_time }
insight-hidden = ほかの{ $count }名の数字は、ご本人とマネージャーのみご覧いただけます。全体の受諾：{ $whole }
insight-nothing = 引き渡しも回答もありませんでした。
insight-as-of = { $when }時点。引き渡しの件数で集計しています（各段階への到達は、リード1件につき1回）。
insight-leads = { $figure }（{ $period }）：{ $count }件
insight-row = { $opened } 引き渡し・{ $outcome }
insight-gone = このリードはすでに削除されています。
insight-shared = { $who }さんの依頼により共有しました。
insight-no-period = この期間の数字はありません。「2026-11-20」「2026-W46」「2026-11」のように、すでに始まっている期間をご指定ください。
insight-no-figure = 該当するダイジェスト、または数字が見つかりません。
insight-not-shared = このチャンネルに投稿できませんでした。/invite でBatonを追加してから、もう一度共有してください。
insight-no-table = ファイルをアップロードする権限がありません。Batonの管理者に、アプリへの files:write の追加をご依頼ください。
insight-table = ご依頼の数字
outcome-accepted = 受諾
outcome-rejected = 差し戻し
outcome-withdrawn = マーケティングが取り下げ
outcome-expired = 期限内に回答なし
outcome-open = 回答待ち

button-behind = 内訳のリードを見る…
button-by-source = 流入元別
button-by-temperature = 温度感別
button-by-rep = 担当者別
button-share = チャンネルに共有
button-table = CSVで受け取る
button-back-to-digest = ダイジェストへ戻る

error-personal = 個人の数字は、ご本人とマネージャーのみご覧いただけます。変更された内容はありません。
