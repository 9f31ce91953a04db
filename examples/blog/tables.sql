CREATE TABLE IF NOT EXISTS comments (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    website TEXT,
    text TEXT NOT NULL,
    submitted_at TEXT NOT NULL,
    -- Held, until the service or a moderator says otherwise.
    status TEXT NOT NULL DEFAULT 'review' CHECK (status IN ('approve', 'review', 'reject')),
    -- What the service must still be asked, word for word; NULL once it answered.
    unsent TEXT
);

CREATE INDEX IF NOT EXISTS comments_unsent ON comments (id) WHERE unsent IS NOT NULL;

-- How far the moderators' decisions were read.
CREATE TABLE IF NOT EXISTS feed (id INTEGER PRIMARY KEY CHECK (id = 1), cursor INTEGER NOT NULL);
INSERT OR IGNORE INTO feed VALUES (1, 0);
