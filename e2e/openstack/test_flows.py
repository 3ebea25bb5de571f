"""The page of OpenStack's flows tells the truth."""

import flows


def test_the_page_is_what_its_source_makes():
    assert flows.PAGE.read_text() == flows.page(), "run e2e/openstack/flows.py > docs/openstack.md"


def test_each_flow_is_proved_by_tests_that_exist_and_each_test_proves_one():
    named = {test for _, proof in flows.rows() if not proof.startswith("refused: ") for test in proof.split()}
    there = {test for test in flows.tests() if not test.startswith("test_flows.py:")}

    assert named == there, named ^ there
