"""Moving images between pools and layouts while they are used."""

from ctypes import byref, sizeof
from typing import Any, Callable, Dict, Optional

from ._c import librbd
from ._handles import pool_handle
from ._structs import MigrationStatus
from .errors import check, error_of
from .options import image_options
from .progress import progress
from .text import cstr, decode_cstr


class Migration:
    """The part of `RBD` that migrates images."""

    def migration_prepare(self, ioctx, image_name: str, dest_ioctx, dest_image_name: str, features: Optional[int] = None, order: Optional[int] = None,
                          stripe_unit: Optional[int] = None, stripe_count: Optional[int] = None, data_pool: Optional[str] = None,
                          clone_format: Optional[int] = None, flatten: bool = False) -> None:
        """Makes the destination, which can be used at once, and puts the source into the trash."""
        source, destination = cstr(image_name, "image_name"), cstr(dest_image_name, "dest_image_name")
        with image_options(data_pool, features=features, order=order, stripe_unit=stripe_unit, stripe_count=stripe_count, clone_format=clone_format,
                           flatten=bool(flatten)) as options:
            result = librbd.rbd_migration_prepare(pool_handle(ioctx), source, pool_handle(dest_ioctx), destination, options)
        check(result, f"error migrating image {source}")

    def migration_prepare_import(self, source_spec: str, dest_ioctx, dest_image_name: str, features: Optional[int] = None, order: Optional[int] = None,
                                 stripe_unit: Optional[int] = None, stripe_count: Optional[int] = None, data_pool: Optional[str] = None) -> None:
        """Makes the destination of an import from what a JSON text describes."""
        source, destination = cstr(source_spec, "source_spec"), cstr(dest_image_name, "dest_image_name")
        with image_options(data_pool, features=features, order=order, stripe_unit=stripe_unit, stripe_count=stripe_count) as options:
            result = librbd.rbd_migration_prepare_import(source, pool_handle(dest_ioctx), destination, options)
        check(result, f"error migrating image {source}")

    def migration_execute(self, ioctx, image_name: str, on_progress: Optional[Callable[[int, int], int]] = None) -> None:
        """Copies what is still in the source."""
        self._migrate("error executing migration", librbd.rbd_migration_execute_with_progress, ioctx, image_name, on_progress)

    def migration_commit(self, ioctx, image_name: str, on_progress: Optional[Callable[[int, int], int]] = None) -> None:
        """Removes the source after everything was copied."""
        self._migrate("error committing migration", librbd.rbd_migration_commit_with_progress, ioctx, image_name, on_progress)

    def migration_abort(self, ioctx, image_name: str, on_progress: Optional[Callable[[int, int], int]] = None) -> None:
        """Goes back to the source."""
        self._migrate("error aborting migration", librbd.rbd_migration_abort_with_progress, ioctx, image_name, on_progress)

    @staticmethod
    def _migrate(failure, call, ioctx, image_name, on_progress):
        tell = progress(on_progress)
        result = call(pool_handle(ioctx), cstr(image_name, "image_name"), tell, None)
        if result != 0:
            raise error_of(result, failure)

    def migration_status(self, ioctx, image_name: str) -> Dict[str, Any]:
        """Source, destination and state of a migration."""
        status = MigrationStatus()
        result = librbd.rbd_migration_status(pool_handle(ioctx), cstr(image_name, "image_name"), byref(status), sizeof(status))
        if result != 0:
            raise error_of(result, "error getting migration status")
        try:
            values = ((name, getattr(status, name)) for name, _ in MigrationStatus._fields_)
            return {name: value if isinstance(value, int) else decode_cstr(value) for name, value in values}
        finally:
            librbd.rbd_migration_status_cleanup(byref(status))
