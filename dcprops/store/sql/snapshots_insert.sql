INSERT INTO @snapshots BY NAME @computed
