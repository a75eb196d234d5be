-- What residents wrote expires like all else: the retention job deletes it and logs that, and the verification looks for
-- what is left. The web server deleted it unseen, and could only be believed.
drop function open.forget_report_words();
