//! The input of typst: one text, the charts, and the fonts that it brings.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::FontStore;

static FONTS: LazyLock<FontStore> = LazyLock::new(|| {
    let mut fonts = FontStore::new();
    fonts.extend(typst_kit::fonts::embedded());
    fonts
});

/// A text and its images.
pub(super) struct Pages {
    library: LazyHash<Library>,
    main: Source,
    images: Vec<(FileId, Bytes)>,
}

impl Pages {
    /// `images` have the names that the text calls them by.
    pub(super) fn new(text: String, images: Vec<(String, String)>) -> Self {
        let image = |(name, svg): (String, String)| Some((id(&name)?, Bytes::new(svg.into_bytes())));
        Self {
            library: LazyHash::new(Library::default()),
            main: Source::detached(text),
            images: images.into_iter().filter_map(image).collect(),
        }
    }
}

fn id(name: &str) -> Option<FileId> {
    Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).ok()?).intern())
}

impl World for Pages {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        FONTS.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.images.iter().find(|(own, _)| *own == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.font(index)
    }

    /// A report says itself when it was measured.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
