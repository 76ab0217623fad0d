# Every target only calls desk.py, which works where make is missing. Options go in ARGS, or make takes them for its own:
# make demo ARGS=--check, make load ARGS="--check FOLDER", make test ARGS="-k rep_26"
.PHONY: up demo load test gates check format lock screenshots

up demo load test gates check format lock screenshots:
	@python3 desk.py $@ $(ARGS)
