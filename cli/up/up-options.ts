/** Options of `up`, as commander hands them over. */
export interface UpCommand {
  preview?: boolean;
  expectNoChanges?: boolean;
  /** The engine believes its state: only with this it sees what was changed by hand. */
  refresh?: boolean;
  breakLocks?: boolean;
}

export interface DestroyCommand {
  breakLocks?: boolean;
}
