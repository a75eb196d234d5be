"""A query for Grafana's PostgreSQL data source, which the SDK does not support."""

from typing import Any, Literal, Self

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import DataqueryConfig, register_dataquery_variant
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from dashboards.spec import DATASOURCE_TYPE

QueryFormat = Literal["time_series", "table"]


class SqlQuery(Dataquery):
    """One SQL query. ``format``: a table, or time series with columns for time and ``metric`` (the series name)."""

    def __init__(self, sql: str, query_format: QueryFormat, datasource: DataSourceRef, ref_id: str = "A") -> None:
        self.sql = sql
        self.format: QueryFormat = query_format
        self.datasource = datasource
        self.ref_id = ref_id

    def to_json(self) -> dict[str, object]:
        """The JSON model in a dashboard."""
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
        """Parse the JSON model in a dashboard. Raises KeyError if it is not an SQL query."""
        return cls(data["rawSql"], data["format"], DataSourceRef.from_json(data["datasource"]), data["refId"])


class SqlQueryBuilder(Builder[SqlQuery]):
    """Wraps a finished query where the SDK expects a builder."""

    def __init__(self, query: SqlQuery) -> None:
        self._query = query

    def build(self) -> SqlQuery:
        """Return the query."""
        return self._query


def register_query_type() -> None:
    """Register SqlQuery with the SDK, so that it can parse dashboards."""
    register_dataquery_variant(DataqueryConfig(identifier=DATASOURCE_TYPE, from_json_hook=SqlQuery.from_json))
