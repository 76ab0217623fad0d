-- Which cases are overdue, and who owes what under a rule, is asked among very many that are not and do not.
create index case_views_overdue on case_views (case_no) where overdue;
