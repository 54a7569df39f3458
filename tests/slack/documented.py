"""The errors that Slack's reference lists for each method that we call."""

from __future__ import annotations

_ALL = """
    access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied
    enterprise_is_restricted fatal_error internal_error invalid_arg_name invalid_arguments
    invalid_array_arg invalid_auth invalid_charset invalid_form_data invalid_post_type
    method_deprecated missing_post_type missing_scope no_permission not_allowed_token_type
    not_authed org_login_required ratelimited request_timeout service_unavailable
    team_access_not_granted team_added_to_org token_expired token_revoked
    two_factor_setup_required
"""
_SAYING = """
    as_user_not_supported channel_not_found invalid_blocks invalid_blocks_format
    invalid_metadata_format invalid_metadata_schema is_archived markdown_text_conflict
    message_limit_exceeded messages_tab_disabled metadata_must_be_sent_from_app
    metadata_too_large msg_too_long no_text not_in_channel rate_limited
    slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
    slack_connect_lists_sharing_blocked team_not_found too_many_attachments
"""
_READING = """
    channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest
    invalid_ts_oldest list_record_comment_fetch_failed method_not_supported_for_channel_type
    not_in_channel pagination_not_available team_not_found
"""
_OWN = {
    "chat.postMessage": _SAYING
    + """
    attachment_payload_limit_exceeded cannot_reply_to_message channel_type_not_supported
    draft_already_deleted draft_already_sent draft_has_conflict draft_not_found
    duplicate_channel_not_found duplicate_message_not_found messaging_processing_failed
    missing_file_data msg_blocks_too_long restricted_action
    restricted_action_non_threadable_channel restricted_action_read_only_channel
    restricted_action_thread_locked restricted_action_thread_only_channel too_many_contact_cards
    """,
    "chat.update": _SAYING
    + """
    block_mismatch blocked_file_type cant_broadcast_message cant_update_message
    edit_window_closed external_channel_migrating file_deleted file_is_deleted file_not_found
    file_share_limit_reached invalid_attachments is_inactive max_file_sharing_exceeded
    message_not_found message_not_owned_by_app no_dual_broadcast_content_update
    posting_to_channel_denied slack_connect_blocked_file_type slack_connect_clip_sharing_blocked
    slack_connect_file_upload_sharing_blocked streaming_state_conflict unable_to_share_files
    update_failed
    """,
    "chat.postEphemeral": _SAYING
    + """
    cannot_reply_to_message restricted_action restricted_action_read_only_channel
    restricted_action_thread_only_channel user_not_in_channel
    """,
    "views.open": """
    duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id not_found
    view_too_large
    """,
    "views.push": """
    duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id not_found
    push_limit_reached view_too_large
    """,
    "views.publish": "duplicate_external_id hash_conflict not_enabled view_too_large",
    "reactions.add": """
    already_reacted bad_timestamp channel_not_found external_channel_migrating invalid_name
    is_archived message_not_found no_item_specified not_reactable thread_locked too_many_emoji
    too_many_reactions
    """,
    "users.info": "user_not_found user_not_visible",
    "conversations.history": _READING,
    "conversations.replies": _READING + " thread_not_found",
    "auth.test": "",
    "files.getUploadURLExternal": """
    alt_txt_too_large file_update_failed file_upload_size_restricted file_uploads_disabled
    file_uploads_except_images_disabled snippet_too_large storage_limit_reached
    unknown_snippet_type unknown_subtype
    """,
    "files.completeUploadExternal": """
    channel_not_found file_not_found file_update_failed invalid_channel malware_detected
    not_in_channel posting_to_channel_denied posting_to_general_channel_denied thread_not_found
    """,
    "chat.delete": """
    cant_delete_message channel_not_found compliance_exports_prevent_deletion message_not_found
    """,
}
DOCUMENTED = {method: sorted({*_ALL.split(), *names.split()}) for method, names in _OWN.items()}
