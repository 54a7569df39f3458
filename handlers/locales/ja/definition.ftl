# 定義：内容、提案による変更、承認

# リードの条件を述べる言い回し
phrase-and = {" かつ "}
phrase-or = {" または "}
phrase-alternatives = {"、または "}
phrase-list-separator = 、
phrase-together = （{ $text }）
phrase-not = { $text }ではない
phrase-points = { $points }点以上
phrase-below = { $points }点未満
phrase-grade = グレード{ $grades }
phrase-band = スコアが{ $temperature }
phrase-hot = ホットの条件に該当
phrase-not-hot = ホットの条件に該当しない
phrase-reachable = メールアドレスか電話番号がある
phrase-unreachable = メールアドレスも電話番号もない
phrase-rest = 上記以外
phrase-group = { $name }の点数が{ $what }
phrase-attribute = { $name }が{ $what }
phrase-is = { $texts }
phrase-is-not = { $texts }以外
phrase-gte = { $number }以上
phrase-gt = { $number }より大きい
phrase-lte = { $number }以下
phrase-lt = { $number }未満
phrase-exists = 登録済み
phrase-missing = 未登録
phrase-contains = { $texts }を含む
phrase-domain = { $texts }のアドレス
phrase-path = { $texts }に当たるページ
phrase-moment-within = 直近{ $span }以内
phrase-moment-since = { $day }以降
span-days = { $count ->
    [1] 1日
   *[other] { $count }日間
}
span-hours = { $count }時間
span-minutes = { $count }分
span-seconds = { $count }秒
phrase-any-signal = 何らかの行動
phrase-lately = 直近{ $span }に{ $what }
phrase-count = { $what }が{ $count }回以上
phrase-count-days = { $what }が異なる{ $count }日以上
phrase-count-visits = { $what }が{ $count }回以上の訪問
phrase-count-distinct = { $what }（{ $name }が{ $count }種類以上）
phrase-silence = 直近{ $span }に「{ $what }」がない
phrase-limit = { $span }に{ $count }回まで
phrase-limit-ever = 通算{ $count }回まで
phrase-half-life = { $span }で半減
phrase-linear = { $span }ごとに{ NUMBER($share, style: "percent") }減少
phrase-quiet = 行動のない状態が{ $span }続くと{ $what }

# 提案による変更
change-added = { $subject }を追加：{ $name }
change-removed = { $subject }から削除：{ $name }
change-points = { $name }：{ $before } → { $after }点
change-part = { $name }（{ $aspect }）：{ $before } → { $after }
change-whole = { $aspect }：{ $before } → { $after }
change-none = 変わるのは注記や並び順だけです。リードの点数は変わりません。

subject-hot = ホットの条件
subject-exclude = 対象外の条件
subject-reset = リセットの条件
subject-rules = ルール
subject-groups = ルールのグループ
subject-journey = 購買フェーズ
subject-tracks = ナーチャリングのトラック
subject-offers = ご案内

aspect-points = 点数
aspect-group = グループ
aspect-when = 適用条件
aspect-limit = 加点の上限
aspect-min = 下限
aspect-max = 上限
aspect-share = 行動の共有
aspect-why = 表記
aspect-kind = 種類
aspect-decay = 減衰
aspect-order = 順序
aspect-qualify = MQLの条件
aspect-hot-from = ホットの基準点
aspect-warm-from = ウォームの基準点
aspect-hot-grades = ホットのグレード
aspect-warm-grades = ウォームのグレード
aspect-leave-hot-below = ホットを維持する下限
aspect-requalify-after = 差し戻し後の休止期間
aspect-opens = メール開封の加点
aspect-machine-within = メールのクリックとみなすまでの時間
aspect-name = 名称
aspect-offer = ご案内内容
aspect-sends = ご案内の順序
aspect-reasons = 対象の理由
aspect-phases = 対象のフェーズ
aspect-title = 表記
aspect-link = リンク
aspect-document = 資料名
aspect-taken = 受け取り済みの条件
aspect-grade = グレード{ $grade }の基準点

# 提案
proposal-open = 定義の提案 { $label }
proposal-active = 定義 { $label } が有効になりました
proposal-retired = 定義 { $label } は終了しました
proposal-declined = 却下：定義 { $label }
proposal-withdrawn = 取り下げ：定義 { $label }
proposal-superseded = 差し替え：定義 { $label }
proposal-by = *{ $who }* さんから、スコアの定義を { $before } から変更する提案です。両チームから1名ずつ承認すると有効になります。
proposal-by-terminal = コマンドラインから、スコアの定義を { $before } から変更する提案です。両チームから1名ずつ承認すると有効になります。
proposal-text = { $who } さんが定義 { $label } を提案しました（変更{ $count }件）。マーケティングと営業の承認をお願いします。
proposal-text-terminal = 定義 { $label } が提案されました（変更{ $count }件）。マーケティングと営業の承認をお願いします。
proposal-older-base = ⚠️ *v{ $base }* をもとに作成されていますが、現在は { $now } が有効です。{ $now } での変更が失われるおそれがあります。
proposal-changes = 変更点
proposal-tried = 過去のデータで試した結果
proposal-untried = 過去のデータではまだ試していません。
proposal-next = MQLになったリードのカードはそのままです。ほかのリードは、次に行動があったときに新しい定義で判定します。
proposal-took-effect = { $when }から有効です（以前の定義：{ $before }）。
proposal-had-effect = { $from }から{ $to }まで有効でした。
proposal-was-declined = ↩️ *却下* { $team }・{ $who }・{ $when }
proposal-was-withdrawn = *取り下げ* { $who }・{ $when }
proposal-was-superseded = *差し替え* 別の版が優先されました・{ $when }
proposal-unchanged = 引き続き { $label } が有効です。

signed = ✅ *{ $team }* ：{ $who }・{ $when }
unsigned = ⏳ *{ $team }* ：承認待ち
never-signed = ▫️ *{ $team }* ：未承認
team-marketing = マーケティング
team-sales = 営業

button-approve = 承認する
button-approve-sales = 営業として承認する
button-approve-marketing = マーケティングとして承認する
button-decline = 却下する
hears-approve = 定義 { $label } を{ $team }として承認する
hears-decline = 定義 { $label } を却下する
hears-changes = 定義 { $label } の変更点

decline-title = 定義の却下
decline-submit = 却下する
decline-intro = 定義 { $label } は有効になりません。理由は両チームに共有されます。
decline-hint = どのような内容であれば合意できるかをご記入ください。

details-definition-title = 定義の詳細
details-signatures = 承認状況
details-definition-log = 定義の履歴

# 過去のデータで試した結果
trial-per-week = 週あたりのMQL
trial-share = 営業の受諾率
trial-recall = 受諾リードの捕捉率
trial-leads = 増えるリードと減るリード
trial-bands = 温度感が変わるリード
trial-over = MQLが{ $capacity }件を超える週
trial-silent = 一度も該当しないルール
trial-from-to = { $before } → { $after }
trial-gained-lost = ＋{ $gained }／−{ $lost }
trial-rate = { NUMBER($rate, style: "percent") }
trial-interval = { $shares }（回答{ $judged }件、推定範囲 { NUMBER($low, style: "percent") }～{ NUMBER($high, style: "percent") }）
trial-none-judged = 回答なし
trial-names = { $count }件：{ $names }
trial-better = ✅ 営業の受諾率が高まる見込みです。
trial-worse = ⚠️ 営業の受諾率が下がる見込みです。
trial-no-difference = 営業の受諾率に明確な差はありません。
trial-too-few = 営業の回答がまだ少なく（{ $labelled }件）、優劣は判断できません。
trial-nothing-to-compare = 比較できる定義がありません。
trial-basis = 対象：リード{ $leads }件、引き渡し{ $passed }件（{ $since }～{ $until }）。うち営業の判断あり{ $labelled }件、判断待ち{ $young }件
trial-given = 対応可能件数は指定値
trial-assumed = 対応可能件数は最も多い週の実績

# /lead 定義
help-definition = `{ $command } 定義` ホット・ウォーム・コールドの基準と承認の状況
definition-title = { $name }・{ $label }
definition-text = 定義 { $label }：ホットの基準は { $hot }
definition-hot = 🔥 *ホット* ：{ $what }
definition-warm = 🌤 *ウォーム* ：{ $what }
definition-cold = ❄️ *コールド* ：{ $what }
definition-mql = *営業への引き渡し（MQL）* ：{ $what }
definition-stays = ホットのリードは{ $points }点までホットを維持します。
definition-rests = 差し戻されたリードは、再アプローチ日の指定がなければ{ $span }休止します。
definition-groups = 配点
definition-group = *{ $kind }* （{ $group }）{ $bounds }
definition-bounds = ：{ $least }～{ $most }点
definition-rule = { $points }・{ $why }
definition-rule-each = 1回につき{ $points }・{ $why }
definition-forgets = 減衰：{ $what }
definition-left-out = *対象外* ：{ $what }
definition-resets = *点数のリセット* ：{ $what }
definition-tracks = *ナーチャリングに戻ったリードへのご案内*
track-phase = フェーズ：{ $phases }
track-then = {" → "}
track-line = { $track }：{ $offers }
definition-shipped = Batonの標準の定義です。まだ承認されていません。
definition-since = { $when }から有効
definition-signed = *承認* ：マーケティング { $marketing }、営業 { $sales }
definition-waiting = 📝 *{ $label }* が提案されています（提案：{ $who }、承認待ち：{ $teams }）。
definition-open = 提案を開く
definition-unreadable = このバージョンのBatonでは読み取れません：{ $problem }

# 定義の履歴
act-adopt = 初期設定
act-propose = 提案
act-sign = 承認
act-activate = 有効化
act-decline = 却下
act-withdraw = 取り下げ
act-supersede = 差し替え
act-retire = 終了
act-line = { $when }　{ $what }：{ $who }
act-line-team = { $when }　{ $what }（{ $team }）：{ $who }

# クリックに対するお知らせ
already-signed = { $team }としては、{ $who } さんがすでに承認しています（{ $when }）。ほかに変更はありません。
signed-for-other = すでに{ $team }として承認されています。もう一方のチームは別の方の承認が必要です。変更はありません。
proposal-settled = 定義 { $label } は承認待ちではありません（{ $state }）。変更はありません。
state-proposed = 提案中
state-active = 有効
state-retired = 終了
state-declined = 却下
state-withdrawn = 取り下げ
state-superseded = 差し替え
error-not-sales = 営業の方が営業チャンネルで承認する項目です。変更はありません。
error-not-marketing = マーケティングの方がマーケティングチャンネルで承認する項目です。変更はありません。
error-not-proposer = 取り下げは、提案した方かBatonの管理者のみ行えます。変更はありません。
error-no-version = 該当する定義の版がありません。変更はありません。
