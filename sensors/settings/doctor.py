"""The doctor's settings: all settings there are."""

from sensors.settings.database import DatabaseLoginSettings
from sensors.settings.devices import BrokerFilesSettings
from sensors.settings.general import MunicipalitySettings
from sensors.settings.grafana import AlertSettings, GrafanaSettings
from sensors.settings.ingest import BatchSettings, MetricsSettings, SharedSubscriptionSettings
from sensors.settings.lifecycle import TombstoneSettings
from sensors.settings.mqtt import BrokerLoginSettings
from sensors.settings.reports import MailSettings
from sensors.settings.simulators import DemoSettings
from sensors.settings.web import SecurityTxtSettings, TileSettings


class DoctorSettings(
    DemoSettings,
    DatabaseLoginSettings,
    MunicipalitySettings,
    BrokerLoginSettings,
    BatchSettings,
    TileSettings,
    TombstoneSettings,
    SecurityTxtSettings,
    MailSettings,
    BrokerFilesSettings,
    SharedSubscriptionSettings,
    MetricsSettings,
    AlertSettings,
    GrafanaSettings,
):
    """All settings, without required addresses."""
