//! The model families that checkpoints exist for. A leaf: it names them and knows none of their models.

/// A family of models. rag has none of its own: its parts belong to two others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    EncoderOnly,
    DecoderOnly,
    EncoderDecoder,
    Vision,
    VisionEncoderTextDecoder,
    Speech,
    Multimodal,
    Diffusion,
    MixtureOfExperts,
    StateSpace,
}

impl Family {
    /// Each family with its name and with the model types that a `config.json` of it can have.
    const TABLE: [(Self, &'static str, &'static [&'static str]); 10] = [
        (Self::EncoderOnly, "encoder-only", &["bert"]),
        (Self::DecoderOnly, "decoder-only", &["llama"]),
        (Self::EncoderDecoder, "encoder-decoder", &["t5"]),
        (Self::Vision, "vision", &["vit", "resnet"]),
        (Self::VisionEncoderTextDecoder, "vision-encoder-text-decoder", &["vision-encoder-decoder"]),
        (Self::Speech, "speech", &["whisper"]),
        (Self::Multimodal, "multimodal", &["llava"]),
        (Self::Diffusion, "diffusion", &["DiTTransformer2DModel", "Transformer2DModel"]),
        (Self::MixtureOfExperts, "mixture-of-experts", &["mixtral"]),
        (Self::StateSpace, "state-space", &["mamba2"]),
    ];

    /// The name, such as `encoder-only`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        Self::TABLE[self as usize].1
    }

    /// The values that `model_type` in `config.json` can have.
    #[must_use]
    pub const fn model_types(self) -> &'static [&'static str] {
        Self::TABLE[self as usize].2
    }

    /// The family that has models of this type.
    #[must_use]
    pub fn of_type(model_type: &str) -> Option<Self> {
        Self::TABLE.iter().find(|(_, _, types)| types.contains(&model_type)).map(|&(family, ..)| family)
    }

    /// The family of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|(_, known, _)| *known == name).map(|&(family, ..)| family)
    }

    /// All model types, each list with the family that it belongs to.
    pub(crate) fn known() -> String {
        let listed = Self::TABLE.map(|(_, name, types)| format!("{} ({name})", quoted(types, ", ")));
        listed.join(", ")
    }
}

/// Names in backticks, with `separator` between them.
pub(crate) fn quoted(names: &[&str], separator: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_families() {
        for (index, (family, name, types)) in Family::TABLE.into_iter().enumerate() {
            assert_eq!((family as usize, family.name(), family.model_types()), (index, name, types));
            assert_eq!(Family::named(name), Some(family));
            // Each model type belongs to one family.
            assert!(types.iter().all(|model_type| Family::of_type(model_type) == Some(family)), "{name}");
        }
    }

    #[test]
    fn model_types_are_listed_with_their_families() {
        let known = Family::known();
        assert!(known.starts_with("`bert` (encoder-only), `llama` (decoder-only), "), "{known}");
        assert!(known.contains("`vit`, `resnet` (vision)"), "{known}");
    }
}
