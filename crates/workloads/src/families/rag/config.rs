//! The dimensions of a retriever and a generator.

use serde::Deserialize;

use crate::blocks::linear;
use crate::cost::{Cost, Size};
use crate::families::decoder_only::{Llama, LlamaConfig};
use crate::families::encoder_only::{Bert, BertConfig};
use crate::model::{Architecture, Preset};
use crate::workload::Workload as _;

/// An encoder of questions, an index of passages, and a language model that reads what was found.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct RagConfig {
    pub encoder: BertConfig,
    pub generator: LlamaConfig,
    /// Passages in the index; their vectors are as wide as the encoder's states.
    pub passages: usize,
    /// Passages that are put before the question.
    pub found: usize,
    /// Tokens of a passage.
    pub passage_tokens: usize,
}

/// How many passages the generator reads, and how long each is: some 128 tokens of context.
const FOUND: usize = 4;
const PASSAGE_TOKENS: usize = 32;

impl RagConfig {
    /// The six sizes. The encoders of the smallest are those of MiniLM.
    pub(super) fn presets() -> [Preset<Self>; 6] {
        let encoders = ["tiny", "small", "base", "large", "large", "large"];
        let passages = [10_000, 100_000, 1_000_000, 1_000_000, 1_000_000, 10_000_000];
        let names = ["rag-tiny", "rag-small", "rag-base", "rag-large", "rag-xl", "rag-xxl"];
        std::array::from_fn(|size| Preset {
            name: names[size],
            config: Self {
                encoder: match encoders[size] {
                    "tiny" => BertConfig::MINILM_L6,
                    "small" => BertConfig::MINILM_L12,
                    other => of::<Bert>(&format!("bert-{other}")),
                },
                generator: Llama::presets()[size].config,
                passages: passages[size],
                found: FOUND,
                passage_tokens: PASSAGE_TOKENS,
            },
        })
    }

    /// Tokens that are read before the question.
    pub(super) const fn context(&self) -> usize {
        self.found * self.passage_tokens
    }

    /// The text that the generator reads and writes.
    pub(super) const fn generated(&self, size: Size) -> Size {
        Size { sequence: self.context() + size.sequence, ..size }
    }

    /// The cost of the question, the search and the answer. The index is alive throughout; a search reads all of it, as it would
    /// a layer that scores passages.
    pub(super) fn cost(&self, size: Size) -> Cost {
        let batch = size.batch as u64;
        let index = [self.encoder.hidden_size, self.passages];
        // Scores, and the same sorted with their numbers.
        let search = Cost { live: 3 * batch * self.passages as u64, ..linear::cost(index, batch) };
        let parts = Bert::cost(&self.encoder, size)
            .then(search)
            .then(Llama::cost(&self.generator, self.generated(size)));
        Cost { live: parts.live + index.iter().product::<usize>() as u64, ..parts }
    }

    pub(super) fn fault(&self) -> Option<String> {
        let own =
            [("passages", self.passages), ("found", self.found), ("passage_tokens", self.passage_tokens)];
        let zero = own.iter().find(|(_, value)| *value == 0).map(|(name, _)| format!("`{name}` is 0"));
        let few = || {
            (self.found > self.passages)
                .then(|| format!("`found` {} is more than `passages` {}", self.found, self.passages))
        };
        zero.or_else(few).or_else(|| Bert::fault(&self.encoder)).or_else(|| Llama::fault(&self.generator))
    }
}

/// A preset by its name.
fn of<M: Architecture<Config: Copy>>(name: &str) -> M::Config {
    let preset = M::presets().iter().find(|preset| preset.name == name);
    preset.expect("the sizes of the families have the same names").config
}
