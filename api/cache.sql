-- revision: which state of the register this is
select revision from open.revision;
