# 手入力によるリードの追加

adding-heading = リードの追加
adding-submit = 追加する
adding-intro = 営業に引き渡すかどうかは、判定基準に基づいて決まります。登録済みの方の場合は、ご入力の内容を追記します。
adding-email = メールアドレス
adding-email-hint = メールアドレスまたは電話番号のどちらかは必須です。
adding-phone = 電話番号
adding-name = 氏名
adding-company = 会社名
adding-title = 役職
adding-country = 国
adding-source = 流入元
adding-source-hint = 「展示会」「電話」など、接点のあった場所をご記入ください。
adding-comment = 行動・ご要望
adding-comment-hint = 営業とマーケティングに共有されます。
adding-message = 元のメッセージ

adding-nobody = メールアドレスまたは電話番号をご入力ください。
adding-email-wrong = メールアドレスをご確認ください。例：jane@acme.example
adding-phone-wrong = 電話番号をご確認ください。数字と、国番号の + を使えます。
adding-unusable = この内容は使えません。{ $limit }文字以内でご入力ください。

adding-made = ✅ *新しいリードとして追加しました。*
adding-known = ✅ *登録済みのリードです。* ご入力の内容を追記しました。
adding-kept = すでに追加されています。ほかに変更はありません。
adding-offered = 📣 *営業に引き渡しました。* 回答期限：{ $due }
adding-followed = *営業が対応中です。* 担当：{ $who }
adding-rests = *今は営業に引き渡しません。* ナーチャリング中のため、{ $when }までお待ちください。
adding-elsewhere = *営業には引き渡しません。* 現在のステージ：{ $stage }
adding-left-out = *営業には引き渡しません。* 判定基準の対象外です：{ $why }
adding-not-yet = *まだMQLではありません。* 次の条件を満たすと営業に引き渡します：{ $asks }
adding-later = その後の状況は `{ $command } status { $id }` で確認できます
