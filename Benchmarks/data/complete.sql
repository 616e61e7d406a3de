-- Creates the keys, indexes and foreign keys that postpone.sql dropped. A foreign key is validated for all rows when it is created.
SET maintenance_work_mem = '1GB';
SET work_mem = '256MB';
SELECT statement FROM bench.postponed ORDER BY number \gexec
DROP TABLE bench.postponed;
