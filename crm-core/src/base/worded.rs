//! Enums whose variants are words of the stored vocabulary.

/// Defines an enum whose variants each have one word: in stores, in JSON, in messages and in every binding.
///
/// The order of the variants is their `Ord`. The text after the name is what `FromStr` names as the wrong argument.
macro_rules! worded {
    (
        $(#[$doc:meta])*
        pub enum $name:ident: $field:literal {
            $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The variant's word.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The word as a name.
            pub const fn name(self) -> $crate::base::Name {
                $crate::base::Name::from_static(self.word())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(text: &str) -> $crate::Result<Self> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::Error::invalid($field, concat!("expected one of:" $(, " ", $word)+))),
                }
            }
        }
    };
}

pub(crate) use worded;
