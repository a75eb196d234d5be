-- applied_migrations: the migrations applied to this database
select name from open.migration;
