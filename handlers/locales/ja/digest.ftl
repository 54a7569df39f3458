# ダイジェスト

digest-title-daily = 引き渡しダイジェスト（日次）・{ $period }
digest-title-weekly = 引き渡しダイジェスト（週次）・{ $period }
digest-title-monthly = 引き渡しダイジェスト（月次）・{ $period }
digest-text = { $title }：{ $finding }
finding-line = *{ $text }*

finding-unseen = 引き渡したリードのうち{ $part }件が、誰にも表示されていません。
finding-nothing = 引き渡しも回答もありませんでした。
finding-undecided = { $whole }件を引き渡し、まだ回答がありません。
finding-acceptance = { $few ->
    [yes] 営業は{ $whole }件中{ $part }件を受諾しました（件数が少ないため率は示しません）。
   *[no] { $change ->
        [up] 営業は{ $whole }件中{ $part }件（{ $rate }）を受諾し、前回の{ $before }から上昇しました。
        [down] 営業は{ $whole }件中{ $part }件（{ $rate }）を受諾し、前回の{ $before }から低下しました。
        [same] 営業は{ $whole }件中{ $part }件（{ $rate }）を受諾しました（前回{ $before }、有意な変化はありません）。
       *[none] 営業は{ $whole }件中{ $part }件（{ $rate }）を受諾しました。
    }
}
finding-late = { $part }件が期限を過ぎました{ $source ->
    [some] （うち{ $most }件は{ $name }経由）。
   *[none] 。
}
finding-untouched = 受諾したリードのうち{ $part }件で、初回連絡が期限に間に合っていません。
finding-criticism = 「{ $name }」に該当するリードは差し戻しが多く、{ $whole }件中{ $part }件（{ $rate }）です（その他は{ $before }）。
finding-overdue = 現在{ $part }件が期限を過ぎたまま回答待ちです。
finding-reason = 差し戻しの理由は「{ $name }」に集中しています（{ $whole }件中{ $part }件）。

digest-offered = 引き渡し
digest-counted = { $count }件（前回{ $before }件）
digest-acceptance = 受諾率
digest-quality = 受諾率（担当・手続きの差し戻しを除く）
digest-in-time = 期限内の回答
digest-honoured = 期限内の初回連絡
digest-decide = 回答までの時間（営業時間内）
digest-skipped = 引き渡しダイジェスト（{ $period }）：引き渡しも回答もありませんでした。現在の未回答は{ $open }件（うち期限超過 { $overdue }件）です。

digest-waiting = { $open ->
    [0] 回答待ちのリードはありません。
   *[other] 回答待ち { $open }件（うち期限超過 { $overdue }件）
}
digest-oldest = 最も古いもの：{ $when }から
button-open = { $who }を開く
digest-restated = 前回お伝えした{ $figure } { $said } は、現在 { $now } です（{ $late ->
    [0] 取り消しによる訂正
   *[other] その後の回答 { $late }件
}）
digest-healthy = 異常なし：すべてのリードが表示され、滞留もありません
digest-unwell = *要確認：* { $troubles }
health-unseen = 誰にも表示されていないリード { $count }件
health-parked = 送信できないメッセージ { $count }件
health-queue = 滞留しているメッセージ { $count }件
health-silent = { $sources }からのリードが途絶えています
digest-as-of = { $when }時点
digest-left-out = 引き渡しの件数で集計。取り消された回答と期限前の未回答は含みません
digest-funnel = 各ステージに到達したリード：MQL { $mql }件、SAL { $sal }件、SQL { $sql }件、受注 { $customer }件。
digest-trend-alt = 受諾率：{ $rate }。

figure-acceptance = 受諾率
figure-quality = 受諾率（担当・手続きの差し戻しを除く）
figure-own = 引き渡し分の受諾率
figure-in_time = 期限内の回答
figure-honoured = 期限内の初回連絡

# 数値
share = { $rate }（{ $whole }件中{ $part }件）
share-few = { $whole }件中{ $part }件
share-too-few = { $whole }件中{ $part }件（少数のため参考）
share-ranged = { $rate }（{ $whole }件中{ $part }件、95%信頼区間 { $low }～{ $high }）
share-none = 対象なし
with-trend = { $line }／{ $note }
trend-up = { $points }ポイント上昇
trend-down = { $points }ポイント低下
trend-same = 前回{ $before }、有意な変化なし
spread = 中央値 { $median }（{ $count }件）、9割が{ $p90 }以内
clocks = 営業時間では{ $working }／実時間では{ $clock }
labelled = { $label }：{ $text }
cohort = { $share }（{ $period }の引き渡し分、{ $days }日以内）
cohort-maturing = 集計途中：{ $whole }件中{ $settled }件が確定（{ $period }の引き渡し分）
cohort-skipped = うち{ $count }件は途中のステージを飛ばしています
more-short = ほか{ $count }件

# 詳細（スレッド）
evidence-title = 数値の内訳（{ $period }）
evidence-funnel = どこまで進んだか
evidence-clocks = かかった時間
evidence-rejections = 差し戻しの理由
evidence-temperature = 温度別
evidence-source = 流入元別
evidence-definition = 定義の見直し候補
evidence-ageing = 現在のステージでの滞留
evidence-duties = 両チームの約束（左：マーケティング、右：営業）
evidence-how = 20件未満の率は示しません。時間は順位による中央値です。95%信頼区間が重ならない場合のみ、変化ありとしています。
rung-mql_sal = 受諾（MQL → SAL）
rung-sal_sql = 受諾から商談化（SAL → SQL）
rung-mql_sql = 引き渡しから商談化（MQL → SQL）
rung-mql_customer = 引き渡しから受注
rung-return = 差し戻し後にあらためて受諾
clock-decide = 引き渡しから回答まで
clock-touch = 受諾から初回連絡まで
clock-wait = 引き渡しから初回連絡まで（お客様の待ち時間）
clock-left-out = 終了が開始より前の{ $count }件を除く
velocity = { $move }：{ $took }（到達したリードのみ）
reason-count = { $reason } { $count }件
group-line = 引き渡し{ $count }件、受諾率 { $accepted }
group-undecided = 引き渡し{ $count }件、回答はまだありません
group-others = その他すべて
group-unknown = 不明
more-groups = … ほか{ $count }件
criticism-none = ほかより差し戻しが多いルールはありません。
criticism = 「{ $rule }」：差し戻し { $refused }、その他 { $elsewhere }
ageing = { $stage }：{ $count }件、9割が{ $p90 }未満、最長{ $oldest }。{ $days }日超は{ $over }件
duty-complete = 情報がそろった引き渡し
duty-triggered = きっかけが明確な引き渡し
duty-smooth = 引き渡しの平準化
duty-busiest = 最多は{ $day }：{ $share }
duty-decided = 期限内の回答
duty-touched = 期限内の初回連絡
remark-imported = { $whole }件中{ $count }件はBaton導入前の引き渡しで、期限の約束はありませんでした
remark-days_only = うち{ $count }件は日付のみの記録のため、時間は目安です
remark-no_source = { $whole }件中{ $count }件は流入元が不明です
remark-backwards = { $whole }件中{ $count }件は終了が開始より前のため、時間の集計から除いています
remark-skipped = { $whole }件中{ $count }件は途中のステージを飛ばしており、通過したものとして数えています

# 図
chart-funnel-daily = この日に各ステージへ到達
chart-funnel-weekly = この週に各ステージへ到達
chart-funnel-monthly = この月に各ステージへ到達
chart-trend-daily = 受諾率の推移（日次）
chart-trend-weekly = 受諾率の推移（週次）
chart-trend-monthly = 受諾率の推移（月次）
chart-rate = 受諾率（95%信頼区間）
chart-few = 20件未満（参考）
chart-volume = 引き渡し数
picture-title = ダイジェストの図
