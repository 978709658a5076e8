/**
 * A program for Ganeti's Python that does one thing through ganeti.storage.extstorage, without a cluster: that code
 * needs only to know where providers and logs are. It says what came of it as JSON. As in lib/backend.py, every action
 * builds the device first, and that attaches the disk.
 */
export const ganetiScript = String.raw`
import json, os, re, sys

sys.path.insert(0, "/usr/share/ganeti/default")
from ganeti import constants, errors, pathutils
from ganeti.storage import extstorage


def found(device):
  return "\n".join([device.dev_path or ""] + list(device.uris))


def perform(verb, unique_id, params, values):
  identity = {"name": values.get("VOL_CNAME"), "uuid": values.get("VOL_UUID")}
  size = int(values.get("VOL_SIZE", 0))
  if verb == "create":
    extstorage.ExtStorageDevice.Create(unique_id, [], size, None, params, False, {}, **identity)
    return ""
  device = extstorage.ExtStorageDevice(unique_id, [], size, params, {}, **identity)
  if verb == "attach":
    return found(device) if device.attached else ""
  if verb == "detach":
    device.Shutdown()
  elif verb == "remove":
    device.Remove()
  elif verb == "grow":
    device.Grow(int(values["VOL_NEW_SIZE"]) - size, False, True, False)
  elif verb == "setinfo":
    device.SetInfo(values["VOL_METADATA"])
  elif verb == "snapshot":
    device.Snapshot(snap_name=values["VOL_SNAPSHOT_NAME"], snap_size=int(values["VOL_SNAPSHOT_SIZE"]))
  elif verb == "open":
    device.Open(exclusive=values["VOL_OPEN_EXCLUSIVE"] == "True")
  elif verb == "close":
    device.Close()
  return ""


def main(directory, logs, verb, params, values):
  pathutils.ES_SEARCH_PATH = [os.path.dirname(directory)]
  pathutils.LOG_ES_DIR = logs
  name = os.path.basename(directory)
  valid, problem = extstorage.ExtStorageFromDisk(name)
  if not valid:
    return {"exitCode": 1, "stdout": "", "said": str(problem)}
  try:
    stdout = perform(verb, (name, values["VOL_NAME"]), params, values)
    return {"exitCode": 0, "stdout": stdout, "said": ""}
  except errors.GenericError as err:
    status = re.search(r"exited with exit code (\d+)", str(err))
    return {"exitCode": int(status.group(1)) if status else 1, "stdout": "", "said": str(err)}


if sys.argv[1:]:
  print(json.dumps(main(*sys.argv[1:4], *map(json.loads, sys.argv[4:6]))))
else:
  print(json.dumps(constants.RELEASE_VERSION))
`;
