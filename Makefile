# Every target only calls desk.py, which works where make is missing. ARGS are passed on: make test ARGS="-k rep_26"
.PHONY: up demo load test gates check format lock screenshots

up demo load test gates check format lock screenshots:
	@python3 desk.py $@ $(ARGS)
