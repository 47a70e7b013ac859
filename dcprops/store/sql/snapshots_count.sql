SELECT count(*) FROM @snapshots
