-- The migrated schema on PostgreSQL, as its catalogue tells it; `just schema` writes this file.

CREATE TABLE account (
    id uuid NOT NULL,
    number bigint NOT NULL,
    name text COLLATE C NOT NULL,
    display_name text NOT NULL,
    email text,
    role text NOT NULL,
    password text,
    disabled_at bigint,
    created_at bigint NOT NULL,
    sessions_from bigint NOT NULL,
    CONSTRAINT account_pkey PRIMARY KEY (id)
);
CREATE TABLE api_token (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    secret bytea NOT NULL,
    scopes text NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint,
    expires_at bigint,
    revoked_at bigint,
    CONSTRAINT api_token_pkey PRIMARY KEY (id),
    CONSTRAINT fk_api_token_account_id FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
);
CREATE TABLE audit (
    id uuid NOT NULL,
    at bigint NOT NULL,
    account_id uuid,
    account_name text NOT NULL,
    via text NOT NULL,
    action text COLLATE C NOT NULL,
    target_kind text,
    target_id uuid,
    target_label text NOT NULL,
    detail text NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (id)
);
CREATE TABLE author (
    id uuid NOT NULL,
    number bigint NOT NULL,
    slug text COLLATE C NOT NULL,
    name text NOT NULL,
    handle text NOT NULL,
    bio text NOT NULL,
    url text,
    avatar text,
    uri text,
    post_count bigint NOT NULL,
    account_id uuid,
    CONSTRAINT author_pkey PRIMARY KEY (id)
);
CREATE TABLE category (
    id uuid NOT NULL,
    number bigint NOT NULL,
    slug text COLLATE C NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    parent_id uuid,
    post_count bigint NOT NULL,
    CONSTRAINT category_pkey PRIMARY KEY (id),
    CONSTRAINT fk_category_parent_id FOREIGN KEY (parent_id) REFERENCES category(id) ON DELETE SET NULL
);
CREATE TABLE change (
    seq bigint NOT NULL IDENTITY,
    at bigint NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    entity_id uuid NOT NULL,
    op text NOT NULL,
    keys text NOT NULL,
    CONSTRAINT change_pkey PRIMARY KEY (seq)
);
CREATE TABLE counter (
    kind text COLLATE C NOT NULL,
    next bigint NOT NULL,
    CONSTRAINT counter_pkey PRIMARY KEY (kind)
);
CREATE TABLE delivery (
    id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    place bigint NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    created_at bigint NOT NULL,
    attempts integer NOT NULL,
    next_at bigint NOT NULL,
    state text COLLATE C NOT NULL,
    status integer,
    error text,
    finished_at bigint,
    CONSTRAINT delivery_pkey PRIMARY KEY (id),
    CONSTRAINT fk_delivery_webhook_id FOREIGN KEY (webhook_id) REFERENCES webhook(id) ON DELETE CASCADE
);
CREATE TABLE entry (
    id uuid NOT NULL,
    kind text COLLATE C NOT NULL,
    number bigint NOT NULL,
    slug text COLLATE C NOT NULL,
    path text COLLATE C NOT NULL,
    title text NOT NULL,
    status text COLLATE C NOT NULL,
    published_at bigint,
    excerpt_html text NOT NULL,
    excerpt_text text NOT NULL,
    language text COLLATE C NOT NULL,
    translation_group uuid,
    cover_src text,
    cover_alt text,
    cover_caption text,
    seo_title text,
    seo_description text,
    seo_canonical_url text,
    seo_noindex boolean NOT NULL,
    featured boolean NOT NULL,
    parent_id uuid,
    menu_order integer NOT NULL,
    hashtags text NOT NULL,
    word_count integer NOT NULL,
    reading_minutes integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    version bigint NOT NULL,
    edited_by uuid,
    CONSTRAINT entry_pkey PRIMARY KEY (id),
    CONSTRAINT fk_entry_parent_id FOREIGN KEY (parent_id) REFERENCES entry(id) ON DELETE SET NULL
);
CREATE TABLE entry_author (
    entry_id uuid NOT NULL,
    author_id uuid NOT NULL,
    position integer NOT NULL,
    CONSTRAINT entry_author_pkey PRIMARY KEY (entry_id, author_id),
    CONSTRAINT fk_entry_author_author_id FOREIGN KEY (author_id) REFERENCES author(id) ON DELETE CASCADE,
    CONSTRAINT fk_entry_author_entry_id FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE CASCADE
);
CREATE TABLE entry_body (
    entry_id uuid NOT NULL,
    format text NOT NULL,
    source text NOT NULL,
    excerpt text,
    html text NOT NULL,
    text text NOT NULL,
    headings text NOT NULL,
    extra text,
    render_version integer NOT NULL,
    CONSTRAINT entry_body_pkey PRIMARY KEY (entry_id),
    CONSTRAINT fk_entry_body_entry_id FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE CASCADE
);
CREATE TABLE entry_category (
    entry_id uuid NOT NULL,
    category_id uuid NOT NULL,
    position integer NOT NULL,
    CONSTRAINT entry_category_pkey PRIMARY KEY (entry_id, category_id),
    CONSTRAINT fk_entry_category_category_id FOREIGN KEY (category_id) REFERENCES category(id) ON DELETE CASCADE,
    CONSTRAINT fk_entry_category_entry_id FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE CASCADE
);
CREATE TABLE entry_tag (
    entry_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    position integer NOT NULL,
    CONSTRAINT entry_tag_pkey PRIMARY KEY (entry_id, tag_id),
    CONSTRAINT fk_entry_tag_entry_id FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE CASCADE,
    CONSTRAINT fk_entry_tag_tag_id FOREIGN KEY (tag_id) REFERENCES tag(id) ON DELETE CASCADE
);
CREATE TABLE follower (
    name text COLLATE C NOT NULL,
    log_id uuid NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT follower_pkey PRIMARY KEY (name)
);
CREATE TABLE idempotency (
    account_id uuid NOT NULL,
    key text COLLATE C NOT NULL,
    digest bytea NOT NULL,
    entry_id uuid NOT NULL,
    at bigint NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (account_id, key)
);
CREATE TABLE import_item (
    source text COLLATE C NOT NULL,
    foreign_id text COLLATE C NOT NULL,
    entry_id uuid NOT NULL,
    digest bytea NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT fk_import_item_entry_id FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE CASCADE,
    CONSTRAINT import_item_pkey PRIMARY KEY (source, foreign_id)
);
CREATE TABLE lease (
    name text COLLATE C NOT NULL,
    holder uuid NOT NULL,
    until bigint NOT NULL,
    epoch bigint NOT NULL DEFAULT 0,
    CONSTRAINT lease_pkey PRIMARY KEY (name)
);
CREATE TABLE menu (
    location text COLLATE C NOT NULL,
    items text NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT menu_pkey PRIMARY KEY (location)
);
CREATE TABLE permalink (
    key text COLLATE C NOT NULL,
    entry_id uuid,
    role text NOT NULL,
    CONSTRAINT fk_permalink_entry_id FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE SET NULL,
    CONSTRAINT permalink_pkey PRIMARY KEY (key)
);
CREATE TABLE revision (
    id uuid NOT NULL,
    entry_id uuid NOT NULL,
    version bigint NOT NULL,
    at bigint NOT NULL,
    account_id uuid,
    account_name text NOT NULL,
    title text NOT NULL,
    format text NOT NULL,
    source text NOT NULL,
    excerpt text,
    cover_src text,
    cover_alt text,
    cover_caption text,
    seo_title text,
    seo_description text,
    seo_canonical_url text,
    seo_noindex boolean NOT NULL,
    CONSTRAINT fk_revision_entry_id FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE CASCADE,
    CONSTRAINT revision_pkey PRIMARY KEY (id)
);
CREATE TABLE seaql_migrations (
    version character varying NOT NULL,
    applied_at bigint NOT NULL,
    CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version)
);
CREATE TABLE series (
    id uuid NOT NULL,
    number bigint NOT NULL,
    slug text COLLATE C NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    post_count bigint NOT NULL,
    CONSTRAINT series_pkey PRIMARY KEY (id)
);
CREATE TABLE series_part (
    entry_id uuid NOT NULL,
    series_id uuid NOT NULL,
    position integer NOT NULL,
    CONSTRAINT fk_series_part_entry_id FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE CASCADE,
    CONSTRAINT fk_series_part_series_id FOREIGN KEY (series_id) REFERENCES series(id) ON DELETE CASCADE,
    CONSTRAINT series_part_pkey PRIMARY KEY (entry_id)
);
CREATE TABLE session (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    secret bytea NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    user_agent text NOT NULL,
    CONSTRAINT fk_session_account_id FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE,
    CONSTRAINT session_pkey PRIMARY KEY (id)
);
CREATE TABLE setting (
    key text COLLATE C NOT NULL,
    value text NOT NULL,
    CONSTRAINT setting_pkey PRIMARY KEY (key)
);
CREATE TABLE setup_token (
    secret bytea NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT setup_token_pkey PRIMARY KEY (secret)
);
CREATE TABLE sign_in_attempt (
    key text COLLATE C NOT NULL,
    failures integer NOT NULL,
    since bigint NOT NULL,
    CONSTRAINT sign_in_attempt_pkey PRIMARY KEY (key)
);
CREATE TABLE tag (
    id uuid NOT NULL,
    number bigint NOT NULL,
    slug text COLLATE C NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    post_count bigint NOT NULL,
    CONSTRAINT tag_pkey PRIMARY KEY (id)
);
CREATE TABLE term_alias (
    kind text COLLATE C NOT NULL,
    slug text COLLATE C NOT NULL,
    term_id uuid NOT NULL,
    CONSTRAINT term_alias_pkey PRIMARY KEY (kind, slug)
);
CREATE TABLE webhook (
    id uuid NOT NULL,
    number bigint NOT NULL,
    url text NOT NULL,
    events text NOT NULL,
    secret text NOT NULL,
    previous_secret text,
    previous_until bigint,
    active boolean NOT NULL,
    disabled_reason text,
    created_at bigint NOT NULL,
    failing_since bigint,
    CONSTRAINT webhook_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_account_name ON account USING btree (name);
CREATE UNIQUE INDEX ix_account_number ON account USING btree (number);
CREATE INDEX ix_api_token_account_id ON api_token USING btree (account_id);
CREATE UNIQUE INDEX ix_api_token_secret ON api_token USING btree (secret);
CREATE INDEX ix_audit_at_id ON audit USING btree (at, id);
CREATE UNIQUE INDEX ix_author_account_id ON author USING btree (account_id);
CREATE UNIQUE INDEX ix_author_number ON author USING btree (number);
CREATE INDEX ix_author_post_count_slug ON author USING btree (post_count, slug);
CREATE UNIQUE INDEX ix_author_slug ON author USING btree (slug);
CREATE UNIQUE INDEX ix_category_number ON category USING btree (number);
CREATE INDEX ix_category_parent_id ON category USING btree (parent_id);
CREATE INDEX ix_category_post_count_slug ON category USING btree (post_count, slug);
CREATE UNIQUE INDEX ix_category_slug ON category USING btree (slug);
CREATE UNIQUE INDEX ix_delivery_webhook_id_place ON delivery USING btree (webhook_id, place);
CREATE INDEX ix_delivery_webhook_id_state_place ON delivery USING btree (webhook_id, state, place);
CREATE INDEX ix_entry_author_author_id ON entry_author USING btree (author_id);
CREATE INDEX ix_entry_body_render_version ON entry_body USING btree (render_version);
CREATE INDEX ix_entry_category_category_id ON entry_category USING btree (category_id);
CREATE UNIQUE INDEX ix_entry_kind_slug ON entry USING btree (kind, slug);
CREATE INDEX ix_entry_kind_status_published_at_id ON entry USING btree (kind, status, published_at, id);
CREATE INDEX ix_entry_kind_status_updated_at_id ON entry USING btree (kind, status, updated_at, id);
CREATE UNIQUE INDEX ix_entry_number ON entry USING btree (number);
CREATE INDEX ix_entry_parent_id ON entry USING btree (parent_id);
CREATE INDEX ix_entry_path ON entry USING btree (path);
CREATE INDEX ix_entry_status_published_at ON entry USING btree (status, published_at);
CREATE INDEX ix_entry_tag_tag_id ON entry_tag USING btree (tag_id);
CREATE INDEX ix_entry_translation_group ON entry USING btree (translation_group);
CREATE INDEX ix_idempotency_at ON idempotency USING btree (at);
CREATE INDEX ix_import_item_entry_id ON import_item USING btree (entry_id);
CREATE INDEX ix_permalink_entry_id ON permalink USING btree (entry_id);
CREATE UNIQUE INDEX ix_revision_entry_id_version ON revision USING btree (entry_id, version);
CREATE UNIQUE INDEX ix_series_number ON series USING btree (number);
CREATE INDEX ix_series_part_series_id_position ON series_part USING btree (series_id, "position");
CREATE INDEX ix_series_post_count_slug ON series USING btree (post_count, slug);
CREATE UNIQUE INDEX ix_series_slug ON series USING btree (slug);
CREATE INDEX ix_session_account_id ON session USING btree (account_id);
CREATE UNIQUE INDEX ix_session_secret ON session USING btree (secret);
CREATE INDEX ix_sign_in_attempt_since ON sign_in_attempt USING btree (since);
CREATE UNIQUE INDEX ix_tag_number ON tag USING btree (number);
CREATE INDEX ix_tag_post_count_slug ON tag USING btree (post_count, slug);
CREATE UNIQUE INDEX ix_tag_slug ON tag USING btree (slug);
CREATE INDEX ix_term_alias_term_id ON term_alias USING btree (term_id);
CREATE UNIQUE INDEX ix_webhook_number ON webhook USING btree (number);
