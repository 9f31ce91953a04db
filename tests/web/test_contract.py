"""What the API does is what its document says: a few examples of `make prove-contract`."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode

from moderation.settings import Settings
from moderation.store import Database
from moderation.web import create_app
from tests.conftest import KEY, SHIPPED_MODELS, add_site, fresh_database
from tests.contract import attempt, decide
from tests.durability import served

EXAMPLES = 15


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def api(request, tmp_path_factory):
    """The API on each kind of database, as its document describes it."""
    folder = tmp_path_factory.mktemp("service")
    url = fresh_database(request, folder)
    database = Database(url)
    add_site(database, "blog", KEY)
    decide(database)
    app = create_app(Settings(instance=folder, database_url=url, models=SHIPPED_MODELS))
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    app.extensions["moderation"].database.close()
    database.close()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_what_the_document_allows_is_taken_and_what_it_forbids_is_refused(api, mode):
    tried = []

    def attempt_one(case: Case) -> None:
        tried.append(case)
        case.call_and_validate(headers={"Authorization": f"Bearer {KEY}"})

    operations = [found.ok() for found in api.get_all_operations()]
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
