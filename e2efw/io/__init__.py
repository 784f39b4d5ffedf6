"""Event files: EDM-like ROOT files in and out.

- `branches`: names of branches, and which branches make up which product.
- `root_file`: opening an event file and saying what is wrong with it.
- `columns`, `serialized`, `screening`, `stored_products`: from branches to columns to products without faulty objects.
- `chunks`: reading ahead, whole baskets at a time, and cutting into blocks.
- `pool_source`, `open_pool`, `input_files`, `remote`: many files as one chain, each opened when it is reached.
- `file_contents`, `input_products`, `auxiliary`: what a file holds, what the job sees of it, numbers of its events.
- `event_selection`, `duplicates`, `run_numbers`, `secondary_files`: which events, under which numbers, and their twins.
- `ig_source`, `ig_products`, `ig_text`: real collisions from files of the iSpy display; `empty_source`: numbers only.
- `keep_drop`, `output_parameters`: which products and events are written, and where.
- `output_columns`, `event_writer`, `whole_file`: gathered into clusters and files, never by half.
- `files_read`: inputs that no output may replace.
- `event_tree`, `nested_columns`, `root_output`, `pool_output`, `parquet_output`: as a TTree, an RNTuple or Parquet.
- `ntuple_input`, `parquet_input`: an RNTuple and a Parquet file, seen as the branches of a tree.
- `opening`, `classes`, `nano_schema`: files for people: ``e2efw.open``, and a schema for coffea.
- `output_tables`: the small trees of a file: runs, luminosity blocks, parameter sets, parentage.
- `reproducible`, `integrity`: identical jobs write identical bytes; whether a file still is what was written.
- `provenance_store`, `untyped`: what a file says of its products; products that no module of the job knows.
"""
