"""The MessageLogger, which every process has: loading this changes nothing until it is changed."""

from e2efw.config.messagelogger import message_logger

MessageLogger = message_logger()
