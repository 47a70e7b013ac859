CREATE OR REPLACE TEMP TABLE unproven_people AS @unproven
