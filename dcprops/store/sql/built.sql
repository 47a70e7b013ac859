-- Note that a table holds every batch that is there.
DELETE FROM @built WHERE table_name = '@table_name';
INSERT INTO @built SELECT '@table_name', coalesce(max(batch), -1) FROM @events;
