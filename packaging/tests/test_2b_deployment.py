"""The example files and the guides: every option, package and path in them exists, and they do what they say."""

import pathlib
import re
import shutil

import pytest
from scratch_host import PACKAGES

EXAMPLES = "/usr/share/doc/curverbd/examples"

DOCS = pathlib.Path(__file__).resolve().parent.parent.parent / "docs"

RENDER = """
import jinja2
blocks = ["cinder_base_footer", "glance_base_footer", "nova_compute_footer", "nova_libvirt_footer"]
stock = "FROM base" + "".join("{% block " + name + " %}{% endblock %}" for name in blocks)
loader = jinja2.DictLoader({"stock": stock, "ours": open("EXAMPLES/kolla/template-overrides.j2").read()})
print(jinja2.Environment(loader=loader).get_template("ours").render(parent_template="stock"))
""".replace("EXAMPLES", EXAMPLES)


@pytest.fixture
def options(host):
    shutil.copy(pathlib.Path(__file__).parent / "known_options.py", host.root / "root/known_options.py")
    return lambda file, *namespaces: host.run("/usr/bin/python3", "/root/known_options.py", file, *namespaces, check=False)


@pytest.mark.parametrize("file, namespaces", [("glance-api.conf", ["glance.api", "glance.store", "glance.multi_store"]), ("cinder.conf", ["cinder"]),
                                              ("nova.conf", ["nova.conf"])])
def test_services_know_every_option(host, options, file, namespaces):
    checked = options(f"{EXAMPLES}/{file}", *namespaces)
    host.shell(f"sed 's/rbd_user/rbd_usr/; s/rbd_store_user/rbd_store_usr/' {EXAMPLES}/{file} > /root/misspelled.conf")
    misspelled = options("/root/misspelled.conf", *namespaces)

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert misspelled.returncode == 1 and "no such option" in misspelled.stdout


def test_host_file_is_understood_with_every_section(host):
    host.shell(rf"sed 's/^#\(\[\|[a-z_]* =\)/\1/' {EXAMPLES}/curverbd.conf > /root/all.conf; grep -q '^\[cluster.production\]' /root/all.conf")
    settings = f"CURVERBD_CONF=/root/all.conf CEPH_CONF={EXAMPLES}/ceph.conf"

    assert "local:/var/lib/curverbd" in host.shell(f"{settings} curverbd config show")
    assert "10.0.0.1:6666" in host.shell(f"{settings} curverbd config show --mon_host 10.0.0.1:6666")


def test_pools_users_and_keyrings_are_prepared(host):
    host.shell(f"{EXAMPLES}/prepare-openstack >/dev/null 2>&1; sh {EXAMPLES}/prepare-openstack")

    assert {"images", "volumes", "backups", "vms"} <= set(host.shell("ceph osd pool ls").split())
    key = host.shell("ceph auth get-key client.cinder").strip()
    assert key and key in host.shell("cat /etc/ceph/ceph.client.cinder.keyring")
    assert host.shell("stat -c '%U %a' /etc/ceph/ceph.client.glance.keyring /etc/ceph/ceph.client.cinder-backup.keyring").split() == \
        [host.shell("id -un glance 2>/dev/null || echo root").strip(), "640", host.shell("id -un cinder 2>/dev/null || echo root").strip(), "640"]


def test_kolla_images_get_packages_that_exist(host):
    rendered = host.python(RENDER)

    lines = [line for line in rendered.splitlines() if "apt-get -y install" in line]
    assert len(lines) == 4
    assert set(lines[0].split("--no-install-recommends ")[1].split()) - {"\\"} <= {package.name.split("_")[0] for package in PACKAGES.glob("*.deb")}


def test_kolla_settings_are_yaml(host):
    printed = host.python(f"import yaml; print(*yaml.safe_load(open('{EXAMPLES}/kolla/globals.yml')))")

    assert {"glance_backend_ceph", "nova_libvirt_extra_volumes"} <= set(printed.split())


def test_secret_for_libvirt_has_the_uuid_of_the_services(host):
    uuids = host.shell(f"cat {EXAMPLES}/libvirt-secret.xml {EXAMPLES}/cinder.conf {EXAMPLES}/nova.conf | grep -o '[0-9a-f-]\\{{36\\}}'").split()

    assert len(uuids) == 3 and len(set(uuids)) == 1


@pytest.mark.parametrize("guide", ["operators-guide.md", "operators-guide.zh-CN.md"])
def test_files_of_the_guide_exist(host, guide):
    text = (DOCS / guide).read_text()

    for path in set(re.findall(r"`(?:/usr/share/doc/curverbd/)?(examples/[\w./-]+)`", text)):
        host.run("test", "-e", f"{EXAMPLES}/{path.removeprefix('examples/')}")
    for name in set(re.findall(r"\]\(([\w.-]+\.md)\)", text)):
        assert (DOCS / name).is_file(), name


def test_both_languages_show_the_same_commands():
    def commands(name):
        lines = [line.split("#")[0].split() for line in (DOCS / name).read_text().splitlines() if line.startswith("    ") and line.strip()]
        return [words for words in lines if words]

    assert commands("operators-guide.md") == commands("operators-guide.zh-CN.md")
