CREATE OR REPLACE TEMP TABLE changed_weeks AS @computed
