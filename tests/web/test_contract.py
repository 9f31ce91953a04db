"""What the API does is what its document says: a few examples of `make prove-contract`."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode

from moderation.settings import Settings
from moderation.store import Database
from tests.conftest import KEY, SHIPPED_MODELS, add_site, fresh_file, listening
from tests.contract import attempt, decide
from tests.durability import served

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
EXAMPLES = 10


@pytest.fixture(scope="module")
def addresses(request, tmp_path_factory):
    """Where a service on each kind of database listens, with comments that were decided."""
    folder = tmp_path_factory.mktemp("service")
    urls = fresh_file(folder), request.getfixturevalue("postgresql")(request)
    for url in urls:
        database = Database(url)
        add_site(database, "blog", KEY)
        decide(database)
        database.close()
    first, second = (
        listening(Settings(instance=folder, database_url=url, models=SHIPPED_MODELS)) for url in urls
    )
    with first as sqlite, second as postgresql:
        yield sqlite, postgresql


@pytest.mark.parametrize(
    "mode",
    [GenerationMode.POSITIVE, pytest.param(GenerationMode.NEGATIVE, marks=pytest.mark.long)],
)
def test_what_the_document_allows_is_taken_and_what_it_forbids_is_refused(addresses, mode):
    """Making examples takes longer than sending them, so that both databases are tried with the same."""
    tried = []

    def attempt_one(case: Case) -> None:
        tried.append(case)
        for address in addresses:
            case.call_and_validate(base_url=address, headers={"Authorization": f"Bearer {KEY}"})

    operations = [found.ok() for found in schemathesis.openapi.from_path(DOCUMENT).get_all_operations()]
    for operation in operations:
        attempt_some = settings(
            max_examples=EXAMPLES,
            # The same each time, and as long as a busy machine takes.
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )(given(case=operation.as_strategy(generation_mode=mode))(attempt_one))
        attempt_some()

    assert len(operations) == 5
    assert len(tried) >= 3 * EXAMPLES


@pytest.mark.long
def test_schemathesis_finds_nothing_with_all_that_it_can_do(tmp_path):
    with served(tmp_path, Settings(instance=tmp_path).where_data_lives()) as port:
        found = attempt(f"http://127.0.0.1:{port}", tmp_path, examples=20, seed=1)

    assert found.is_kept, found.said
    assert found.cases > 400
