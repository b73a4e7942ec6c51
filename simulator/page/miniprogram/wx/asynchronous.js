// The two ways in which WeChat answers: callbacks where any is given, else a promise.

/** A call of WeChat around `act(options)`, which returns the answer or raises Error(reason). */
export const asynchronous =
  (name, act) =>
  (options = {}) => {
    const { success, fail, complete } = options;
    const answered = Promise.resolve()
      .then(() => act(options))
      .then(
        (answer) => ({ errMsg: `${name}:ok`, ...answer }),
        (error) => {
          throw { errMsg: `${name}:fail ${error.message ?? error}` };
        },
      );
    if (!success && !fail && !complete) return answered;
    answered.then(
      (answer) => {
        success?.(answer);
        complete?.(answer);
      },
      (answer) => {
        fail?.(answer);
        complete?.(answer);
      },
    );
    return undefined;
  };
