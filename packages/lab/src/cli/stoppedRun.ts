/** A run was stopped in order and can be started again: the run contract's exit code 143. */
export class StoppedRun extends Error {
  override readonly name = "StoppedRun";
}
