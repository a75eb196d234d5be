-- revision: the current revision of the register
select revision from open.revision;
