//! What tags, categories, series and authors have in common.

/// Defines an object with the fields that all terms share, and its own between them.
///
/// `post_count` and `posts` are described by each, since those of a category leave out what is below it.
macro_rules! term_object {
    (
        $(#[$doc:meta])* $name:ident, $counted:literal, $listed:literal, { $($own:tt)* }
    ) => {
        $(#[$doc])*
        pub(crate) struct $name(pub(crate) inkstand_model::$name);

        impl From<inkstand_model::$name> for $name {
            fn from(it: inkstand_model::$name) -> Self {
                Self(it)
            }
        }

        $(#[$doc])*
        #[async_graphql::Object]
        impl $name {
            /// The global id: opaque, never given to anything else.
            pub(crate) async fn id(&self) -> async_graphql::ID {
                $crate::node_id::NodeId::$name(self.0.id).into()
            }

            /// A small number, unique among its kind.
            async fn number(&self) -> i32 {
                i32::try_from(self.0.number).unwrap_or(i32::MAX)
            }

            /// The name in addresses and filters, unique among its kind. A slug that it had before leads to it as well.
            async fn slug(&self) -> $crate::scalar::Slug {
                $crate::scalar::Slug(self.0.slug.clone())
            }

            /// The name that readers see.
            async fn name(&self) -> &str {
                &self.0.name
            }

            $($own)*

            #[doc = $counted]
            async fn post_count(&self) -> i32 {
                i32::try_from(self.0.post_count).unwrap_or(i32::MAX)
            }

            #[doc = $listed]
            async fn posts(
                &self,
                ctx: &async_graphql::Context<'_>,
                order_by: Option<$crate::object::PostOrder>,
                first: Option<i32>,
                after: Option<String>,
                last: Option<i32>,
                before: Option<String>,
            ) -> async_graphql::Result<
                $crate::connection::Connection<$crate::object::Post, $crate::object::EntryTotal>,
            > {
                let page = $crate::connection::PageArguments { first, after, last, before, skip: None };
                let (under, term) = (inkstand_blog::FiledUnder::$name, self.0.id.uuid());
                $crate::object::posts_of(ctx, under, term, self.0.post_count, order_by, page).await
            }
        }
    };
}

pub(crate) use term_object;
