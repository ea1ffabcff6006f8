"""Files from a browser straight into a private folder, block by block, within limits; never held in memory whole."""

import os
from io import BytesIO
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from dunwell.runs.uploads import BYTES_MAX, FILES_MAX, Upload, place_for

_OWNER_ONLY = 0o600


class IntoUpload(FileUploadHandler):
    """Write each file to its place in an upload; ``stopped_by`` names the limit that was hit."""

    def __init__(self, upload: Upload, request: HttpRequest) -> None:
        super().__init__(request)
        self.upload = upload
        self.stopped_by = ""
        self.count = 0
        self.size = 0
        self.open_file: BinaryIO | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; one without a name is a field that was left empty."""
        super().new_file(*args, **kwargs)
        if not self.file_name:
            raise SkipFile
        self.count += 1
        if self.count > FILES_MAX:
            self.stop("files")
        path = place_for(self.upload, self.count, self.file_name)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        self.open_file = os.fdopen(descriptor, "wb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        """Write a block; nothing is passed on to other handlers."""
        self.size += len(raw_data)
        if self.size > BYTES_MAX:
            self.stop("bytes")
        if self.open_file is not None:
            self.open_file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        """Close a file; an empty one is kept too, and said to be empty when it is looked at."""
        self.close()
        return UploadedFile(BytesIO(), name=self.file_name, size=file_size)  # Django closes what is in it

    def upload_interrupted(self) -> None:
        """Close what is open when the browser went away."""
        self.close()

    def close(self) -> None:
        """Close the file at hand."""
        if self.open_file is not None:
            self.open_file.close()
            self.open_file = None

    def stop(self, limit: str) -> None:
        """Take nothing more; the rest is read and thrown away, so that the browser hears why."""
        self.close()
        self.stopped_by = limit
        raise StopUpload(connection_reset=False)
