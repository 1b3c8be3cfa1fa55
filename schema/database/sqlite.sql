-- The migrated schema on SQLite; `just schema` writes this file.

CREATE TABLE account (
    id uuid_text NOT NULL,
    number integer NOT NULL,
    name text NOT NULL,
    display_name text NOT NULL,
    email text,
    role text NOT NULL,
    password text,
    disabled_at integer,
    created_at integer NOT NULL,
    sessions_from integer NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE api_token (
    id uuid_text NOT NULL,
    account_id uuid_text NOT NULL,
    name text NOT NULL,
    secret blob NOT NULL,
    scopes text NOT NULL,
    created_at integer NOT NULL,
    used_at integer,
    expires_at integer,
    revoked_at integer,
    PRIMARY KEY (id),
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE TABLE audit (
    id uuid_text NOT NULL,
    at integer NOT NULL,
    account_id uuid_text,
    account_name text NOT NULL,
    via text NOT NULL,
    action text NOT NULL,
    target_kind text,
    target_id uuid_text,
    target_label text NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE author (
    id uuid_text NOT NULL,
    number integer NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    handle text NOT NULL,
    bio text NOT NULL,
    url text,
    avatar text,
    uri text,
    post_count integer NOT NULL,
    account_id uuid_text,
    PRIMARY KEY (id)
);
CREATE TABLE category (
    id uuid_text NOT NULL,
    number integer NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    parent_id uuid_text,
    post_count integer NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (parent_id) REFERENCES category (id) ON DELETE SET NULL
);
CREATE TABLE change (
    seq integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    at integer NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    entity_id uuid_text NOT NULL,
    op text NOT NULL,
    keys text NOT NULL
);
CREATE TABLE counter (
    kind text NOT NULL,
    next integer NOT NULL,
    PRIMARY KEY (kind)
);
CREATE TABLE delivery (
    id uuid_text NOT NULL,
    webhook_id uuid_text NOT NULL,
    place integer NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    created_at integer NOT NULL,
    attempts integer NOT NULL,
    next_at integer NOT NULL,
    state text NOT NULL,
    status integer,
    error text,
    finished_at integer,
    PRIMARY KEY (id),
    FOREIGN KEY (webhook_id) REFERENCES webhook (id) ON DELETE CASCADE
);
CREATE TABLE entry (
    id uuid_text NOT NULL,
    kind text NOT NULL,
    number integer NOT NULL,
    slug text NOT NULL,
    path text NOT NULL,
    title text NOT NULL,
    status text NOT NULL,
    published_at integer,
    excerpt_html text NOT NULL,
    excerpt_text text NOT NULL,
    language text NOT NULL,
    translation_group uuid_text,
    cover_src text,
    cover_alt text,
    cover_caption text,
    seo_title text,
    seo_description text,
    seo_canonical_url text,
    seo_noindex boolean NOT NULL,
    featured boolean NOT NULL,
    parent_id uuid_text,
    menu_order integer NOT NULL,
    hashtags text NOT NULL,
    word_count integer NOT NULL,
    reading_minutes integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    version integer NOT NULL,
    edited_by uuid_text,
    PRIMARY KEY (id),
    FOREIGN KEY (parent_id) REFERENCES entry (id) ON DELETE SET NULL
);
CREATE TABLE entry_author (
    entry_id uuid_text NOT NULL,
    author_id uuid_text NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (entry_id, author_id),
    FOREIGN KEY (entry_id) REFERENCES entry (id) ON DELETE CASCADE,
    FOREIGN KEY (author_id) REFERENCES author (id) ON DELETE CASCADE
);
CREATE TABLE entry_body (
    entry_id uuid_text NOT NULL,
    format text NOT NULL,
    source text NOT NULL,
    excerpt text,
    html text NOT NULL,
    text text NOT NULL,
    headings text NOT NULL,
    extra text,
    render_version integer NOT NULL,
    PRIMARY KEY (entry_id),
    FOREIGN KEY (entry_id) REFERENCES entry (id) ON DELETE CASCADE
);
CREATE TABLE entry_category (
    entry_id uuid_text NOT NULL,
    category_id uuid_text NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (entry_id, category_id),
    FOREIGN KEY (entry_id) REFERENCES entry (id) ON DELETE CASCADE,
    FOREIGN KEY (category_id) REFERENCES category (id) ON DELETE CASCADE
);
CREATE TABLE entry_tag (
    entry_id uuid_text NOT NULL,
    tag_id uuid_text NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (entry_id, tag_id),
    FOREIGN KEY (entry_id) REFERENCES entry (id) ON DELETE CASCADE,
    FOREIGN KEY (tag_id) REFERENCES tag (id) ON DELETE CASCADE
);
CREATE TABLE follower (
    name text NOT NULL,
    log_id uuid_text NOT NULL,
    seq integer NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE idempotency (
    account_id uuid_text NOT NULL,
    key text NOT NULL,
    digest blob NOT NULL,
    entry_id uuid_text NOT NULL,
    at integer NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE TABLE import_item (
    source text NOT NULL,
    foreign_id text NOT NULL,
    entry_id uuid_text NOT NULL,
    digest blob NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (source, foreign_id),
    FOREIGN KEY (entry_id) REFERENCES entry (id) ON DELETE CASCADE
);
CREATE TABLE lease (
    name text NOT NULL,
    holder uuid_text NOT NULL,
    until integer NOT NULL,
    epoch integer NOT NULL DEFAULT 0,
    PRIMARY KEY (name)
);
CREATE TABLE menu (
    location text NOT NULL,
    items text NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (location)
);
CREATE TABLE permalink (
    key text NOT NULL,
    entry_id uuid_text,
    role text NOT NULL,
    PRIMARY KEY (key),
    FOREIGN KEY (entry_id) REFERENCES entry (id) ON DELETE SET NULL
);
CREATE TABLE revision (
    id uuid_text NOT NULL,
    entry_id uuid_text NOT NULL,
    version integer NOT NULL,
    at integer NOT NULL,
    account_id uuid_text,
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
    PRIMARY KEY (id),
    FOREIGN KEY (entry_id) REFERENCES entry (id) ON DELETE CASCADE
);
CREATE TABLE seaql_migrations (
    version varchar NOT NULL PRIMARY KEY,
    applied_at integer NOT NULL
);
CREATE TABLE series (
    id uuid_text NOT NULL,
    number integer NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    post_count integer NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE series_part (
    entry_id uuid_text NOT NULL,
    series_id uuid_text NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (entry_id),
    FOREIGN KEY (entry_id) REFERENCES entry (id) ON DELETE CASCADE,
    FOREIGN KEY (series_id) REFERENCES series (id) ON DELETE CASCADE
);
CREATE TABLE session (
    id uuid_text NOT NULL,
    account_id uuid_text NOT NULL,
    secret blob NOT NULL,
    created_at integer NOT NULL,
    used_at integer NOT NULL,
    expires_at integer NOT NULL,
    user_agent text NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE TABLE setting (
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (key)
);
CREATE TABLE setup_token (
    secret blob NOT NULL,
    expires_at integer NOT NULL,
    PRIMARY KEY (secret)
);
CREATE TABLE sign_in_attempt (
    key text NOT NULL,
    failures integer NOT NULL,
    since integer NOT NULL,
    PRIMARY KEY (key)
);
CREATE TABLE tag (
    id uuid_text NOT NULL,
    number integer NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    post_count integer NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE term_alias (
    kind text NOT NULL,
    slug text NOT NULL,
    term_id uuid_text NOT NULL,
    PRIMARY KEY (kind, slug)
);
CREATE TABLE webhook (
    id uuid_text NOT NULL,
    number integer NOT NULL,
    url text NOT NULL,
    events text NOT NULL,
    secret text NOT NULL,
    previous_secret text,
    previous_until integer,
    active boolean NOT NULL,
    disabled_reason text,
    created_at integer NOT NULL,
    failing_since integer,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_account_name ON account (name);
CREATE UNIQUE INDEX ix_account_number ON account (number);
CREATE INDEX ix_api_token_account_id ON api_token (account_id);
CREATE UNIQUE INDEX ix_api_token_secret ON api_token (secret);
CREATE INDEX ix_audit_at_id ON audit (at, id);
CREATE UNIQUE INDEX ix_author_account_id ON author (account_id);
CREATE UNIQUE INDEX ix_author_number ON author (number);
CREATE INDEX ix_author_post_count_slug ON author (post_count, slug);
CREATE UNIQUE INDEX ix_author_slug ON author (slug);
CREATE UNIQUE INDEX ix_category_number ON category (number);
CREATE INDEX ix_category_parent_id ON category (parent_id);
CREATE INDEX ix_category_post_count_slug ON category (post_count, slug);
CREATE UNIQUE INDEX ix_category_slug ON category (slug);
CREATE UNIQUE INDEX ix_delivery_webhook_id_place ON delivery (webhook_id, place);
CREATE INDEX ix_delivery_webhook_id_state_place ON delivery (webhook_id, state, place);
CREATE INDEX ix_entry_author_author_id ON entry_author (author_id);
CREATE INDEX ix_entry_body_render_version ON entry_body (render_version);
CREATE INDEX ix_entry_category_category_id ON entry_category (category_id);
CREATE UNIQUE INDEX ix_entry_kind_slug ON entry (kind, slug);
CREATE INDEX ix_entry_kind_status_published_at_id ON entry (kind, status, published_at, id);
CREATE INDEX ix_entry_kind_status_updated_at_id ON entry (kind, status, updated_at, id);
CREATE UNIQUE INDEX ix_entry_number ON entry (number);
CREATE INDEX ix_entry_parent_id ON entry (parent_id);
CREATE INDEX ix_entry_path ON entry (path);
CREATE INDEX ix_entry_status_published_at ON entry (status, published_at);
CREATE INDEX ix_entry_tag_tag_id ON entry_tag (tag_id);
CREATE INDEX ix_entry_translation_group ON entry (translation_group);
CREATE INDEX ix_idempotency_at ON idempotency (at);
CREATE INDEX ix_import_item_entry_id ON import_item (entry_id);
CREATE INDEX ix_permalink_entry_id ON permalink (entry_id);
CREATE UNIQUE INDEX ix_revision_entry_id_version ON revision (entry_id, version);
CREATE UNIQUE INDEX ix_series_number ON series (number);
CREATE INDEX ix_series_part_series_id_position ON series_part (series_id, position);
CREATE INDEX ix_series_post_count_slug ON series (post_count, slug);
CREATE UNIQUE INDEX ix_series_slug ON series (slug);
CREATE INDEX ix_session_account_id ON session (account_id);
CREATE UNIQUE INDEX ix_session_secret ON session (secret);
CREATE INDEX ix_sign_in_attempt_since ON sign_in_attempt (since);
CREATE UNIQUE INDEX ix_tag_number ON tag (number);
CREATE INDEX ix_tag_post_count_slug ON tag (post_count, slug);
CREATE UNIQUE INDEX ix_tag_slug ON tag (slug);
CREATE INDEX ix_term_alias_term_id ON term_alias (term_id);
CREATE UNIQUE INDEX ix_webhook_number ON webhook (number);
