//! The items of a bench target: what each is called, what it mentions, and its text.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, ImplItem, Lit, Meta, UseTree};

/// An item of a file.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) file: PathBuf,
    /// From its first attribute to its end; lines count from 1.
    pub(super) lines: RangeInclusive<usize>,
    /// The names by which others mention it: free items by their own, methods as `.name`.
    pub(super) names: Vec<String>,
    pub(super) mentions: BTreeSet<String>,
    /// Its tokens, without the attributes that say nothing of what it does.
    pub(super) text: String,
}

/// Reads a target, file by file.
pub(super) struct Reader<'r> {
    pub(super) read: &'r dyn Fn(&Path) -> Option<String>,
    pub(super) items: Vec<Item>,
    pub(super) seen: BTreeSet<PathBuf>,
}

impl Reader<'_> {
    /// The root's modules are in its own folder, and cargo's way to name a root `benches/a.rs` has them in `benches/` or `benches/a/`.
    pub(super) fn root(&mut self, root: &Path) {
        let folder = root.parent().unwrap_or(Path::new(""));
        self.file(root, &[folder.to_owned(), root.with_extension("")]);
    }

    fn file(&mut self, path: &Path, folders: &[PathBuf]) {
        if !self.seen.insert(path.to_owned()) {
            return;
        }
        let Some(parsed) = (self.read)(path).and_then(|text| syn::parse_file(&text).ok()) else { return };
        parsed.items.iter().for_each(|item| self.item(item, path, folders));
    }

    fn item(&mut self, item: &syn::Item, file: &Path, folders: &[PathBuf]) {
        match item {
            syn::Item::Mod(module) => match &module.content {
                Some((_, items)) => {
                    let inner: Vec<_> =
                        folders.iter().map(|folder| folder.join(module.ident.to_string())).collect();
                    items.iter().for_each(|item| self.item(item, file, &inner));
                }
                None => self.module(&module.ident.to_string(), path_of(&module.attrs), file, folders),
            },
            syn::Item::Use(_) | syn::Item::ExternCrate(_) => self.renamed(item, file),
            _ => self.items.extend(of(item, file)),
        }
    }

    /// `mod name;`
    fn module(&mut self, name: &str, path: Option<String>, file: &Path, folders: &[PathBuf]) {
        let places = match path {
            Some(path) => vec![file.parent().unwrap_or(Path::new("")).join(path)],
            None => folders
                .iter()
                .flat_map(|folder| [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")])
                .collect(),
        };
        if let Some(place) = places.into_iter().find(|place| (self.read)(place).is_some()) {
            let own = place.parent().unwrap_or(Path::new(""));
            let folder = if place.ends_with("mod.rs") { own.to_owned() } else { own.join(name) };
            self.file(&place, &[folder]);
        }
    }

    /// `use a::b as c` makes `c` mention `b`.
    fn renamed(&mut self, item: &syn::Item, file: &Path) {
        let syn::Item::Use(used) = item else { return };
        let mut renames = Vec::new();
        collect_renames(&used.tree, &mut renames);
        let lines = lines(item);
        self.items.extend(renames.into_iter().map(|(from, to)| Item {
            file: file.to_owned(),
            lines: lines.clone(),
            names: vec![to],
            mentions: [from].into(),
            text: String::new(),
        }));
    }
}

fn collect_renames(tree: &UseTree, to: &mut Vec<(String, String)>) {
    match tree {
        UseTree::Path(path) => collect_renames(&path.tree, to),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect_renames(tree, to)),
        UseTree::Rename(rename) => to.push((rename.ident.to_string(), rename.rename.to_string())),
        UseTree::Name(_) | UseTree::Glob(_) => {}
    }
}

fn lines(item: &syn::Item) -> RangeInclusive<usize> {
    let span = item.span();
    span.start().line..=span.end().line
}

fn of(item: &syn::Item, file: &Path) -> Option<Item> {
    let lines = lines(item);
    let mut bare = item.clone();
    attributes(&mut bare)?.retain(is_of_its_work);
    let tokens = bare.to_token_stream();
    let mut mentions = BTreeSet::new();
    collect_mentions(tokens.clone(), &mut mentions);
    Some(Item { file: file.to_owned(), lines, names: names(item), mentions, text: tokens.to_string() })
}

/// Comments, and what registers it, say nothing of what it does.
fn is_of_its_work(attribute: &Attribute) -> bool {
    let name = attribute.path().segments.last().map(|segment| segment.ident.to_string());
    !matches!(name.as_deref(), Some("doc" | "bench" | "allow" | "expect" | "warn" | "deny"))
}

fn attributes(item: &mut syn::Item) -> Option<&mut Vec<Attribute>> {
    use syn::Item::{Const, Enum, Fn, Impl, Macro, Static, Struct, Trait, Type, Union};
    Some(match item {
        Const(item) => &mut item.attrs,
        Enum(item) => &mut item.attrs,
        Fn(item) => &mut item.attrs,
        Impl(item) => &mut item.attrs,
        Macro(item) => &mut item.attrs,
        Static(item) => &mut item.attrs,
        Struct(item) => &mut item.attrs,
        Trait(item) => &mut item.attrs,
        Type(item) => &mut item.attrs,
        Union(item) => &mut item.attrs,
        _ => return None,
    })
}

fn names(item: &syn::Item) -> Vec<String> {
    use syn::Item::{Const, Enum, Fn, Impl, Macro, Static, Struct, Trait, Type, Union};
    match item {
        Const(item) => vec![item.ident.to_string()],
        Enum(item) => vec![item.ident.to_string()],
        Fn(item) => vec![item.sig.ident.to_string()],
        Macro(item) => item.ident.iter().map(ToString::to_string).collect(),
        Static(item) => vec![item.ident.to_string()],
        Struct(item) => vec![item.ident.to_string()],
        Trait(item) => vec![item.ident.to_string()],
        Type(item) => vec![item.ident.to_string()],
        Union(item) => vec![item.ident.to_string()],
        Impl(item) => {
            let of = match &*item.self_ty {
                syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
                _ => None,
            };
            let methods = item.items.iter().filter_map(|item| match item {
                ImplItem::Fn(method) => Some(format!(".{}", method.sig.ident)),
                _ => None,
            });
            of.into_iter().chain(methods).collect()
        }
        _ => Vec::new(),
    }
}

/// Every word of the code; behind a point it is a method or a field.
fn collect_mentions(tokens: TokenStream, to: &mut BTreeSet<String>) {
    let mut is_behind_point = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_mentions(group.stream(), to),
            TokenTree::Ident(ident) if is_behind_point => drop(to.insert(format!(".{ident}"))),
            TokenTree::Ident(ident) => drop(to.insert(ident.to_string())),
            TokenTree::Punct(point) => {
                // Two points are a range.
                is_behind_point = point.as_char() == '.' && !is_behind_point;
                continue;
            }
            TokenTree::Literal(_) => {}
        }
        is_behind_point = false;
    }
}

/// `#[path = "…"]`
fn path_of(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first item of a text.
    fn first(text: &str) -> Item {
        let read = |_: &Path| Some(text.to_owned());
        let mut reader = Reader { read: &read, items: Vec::new(), seen: BTreeSet::new() };
        reader.root(Path::new("benches/a.rs"));
        reader.items.into_iter().next().unwrap_or_else(|| panic!("no item in {text}"))
    }

    #[track_caller]
    fn check(text: &str, names: &[&str], mentions: &[&str]) {
        let item = first(text);
        assert_eq!(item.names, names, "{text}");
        let missing: Vec<_> = mentions.iter().filter(|name| !item.mentions.contains(**name)).collect();
        assert!(missing.is_empty(), "{missing:?} are not in {:?}", item.mentions);
    }

    #[test]
    fn names_and_mentions_of_each_kind_of_item() {
        check("fn a() { b(); c.d(); e!(f) }", &["a"], &["b", "c", ".d", "e", "f"]);
        check("const A: [u8; B] = [0; B];", &["A"], &["B"]);
        check("static A: B = B::new();", &["A"], &["B", "new"]);
        check("struct A<T: B>(T);", &["A"], &["B"]);
        check("enum A { B(C) }", &["A"], &["C"]);
        check("union A { b: C }", &["A"], &["C"]);
        check("type A = Vec<B>;", &["A"], &["B"]);
        check("trait A: B { fn c(&self) { self.d() } }", &["A"], &["B", ".d"]);
        check("impl A for b::C { fn d(&self) {} const E: u8 = F; }", &["C", ".d"], &["A", "F"]);
        check("impl A for (u8, u8) { fn d(&self) {} }", &[".d"], &["A"]);
        check("macro_rules! a { () => { b() } }", &["a"], &["b"]);
        check("use x::y as z;", &["z"], &["y"]);
        check("use x::{y, y as z};", &["z"], &["y"]);
    }

    #[test]
    fn a_range_is_no_method() {
        check("fn a() { for i in 0..n {} }", &["a"], &["n"]);
        check("fn a() { for i in 0..=n {} }", &["a"], &["n"]);
        check("fn a() { (0..2).map(f) }", &["a"], &[".map", "f"]);
    }

    #[test]
    fn an_item_begins_with_its_attributes() {
        let item = first("\n/// Says something.\n#[bench(tags = [\"x\"])]\n#[inline]\nfn a() {}\n");
        assert_eq!(item.lines, 2..=5);
        assert_eq!(item.text, "# [inline] fn a () { }");
    }

    #[test]
    fn modules_are_where_rust_looks_for_them() {
        let asked = std::cell::RefCell::new(Vec::new());
        let read = |path: &Path| {
            asked.borrow_mut().push(path.display().to_string());
            (path == Path::new("benches/a.rs"))
                .then(|| "mod b; #[path = \"x/c.rs\"] mod c; mod d { mod e; }".to_owned())
        };
        Reader { read: &read, items: Vec::new(), seen: BTreeSet::new() }.root(Path::new("benches/a.rs"));
        let expected = [
            "benches/a.rs",
            "benches/b.rs",
            "benches/b/mod.rs",
            "benches/a/b.rs",
            "benches/a/b/mod.rs",
            "benches/x/c.rs",
            "benches/d/e.rs",
            "benches/d/e/mod.rs",
            "benches/a/d/e.rs",
            "benches/a/d/e/mod.rs",
        ];
        assert_eq!(*asked.borrow(), expected);
    }
}
