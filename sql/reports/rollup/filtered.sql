  -- the filters that sums by skill and version can have
  (:version::text IS NULL OR version = :version::text) AND
-- include: of-category
