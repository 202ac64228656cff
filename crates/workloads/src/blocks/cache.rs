//! The keys and values of the tokens so far.

use burn::tensor::{Device, Tensor};

/// Keys and values, each `[batch, key heads, tokens, head size]`.
#[derive(Clone, Debug)]
pub struct KeysValues {
    pub keys: Tensor<4>,
    pub values: Tensor<4>,
}

/// Keys and values of the tokens so far, in memory that was taken for all that will come.
#[derive(Clone, Debug)]
pub struct KvCache {
    store: KeysValues,
    length: usize,
}

impl KeysValues {
    /// The same in one piece of memory, head by head: what every token reads should not be gathered by every token.
    #[must_use]
    pub fn laid_out(self) -> Self {
        KvCache::new(self.keys.dims(), &self.keys.device()).append(self)
    }
}

impl KvCache {
    /// Room for `[batch, key heads, capacity, head size]` keys and as many values.
    #[must_use]
    pub fn new(shape: [usize; 4], device: &Device) -> Self {
        let room = || Tensor::zeros(shape, device);
        Self { store: KeysValues { keys: room(), values: room() }, length: 0 }
    }

    /// The number of tokens so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// True if there were no tokens so far.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds the keys and values of the next tokens, and gives those of all so far.
    ///
    /// # Panics
    /// When the cache is full.
    pub fn append(&mut self, new: KeysValues) -> KeysValues {
        let [batch, heads, tokens, size] = new.keys.dims();
        let [_, _, capacity, _] = self.store.keys.dims();
        let end = self.length + tokens;
        assert!(end <= capacity, "{end} tokens do not fit a cache of {capacity}");
        let at = [0..batch, 0..heads, self.length..end, 0..size];
        // In place: the store is not shared while it is written to.
        self.store.keys.inplace(|keys| keys.slice_assign(at.clone(), new.keys));
        self.store.values.inplace(|values| values.slice_assign(at, new.values));
        self.length = end;
        let so_far = |store: &Tensor<4>| store.clone().narrow(2, 0, end);
        KeysValues { keys: so_far(&self.store.keys), values: so_far(&self.store.values) }
    }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;

    fn tokens(values: &[f32], device: &Device) -> KeysValues {
        let keys = Tensor::<1>::from_floats(values, device).reshape([1, 1, values.len(), 1]);
        KeysValues { values: keys.clone() * 10.0, keys }
    }

    #[track_caller]
    fn check(appended: &[&[f32]], expected: &[f32]) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let mut cache = KvCache::new([1, 1, 4, 1], &device);
        let all = appended.iter().map(|values| cache.append(tokens(values, &device))).last();
        let KeysValues { keys, values } = all.expect("something was appended");
        let host = |x: Tensor<4>| x.into_data().try_into_vec::<f32>().expect("it is f32");
        assert_eq!(host(keys), expected);
        assert_eq!(host(values), expected.iter().map(|value| value * 10.0).collect::<Vec<_>>());
        assert_eq!((cache.len(), cache.is_empty()), (expected.len(), false));
    }

    #[test]
    fn a_prompt() {
        check(&[&[1.0, 2.0]], &[1.0, 2.0]);
    }

    #[test]
    fn a_prompt_and_tokens() {
        check(&[&[1.0, 2.0], &[3.0], &[4.0]], &[1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    #[should_panic(expected = "5 tokens do not fit a cache of 4")]
    fn a_token_too_many() {
        check(&[&[1.0, 2.0, 3.0], &[4.0, 5.0]], &[]);
    }
}
