CREATE OR REPLACE TEMP TABLE last_weeks_of_all AS
@last_weeks
