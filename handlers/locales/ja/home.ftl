# ホームタブ

home-week = *今週のあなたの対応* 受諾{ $accepted }件、差し戻し{ $rejected }件
home-fate = *今週の営業の対応* 受諾{ $accepted }件、差し戻し{ $rejected }件、回答待ち{ $waiting }件
home-painted = { $when }時点

home-open = 回答待ちのリード（{ $count }件）
home-open-empty = 回答待ちのリードはありません。
home-mine = 担当中のリード（{ $count }件）
home-mine-empty = 現在担当しているリードはありません。
home-late = 期限超過（{ $count }件）
home-late-empty = 期限を過ぎたものはありません。
home-returned = ナーチャリングに戻ったリード（{ $count }件）
home-returned-empty = 営業から戻ったリードはありません。

home-offered = { $temperature }・{ $why }

home-loads = 担当者別の件数
home-load = { $late ->
    [0] { $who }：{ $leads }件
   *[other] { $who }：{ $leads }件（初回連絡の遅れ{ $late }件）
}
home-page = { $last }ページ中{ $page }ページ目

home-ages = 現在のステージの期間：{ $ages }
home-age-day = 1日以内 { $count }件
home-age-week = 1週間以内 { $count }件
home-age-month = 1か月以内 { $count }件
home-age-longer = それ以上 { $count }件
button-add = リードを追加
