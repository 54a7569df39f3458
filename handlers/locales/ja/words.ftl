# 用語とラベル

stage-new = 新規
stage-nurturing = ナーチャリング
stage-mql = MQL
stage-sal = SAL
stage-tql = TQL
stage-sql = SQL
stage-customer = 受注
stage-lost = 失注
stage-disqualified = 対象外
stage-merged = 統合済み

verb-capture = 登録
verb-qualify = MQL判定
verb-accept = 受諾
verb-reject = 差し戻し
verb-rule_out = 対象外と判断
verb-resubmit = 再提出
verb-confirm = 電話で確認
verb-reroute = 担当変更
verb-expire = 期限内に回答なし
verb-assign = 割り当て
verb-return = 初回連絡なし、再度引き渡し
verb-withdraw = 取り下げ
verb-touch = 初回連絡
verb-advance = SQL化
verb-win = 受注
verb-lose = 失注
verb-recycle = ナーチャリングへ戻す
verb-disqualify = 対象外と判断（接触後）
verb-reopen = 再開
verb-merge = 別のリードに統合
verb-send = ご案内を送付
verb-wake = 再アプローチ日を設定
verb-note = メモ
verb-attach = 別のリードを紐づけ
verb-detach = 紐づけを解除
verb-undo = 取り消し

temperature-hot = ホット
temperature-warm = ウォーム
temperature-cold = コールド
temperature-unknown = 未判定

door-button = ボタン
door-modal = フォーム
door-command = コマンド
door-api = API
door-import = インポート
door-timer = タイマー
door-terminal = コマンドライン

actor-api = API
actor-baton = Baton
actor-import = データ取り込み
actor-terminal = コマンドライン
actor-segment = Segment

reason-class-timing = タイミング
reason-class-definitional = 条件不一致
reason-class-clerical = 情報の不備
reason-class-procedural = 担当・手続き
reason-class-not_sales = 商談対象外
reason-class-other = その他

reason-bad_timing = 時期が合わない
reason-outside_target = ターゲット外
reason-no_need = ニーズがない
reason-too_early = まだ情報収集の段階
reason-contact_data = 連絡先に誤りがある
reason-missing_context = 背景情報が足りない
reason-wrong_territory = 担当エリア外
reason-duplicate = 重複
reason-existing_customer = 既存のお客様
reason-spam = スパム
reason-job_seeker = 求職者
reason-vendor = 売り込み
reason-competitor = 競合他社
reason-support = サポートへの問い合わせ
reason-other = その他
reason-not_now = 今は時期ではない
reason-no_budget = 予算がない
reason-unresponsive = 連絡がつかない
reason-not_interested = 関心がなくなった
reason-other_recycle = その他
reason-no_fit = 条件が合わない
reason-no_authority = 決裁に関わっていない
reason-do_not_contact = 連絡不要のご希望
reason-gone = 退職・異動
reason-other_disqualify = その他
reason-lost_competitor = 競合他社に決定
reason-lost_price = 価格
reason-lost_silence = 返答がなくなった
reason-lost_priority = 案件の中止・延期
reason-other_lose = その他

signal-page = ページ閲覧
signal-download = 資料ダウンロード
signal-form = フォーム送信
signal-attended = セミナー参加
signal-email_click = メールのリンクをクリック
signal-custom = 行動
signal-added-by-hand = 手入力で追加
signal = { $label }：{ $what }

group-fit = 属性
group-engagement = 行動

person = { $name } 様
who = { $company } { $title } { $name }
who-title = { $title } { $name }
who-company = { $company } { $name }

label-score = スコア
label-temperature = 温度感
label-stage = ステージ
label-company = 会社名
label-title = 役職
label-country = 国
label-source = 流入元
label-latest = 直近の行動
label-reach = 連絡手段
label-email = メール
label-phone = 電話
label-external-id = 連携元のID
label-because = 判定理由
label-offered-because = 判定理由
label-grade = グレード
label-missing = 次の温度感まで
phase-awareness = 課題認識
phase-consideration = 比較検討
phase-decision = 導入決定
label-phase = 購買フェーズ

reach-both = メール・電話
reach-email = メール
reach-phone = 電話
reach-none = IDのみ

yes = はい
no = いいえ
points = { $points }点
score = { $temperature }・{ $points }点
score-unknown = 未判定
definition = 定義 { $label }
definition-imported = Baton導入前の基準
no-reasons = 合意した定義を満たしています
why-imported = Baton導入前の引き渡しのため、当時の判定根拠は記録されていません

# 行の形
moment = { $day } { $time }
count = { NUMBER($count) }件
heading = *{ $text }*
bullet = ・{ $text }
line = { $when }　{ $what }
quote = 「{ $text }」
list-separator = 、
with-note = { $line }（{ $note }）
latest = { $what }（{ $when }）
move = { $before } → { $after }
log-line = { $when }　{ $move }　{ $verb }：{ $who }
log-because = { $line }　{ $because }
log-given = { $line }　→ { $to }
all-of-sales = 営業全員
log-late = { $line }（記録：{ $when }）
more-lines = …ほか{ $count }件
