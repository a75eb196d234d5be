"""A question to PostgreSQL, as Grafana's data source takes it. The SDK knows many data sources, and not this one."""

from typing import Any, Literal, Self

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import DataqueryConfig, register_dataquery_variant
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from dashboards.spec import DATASOURCE_TYPE

QueryFormat = Literal["time_series", "table"]


class SqlQuery(Dataquery):
    """One statement. ``format``: a table as it is, or rows with a time and the name of a line in ``metric``."""

    def __init__(self, sql: str, query_format: QueryFormat, datasource: DataSourceRef, ref_id: str = "A") -> None:
        self.sql = sql
        self.format: QueryFormat = query_format
        self.datasource = datasource
        self.ref_id = ref_id

    def to_json(self) -> dict[str, object]:
        """As it is in a dashboard."""
        return {
            "refId": self.ref_id,
            "datasource": self.datasource,
            "format": self.format,
            "editorMode": "code",
            "rawQuery": True,
            "rawSql": self.sql,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """From a dashboard. Raises KeyError for what is no such question."""
        return cls(data["rawSql"], data["format"], DataSourceRef.from_json(data["datasource"]), data["refId"])


class SqlQueryBuilder(Builder[SqlQuery]):
    """A question, for where the SDK wants to build it itself."""

    def __init__(self, query: SqlQuery) -> None:
        self._query = query

    def build(self) -> SqlQuery:
        """The question."""
        return self._query


def register_query_type() -> None:
    """Let the SDK know questions of this sort when it reads a dashboard."""
    register_dataquery_variant(DataqueryConfig(identifier=DATASOURCE_TYPE, from_json_hook=SqlQuery.from_json))
