"""Errors of the running program, in two families: the caller's mistake, and a run that failed.

CallerError                the message is for the person and says what to do
├── BadQuestion            empty, or longer than 4,000 characters
├── BadConversation        unknown, or both history and conversation_id given
├── BadSetting             a setting that cannot be used
└── NotAllowed             no or wrong key, or a role that may not do this
RunError
├── ModelBusy              the queue is full; `retry_after` seconds
├── ModelMissing           no model file where one should be
├── FetchFailed            a model could not be fetched
├── ModelFailed            the engine or the remote server failed
├── PromptTooLong          does not fit the model's context
├── Cancelled              whoever asked has gone
└── IndexEmpty             there is no report to answer from
"""


class CallerError(Exception):
    pass


class BadQuestion(CallerError):
    pass


class BadConversation(CallerError):
    pass


class BadSetting(CallerError):
    pass


class NotAllowed(CallerError):
    pass


class RunError(Exception):
    pass


class ModelBusy(RunError):
    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelMissing(RunError):
    pass


class FetchFailed(RunError):
    pass


class ModelFailed(RunError):
    pass


class PromptTooLong(RunError):
    pass


class Cancelled(RunError):
    pass


class IndexEmpty(RunError):
    pass
