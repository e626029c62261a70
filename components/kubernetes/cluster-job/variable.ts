/** The variable that says what a cluster job does: a JSON list of words, which no shell ever reads. */
export const CLUSTER_JOB = "LABS_CLUSTER_JOB";
