# クリックに対するお知らせ

already-accepted = { $who } さんが先に受諾しました（{ $when }）。ほかに変更はありません。
already-rejected = { $who } さんが先に差し戻しました（{ $when }）。ほかに変更はありません。
already-withdrawn = { $who } さんが先に取り下げました（{ $when }）。ほかに変更はありません。
already-expired = 期限内に回答がなかったため、ほかの担当者に引き継がれました（{ $who }・{ $when }）。ほかに変更はありません。
too-late = 取り消しの期限（{ $when }）を過ぎているため、取り消せませんでした。
nothing-to-undo = 取り消せる操作がありません。未回答か、すでに次の段階へ進んでいます。
moved-on = このリードはすでに{ $stage }へ進んでいます。変更はありません。
already-sent = すでに送付済みか、次のご案内が変わっています。変更はありません。リードの詳細で次のご案内をご確認ください。
course-track = 🧭 *トラック* ：{ $track }
course-track-phase = 🧭 *トラック* ：{ $track }（フェーズ：{ $phase }）
course-next = *次のご案内* ：{ $offer }
course-done = このトラックのご案内はすべて送付済みです。
course-wakes = *再アプローチ日* ：{ $day }
button-sent = 送付済みにする
hears-sent = { $who }に「{ $offer }」を送付済みにする

form-lost = Slackの画面を開けませんでした。変更はありません。もう一度クリックしてください。
unknown-button = このボタンは以前のバージョンのものです。変更はありません。現在の状況は { $command } で確認できます。
reference = お問い合わせの際は、こちらの番号をお伝えください：{ $reference }
possibly-repeated = 重複の可能性があります（Slackから送信完了の応答がありませんでした）。

returned-title-reject = 差し戻し：{ $who }
returned-title-recycle = ナーチャリングへ：{ $who }
returned-title-disqualify = 対象外：{ $who }
returned-recycle = { $by } さんがご連絡後に{ $who }をナーチャリングへ戻しました：{ $reason }
returned-disqualify = { $by } さんがご連絡後に{ $who }を対象外としました：{ $reason }
returned-reject = { $by } さんが{ $who }を差し戻しました：{ $reason }
returned-undone = { $who }を戻す操作は取り消されました。現在は営業が対応しています。
returned-nurturing = ナーチャリングに戻りました
returned-wakes = ナーチャリングに戻りました（{ $day }以降に再度引き渡し）
returned-out = 商談の対象外としました
returned-attached = 別の登録に紐づけたため、商談の対象外としました

error-error = エラーが発生しました。変更はありません。少し待ってからもう一度お試しください。
error-invalid = 入力内容を処理できませんでした。変更はありません。
error-definition-invalid = 定義に誤りがあります。これまでの定義が引き続き有効です。
error-not-found = 該当するリードが見つかりません。変更はありません。
error-refused = この操作の権限がありません。変更はありません。Batonの管理者にご相談ください。
error-for-reps = この操作は営業担当者とその管理者のみ行えます。変更はありません。該当する方、またはBatonの管理者にご相談ください。
error-for-inside-sales = この操作はインサイドセールスと営業管理者のみ行えます。変更はありません。該当する方、またはBatonの管理者にご相談ください。
error-for-sales = この操作は営業チームの方のみ行えます。変更はありません。営業チーム、またはBatonの管理者にご相談ください。
error-for-marketers = この操作はマーケティングチームの方のみ行えます。変更はありません。マーケティングチーム、またはBatonの管理者にご相談ください。
error-for-managers = この操作は営業管理者のみ行えます。変更はありません。管理者、またはBatonの管理者にご相談ください。
error-not-owner = このリードは { $owner } さんが担当しています。この操作は担当者と営業管理者のみ行えます。変更はありません。担当者、または営業管理者にご相談ください。
error-for-teams = この操作は営業とマーケティングの担当者が行えます。変更はありません。Batonの管理者に役割の設定をご依頼ください。
error-for-admins = 設定の変更は、Batonの管理者のみ行えます（管理者がいない場合は営業管理者、またはSlackワークスペースの管理者）。変更はありません。
error-not-asked = このリードは、回答期限までは { $owner } さんへの引き渡しです。期限を過ぎると営業のどなたでも受諾できます。変更はありません。担当を変える場合は営業管理者にご相談ください。
error-stranger = この操作は、Batonをご利用のチームの方のみ行えます。変更はありません。
error-guest = ゲストの方はリードの回答や閲覧ができません。変更はありません。チームのメンバーにご相談ください。
error-bot = この操作は人のみ行えます。変更はありません。
error-deactivated = このワークスペースのアカウントは無効になっています。変更はありません。
error-unacquainted = Slackで利用者を確認できませんでした。変更はありません。もう一度お試しください。
error-forged = このボタンはこのメッセージのものではありません。変更はありません。該当リードのカードから操作してください。
error-key-reused = 同じ内容が別のデータで送信済みです。変更はありません。
error-busy = ただいま処理が混み合っています。変更はありません。もう一度クリックしてください。
error-unready = Batonの設定が完了していません。変更はありません。Batonの管理者にご相談ください。
