//! The attribute's arguments: parsed, checked, and written out as a registration.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::token::Bracket;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitStr, Path, Token, UnOp, bracketed};

#[derive(Default)]
pub(crate) struct Arguments {
    name: Option<LitStr>,
    group: Option<LitStr>,
    category: Option<LitStr>,
    version: Option<String>,
    models: Vec<LitStr>,
    backends: Option<TokenStream>,
    tags: Vec<LitStr>,
    params: Vec<(String, Vec<TokenStream>)>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        let parser = syn::meta::parser(|meta| arguments.take(&meta));
        syn::parse::Parser::parse2(parser, input.parse::<TokenStream>()?)?;
        Ok(arguments)
    }
}

impl Arguments {
    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let Some(key) = meta.path.get_ident() else {
            return Err(meta.error("an argument is a plain name"));
        };
        match key.to_string().as_str() {
            "name" => self.name = Some(meta.value()?.parse()?),
            "group" => self.group = Some(meta.value()?.parse()?),
            "category" => self.category = Some(meta.value()?.parse()?),
            "version" => self.version = Some(version(&meta.value()?.parse()?)?),
            "models" => self.models = texts(meta)?,
            "backends" => self.backends = Some(list(meta)?),
            "tags" => self.tags = texts(meta)?,
            "params" => meta.parse_nested_meta(|param| self.take_param(&param))?,
            _ => {
                return Err(meta.error(
                    "unknown argument; there are `name`, `group`, `category`, `version`, `models`, `backends`, `tags` \
                     and `params(…)`",
                ));
            }
        }
        Ok(())
    }

    fn take_param(&mut self, param: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let Some(ident) = param.path.get_ident() else {
            return Err(param.error("a parameter is a plain name"));
        };
        let name = ident.to_string().replace('_', "-");
        if self.params.iter().any(|(known, _)| *known == name) {
            return Err(param.error("this parameter is here twice"));
        }
        let values = match param.value()?.parse::<Expr>()? {
            Expr::Array(array) => array.elems.iter().map(literal).collect::<syn::Result<Vec<_>>>()?,
            single => vec![literal(&single)?],
        };
        if values.is_empty() {
            return Err(param.error("a parameter needs at least one value"));
        }
        self.params.push((name, values));
        Ok(())
    }

    /// The code that registers a benchmark of this name.
    pub(crate) fn registration(&self, default_name: &str, run: &TokenStream) -> TokenStream {
        let name = self.name.as_ref().map_or_else(|| default_name.to_owned(), LitStr::value);
        let (group, category) = (option(self.group.as_ref()), option(self.category.as_ref()));
        let version = self.version.as_ref().map_or_else(|| quote! { None }, |text| quote! { Some(#text) });
        let (models, tags) = (&self.models, &self.tags);
        let backends = self.backends.clone().unwrap_or_else(|| quote! { &[] });
        let params = self.params.iter().map(|(name, values)| quote! { (#name, &[#(#values),*]) });
        quote! {
            ::accel_bench::__private::inventory::submit! {
                ::accel_bench::__private::Registration {
                    name: #name,
                    group: #group,
                    category: #category,
                    version: #version,
                    models: &[#(#models),*],
                    backends: #backends,
                    tags: &[#(#tags),*],
                    params: &[#(#params),*],
                    file: file!(),
                    line: line!(),
                    run: #run,
                }
            }
        }
    }
}

fn option(text: Option<&LitStr>) -> TokenStream {
    text.map_or_else(|| quote! { None }, |text| quote! { Some(#text) })
}

/// A number or a text.
fn version(value: &Lit) -> syn::Result<String> {
    match value {
        Lit::Int(number) => Ok(number.base10_digits().to_owned()),
        Lit::Str(text) => Ok(text.value()),
        other => Err(syn::Error::new_spanned(other, "a version is a whole number or a text: `version = 2`")),
    }
}

fn texts(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<LitStr>> {
    bracketed_texts(meta.value()?)
}

fn bracketed_texts(value: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let content;
    bracketed!(content in value);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

/// Texts in brackets, or the path of a constant that holds them.
fn list(meta: &ParseNestedMeta<'_>) -> syn::Result<TokenStream> {
    if meta.value()?.peek(Bracket) {
        let texts = bracketed_texts(meta.input)?;
        return Ok(quote! { &[#(#texts),*] });
    }
    let constant = meta.input.parse::<Path>()?;
    Ok(quote! { #constant })
}

/// A parameter's value as a `Literal`; a sign may be before a number.
fn literal(value: &Expr) -> syn::Result<TokenStream> {
    let kind = quote! { ::accel_bench::__private::Literal };
    let number = match value {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => expr,
        other => other,
    };
    match number {
        Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => Ok(quote! { #kind::Int(#value) }),
        Expr::Lit(ExprLit { lit: Lit::Float(_), .. }) => Ok(quote! { #kind::Float(#value) }),
        Expr::Lit(ExprLit { lit: Lit::Bool(flag), .. }) => Ok(quote! { #kind::Bool(#flag) }),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(quote! { #kind::Text(#text) }),
        other => {
            let shown = other.to_token_stream().to_string();
            Err(syn::Error::new_spanned(
                other,
                format!("`{shown}` is not a value: write a number, a text, `true` or `false`"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what is registered for these arguments, without the spaces between the tokens.
    fn registered(arguments: &str) -> String {
        let parsed: Arguments =
            syn::parse_str(arguments).unwrap_or_else(|error| panic!("{arguments}: {error}"));
        parsed.registration("default", &quote! { run }).to_string().replace(' ', "")
    }

    #[track_caller]
    fn check(arguments: &str, expected: &str) {
        let registered = registered(arguments);
        assert!(registered.contains(expected), "{expected} is not in {registered}");
    }

    #[track_caller]
    fn refused(arguments: &str, expected: &str) {
        let error = syn::parse_str::<Arguments>(arguments).map(|_| ()).expect_err(arguments).to_string();
        assert!(error.contains(expected), "{arguments}: {error}");
    }

    #[test]
    fn without_arguments() {
        for part in ["name:\"default\"", "group:None", "category:None", "models:&[]", "params:&[]", "run:run"]
        {
            check("", part);
        }
    }

    #[test]
    fn texts_and_lists() {
        check("name = \"other\"", "name:\"other\"");
        check("group = \"g\", category = \"c\"", "group:Some(\"g\"),category:Some(\"c\")");
        check("models = [\"a\", \"b\"]", "models:&[\"a\",\"b\"]");
        check("backends = [\"host\",]", "backends:&[\"host\"]");
        check("backends = other::BURN, tags = [\"a\"]", "backends:other::BURN,tags:&[\"a\"]");
        check("tags = []", "backends:&[],tags:&[]");
        check("name = \"one\", name = \"two\"", "name:\"two\"");
    }

    #[test]
    fn versions() {
        check("version = 2", "version:Some(\"2\")");
        check("version = 1_000", "version:Some(\"1000\")");
        check("version = \"2026-11\"", "version:Some(\"2026-11\")");
        check("name = \"a\"", "version:None");
        refused("version = 2.5", "a version is a whole number or a text");
        refused("version = true", "a version is a whole number or a text");
    }

    #[test]
    fn values_of_parameters() {
        let kind = "::accel_bench::__private::Literal::";
        let one = |text: &str, expected: &str| {
            check(&format!("params(n = {text})"), &format!("(\"n\",&[{kind}{expected}])"));
        };
        one("8", "Int(8)");
        one("-8", "Int(-8)");
        one("0.5", "Float(0.5)");
        one("-0.5", "Float(-0.5)");
        one("true", "Bool(true)");
        one("\"f32\"", "Text(\"f32\")");
        one("[8]", "Int(8)");
        check("params(n = [1, 8])", &format!("&[{kind}Int(1),{kind}Int(8)]"));
        check("params(batch_size = 1)", "(\"batch-size\",");
        check("params(a = 1, b = 2)", &format!("(\"a\",&[{kind}Int(1)]),(\"b\",&[{kind}Int(2)])"));
    }

    #[test]
    fn arguments_that_are_none() {
        refused("nam = \"x\"", "unknown argument; there are `name`, `group`");
        refused("a::b = \"x\"", "an argument is a plain name");
        refused("name", "expected `=`");
        refused("name = 5", "expected string literal");
        refused("models = \"a\"", "expected square brackets");
        refused("backends = \"a\"", "expected identifier");
        refused("models = [1]", "expected string literal");
        refused("params = 1", "expected parentheses");
    }

    #[test]
    fn parameters_that_are_none() {
        refused("params(a::b = 1)", "a parameter is a plain name");
        refused("params(n)", "expected `=`");
        refused("params(n = [])", "a parameter needs at least one value");
        refused("params(n = 1, n = 2)", "this parameter is here twice");
        refused("params(batch_size = 1, batch_size = 2)", "this parameter is here twice");
        refused("params(n = 1 + 1)", "`1 + 1` is not a value");
        refused("params(n = size)", "`size` is not a value");
        refused("params(n = [1, [2]])", "is not a value");
        refused("params(n = 'c')", "`'c'` is not a value");
        refused("params(n = 1..8)", "`1 .. 8` is not a value");
    }
}
