# リードの担当変更

assign-title = 担当者の変更
assign-submit = 変更する
assign-intro = { $who }を、どなたにお任せしますか。期限はそのまま引き継がれます。
assign-to = 新しい担当者
assign-hint = 担当者にはダイレクトメッセージでお知らせします。変更は履歴に残ります。
assign-whom = 担当者を選択してください。
assign-given = 👉 *{ $who }* の担当を { $to } さんに変更し、ご本人にお知らせしました。
assign-already = *{ $who }* はすでに { $to } さんの担当です。変更はありません。
assign-cannot = { $to } さんはリードを受諾できません。変更はありません。Batonの管理者に役割の設定をご依頼ください。
assign-elsewhere = 担当を変更できるのは、営業に引き渡されたリードのみです（現在のステージ：{ $stage }）。変更はありません。

button-assign = 担当を変更…
hears-assign = { $who }の担当を変更
