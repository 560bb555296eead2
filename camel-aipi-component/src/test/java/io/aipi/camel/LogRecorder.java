/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** Keeps what one class logs, until it is closed. */
public final class LogRecorder extends AbstractAppender implements AutoCloseable {

    private final Logger logger;
    private final Queue<Map.Entry<Level, String>> messages = new ConcurrentLinkedQueue<>();

    private LogRecorder(Class<?> source) {
        super("recorder", null, null, true, Property.EMPTY_ARRAY);
        logger = (Logger) LogManager.getLogger(source);
        start();
        logger.addAppender(this);
    }

    /** Of the class with this logger. */
    public static LogRecorder of(Class<?> source) {
        return new LogRecorder(source);
    }

    @Override
    public void append(LogEvent event) {
        messages.add(Map.entry(event.getLevel(), event.getMessage().getFormattedMessage()));
    }

    /** What was logged at this level so far. */
    public List<String> messages(Level level) {
        return messages.stream()
                .filter(message -> message.getKey().equals(level))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public void close() {
        logger.removeAppender(this);
        stop();
    }
}
