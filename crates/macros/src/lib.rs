//! The `#[bench]` attribute of `accel-bench`; use it from there.

mod arguments;

use arguments::Arguments;
use proc_macro::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Item, ItemFn, ItemImpl, parse_macro_input};

/// Registers a benchmark: a function that takes `&mut Bencher`, or an `impl Benchmark for Type`.
///
/// All arguments are optional:
///
/// * `name = "…"`: by default the function's name, or the type's;
/// * `group = "…"`: is before the name, `group/name`;
/// * `category = "…"`, `tags = ["…"]`: what suites and `list` select by;
/// * `version = 2`: a number or text that you change when the benchmark measures something else; by default a hash of its source;
/// * `models = ["…"]`: the values of the parameter `model`;
/// * `backends = ["…"]`, or `backends = CONSTANT` of the type `&[&str]`: where it can run; by default anywhere;
/// * `params(batch_size = [1, 8], causal = [true, false])`: parameters, each with its default values; an
///   underscore in the name becomes a dash.
#[proc_macro_attribute]
pub fn bench(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let arguments = parse_macro_input!(arguments as Arguments);
    match parse_macro_input!(item as Item) {
        Item::Fn(function) => of_function(&arguments, &function),
        Item::Impl(item) => of_impl(&arguments, &item),
        other => Err(syn::Error::new(
            other.span(),
            "`#[bench]` goes on a function that takes `&mut Bencher`, or on an `impl Benchmark for …`",
        )),
    }
    .unwrap_or_else(|error| error.to_compile_error())
    .into()
}

fn of_function(arguments: &Arguments, function: &ItemFn) -> syn::Result<proc_macro2::TokenStream> {
    if function.sig.inputs.len() != 1 {
        return Err(syn::Error::new(
            function.sig.span(),
            "a benchmark takes one argument: `b: &mut Bencher`",
        ));
    }
    let ident = &function.sig.ident;
    let run = quote! {
        |b| ::accel_bench::__private::Outcome::into_result(#ident(b))
    };
    let registration = arguments.registration(&ident.to_string(), &run);
    Ok(quote! { #function #registration })
}

fn of_impl(arguments: &Arguments, item: &ItemImpl) -> syn::Result<proc_macro2::TokenStream> {
    let syn::Type::Path(path) = &*item.self_ty else {
        return Err(syn::Error::new(item.self_ty.span(), "the type needs a name"));
    };
    let Some(segment) = path.path.segments.last() else {
        return Err(syn::Error::new(path.span(), "the type needs a name"));
    };
    let ty = &item.self_ty;
    let run = quote! { ::accel_bench::__private::run_benchmark::<#ty> };
    let registration = arguments.registration(&snake_case(&segment.ident.to_string()), &run);
    Ok(quote! { #item #registration })
}

/// `SortLarge` to `sort_large`: a type's name as a benchmark's.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(item: &str) -> Result<String, String> {
        let arguments = Arguments::default();
        let written = match syn::parse_str::<Item>(item).expect("it is Rust") {
            Item::Fn(function) => of_function(&arguments, &function),
            Item::Impl(item) => of_impl(&arguments, &item),
            _ => panic!("{item}: neither a function nor an impl"),
        };
        written.map(|tokens| tokens.to_string().replace(' ', "")).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check(item: &str, name: &str, run: &str) {
        let written = of(item).expect(item);
        assert!(written.starts_with(&item.replace(' ', "")), "the item stays as it is: {written}");
        assert!(written.contains(&format!("name:{name:?}")), "{name} is not in {written}");
        assert!(written.contains(run), "{run} is not in {written}");
    }

    #[track_caller]
    fn refused(item: &str, expected: &str) {
        assert_eq!(of(item).expect_err(item), expected);
    }

    #[test]
    fn functions() {
        check("fn softmax(b: &mut Bencher) {}", "softmax", "Outcome::into_result(softmax(b))");
        check("pub fn f(_: &mut Bencher) -> Result<(), E> { Ok(()) }", "f", "into_result(f(b))");
        refused("fn none() {}", "a benchmark takes one argument: `b: &mut Bencher`");
        refused("fn two(b: &mut Bencher, n: u32) {}", "a benchmark takes one argument: `b: &mut Bencher`");
    }

    #[test]
    fn types() {
        check("impl Benchmark for SortLarge {}", "sort_large", "run_benchmark::<SortLarge>");
        check("impl Benchmark for a::b::Sort {}", "sort", "run_benchmark::<a::b::Sort>");
        refused("impl Benchmark for (A, B) {}", "the type needs a name");
        refused("impl Benchmark for [u8] {}", "the type needs a name");
    }

    #[test]
    fn names_of_types() {
        let check = |name: &str, expected: &str| assert_eq!(snake_case(name), expected);
        check("Sort", "sort");
        check("SortLarge", "sort_large");
        check("sort", "sort");
        check("B1", "b1");
        check("HTTP", "h_t_t_p");
        check("GrößeÜber", "größe_über");
        check("", "");
    }
}
