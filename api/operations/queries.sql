-- applied_migrations: what this database has been brought to
select name from open.migration;
