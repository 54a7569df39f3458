"""What a person sets before Baton starts: read from the environment and `.env`, checked at once."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.domain.policy import LOCALES, Policy
from core.domain.roles import Role
from core.domain.schedule import weekly
from core.domain.worktime import Hours
from core.errors import Invalid, Unready

SLACK_API = "https://slack.com/api/"

_WRITE_KEY = re.compile(r"[A-Za-z0-9_-]{16,200}(:[A-Za-z0-9_-]{1,40})?")
_SOMEBODY = re.compile(r"[UWS][A-Z0-9]{2,}")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")
_SOURCE = "segment"

Channel = Annotated[str, Field(pattern=r"^[CGD][A-Z0-9]*$")]


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Settings(BaseSettings):
    """The settings. Each field's description is its line in the documentation.

    Fields marked "first start" only seed the workspace's policy; afterwards the policy rules.
    """

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: str = Field(
        "sqlite:///baton.db",
        alias="DATABASE_URL",
        description="Where everything is kept: `sqlite:///file.db` or `postgresql://…`.",
    )
    slack_bot_token: SecretStr | None = Field(
        None, alias="SLACK_BOT_TOKEN", description="The bot token of your Slack app, `xoxb-…`."
    )
    slack_signing_secret: SecretStr | None = Field(
        None,
        alias="SLACK_SIGNING_SECRET",
        description="Proves that a request comes from Slack. Needed without Socket Mode.",
    )
    slack_app_token: SecretStr | None = Field(
        None,
        alias="SLACK_APP_TOKEN",
        description="An app-level token, `xapp-…`. Present: Socket Mode, no public URL needed.",
    )
    slack_api_url: str = Field(
        SLACK_API, alias="SLACK_API_URL", description="Slack's Web API; another one for trials."
    )
    api_key: SecretStr | None = Field(
        None,
        alias="BATON_API_KEY",
        description="The bearer key of the HTTP API, 16 characters or more. Absent: API closed.",
    )
    write_key: SecretStr | None = Field(
        None,
        alias="BATON_WRITE_KEY",
        description="Write keys of sites that send events: `key,…`, or `key:source,…`.",
    )
    origins: str | None = Field(
        None,
        alias="BATON_ORIGINS",
        description="Sites whose browsers may send events: `https://example.com,…`, or `*`.",
    )
    sales_channel: Channel | None = Field(
        None, alias="BATON_SALES_CHANNEL", description="Id of the channel for cards. First start."
    )
    marketing_channel: Channel | None = Field(
        None,
        alias="BATON_MARKETING_CHANNEL",
        description="Id of the channel that hears of returned leads. First start; else sales.",
    )
    digest_channel: Channel | None = Field(
        None,
        alias="BATON_DIGEST_CHANNEL",
        description="Id of the channel for the weekly digest. First start; else marketing.",
    )
    timezone: str = Field(
        "UTC",
        alias="BATON_TIMEZONE",
        description="IANA zone for working hours and weeks, such as `Asia/Tokyo`. First start.",
    )
    holidays: str | None = Field(
        None,
        alias="BATON_HOLIDAYS",
        description="Countries whose public holidays are no working days: `JP,DE-BY`. First start.",
    )
    locale: str = Field(
        "en", alias="BATON_LOCALE", description="Language of the channels: en, ja. First start."
    )
    guests_may_decide: bool = Field(
        False,
        alias="BATON_GUESTS",
        description="Whether guests of the workspace may deal with leads, too. First start.",
    )
    reps: str | None = Field(
        None, alias="BATON_REPS", description="Slack ids of sales reps: `U01…,U02…`. First start."
    )
    inside_sales: str | None = Field(
        None,
        alias="BATON_INSIDE_SALES",
        description="Slack ids of those who call leads before sales accepts. First start.",
    )
    marketers: str | None = Field(
        None, alias="BATON_MARKETERS", description="Slack ids of marketers. First start."
    )
    managers: str | None = Field(
        None, alias="BATON_MANAGERS", description="Slack ids of sales managers. First start."
    )
    admins: str | None = Field(
        None,
        alias="BATON_ADMINS",
        description="Slack ids of those who look after Baton. First start.",
    )
    public_url: str | None = Field(
        None,
        alias="BATON_PUBLIC_URL",
        description="Where Slack reaches this server from outside, `https://…`. Slack then fetches "
        "a digest's picture here; without it, the picture is uploaded.",
    )
    pace: float = Field(
        1.0,
        alias="BATON_PACE",
        ge=0,
        le=60,
        description="Seconds between two messages to one channel: Slack takes about one a second.",
    )
    host: str = Field("127.0.0.1", alias="HOST", description="Address to listen on.")
    port: int = Field(8000, alias="PORT", ge=1, le=65535, description="Port to listen on.")
    log_level: LogLevel = Field(
        LogLevel.INFO, alias="BATON_LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR."
    )

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is not an IANA time zone; try Europe/Berlin or Asia/Tokyo") from None
        return name

    @field_validator("holidays")
    @classmethod
    def _holidays_are_known(cls, places: str | None) -> str | None:
        try:
            Hours(holidays=_listed(places))
        except Invalid as invalid:
            raise ValueError(f"{invalid}; name countries such as JP or DE-BY") from None
        return places

    @field_validator("locale")
    @classmethod
    def _locale_exists(cls, name: str) -> str:
        if name not in LOCALES:
            raise ValueError(f"must be one of {', '.join(LOCALES)}")
        return name

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return url

    @field_validator("slack_api_url")
    @classmethod
    def _api_url_ends_in_a_slash(cls, url: str) -> str:
        return url if url.endswith("/") else url + "/"

    @field_validator("api_key")
    @classmethod
    def _key_is_long(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < 16:
            raise ValueError("must have 16 characters or more")
        return key

    @field_validator("write_key")
    @classmethod
    def _write_keys_are_named(cls, keys: SecretStr | None) -> SecretStr | None:
        listed = _listed(keys.get_secret_value() if keys else None)
        for key in listed:
            if not _WRITE_KEY.fullmatch(key):
                raise ValueError(
                    "must be 16 letters and digits or more, as in key:source,key:source"
                )
        if len({key.partition(":")[0] for key in listed}) < len(listed):
            raise ValueError("names a key twice")
        return keys

    @field_validator("origins")
    @classmethod
    def _origins_are_origins(cls, origins: str | None) -> str | None:
        for origin in _listed(origins):
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError("must be origins such as https://www.example.com, without a path")
        return origins

    @field_validator("reps", "inside_sales", "marketers", "managers", "admins")
    @classmethod
    def _people_are_users(cls, people: str | None) -> str | None:
        for user in _listed(people):
            if not _SOMEBODY.fullmatch(user):
                raise ValueError(
                    "must be Slack user ids or group ids such as U012ABCDEF,S034GHIJKL"
                )
        return people

    def people(self) -> dict[Role, frozenset[str]]:
        """Who was given which role; a role of nobody is left out."""
        named = {
            Role.REP: self.reps,
            Role.INSIDE_SALES: self.inside_sales,
            Role.MARKETER: self.marketers,
            Role.MANAGER: self.managers,
            Role.ADMIN: self.admins,
        }
        return {role: frozenset(_listed(ids)) for role, ids in named.items() if _listed(ids)}

    def write_keys(self) -> dict[str, str]:
        """The write keys and the source that each one names."""
        listed = _listed(self.write_key.get_secret_value() if self.write_key else None)
        parted = (key.partition(":") for key in listed)
        return {key: source or _SOURCE for key, _, source in parted}

    def allowed_origins(self) -> tuple[str, ...]:
        """The sites whose browsers may send events."""
        return _listed(self.origins)

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is listened to over an outgoing WebSocket."""
        return self.slack_app_token is not None

    def secrets(self) -> frozenset[str]:
        """Every value that nobody may read in a log."""
        values = [getattr(self, name) for name in type(self).model_fields]
        secrets = {value.get_secret_value() for value in values if isinstance(value, SecretStr)}
        password = urlsplit(self.database_url).password
        passwords = [unquote(password)] if password else []
        return frozenset({*secrets, *self.write_keys(), *passwords})

    def first_policy(self) -> Policy:
        """The policy that a new workspace starts with. Raises Unready without a sales channel."""
        sales = self.sales_channel
        if sales is None:
            raise Unready("BATON_SALES_CHANNEL: the first start needs a channel to post cards to")
        marketing = self.marketing_channel or sales
        return Policy(
            sales_channel=sales,
            marketing_channel=marketing,
            digests=weekly(self.digest_channel or marketing),
            timezone=self.timezone,
            hours=Hours(holidays=_listed(self.holidays)),
            locale=self.locale,
            guests_may_decide=self.guests_may_decide,
            people=self.people(),
        )


class SlackSettings(Settings):
    """The settings of a program that talks with Slack, in which some are required."""

    @model_validator(mode="after")
    def _can_talk(self) -> SlackSettings:
        if self.slack_bot_token is None:
            raise ValueError("SLACK_BOT_TOKEN: is missing; `baton manifest` shows how to get one")
        if self.slack_signing_secret is None and self.slack_app_token is None:
            raise ValueError(
                "SLACK_SIGNING_SECRET: is missing; or set SLACK_APP_TOKEN for Socket Mode"
            )
        return self


def read_settings(kind: type[Settings] = Settings, *, env_file: Path | None = None) -> Settings:
    """Read the environment and `.env`. Raises Unready with one clear line per fault."""
    try:
        return kind(_env_file=env_file or ".env")  # type: ignore[call-arg]  # pydantic takes it
    except ValidationError as invalid:
        raise Unready("\n".join(_line(fault) for fault in invalid.errors())) from None


def _listed(values: str | None) -> tuple[str, ...]:
    """The values between commas."""
    return tuple(part.strip() for part in (values or "").split(",") if part.strip())


def _line(fault: object) -> str:
    assert isinstance(fault, dict)
    name = ".".join(str(part) for part in fault["loc"])
    text = str(fault["msg"]).removeprefix("Value error, ")
    return f"{name}: {text}" if name else text
