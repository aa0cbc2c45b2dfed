"""What TensorBoard itself makes of a folder of event files, as JSON: series, hyperparameters, status.

    python3 -m venv env && env/bin/pip install tensorboard==2.21.0
    env/bin/python dev/readEventFiles.py runs/<id>/tensorboard

The tests of the trainer's and of the export's event files ask it where ISOFLOP_TENSORBOARD names such a Python.
"""

import json
import sys

from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.plugins.hparams import metadata
from tensorboard.util import tensor_util


def point(event):
    return [event.step, tensor_util.make_ndarray(event.tensor_proto).item(), event.wall_time]


def main(folder):
    # What TensorBoard's pages are made from, and what scripts use; all of a series: by default a sample of it is kept.
    pages = plugin_event_accumulator.EventAccumulator(folder, tensor_size_guidance={"scalars": 0, "hparams": 0}).Reload()
    script = event_accumulator.EventAccumulator(folder, size_guidance={event_accumulator.SCALARS: 0}).Reload()
    tags = list(pages.PluginTagToContent("scalars"))
    content = pages.PluginTagToContent(metadata.PLUGIN_NAME)
    start = metadata.parse_session_start_info_plugin_data(content[metadata.SESSION_START_INFO_TAG])
    end = content.get(metadata.SESSION_END_INFO_TAG)
    answer = {
        "pages": {tag: [point(event) for event in pages.Tensors(tag)] for tag in tags},
        "script": {
            tag: [[event.step, event.value, event.wall_time] for event in script.Scalars(tag)]
            for tag in script.Tags()["scalars"]
        },
        "hyperparameters": {
            name: getattr(value, value.WhichOneof("kind")) for name, value in start.hparams.items()
        },
        "group": start.group_name,
        "status": None if end is None else metadata.parse_session_end_info_plugin_data(end).status,
    }
    json.dump(answer, sys.stdout)


main(sys.argv[1])
