"""What pages show: the answers of our own API. So every page has a JSON twin, which knows as much.

A page calls the same function as the API's route does, without a request in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qarunner.server import api

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services
    from qarunner.server.api.artifacts import ArtifactList
    from qarunner.server.api.farm import JobListing, JobPage, JobView, NodeList, NodeView, Waiting
    from qarunner.server.api.remote import RemoteView
    from qarunner.server.api.results import Listing, ResultPage, WholeResult
    from qarunner.server.api.statistics import DayList, Days, TestcaseDays, TestcaseHistory


class Answers:
    """The API's answers as typed objects. What the API refuses is raised, and ends the page in the same way."""

    def __init__(self, services: Services) -> None:
        self._views: dict[str, Callable[..., Any]] = {one.name: one.view for one in api.endpoints(services)}

    def nodes(self) -> NodeList:
        """Return all nodes."""
        found: NodeList = self._views["get_nodes"]()
        return found

    def node(self, node: str) -> NodeView:
        """Return a node."""
        found: NodeView = self._views["get_node"](node)
        return found

    def remote(self, node: str) -> RemoteView:
        """Return what a node's remote can send."""
        found: RemoteView = self._views["get_remote"](node)
        return found

    def jobs(self, query: JobListing) -> JobPage:
        """Return a page of jobs."""
        found: JobPage = self._views["get_jobs"](query)
        return found

    def job(self, node: str, group: str, number: str, query: Waiting) -> JobView:
        """Return a job."""
        found: JobView = self._views["get_job"](node, group, number, query)
        return found

    def results(self, query: Listing) -> ResultPage:
        """Return a page of results."""
        found: ResultPage = self._views["get_results"](query)
        return found

    def result(self, identifier: str) -> WholeResult:
        """Return a result with everything."""
        found: WholeResult = self._views["get_result"](identifier)
        return found

    def artifacts(self, identifier: str) -> ArtifactList:
        """Return the artifacts of a result."""
        found: ArtifactList = self._views["list_artifacts"](identifier)
        return found

    def history(self, query: TestcaseDays) -> TestcaseHistory:
        """Return what became of a testcase."""
        found: TestcaseHistory = self._views["get_history"](query)
        return found

    def node_history(self, node: str, query: Days) -> DayList:
        """Return what became of a node's results."""
        found: DayList = self._views["get_node_history"](node, query)
        return found
