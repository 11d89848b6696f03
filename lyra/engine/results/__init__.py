"""Everything that turns a run into LEAN's results: samples, charts, trades, statistics, and the files of the result folder."""
