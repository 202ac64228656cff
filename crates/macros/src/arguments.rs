//! The attribute's arguments: parsed, checked, and written out as a registration.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitStr, Token, UnOp, bracketed};

#[derive(Default)]
pub(crate) struct Arguments {
    name: Option<LitStr>,
    group: Option<LitStr>,
    category: Option<LitStr>,
    models: Vec<LitStr>,
    backends: Vec<LitStr>,
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
            "models" => self.models = texts(meta)?,
            "backends" => self.backends = texts(meta)?,
            "tags" => self.tags = texts(meta)?,
            "params" => meta.parse_nested_meta(|param| self.take_param(&param))?,
            _ => {
                return Err(meta.error(
                    "unknown argument; there are `name`, `group`, `category`, `models`, `backends`, `tags` and \
                     `params(…)`",
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
            return Err(param.error("this parameter stands here twice"));
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
        let (models, backends, tags) = (&self.models, &self.backends, &self.tags);
        let params = self.params.iter().map(|(name, values)| quote! { (#name, &[#(#values),*]) });
        quote! {
            ::accel_bench::__private::inventory::submit! {
                ::accel_bench::__private::Registration {
                    name: #name,
                    group: #group,
                    category: #category,
                    models: &[#(#models),*],
                    backends: &[#(#backends),*],
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

fn texts(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<LitStr>> {
    let content;
    let value = meta.value()?;
    bracketed!(content in value);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

/// A parameter's value as a `Literal`; a sign may stand before a number.
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
                format!("`{shown}` is no value: write a number, a text, `true` or `false`"),
            ))
        }
    }
}
